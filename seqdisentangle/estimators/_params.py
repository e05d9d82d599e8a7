"""Parameters of estimators: fields with their constraints, and the objects that group them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Integral, Real
from os import PathLike
from typing import Any, Literal, TypeVar

from sklearn.utils._param_validation import StrOptions, validate_parameter_constraints
from typing_extensions import dataclass_transform

from .._arguments import COUNT, Number
from .._parts import Part, same
from ..data.layout import CHANNELS
from ..data.sequences import MISSING
from ..data.units import SCALES
from ..networks import NETWORKS
from ..objectives import COSTS
from ..serialization import record
from ..training import LR_SCHEDULES, LRSchedule
from ..training.devices import PRECISIONS

__all__ = [
    "CommonParameters",
    "EarlyStopping",
    "EncodingParameters",
    "Training",
    "parameter",
    "parameters",
]

T = TypeVar("T")

POSITIVE = Number(Real, 0, None, closed="neither")
NON_NEGATIVE = Number(Real, 0, None, closed="left")
FRACTION = Number(Real, 0, 1, closed="neither")
AUTO = StrOptions({"auto"})
#: A number of epochs: an int counts them, a float below 1 is a share of ``max_epochs``.
EPOCHS = (Number(Integral, 0, None, closed="left"), Number(Real, 0, 1, closed="left"))
#: A part, by name or as an object: what resolves it says what it must be, by its registry.
PART = object


def parameter(
    *constraints: Any,
    default: Any = dataclasses.MISSING,
    as_part: Callable[[Any], Any] | None = None,
    kw_only: bool = True,
) -> Any:
    """Declare a parameter of an estimator.

    Parameters
    ----------
    *constraints
        Of its values, in the form of scikit-learn's ``_parameter_constraints``.
    default : object, optional
        Without it the parameter is required.
    as_part : callable, optional
        Makes an object with parameters of its own of a value that stands for one, so that
        ``set_params(network__width=32)`` works where ``network="auto"``.
    kw_only : bool
        The parameter is given by its name alone.
    """
    metadata = {"constraints": list(constraints), "as_part": as_part}
    return dataclasses.field(default=default, kw_only=kw_only, metadata=metadata)


@dataclass_transform(eq_default=False, kw_only_default=True, field_specifiers=(parameter,))
def parameters(cls: type[T]) -> type[T]:
    """Make an estimator's constructor, and scikit-learn's table of constraints, of its fields."""
    made: Any = dataclass(eq=False, repr=False)(cls)
    made._parameter_constraints = constraints_of(made)
    return made


@dataclass_transform(eq_default=False, kw_only_default=True, field_specifiers=(parameter,))
def settings(cls: type[T]) -> type[T]:
    """Make the constructor and representation of settings of their fields."""
    made: Any = dataclass(eq=False)(cls)
    return made


def constraints_of(cls: type) -> dict[str, list[Any]]:
    """The constraints of a class's fields, inherited ones too."""
    return {field.name: field.metadata["constraints"] for field in fields(cls)}


def as_part(cls: type, name: str, value: Any) -> Any:
    """The part that a field's value stands for, the value itself if it is none."""
    for field in fields(cls):
        if field.name == name and field.metadata["as_part"] is not None:
            return field.metadata["as_part"](value)
    return value


def auto(value: Any, preferred: Any) -> Any:
    """The value that a parameter has, where "auto" stands for the preferred one."""
    return preferred if isinstance(value, str) and value == "auto" else value


class Settings(Part):
    """Base class of parameters that belong together, given to an estimator as one object."""

    def __post_init__(self) -> None:
        validate_parameter_constraints(
            constraints_of(type(self)),
            self.get_params(deep=False),
            caller_name=type(self).__name__,
        )

    def __eq__(self, other: object) -> bool:
        return same(self, other)

    def as_part(self, name: str, value: Any) -> Any:
        """The part that a value stands for, the value itself if it is none."""
        return as_part(type(self), name, value)


