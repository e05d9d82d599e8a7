"""The recurrent Wasserstein autoencoder: its parameters, and what they make of the model."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from numbers import Integral, Real
from os import PathLike
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval, StrOptions

from ..data import CHANNELS, MISSING, SCALES, Layout, Scaling, Sequences
from ..divergences import Divergence, Divergences, resolve
from ..model import ModelSpec
from ..networks import FrameNetwork
from ..objectives import COSTS, Communicator, Objective, build_divergences, resolve_cost
from ..training import LR_SCHEDULES, PRECISIONS
from ..views import resolve_view
from ._actions import ActionEstimator, action_prior, checked_labels
from ._fitting import TrainedEstimator

__all__ = ["RecurrentWAE"]

VIEW = [str, list, tuple, callable, None]
POSITIVE = Interval(Real, 0, None, closed="neither")
NON_NEGATIVE = Interval(Real, 0, None, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")
# Gaussians of a step of the motion prior.
COMPONENTS = 40
EPOCHS = [Interval(Integral, 0, None, closed="left"), Interval(Real, 0, 1, closed="left")]


class RecurrentWAE(ActionEstimator, TrainedEstimator):
    r"""Disentangled recurrent Wasserstein autoencoder.

    Learns, without labels, a static *content* code for each sequence and a dynamic *motion* code
    for each of its frames, by minimising

    .. math::

        \sum_t E[c(x_t, G(z_{m,t}, z_c))] + \beta_1 D(q(z_c), p(z_c))
        + \beta_2 \sum_t D(q(z_{m,t} \mid z_{m,<t}), p(z_{m,t} \mid z_{m,<t}))
        + \beta_4 D(q(z_c, \bar z_m), q(z_c)\, q(\bar z_m))

    and, told by ``n_actions`` how many actions there are, which of them each sequence is of, with
    :math:`+\, \beta_3\, \mathrm{KL}(q(a) \,\|\, p(a))`.

    Parameters
    ----------
    reg : {"auto", "mmd", "gan", "kl"}, Divergence, callable, pair or dict, default="auto"
        The divergence :math:`D` of the codes from their priors. ``"mmd"``: maximum mean
        discrepancy, of learned features for content; ``"gan"``: Jensen-Shannon, by a critic, for
        content, MMD for motion; ``"kl"``: Kullback-Leibler for both, the objective of the DS-VAE,
        which wants ``content_noise=None, motion_noise=None``. ``"auto"``: that of ``"mmd"``, for
        the codes that nothing else brings to their prior. A pair ``(content, motion)`` or a
        dict with these keys sets the two apart, and the key ``"independence"`` replaces HSIC in
        the last term. Any :class:`~seqdisentangle.divergences.Divergence` or callable of two (n, d)
        tensors of codes that returns a scalar will do.
    content_size : int, default=32
        Numbers in a content code.
    motion_size : int, default=6
        Numbers in a frame's motion code. Few: a motion code with room for the looks as well
        leaves content with nothing to say.
    hidden_size : int, default=128
        Units of the hidden layers of the posteriors and the prior.
    network : {"auto", "mlp", "conv", "resnet"}, FrameNetwork or pair of modules, default="auto"
        Encoder and decoder of single frames. ``"auto"`` is ``"conv"`` for images and ``"mlp"`` for
        vectors; ``"resnet"`` draws more detail at several times the cost.
        :class:`~seqdisentangle.model.Conv` and its like set width, depth and palette. A pair
        ``(encoder, decoder)`` of torch modules, (N, ...) -> (N, F) or (N, C, h, w) and
        (N, motion_size + content_size) -> (N, ...), needs ``generator="concat"``.
    cost : str or callable, default="squared"
        The reconstruction cost :math:`c`, a mean over the values of a frame: ``"squared"``,
        ``"absolute"``, ``"huber"`` or ``"binary_cross_entropy"``. A callable
        ``cost(reconstruction, target)`` returns it elementwise, or for each frame or sequence.
    content_weight, motion_weight : float or "auto", default="auto"
        The weights :math:`\beta_1` and :math:`\beta_2`; 0 switches a divergence off, and costs
        nothing. ``"auto"`` asks the divergences, which differ in size. It switches that of content
        off with ``reg="auto"`` where codes are whitened, and that of motion where the prior has
        mixtures, which learn by likelihood, unless ``reg`` is more than a name: one that you choose
        yourself counts.
    independence_weight : float or pair of float, default=(0.5, 3.0)
        The weight :math:`\beta_4`: content must not know what motion knows. Of a pair, the first
        weighs while it is decided which code has what, a quarter of ``max_epochs``, and the second
        in the last quarter; it goes from one to the other in between. 0 switches it off, and costs
        nothing.
    n_actions : int or None, default=None
        Number of actions, which makes the model the reinforced one: it learns a third code, one of
        so many kinds of movement for each sequence, and is a clusterer.
    action_weight : float, default=0.01
        The weight :math:`\beta_3`: all actions must be used as often as their prior has it, each
        must foretell its motions, and those that are known must be found.
    action_prior : array-like of shape (n_actions,) or None, default=None
        How frequent each action is; None for equally frequent ones.
    generator : {"style", "concat"}, default="style"
        How the codes enter the generator. ``"style"``: motion makes the feature map, content
        scales and shifts its channels at every layer and chooses the colours of images, which suits
        looks that do not depend on the place. ``"concat"``: side by side.
    content_noise : float or None, default=0.1
        Standard deviation of the content posterior, around a mean that is whitened, as its prior
        is; None learns it, and leaves the mean free.
    motion_noise : float or None, default=0.2
        Standard deviation of the motion posterior, around a mean of unit variance: the more noise,
        the less a frame's code can carry. None learns it.
    motion_components : int or "auto", default="auto"
        Gaussians that each step of the motion prior is a mixture of. A mixture can go on in more
        ways than one, where a single Gaussian, the paper's prior, draws what lies between them. It
        learns by likelihood, a single Gaussian by the divergence of motion. ``"auto"``: 40, and 1
        where that divergence is in closed form, as with ``reg="kl"``.
    content_delay : float or int, default=0.075
        Epochs at the start in which the generator gets content from the prior, so that motion
        learns its share first: an int counts them, a float below 1 is a share of ``max_epochs``.
    content_view, motion_view : str, callable, list or None, default="auto", None
        What each encoder sees in training, while the target stays the original: what an encoder
        cannot see, its code cannot carry. Names from :mod:`seqdisentangle.views`, or any callable
        of a tensor (n, T, ...), or a list of them, applied in order. ``"auto"`` shows content
        one random frame of each video, and all frames of vectors.
    codes : {"both", "content", "motion"}, default="both"
        What ``transform`` returns.
    scale : {"auto", "unit", "standard", "none"}, default="auto"
        Units of the data: ``"unit"`` for images, 8-bit or in [0, 1]; ``"standard"`` standardises
        each feature or channel; ``"auto"`` finds which.
    channels : {"auto", "first", "last"}, default="auto"
        Where the channels of five-dimensional arrays are.
    missing : {"error", "mask"}, default="error"
        Whether NaN is an error, or stands for values that are missing: the encoders then see the
        mean in their place (zero for images), the cost leaves them out, and ``reconstruct`` imputes
        them.
    max_epochs : int, default=24
        Passes over the data.
    finetune_epochs : float or int, default=0.2
        Passes over the data after the training, in which the encoders are at rest, and motion prior
        and generator are fitted to the codes that the data has by then: samples move more as the
        data does, and frames are sharper. An int counts them, a float below 1 is a share of
        ``max_epochs``. Each takes two thirds of the time of one of the others.
    batch_size : int, default=64
        Sequences in a step.
    learning_rate : float, default=2e-3
        Step size of the optimiser (AdamW), the highest one of its schedule.
    lr_schedule : {"one_cycle", "cosine", "constant", "plateau"}, default="one_cycle"
        How the step size changes over the epochs. ``"plateau"`` takes 0.3 of it whenever the loss,
        of the validation sequences if there are any, has not fallen for 3 epochs.
    lr_warmup : float or int, default=0.1
        Epochs at the start in which the step size rises to ``learning_rate``: an int counts them, a
        float below 1 is a share of ``max_epochs``.
    frames_per_step : int or None, default=None
        Frames of each sequence, drawn at random, that are reconstructed in a step of training: an
        unbiased estimate of the cost that makes long sequences cheap. None: all of them.
    clip_norm : float or None, default=0.065
        Largest norm of the gradient in a step.
    ema : float or None, default=None
        Decay of an exponential moving average of the weights, over about ``1 / (1 - ema)`` steps,
        which then is what is evaluated and kept. None keeps the weights as they are.
    early_stopping : bool, default=False
        Whether to keep ``validation_fraction`` of the sequences apart, stop when their loss has not
        fallen for ``n_iter_no_change`` epochs, and keep the weights of the best one.
    validation_fraction : float, default=0.1
        Share of the sequences kept apart with ``early_stopping``.
    n_iter_no_change : int, default=10
        Epochs without an improvement after which to stop.
    tol : float, default=1e-4
        What counts as an improvement, relative to the loss.
    device : str, default="auto"
        A torch device; ``"auto"`` takes CUDA, then MPS, then the CPU.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        Of the networks' passes in training. ``"auto"`` is bfloat16 on CUDA GPUs that have it, whose
        convolutions are faster in it, else float32. Weights and divergences are in float32 in any
        case. Convolutions in float32 use TF32 on CUDA, as ``torch.backends.cudnn.allow_tf32`` has
        it.
    compile : bool, default=False
        Whether ``fit`` compiles the frame networks: on CUDA their kernels then run as graphs, which
        pays in long trainings of small frames. It takes a minute or more at the start, gains
        nothing on a CPU, and rounds otherwise, so that results are not those of ``False`` bit for
        bit.
    checkpoint : path or None, default=None
        A folder in which ``fit`` keeps what it needs to go on after a crash: at the start, after
        every epoch and every 300 s, the last two of them. ``fit(..., resume=True)`` then ends as if
        nothing had happened. ``best.safetensors`` beside them is the model of the best epoch so
        far, of the last one without ``early_stopping``, as :meth:`save` writes it.
    callbacks : object, list of objects or None, default=None
        What is told when training begins, after every epoch, and when it ends:
        :mod:`seqdisentangle.callbacks` or any object with a method of
        :class:`~seqdisentangle.callbacks.Callback`.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the weights of the last one.
    random_state : int, RandomState or None, default=None
        Seed of the weights, the order of the sequences and the noise.
    verbose : int, default=0
        Whether to show a progress bar: speed, time left, and the parts of the loss.

    Attributes
    ----------
    model_ : SequenceModel
        The fitted torch module.
    divergences_ : Divergences
        The divergences of content, of motion and of their independence, with what they learned.
    labels_ : array of int and shape (n,)
        The action of each sequence seen in ``fit``; only with ``n_actions``.
    history_ : list of dict
        The parts of the loss of each epoch, those of the validation sequences as ``val_...``.
        ``pandas.DataFrame(model.history_)`` makes it a table.
    n_epochs_ : int
        Epochs trained.
    best_epoch_ : int
        The epoch whose weights were kept, counted from 1.
    n_features_in_ : int
        Steps of (n, T) numbers, else values of a frame.
    feature_names_in_ : array of str
        Column names, for a data frame.
    frame_shape_ : tuple of int
        Shape of a frame in the data.
    n_steps_ : int
        Length of the sequences seen in ``fit``, of the longest if lengths differ.
    dtype_ : numpy dtype
        Type of the data, and so of samples.
    layout_, scaling_ : Layout, Scaling
        How the data is laid out and in which units.
    device_ : torch.device
        Where the model is.

    See Also
    --------
    seqdisentangle.callbacks : What may watch a training.
    seqdisentangle.views : What an encoder may see in training.
    seqdisentangle.divergences : The divergences, and how to write one.

    Notes
    -----
    Weights are trained in float32. Codes of float64 data are computed in float64.

    References
    ----------
    Han, Min, Han, Li, Zhang: Disentangled Recurrent Wasserstein Autoencoder, ICLR 2021.

    Examples
    --------
    >>> from seqdisentangle import RecurrentWAE
    >>> from seqdisentangle.datasets import make_moving_digits
    >>> X = make_moving_digits(20, n_steps=6, size=16, random_state=0).X
    >>> model = RecurrentWAE(max_epochs=2, random_state=0).fit(X)
    >>> content, motion = model.transform(X)
    >>> content.shape, motion.shape
    ((20, 32), (20, 6, 6))
    >>> model.sample(4, n_steps=10, random_state=0).shape
    (4, 10, 16, 16)
    >>> model.swap(X[:5], X[5:10]).a_motion_b_content.dtype
    dtype('uint8')
    """

    divergences_: Divergences

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "reg": [str, Divergence, callable, tuple, list, dict],
        "content_size": [COUNT],
        "motion_size": [COUNT],
        "hidden_size": [COUNT],
        "network": [str, FrameNetwork, tuple, list],
        "cost": [StrOptions(set(COSTS)), callable],
        "content_weight": [NON_NEGATIVE, StrOptions({"auto"})],
        "motion_weight": [NON_NEGATIVE, StrOptions({"auto"})],
        "independence_weight": [NON_NEGATIVE, tuple, list],
        "n_actions": [Interval(Integral, 2, None, closed="left"), None],
        "action_weight": [NON_NEGATIVE],
        "action_prior": ["array-like", None],
        "generator": [StrOptions({"style", "concat"})],
        "content_noise": [POSITIVE, None],
        "motion_noise": [POSITIVE, None],
        "motion_components": [COUNT, StrOptions({"auto"})],
        "content_delay": EPOCHS,
        "content_view": VIEW,
        "motion_view": VIEW,
        "codes": [StrOptions({"both", "content", "motion"})],
        "scale": [StrOptions(set(SCALES))],
        "channels": [StrOptions(set(CHANNELS))],
        "missing": [StrOptions(set(MISSING))],
        "max_epochs": [COUNT],
        "finetune_epochs": EPOCHS,
        "batch_size": [COUNT],
        "learning_rate": [POSITIVE],
        "lr_schedule": [StrOptions(set(LR_SCHEDULES))],
        "lr_warmup": EPOCHS,
        "frames_per_step": [COUNT, None],
        "clip_norm": [POSITIVE, None],
        "ema": [Interval(Real, 0, 1, closed="neither"), None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [COUNT],
        "tol": [NON_NEGATIVE],
        "device": [str],
        "precision": [StrOptions(set(PRECISIONS))],
        "compile": ["boolean"],
        "checkpoint": [str, PathLike, None],
        "callbacks": [object],  # see resolve_callbacks
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        reg: Any = "auto",
        *,
        content_size: int = 32,
        motion_size: int = 6,
        hidden_size: int = 128,
        network: Any = "auto",
        cost: str | Callable = "squared",
        content_weight: float | Literal["auto"] = "auto",
        motion_weight: float | Literal["auto"] = "auto",
        independence_weight: float | tuple[float, float] = (0.5, 3.0),
        n_actions: int | None = None,
        action_weight: float = 0.01,
        action_prior: Any = None,
        generator: Literal["style", "concat"] = "style",
        content_noise: float | None = 0.1,
        motion_noise: float | None = 0.2,
        motion_components: int | Literal["auto"] = "auto",
        content_delay: float = 0.075,
        content_view: Any = "auto",
        motion_view: Any = None,
        codes: str = "both",
        scale: str = "auto",
        channels: str = "auto",
        missing: str = "error",
        max_epochs: int = 24,
        finetune_epochs: float = 0.2,
        batch_size: int = 64,
        learning_rate: float = 2e-3,
        lr_schedule: str = "one_cycle",
        lr_warmup: float = 0.1,
        frames_per_step: int | None = None,
        clip_norm: float | None = 0.065,
        ema: float | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        device: str = "auto",
        precision: str = "auto",
        compile: bool = False,
        checkpoint: str | PathLike[str] | None = None,
        callbacks: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.reg = reg
        self.content_size = content_size
        self.motion_size = motion_size
        self.hidden_size = hidden_size
        self.network = network
        self.cost = cost
        self.content_weight = content_weight
        self.motion_weight = motion_weight
        self.independence_weight = independence_weight
        self.n_actions = n_actions
        self.action_weight = action_weight
        self.action_prior = action_prior
        self.generator = generator
        self.content_noise = content_noise
        self.motion_noise = motion_noise
        self.motion_components = motion_components
        self.content_delay = content_delay
        self.content_view = content_view
        self.motion_view = motion_view
        self.codes = codes
        self.scale = scale
        self.channels = channels
        self.missing = missing
        self.max_epochs = max_epochs
        self.finetune_epochs = finetune_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.lr_schedule = lr_schedule
        self.lr_warmup = lr_warmup
        self.frames_per_step = frames_per_step
        self.clip_norm = clip_norm
        self.ema = ema
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.device = device
        self.precision = precision
        self.compile = compile
        self.checkpoint = checkpoint
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def _spec(self, layout: Layout, scaling: Scaling, divergences: Any) -> ModelSpec:
        return ModelSpec(
            frame_shape=layout.frame_shape,
            bounded=scaling.bounded,
            content_size=self.content_size,
            motion_size=self.motion_size,
            hidden_size=self.hidden_size,
            network=self.network,
            generator=self.generator,
            content_noise=self.content_noise,
            motion_noise=self.motion_noise,
            motion_components=components(self.motion_components, divergences),
            n_actions=self.n_actions,
            action_prior=action_prior(self.action_prior, self.n_actions),
        )

    def _divergences(self) -> Divergences:
        return resolve(self.reg)

    def _build_divergences(self, divergences: Divergences, spec: ModelSpec, seed: int) -> None:
        build_divergences(divergences, spec, seed)

    def _labels(self, y: Any, n: int) -> NDArray[np.int64] | None:
        return checked_labels(y, n, self.n_actions)

    def _say_labels(self, sequences: Sequences) -> None:
        if self.n_actions is not None:
            self.labels_ = self._action_probabilities(sequences).argmax(1)

    def _preferred_weights(self, divergences: Divergences) -> tuple[float, float]:
        """Those of the divergences of content and motion for which there is a need or a wish."""
        content, motion = divergences.content.content_weight, divergences.motion.motion_weight
        if isinstance(self.reg, str):
            whitened = self.content_noise is not None
            mixtures = components(self.motion_components, divergences) > 1
            content = 0.0 if whitened and self.reg == "auto" else content
            motion = 0.0 if mixtures else motion
        return content, motion

    def _objective(
        self,
        divergences: Divergences,
        sequences: Sequences,
        communicator: Communicator,
        images: bool,
    ) -> Objective:
        content_weight, motion_weight = self._preferred_weights(divergences)
        return Objective(
            divergences,
            cost=resolve_cost(self.cost, images=images),
            content_weight=auto_weight(self.content_weight, content_weight),
            motion_weight=auto_weight(self.motion_weight, motion_weight),
            independence_weight=start_and_end(self.independence_weight),
            action_weight=None if self.n_actions is None else self.action_weight,
            content_view=resolve_view(auto_view(self.content_view, sequences), name="content_view"),
            motion_view=resolve_view(auto_view(self.motion_view, sequences), name="motion_view"),
            frames_per_step=self.frames_per_step,
            communicator=communicator,
        )


def constraints_of(init: Callable[..., None]) -> dict[str, list[Any]]:
    """What the parameters of another estimator may be that :class:`RecurrentWAE` has as well."""
    names = inspect.signature(init).parameters
    constraints = RecurrentWAE._parameter_constraints
    return {name: constraints[name] for name in names if name in constraints}


def auto_view(view: Any, sequences: Sequences) -> Any:
    """What a view of "auto" means for such sequences."""
    if isinstance(view, str) and view == "auto":
        return "random_frames" if sequences.layout.kind == "image" else None
    return view


def auto_weight(weight: float | Literal["auto"], preferred: float) -> float:
    """The weight of a divergence, its own preference for "auto"."""
    return preferred if weight == "auto" else weight


def start_and_end(weight: Any) -> tuple[float, float]:
    """What independence weighs at the start of a training and at its end.

    Raises
    ------
    ValueError
        If it is neither a number nor a pair of them.
    """
    pair = tuple(weight) if isinstance(weight, tuple | list) else (weight, weight)
    if len(pair) != 2 or not all(NON_NEGATIVE.is_satisfied_by(one) for one in pair):
        raise ValueError(
            "independence_weight: expected a number of at least 0, or a pair of them for the start "
            f"and the end of the training, got {weight!r}"
        )
    return pair


def components(number: int | Literal["auto"], divergences: Divergences) -> int:
    """How many Gaussians a step of the motion prior has: one, if they are compared in closed form.

    Raises
    ------
    ValueError
        If it is to have more of them then.
    """
    closed_form = not divergences.motion.sample_based
    if number == "auto":
        return 1 if closed_form else COMPONENTS
    if closed_form and number > 1:
        raise ValueError(
            f"motion_components={number}: {type(divergences.motion).__name__}, the divergence of "
            "motion, needs a Gaussian for each step, motion_components=1"
        )
    return int(number)
