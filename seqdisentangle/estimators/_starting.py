"""The start of a fit: fresh, warm, in parts or resumed."""

from __future__ import annotations

import hashlib
import math
import os
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from .._parts import same
from ..data.outliers import check_near, doubt_of_scale
from ..data.sequences import Sequences
from ..data.told import Told
from ..data.units import Scaling, fit_scaling
from ..data.usual import usual_frame
from ..divergences import Divergences
from ..model.core import ModelSpec, SequenceModel, build_model
from ..networks import resolve_network
from ..networks.custom import OwnModules
from ..objectives.communicator import Communicator
from ..serialization import OwnObjectError, record, to_json
from ..training.checkpoints import PROCESSES, Checkpoints
from ._base import SequenceEstimator, fresh_random_state, level_of_user
from ._choices import Choice
from ._params import EarlyStopping, Training, auto

__all__ = [
    "Beginning",
    "Digest",
    "Mode",
    "about_training",
    "check_built_alike",
    "delay_epochs",
    "fitted_beside",
    "fresh_model",
    "keep_learned",
    "open_checkpoints",
    "rows_apart",
    "seeds_of",
    "units_of",
]

Estimator = TypeVar("Estimator", bound=SequenceEstimator)

# Parameters that say nothing of which weights a training ends with.
OF_NO_WEIGHT = ("callbacks", "checkpoint", "codes", "device", "verbose", "warm_start")


@dataclass(frozen=True)
class Mode:
    """The way in which a fit begins.

    Attributes
    ----------
    continued : bool
        The model that is there is trained on.
    partial : bool
        It is one epoch of ``partial_fit``, at a constant learning rate.
    resume : bool
        It goes on from the newest checkpoint, if there is one.
    """

    continued: bool = False
    partial: bool = False
    resume: bool = False


@contextmanager
def fitted_beside(estimator: Estimator) -> Iterator[Estimator]:
    """A copy of an estimator to fit, whose changes it takes over at the end, in one step.

    Until then it is as it was, for other threads that use it, and stays so if fitting raises.
    """
    fitted = estimator._as_it_is()
    before = vars(fitted).copy()
    yield fitted
    after, parameters = vars(fitted), fitted.get_params(deep=False)
    gone = before.keys() - after.keys()
    # All that was learned, and parameters that a callback has set: others may have set some too.
    learned = {
        name: value
        for name, value in after.items()
        if name not in parameters or before[name] is not value
    }
    left = {name: value for name, value in vars(estimator).items() if name not in gone}
    estimator.__dict__ = left | learned


@contextmanager
def open_checkpoints(
    estimator: SequenceEstimator, mode: Mode, communicator: Communicator
) -> Iterator[Checkpoints | None]:
    """Open the folder of checkpoints for one training, which must find it empty if it is new.

    A ``partial_fit`` has none.

    Raises
    ------
    ValueError
        If there is nowhere to resume from, or another training in the folder of a new one, or one
        that is under way; or if the folder has no name, which would be the one that the program
        runs in.
    """
    folder = None if mode.partial else estimator.checkpoint
    if folder is not None and not os.fspath(folder):
        raise ValueError(f"checkpoint must be the path of a folder or None, got {folder!r}")
    if folder is None:
        if mode.resume:
            raise ValueError("resume=True needs a folder to resume from, got checkpoint=None")
        yield None
        return
    checkpoints = Checkpoints(folder, communicator)
    with checkpoints.kept_to_itself():
        if not mode.resume:
            checkpoints.refuse_others()
        yield checkpoints