@record
@settings
class Training(Settings):
    """The way in which a model is trained, ``RecurrentWAE(training=Training(ema=0.99))``.

    Parameters
    ----------
    lr_schedule : str or LRSchedule, default="auto"
        The learning rate over the epochs: ``"one_cycle"``, ``"cosine"``, ``"constant"``,
        ``"plateau"``, or a schedule of :mod:`seqdisentangle.training`. ``"auto"`` is
        ``"one_cycle"`` for :class:`RecurrentWAE` and ``"constant"`` for the others.
    lr_warmup : float, int or "auto", default="auto"
        Epochs at the start in which the learning rate rises to ``learning_rate``: an int counts
        them, a float below 1 is a share of ``max_epochs``. ``"auto"`` is 0.1 for
        :class:`RecurrentWAE` and 0 for the others.
    clip_norm : float, None or "auto", default="auto"
        Largest norm of the gradient in a step of the optimiser; None for any. ``"auto"`` is 0.065
        for :class:`RecurrentWAE` and None for the others.
    ema : float or None, default=None
        Decay of an exponential moving average of the weights, over about ``1 / (1 - ema)`` steps of
        the optimiser, which then is evaluated and kept. None keeps the weights as they are.
    frames_per_step : int, None or "auto", default="auto"
        Frames of each sequence, drawn at random, that are reconstructed in a step of the optimiser:
        an unbiased estimate of the cost that makes long sequences cheap. None: all of them.
        ``"auto"`` is 4 for images in :class:`RecurrentWAE`, and all of them otherwise.
    content_delay : float, int or "auto", default="auto"
        Epochs at the start in which the decoder gets content from :math:`N(0, I)`, so that motion
        learns its share first, counted as for ``lr_warmup``. ``"auto"`` is 0.075 in
        :class:`RecurrentWAE`, except for vectors of which motion sees changes, and 0 otherwise.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        Precision of the networks' passes in training. ``"auto"`` is bfloat16 on CUDA GPUs that have
        it, unless ``movement_weight`` is above 10, else float32. Weights and divergences are in
        float32 in any case. Convolutions in float32 use TF32 on CUDA, as
        ``torch.backends.cudnn.allow_tf32`` has it.
    cuda_graphs : bool or "auto", default="auto"
        On CUDA, record an update of the weights once and replay it: small networks wait for the
        program otherwise, which starts their kernels one by one. ``"auto"`` does so where every
        part is the package's own; of other networks, divergences, costs and views it is not known
        whether they compute the same each time, and True says that they do. Batches with padding
        are computed kernel by kernel, and so is a training in several processes. It takes torch
        2.5.
    finetune_epochs : float, int or "auto", default="auto"
        Epochs after the training in which the encoders rest, and motion prior and decoder are
        fitted to the codes that the data has by then: samples move more as the data does, and
        frames are sharper. An int counts them, a float below 1 is a share of ``max_epochs``. Each
        takes two thirds of the time of one of the others. ``"auto"`` is 0.2 for
        :class:`RecurrentWAE` and 0 for the others.
    keep_memory : bool, default=True
        Keep memory that a step has freed for the next one, for the time of ``fit``, where the C
        library is glibc, as on most Linux systems. It hands large blocks back to the kernel
        otherwise, which clears them anew at every step: large images take up to a quarter as long
        again. An environment variable of glibc that has a say in it, such as ``MALLOC_MMAP_MAX_``
        or ``GLIBC_TUNABLES``, is left to have it.
    threads : int, "auto" or None, default="auto"
        The most threads that a CPU computes the training in. ``"auto"`` is one where the steps are
        so small that threads would wait for each other for longer than they work, and no limit
        otherwise; None is no limit. There are never more than there were before.

    Raises
    ------
    ValueError
        If a value is not allowed.

    Examples
    --------
    >>> from seqdisentangle import RecurrentWAE, Training
    >>> model = RecurrentWAE(training=Training(lr_schedule="cosine"))
    >>> model.set_params(training__ema=0.99).training.ema
    0.99
    """

    lr_schedule: Any = parameter(
        AUTO,
        StrOptions(set(LR_SCHEDULES)),
        LRSchedule,
        default="auto",
        as_part=lambda name: LR_SCHEDULES.make(name, "lr_schedule"),
        kw_only=False,
    )
    lr_warmup: float | Literal["auto"] = parameter(*EPOCHS, AUTO, default="auto")
    clip_norm: float | Literal["auto"] | None = parameter(POSITIVE, None, AUTO, default="auto")
    ema: float | None = parameter(FRACTION, None, default=None)
    frames_per_step: int | Literal["auto"] | None = parameter(COUNT, None, AUTO, default="auto")
    content_delay: float | Literal["auto"] = parameter(*EPOCHS, AUTO, default="auto")
    precision: str = parameter(StrOptions(set(PRECISIONS)), default="auto")
    cuda_graphs: bool | Literal["auto"] = parameter("boolean", AUTO, default="auto")
    finetune_epochs: float | Literal["auto"] = parameter(*EPOCHS, AUTO, default="auto")
    keep_memory: bool = parameter("boolean", default=True)
    threads: int | Literal["auto"] | None = parameter(COUNT, None, AUTO, default="auto")

    @classmethod
    def of(cls, training: Training | None) -> Training:
        """The object that a `training` parameter stands for."""
        return cls() if training is None else training

    def filled(self, own: dict[str, Any]) -> Training:
        """A copy with an estimator's own values in place of ``"auto"``."""
        params = self.get_params(deep=False)
        return type(self)(**{**params, **{n: auto(params[n], value) for n, value in own.items()}})


