"""The estimator: parameters, validation and fitting of the recurrent Wasserstein autoencoder."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from numbers import Integral, Real
from os import PathLike
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from sklearn.base import _fit_context
from sklearn.utils._param_validation import Interval, StrOptions

from .configuration import about_training, load_estimator, save_estimator
from .continuing import Beginning, check_same_sizes, keep_learned, unchanged_on_error
from .data import CHANNELS, MISSING, SCALES, Batches, Layout, Scaling, Sequences, fit_scaling
from .divergences import Divergence, Divergences, resolve
from .forks import leave_lost_threads
from .model import FrameNetwork, ModelSpec, build_model
from .training import (
    COSTS,
    LR_SCHEDULES,
    PRECISIONS,
    Alone,
    Checkpoints,
    FitResult,
    Objective,
    ProgressBar,
    Stopping,
    Trainer,
    Training,
    build_divergences,
    check_same,
    compiled,
    find_processes,
    resolve_callbacks,
    resolve_cost,
    resolve_device,
    resolve_precision,
    room_for_data,
    run,
)
from .verbs import SequenceVerbs, fresh_random_state
from .views import resolve_view

__all__ = ["RecurrentWAE"]

VIEW = [str, list, tuple, callable, None]
POSITIVE = Interval(Real, 0, None, closed="neither")
NON_NEGATIVE = Interval(Real, 0, None, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")
# Gaussians of a step of the motion prior.
COMPONENTS = 20
EPOCHS = [Interval(Integral, 0, None, closed="left"), Interval(Real, 0, 1, closed="left")]


class RecurrentWAE(SequenceVerbs):
    r"""Disentangled recurrent Wasserstein autoencoder.

    Learns, without labels, a static *content* code for each sequence and a dynamic *motion* code
    for each of its frames, by minimising

    .. math::

        \sum_t E[c(x_t, G(z_{m,t}, z_c))] + \beta_1 D(q(z_c), p(z_c))
        + \beta_2 \sum_t D(q(z_{m,t} \mid z_{m,<t}), p(z_{m,t} \mid z_{m,<t}))
        + \beta_4 D(q(z_c, \bar z_m), q(z_c)\, q(\bar z_m))

    Parameters
    ----------
    reg : {"mmd", "gan", "kl"}, Divergence, callable, pair or dict, default="mmd"
        The divergence :math:`D` of the codes from their priors. ``"mmd"``: maximum mean
        discrepancy, of learned features for content; ``"gan"``: Jensen-Shannon, by a critic, for
        content, MMD for motion; ``"kl"``: Kullback-Leibler for both, the objective of the DS-VAE,
        which wants ``content_noise=None, motion_noise=None``. A pair ``(content, motion)`` or a
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
        vectors; ``"resnet"`` draws more detail at several times the cost. A pair
        ``(encoder, decoder)`` of torch modules, (N, ...) -> (N, F) or (N, C, h, w) and
        (N, motion_size + content_size) -> (N, ...), needs ``generator="concat"``.
    cost : {"squared", "absolute", "huber", "binary_cross_entropy"} or callable, \
            default="squared"
        The reconstruction cost :math:`c`, a mean over the values of a frame. A callable
        ``cost(reconstruction, target)`` returns it elementwise, or for each frame or sequence.
    content_weight, motion_weight : float or "auto", default="auto"
        The weights :math:`\beta_1` and :math:`\beta_2`. ``"auto"`` asks the divergences, which
        differ in size.
    independence_weight : float, default=0.2
        The weight :math:`\beta_4`: content must not know what motion knows. 0 switches it off, and
        costs nothing.
    generator : {"style", "concat"}, default="style"
        How the codes enter the generator. ``"style"``: motion makes the feature map, content
        scales and shifts its channels at every layer, which suits looks that do not depend on
        the place. ``"concat"``: side by side.
    content_noise : float or None, default=0.1
        Standard deviation of the content posterior; None learns it.
    motion_noise : float or None, default=0.2
        Standard deviation of the motion posterior, around a mean of unit variance: the more noise,
        the less a frame's code can carry. None learns it.
    motion_components : int or "auto", default="auto"
        Gaussians that each step of the motion prior is a mixture of. A mixture can go on in more
        ways than one, where a single Gaussian, the paper's prior, draws what lies between them.
        ``"auto"``: 20, and 1 where the divergence of motion is in closed form, as with
        ``reg="kl"``.
    content_warmup : float or int, default=0.125
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
        Of the networks' passes in training. ``"auto"`` is bfloat16 on CUDA GPUs that have it, where
        it is much faster, else float32. Weights and divergences are in float32 in any case.
        Convolutions in float32 use TF32 on CUDA, as ``torch.backends.cudnn.allow_tf32`` has it.
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
    history_: list[dict[str, float]]

    # Of the optimisers, between calls of partial_fit.
    _moments: list[dict[int, dict[str, torch.Tensor]]]
    # What is averaged, and over how many steps, between calls of partial_fit.
    _averaging: tuple[dict[str, torch.Tensor], torch.Tensor]

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "reg": [str, Divergence, callable, tuple, list, dict],
        "content_size": [COUNT],
        "motion_size": [COUNT],
        "hidden_size": [COUNT],
        "network": [str, FrameNetwork, tuple, list],
        "cost": [StrOptions(set(COSTS)), callable],
        "content_weight": [NON_NEGATIVE, StrOptions({"auto"})],
        "motion_weight": [NON_NEGATIVE, StrOptions({"auto"})],
        "independence_weight": [NON_NEGATIVE],
        "generator": [StrOptions({"style", "concat"})],
        "content_noise": [POSITIVE, None],
        "motion_noise": [POSITIVE, None],
        "motion_components": [COUNT, StrOptions({"auto"})],
        "content_warmup": EPOCHS,
        "content_view": VIEW,
        "motion_view": VIEW,
        "codes": [StrOptions({"both", "content", "motion"})],
        "scale": [StrOptions(set(SCALES))],
        "channels": [StrOptions(set(CHANNELS))],
        "missing": [StrOptions(set(MISSING))],
        "max_epochs": [COUNT],
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
        reg: Any = "mmd",
        *,
        content_size: int = 32,
        motion_size: int = 6,
        hidden_size: int = 128,
        network: Any = "auto",
        cost: str | Callable = "squared",
        content_weight: float | Literal["auto"] = "auto",
        motion_weight: float | Literal["auto"] = "auto",
        independence_weight: float = 0.2,
        generator: Literal["style", "concat"] = "style",
        content_noise: float | None = 0.1,
        motion_noise: float | None = 0.2,
        motion_components: int | Literal["auto"] = "auto",
        content_warmup: float = 0.125,
        content_view: Any = "auto",
        motion_view: Any = None,
        codes: str = "both",
        scale: str = "auto",
        channels: str = "auto",
        missing: str = "error",
        max_epochs: int = 24,
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
        self.generator = generator
        self.content_noise = content_noise
        self.motion_noise = motion_noise
        self.motion_components = motion_components
        self.content_warmup = content_warmup
        self.content_view = content_view
        self.motion_view = motion_view
        self.codes = codes
        self.scale = scale
        self.channels = channels
        self.missing = missing
        self.max_epochs = max_epochs
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

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]  # sklearn has no types
    def fit(
        self, X: Any, y: Any = None, *, lengths: Any = None, resume: bool = False
    ) -> RecurrentWAE:
        """Learn the codes of sequences.

        Parameters
        ----------
        X : array-like of n sequences
            (n, T) numbers, (n, T, D) features, (n, T, H, W) grey images, or (n, T, H, W, C) or
            (n, T, C, H, W) images of 1 to 4 channels, 8-bit or float: a NumPy array or memmap, a
            torch tensor, a list of arrays, whose lengths may differ, an array-like that is read by
            slices (of h5py, zarr or dask), a torch ``Dataset`` of sequences, or a path:
            ``"file.h5:/key"``, ``"file.npy"`` or a folder of ``.npy`` files. What is not in memory
            is read in parts, in the background.
        y : None
            Not used.
        lengths : array of int and shape (n,), optional
            Steps of each sequence of an array that count, the rest being padding.
        resume : bool, default=False
            Whether to go on from the newest readable file in ``checkpoint``, if there is one, and
            end with the weights of a training that was never cut short: bit for bit on a CPU.

        Returns
        -------
        RecurrentWAE
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            If a parameter or the data is not as described, or not as it was when the training to
            resume began. A model that was fitted before is then as it was.
        FloatingPointError
            If the loss diverges. The estimator then has the weights of the last epoch before, if
            there is one, and else is as it was.

        Notes
        -----
        Ctrl-C ends the fit after the running step and leaves a model that can be used.
        """
        leave_lost_threads()
        with unchanged_on_error(self):
            continued = self.warm_start and hasattr(self, "model_")
            result = self._fit(X, lengths, continued=continued, resume=resume)
        if result.diverged is not None:  # the epochs before are kept
            raise result.diverged
        return self

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]  # sklearn has no types
    def partial_fit(self, X: Any, y: Any = None, *, lengths: Any = None) -> RecurrentWAE:
        """Train for one epoch on a part of the data, at a constant step size.

        The first part decides the units (``scale``); an int ``content_warmup`` counts calls, a
        float has no ``max_epochs`` to be a share of and means none. No checkpoints are written.

        Parameters
        ----------
        X : array-like of n sequences
            As in ``fit``.
        y : None
            Not used.
        lengths : array of int and shape (n,), optional
            As in ``fit``.

        Returns
        -------
        RecurrentWAE
            The estimator itself.
        """
        leave_lost_threads()
        with unchanged_on_error(self):
            self._fit(X, lengths, continued=hasattr(self, "model_"), partial=True)
        return self

    def _fit(
        self,
        X: Any,
        lengths: Any,
        *,
        continued: bool,
        partial: bool = False,
        resume: bool = False,
    ) -> FitResult:
        device = resolve_device(self.device)
        processes = find_processes(device)
        callbacks = resolve_callbacks(self.callbacks if processes.rank == 0 else None)
        checkpoints = None if partial else self._checkpoints(resume, processes)
        found = checkpoints.newest() if checkpoints is not None and resume else None
        continued = continued and found is None
        device = self.device_ if continued else device
        divergences = resolve(self.reg)
        sequences = self._read(X, reset=not continued, lengths=lengths)
        scaling = self._scale(sequences, continued=continued)
        sequences.keep_on(device, room_for_data(device))
        dtype = self.dtype_ if continued else sequences.dtype
        seeds = processes.agree(self._seeds())
        beginning = Beginning(seeds, self.history_ if continued else [], scaling, dtype)
        if checkpoints is not None:
            about = about_training(self, sequences, device) | {"processes": processes.size}
            if found is not None:
                check_same(found.about["training"], about, checkpoints.folder)
                beginning = Beginning.from_config(found.about["beginning"])
                beginning.check_units(scaling)
            checkpoints.about = {"training": about, "beginning": beginning.to_config()}
        seeds, past, scaling, dtype = beginning
        spec = self._spec(sequences.layout, scaling, divergences)
        if continued:
            check_same_sizes(spec, self.model_.spec)
            model = self.model_
        else:
            model = build_model(spec, seeds["weights"]).to(device)
        # A call of partial_fit goes on with new noise, not with that of the call before.
        seeds = {name: (seed + len(past)) % 2**63 for name, seed in seeds.items()}
        build_divergences(divergences, spec, seeds["critics"])
        if continued:
            keep_learned(divergences, self.divergences_)
        objective = self._objective(divergences, sequences, processes, scaling.bounded)
        objective.to(device)
        train, validation = self._batches(sequences, scaling, device, seeds, partial, processes)
        max_epochs = 1 if partial else self.max_epochs
        trainer = Trainer(
            model,
            objective,
            learning_rate=self.learning_rate,
            lr_schedule="constant" if partial else self.lr_schedule,
            n_steps=max_epochs * len(train),
            warmup_steps=0 if partial else self._lr_warmup_steps(len(train)),
            clip_norm=self.clip_norm,
            seed=seeds["noise"] + processes.rank,
            ema=self.ema,
            precision=resolve_precision(self.precision, device),
        )
        if partial and continued and hasattr(self, "_moments"):
            trainer.load_moments(self._moments)
            if self.ema is not None and hasattr(self, "_averaging"):
                trainer.load_averaging(*self._averaging)
        self.model_ = trainer.result.eval()
        self.divergences_ = divergences
        self.device_ = device
        self.scaling_ = scaling
        self.layout_ = sequences.layout
        self.frame_shape_ = sequences.layout.array_frame_shape
        self.dtype_ = dtype
        self.n_steps_ = sequences.n_steps

        def count_epochs(history: list[dict[str, float]], best_epoch: int) -> None:
            self.history_ = [*past, *({**r, "epoch": r["epoch"] + len(past)} for r in history)]
            self.n_epochs_ = len(self.history_)
            self.best_epoch_ = len(past) + best_epoch

        def on_begin(training: Training) -> None:
            count_epochs(training.history, training.best_epoch)
            callbacks.on_fit_begin(self)

        def on_epoch(training: Training) -> bool:
            count_epochs(training.history, training.best_epoch)
            bar.on_epoch(training)
            if checkpoints is not None and training.best_epoch == len(training.history):
                checkpoints.save_best(self.save)
            return processes.agree(callbacks.on_epoch_end(self, self.history_[-1]))

        verbose = self.verbose if processes.rank == 0 else 0
        with (
            ProgressBar(max_epochs, len(train), verbose) as bar,
            processes.training(model),
            compiled(model, device, on=self.compile),
        ):
            result = run(
                trainer,
                train,
                max_epochs=max_epochs,
                warmup_epochs=self._warmup_epochs(len(past), partial),
                validation=validation,
                stopping=Stopping(self.n_iter_no_change, self.tol) if validation else None,
                on_begin=on_begin,
                on_step=bar.on_step,
                on_epoch=on_epoch,
                checkpoints=checkpoints,
                state=None if found is None else found.state,
            )
        count_epochs(result.history, result.best_epoch)
        self.divergences_ = Divergences(*(divergence.cpu() for divergence in divergences))
        for name in ("_moments", "_averaging"):
            self.__dict__.pop(name, None)
        if partial:
            self._moments = trainer.moments()
            if self.ema is not None:
                self._averaging = trainer.averaging()
        callbacks.on_fit_end(self)
        if result.interrupted:
            warnings.warn(
                f"fit was interrupted after {len(result.history)} of {max_epochs} epochs: the "
                "model holds what it has learned so far and can be used",
                stacklevel=4,
            )
        return result

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted model to one file: weights and settings, nothing that can run.

        Parameters
        ----------
        path : path
            A safetensors file; written whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written.
        NotFittedError
            If called before ``fit``.
        """
        save_estimator(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str], **params: Any) -> RecurrentWAE:
        """Read a model that :meth:`save` wrote.

        Parameters
        ----------
        path : path
        **params
            Parameters to set in place of those in the file: a ``device``, or the functions and
            modules of the user's own, which a safe file cannot hold.

        Raises
        ------
        ValueError
            If it is not such a file, or a parameter of the user's own is missing.
        """
        return load_estimator(cls, path, params)

    def _checkpoints(self, resume: bool, processes: Alone) -> Checkpoints | None:
        """The folder of checkpoints, which a new training must find empty."""
        if self.checkpoint is None:
            if resume:
                raise ValueError("resume=True needs a folder to resume from, got checkpoint=None")
            return None
        checkpoints = Checkpoints(self.checkpoint, processes)
        if not resume:
            checkpoints.refuse_others()
        return checkpoints

    def _spec(self, layout: Layout, scaling: Scaling, divergences: Divergences) -> ModelSpec:
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
        )

    def _objective(
        self, divergences: Divergences, sequences: Sequences, processes: Alone, images: bool
    ) -> Objective:
        return Objective(
            divergences,
            cost=resolve_cost(self.cost, images=images),
            content_weight=auto_weight(self.content_weight, divergences.content.content_weight),
            motion_weight=auto_weight(self.motion_weight, divergences.motion.motion_weight),
            independence_weight=self.independence_weight,
            content_view=resolve_view(auto_view(self.content_view, sequences), name="content_view"),
            motion_view=resolve_view(auto_view(self.motion_view, sequences), name="motion_view"),
            frames_per_step=self.frames_per_step,
            processes=processes,
        )

    def _scale(self, sequences: Sequences, *, continued: bool) -> Scaling:
        """The units of the data; every value is read and checked on the way."""
        layout = sequences.layout
        found = fit_scaling(
            self.scaling_.kind if continued else self.scale,
            sequences.chunks(),
            image=layout.kind == "image",
            dtype=sequences.dtype,
            feature_axis=layout.feature_axis,
            n_features=layout.frame_shape[0],
        )
        return self.scaling_ if continued else found

    def _seeds(self) -> dict[str, int]:
        random = fresh_random_state(self.random_state)
        names = ("weights", "order", "noise", "validation", "critics")
        return dict(zip(names, random.randint(2**31 - 1, size=len(names)).tolist(), strict=True))

    def _warmup_epochs(self, n_past: int, partial: bool) -> int:
        if isinstance(self.content_warmup, int | np.integer):
            return max(int(self.content_warmup) - n_past, 0)
        return 0 if partial or n_past else round(self.content_warmup * self.max_epochs)

    def _lr_warmup_steps(self, n_batches: int) -> int:
        whole = isinstance(self.lr_warmup, int | np.integer)
        epochs = self.lr_warmup if whole else self.lr_warmup * self.max_epochs
        return round(min(epochs, self.max_epochs) * n_batches)

    def _batches(
        self,
        sequences: Sequences,
        scaling: Scaling,
        device: torch.device,
        seeds: dict[str, int],
        partial: bool,
        processes: Alone,
    ) -> tuple[Batches, Batches | None]:
        n = len(sequences)
        order = np.random.RandomState(seeds["validation"]).permutation(n)
        n_validation = math.ceil(self.validation_fraction * n)
        if partial or not self.early_stopping:
            n_validation = 0
        elif n_validation >= n:
            raise ValueError(
                f"early_stopping keeps {n_validation} of {n} sequences apart and leaves none to "
                "train on: fewer with a smaller validation_fraction, or more sequences"
            )
        batches = functools.partial(
            Batches,
            sequences,
            scaling,
            batch_size=self.batch_size,
            device=device,
            shard=processes.shard,
        )
        shuffle = torch.Generator().manual_seed(seeds["order"])
        train = batches(rows=np.sort(order[n_validation:]), generator=shuffle)
        return train, batches(rows=np.sort(order[:n_validation])) if n_validation else None


def auto_view(view: Any, sequences: Sequences) -> Any:
    """What a view of "auto" means for such sequences."""
    if isinstance(view, str) and view == "auto":
        return "random_frames" if sequences.layout.kind == "image" else None
    return view


def auto_weight(weight: float | Literal["auto"], preferred: float) -> float:
    """The weight of a divergence, its own preference for "auto"."""
    return preferred if weight == "auto" else weight


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