def rows_apart(
    n: int, rule: EarlyStopping | None, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of n sequences to train on, and those that are kept apart to stop by.

    Raises
    ------
    ValueError
        If none are left to train on.
    """
    order = np.random.RandomState(seed).permutation(n)
    n_apart = 0 if rule is None else math.ceil(rule.validation_fraction * n)
    if n_apart >= n:
        raise ValueError(
            f"early_stopping keeps {n_apart} of {n} sequences apart and leaves none to train on: "
            "fewer with a smaller validation_fraction, or more sequences"
        )
    return np.sort(order[n_apart:]), np.sort(order[:n_apart])


def fresh_model(fit: Any, spec: ModelSpec) -> SequenceModel:
    """Build a model with weights drawn from a seed; one of parts knows what lies behind them.

    Where a fit is resumed, the state that it goes on from has it.
    """
    model = build_model(spec, fit.seeds["weights"])
    # MoCoGAN's has no parts, and is no SequenceModel.
    if isinstance(model, SequenceModel) and model.of_parts and fit.found is None:
        model.start_from(usual_frame(fit.sequences, fit.scaling))
    return model


def keep_learned(divergences: Divergences, before: Divergences) -> None:
    """Let divergences go on from what others of their kind have learned."""
    for new, old in zip(divergences, before, strict=True):
        shapes = [
            {name: getattr(value, "shape", None) for name, value in part.state_dict().items()}
            for part in (new, old)
        ]
        if type(new) is type(old) and shapes[0] == shapes[1]:
            new.load_state_dict(old.state_dict())


def check_built_alike(wanted: ModelSpec, built: ModelSpec) -> None:
    """Raise a ValueError if parameters that a model was built from have changed since."""
    for field in fields(wanted):
        want, have = (getattr(spec, field.name) for spec in (wanted, built))
        if field.name == "network":
            want, have = (
                resolve_network(spec.network, spec.frame_shape, spec.generator)
                for spec in (wanted, built)
            )
            if isinstance(want, OwnModules) and isinstance(have, OwnModules):
                continue  # modules of the user's own have no equality, and their weights tell
        if not same(want, have):
            raise ValueError(
                f"{field.name}={want!r}, but the fitted model was built with {field.name}={have!r}:"
                " set it back, or fit anew, without warm_start"
            )


def about_training(
    estimator: SequenceEstimator,
    sequences: Sequences,
    told: Told,
    device: torch.device,
    n_processes: int,
) -> dict[str, Any]:
    """Settings and data that must be the same when a training is resumed, as JSON holds them.

    Objects of the user's own are known by their types alone.
    """
    parameters = estimator.get_params(deep=False)
    training = Training.of(parameters.pop("training")).filled(estimator._own_training)
    parameters |= {f"training__{name}": value for name, value in training.get_params().items()}
    about = {
        name: known_by(estimator, name, value)
        for name, value in parameters.items()
        if name not in OF_NO_WEIGHT
    }
    about["number of sequences"] = len(sequences)
    about["number of steps"] = sequences.n_steps
    about["shape of a frame"] = list(sequences.layout.array_frame_shape)
    about["dtype of X"] = sequences.dtype.str
    about["lengths"] = None if sequences.lengths is None else int(sequences.lengths.sum())
    for name, values in (("known actions", told.actions), ("groups", told.groups)):
        about[name] = None if values is None else zlib.crc32(values.tobytes())
    about["device"] = device.type
    about[PROCESSES] = n_processes
    return about


def known_by(estimator: SequenceEstimator, name: str, value: Any) -> Any:
    """A parameter's value as JSON, one for all forms of it; the type of an object of the user's.

    "auto" and the names of ``reg``, which say more than a part does, stay as they are. Of a
    ``RandomState`` the type must do: a training that was cut short has drawn from it.
    """
    if isinstance(value, np.random.RandomState):
        return {"own": type(value).__qualname__}
    if name != "reg" and not (isinstance(value, str) and value == "auto"):
        value = estimator._as_part(name, value)
    try:
        return to_json(value)
    except OwnObjectError:
        return {"own": getattr(value, "__qualname__", type(value).__qualname__)}


@record
class Beginning(NamedTuple):
    """State that a training begins with, and that a resumed one takes over.

    Attributes
    ----------
    seeds : dict of str to int
    past : list of dict
        Records of the epochs before, of a model that is trained on.
    scaling : Scaling
    dtype : numpy dtype
    digest : str or None
        Of the values of X; None in checkpoints of the first releases.
    """

    seeds: dict[str, int]
    past: list[dict[str, float]]
    scaling: Scaling
    dtype: np.dtype
    digest: str | None = None

    def resumed(self, now: Beginning) -> Beginning:
        """The same beginning for a training that goes on, with the data of one that begins now.

        Raises
        ------
        ValueError
            If these are other data: in other units, of other values, or in another order.
        """
        then, found = self.scaling, now.scaling
        # Of a model that was trained on, the data of before had the units.
        if not self.past and (
            then.kind != found.kind
            or not np.allclose(then.mean, found.mean, rtol=1e-6, atol=1e-12)
            or not np.allclose(then.std, found.std, rtol=1e-6, atol=1e-12)
        ):
            raise ValueError(
                "the training in checkpoint is another one, of other values of X: they had "
                f"{then} and have {found}"
            )
        if self.digest not in (None, now.digest):
            raise ValueError(
                "the training in checkpoint is another one, of other values of X, or of the same "
                "in another order. Hand in X as it was, or begin a new training in a folder of "
                "its own"
            )
        return self._replace(digest=now.digest)


class Digest:
    """A digest of the values of sequences, in their order, which is found as they are read."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def of(self, chunks: Iterable[NDArray]) -> Iterator[NDArray]:
        """Hand on parts of the values, having taken note of each."""
        for chunk in chunks:
            self._hash.update(np.ascontiguousarray(chunk).data)
            yield chunk

    def ended(self, lengths: NDArray[np.intp] | None) -> str:
        """The digest of all values, and of the lengths that cut them into sequences."""
        whole = self._hash.copy()
        if lengths is not None:
            whole.update(lengths.astype(np.int64).data)
        return whole.hexdigest()


def units_of(
    sequences: Sequences,
    estimator: SequenceEstimator,
    *,
    continued: bool,
    digest: Digest | None = None,
) -> Scaling:
    """The units of the data, or those of a model that is trained on; every value is checked."""
    layout, check = sequences.layout, None
    if continued or estimator.scale == "none":  # in units that these data do not set
        known = estimator.scaling_ if continued else Scaling("none")
        check = partial(check_near, sequences=sequences, scaling=known)
    chunks = sequences.chunks(check=check)
    if digest is not None:
        chunks = digest.of(chunks)
    found = fit_scaling(
        estimator.scaling_.kind if continued else estimator.scale,
        chunks,
        image=layout.kind == "image",
        dtype=sequences.dtype,
        feature_axes=layout.feature_axes,
        n_features=layout.frame_shape[0],
    )
    if digest is not None:
        for _ in chunks:  # those of 8-bit images, whose units are known unseen
            pass
    if continued:
        return estimator.scaling_
    if (doubt := doubt_of_scale(sequences, found)) is not None:
        warnings.warn(doubt, UserWarning, stacklevel=level_of_user())
    return found


def seeds_of(random_state: Any) -> dict[str, int]:
    """A seed for everything that a training draws."""
    names = ("weights", "order", "noise", "validation", "critics", "codes")
    numbers = fresh_random_state(random_state).randint(2**31 - 1, size=len(names))
    return dict(zip(names, numbers.tolist(), strict=True))


def delay_epochs(estimator: SequenceEstimator, n_past: int, *, partial: bool) -> int:
    """The number of epochs, from now on, in which content rests."""
    choice = estimator.choices_.get("training__content_delay", Choice(0, ""))  # of "auto"
    delay = auto(Training.of(estimator.training).content_delay, choice.value)
    if isinstance(delay, int | np.integer):
        return max(int(delay) - n_past, 0)
    return 0 if partial or n_past else round(delay * estimator._chosen("max_epochs"))