@record
@settings
class EarlyStopping(Settings):
    """Early stopping by the loss of sequences kept apart, ``early_stopping=EarlyStopping()``.

    Training ends when their loss has not fallen for ``patience`` epochs, and the weights of the
    best epoch are kept.

    Parameters
    ----------
    validation_fraction : float, default=0.1
        Share of the sequences kept apart.
    patience : int, default=10
        Epochs without an improvement after which training ends.
    tol : float, default=1e-4
        The least improvement that counts, relative to the loss.

    Raises
    ------
    ValueError
        If a value is not allowed.

    Examples
    --------
    >>> from seqdisentangle import EarlyStopping, RecurrentWAE
    >>> RecurrentWAE(early_stopping=EarlyStopping(patience=5)).early_stopping.patience
    5
    """

    validation_fraction: float = parameter(FRACTION, default=0.1)
    patience: int = parameter(COUNT, default=10)
    tol: float = parameter(NON_NEGATIVE, default=1e-4)

    @classmethod
    def of(cls, early_stopping: bool | EarlyStopping) -> EarlyStopping | None:
        """The object that an `early_stopping` parameter stands for; None without it."""
        if isinstance(early_stopping, EarlyStopping):
            return early_stopping
        return cls() if early_stopping else None


def pair_of_weights(name: str, weight: Any, of: str) -> tuple[float, float]:
    """The two weights that a parameter has, a single one for both.

    Parameters
    ----------
    name : str
        The parameter.
    weight : float or pair of float
    of : str
        What the two are for, in words.

    Raises
    ------
    ValueError
        If it is neither a number nor a pair of them.
    """
    pair = tuple(weight) if isinstance(weight, tuple | list) else (weight, weight)
    if len(pair) != 2 or not all(NON_NEGATIVE.is_satisfied_by(one) for one in pair):
        raise ValueError(
            f"{name}: expected a number of at least 0, or a pair of them for {of}, got {weight!r}"
        )
    return pair


def network_part(network: Any) -> Any:
    """The frame network that a name stands for."""
    return NETWORKS.make(network, "network") if isinstance(network, str) else network


def cost_part(cost: Any) -> Any:
    """The cost that a name stands for."""
    if isinstance(cost, str):
        return COSTS.make("squared" if cost == "auto" else cost, "cost")
    return cost


@parameters
class CommonParameters:
    """The parameters that every estimator has; one that chooses by the data takes "auto" too."""

    content_size: int | Literal["auto"] = parameter(COUNT, default=32)
    motion_size: int | Literal["auto"] = parameter(COUNT, default=6)
    hidden_size: int = parameter(COUNT, default=128)
    network: Any = parameter(PART, default="auto", as_part=network_part)
    scale: str = parameter(StrOptions(set(SCALES)), default="auto")
    channels: str = parameter(StrOptions(set(CHANNELS)), default="auto")
    max_epochs: int | Literal["auto"] = parameter(COUNT, default=24)
    batch_size: int | Literal["auto"] = parameter(COUNT, default=64)
    learning_rate: float = parameter(POSITIVE, default=2e-3)
    training: Training | None = parameter(Training, None, default=None, as_part=Training.of)
    device: str = parameter(str, default="auto")
    checkpoint: str | PathLike[str] | None = parameter(str, PathLike, None, default=None)
    callbacks: Any = parameter(PART, default=None)
    warm_start: bool = parameter("boolean", default=False)
    random_state: Any = parameter("random_state", default=None)
    verbose: int = parameter("verbose", default=0)


@parameters
class EncodingParameters(CommonParameters):
    """The parameters of an estimator that encodes as well."""

    cost: Any = parameter(PART, default="squared", as_part=cost_part)
    codes: str = parameter(StrOptions({"both", "content", "motion"}), default="both")
    missing: str = parameter(StrOptions(set(MISSING)), default="error")
    early_stopping: bool | EarlyStopping = parameter(
        "boolean", EarlyStopping, default=False, as_part=EarlyStopping.of
    )
