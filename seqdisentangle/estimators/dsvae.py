"""The disentangled sequential autoencoder, a variational one."""

from __future__ import annotations

import math
from collections.abc import Callable
from os import PathLike
from typing import Any, ClassVar, Literal

from sklearn.utils._param_validation import StrOptions

from ..data import Layout, Scaling, Sequences
from ..divergences import Divergences
from ..model import DSVAESpec, ModelSpec
from ..objectives import ELBO, Communicator, Objective, resolve_cost
from .recurrent_wae import NON_NEGATIVE, RecurrentWAE, constraints_of

__all__ = ["DSVAE"]


class DSVAE(RecurrentWAE):
    r"""Disentangled sequential autoencoder, a variational one.

    Learns a content code :math:`f` for each sequence and a motion code :math:`z_t` for each of its
    frames by minimising minus the evidence lower bound,

    .. math::

        -E_q \sum_t \log p(x_t \mid z_t, f) + \mathrm{KL}(q(f \mid x_{1:T}) \,\|\, p(f))
        + E_q \sum_t \mathrm{KL}(q(z_t) \,\|\, p(z_t \mid z_{<t}))

    It has the verbs of :class:`RecurrentWAE`, and none of what that adds to an autoencoder: views,
    a limit on the motion code, a late start of content, a term of independence.

    Parameters
    ----------
    posterior : {"factorised", "full"}, default="factorised"
        What a motion code is read off. ``"factorised"``: its own frame alone,
        :math:`\prod_t q(z_t \mid x_t)`. ``"full"``: all frames and the content code,
        :math:`q(z_{1:T} \mid f, x_{1:T})`, by a bidirectional LSTM and a recurrent layer on top.
    content_size : int, default=256
        Numbers in a content code.
    motion_size : int, default=32
        Numbers in a frame's motion code.
    hidden_size : int, default=512
        Units of the recurrent layers, and features of a frame.
    network : {"auto", "mlp", "conv", "resnet"}, FrameNetwork or pair of modules, default="auto"
        As in :class:`RecurrentWAE`. The published one has 256 channels in every layer.
    cost : str or callable, default="squared"
        Minus the logarithm of the likelihood, as in :class:`RecurrentWAE`: ``"squared"`` for a
        Gaussian of variance one half.
    kl_weight : float, default=1.0
        What the divergences are multiplied by; with 1 it is the evidence lower bound.
    codes : {"both", "content", "motion"}, default="both"
        What ``transform`` returns.
    scale, channels, missing : str
        As in :class:`RecurrentWAE`.
    max_epochs : int, default=100
        Passes over the data.
    batch_size : int, default=64
        Sequences in a step.
    learning_rate : float, default=1e-3
        Step size of the optimiser.
    lr_schedule : {"one_cycle", "cosine", "constant", "plateau"}, default="constant"
        How the step size changes over the epochs.
    lr_warmup : float or int, default=0
        Epochs at the start in which the step size rises.
    clip_norm, ema, early_stopping, validation_fraction, n_iter_no_change, tol
        As in :class:`RecurrentWAE`; gradients are not clipped by default.
    device, precision, compile, checkpoint, callbacks, warm_start, random_state, verbose
        As in :class:`RecurrentWAE`.

    Attributes
    ----------
    model_ : DSVAEModel
        The fitted torch module.
    history_ : list of dict
        The parts of the loss of each epoch: ``content`` and ``motion`` are the divergences of a
        sequence, in nats.
    n_epochs_, best_epoch_, device_, divergences_
        As those of :class:`RecurrentWAE`.
    n_features_in_, feature_names_in_, frame_shape_, n_steps_, dtype_, layout_, scaling_
        As those of :class:`RecurrentWAE`.

    See Also
    --------
    RecurrentWAE : With ``reg="kl"``, the same divergences in its own architecture.

    Notes
    -----
    The sizes of the codes and of the recurrent layers are those published for Sprites. Of the loss,
    ``cost`` is a mean over the values of a frame, and the divergences are weighted by one over the
    number of these, which changes no minimum.

    References
    ----------
    Li, Mandt: Disentangled Sequential Autoencoder, ICML 2018.

    Examples
    --------
    >>> from seqdisentangle import DSVAE
    >>> from seqdisentangle.datasets import make_moving_digits
    >>> X = make_moving_digits(20, n_steps=6, size=16, random_state=0).X
    >>> model = DSVAE("full", content_size=16, hidden_size=32, max_epochs=2, random_state=0)
    >>> content, motion = model.fit(X).transform(X)
    >>> content.shape, motion.shape
    ((20, 16), (20, 6, 32))
    """

    # What RecurrentWAE lets its user choose and this one does not.
    reg = "kl"
    generator: Literal["style", "concat"] = "concat"
    content_noise = None
    motion_noise = None
    motion_components: int | Literal["auto"] = 1
    content_delay = 0
    finetune_epochs = 0
    content_view = None
    motion_view = None
    frames_per_step = None
    n_actions = None
    action_prior = None

    def __init__(  # its own parameters: scikit-learn reads them off here
        self,
        posterior: Literal["factorised", "full"] = "factorised",
        *,
        content_size: int = 256,
        motion_size: int = 32,
        hidden_size: int = 512,
        network: Any = "auto",
        cost: str | Callable = "squared",
        kl_weight: float = 1.0,
        codes: str = "both",
        scale: str = "auto",
        channels: str = "auto",
        missing: str = "error",
        max_epochs: int = 100,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        lr_schedule: str = "constant",
        lr_warmup: float = 0,
        clip_norm: float | None = None,
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
        self.posterior = posterior
        self.content_size = content_size
        self.motion_size = motion_size
        self.hidden_size = hidden_size
        self.network = network
        self.cost = cost
        self.kl_weight = kl_weight
        self.codes = codes
        self.scale = scale
        self.channels = channels
        self.missing = missing
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.lr_schedule = lr_schedule
        self.lr_warmup = lr_warmup
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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **constraints_of(__init__),
        "posterior": [StrOptions({"factorised", "full"})],
        "kl_weight": [NON_NEGATIVE],
    }

    def _spec(self, layout: Layout, scaling: Scaling, divergences: Any) -> ModelSpec:
        base = super()._spec(layout, scaling, divergences)
        return DSVAESpec(**vars(base), posterior=self.posterior)

    def _objective(
        self,
        divergences: Divergences,
        sequences: Sequences,
        communicator: Communicator,
        images: bool,
    ) -> Objective:
        weight = self.kl_weight / math.prod(sequences.layout.frame_shape)
        return ELBO(
            divergences,
            cost=resolve_cost(self.cost, images=images),
            content_weight=weight,
            motion_weight=weight,
            communicator=communicator,
        )
