"""The disentangled sequential autoencoder, a variational one."""

from __future__ import annotations

import math
from typing import Any, Literal

from sklearn.utils._param_validation import StrOptions

from .._arguments import COUNT
from ..data.layout import Layout
from ..data.sequences import Sequences
from ..data.units import Scaling
from ..divergences import Divergences, resolve
from ..model.dsvae import DSVAESpec
from ..objectives.communicator import Communicator
from ..objectives.costs import resolve_cost
from ..objectives.elbo import ELBO
from ._content_prior import content_prior_part
from ._encoding import EncodingEstimator
from ._fitting import FittingEstimator
from ._of_parts import refuse_parts
from ._params import NON_NEGATIVE, PART, POSITIVE, Training, auto, parameter, parameters

__all__ = ["DSVAE"]


@parameters
class DSVAE(EncodingEstimator, FittingEstimator):
    r"""Disentangled sequential autoencoder, a variational one.

    Learns a content code :math:`f` for each sequence and a motion code :math:`z_t` for each of its
    frames by minimising minus the evidence lower bound,

    .. math::

        -E_q \sum_t \log p(x_t \mid z_t, f) + \mathrm{KL}(q(f \mid x_{1:T}) \,\|\, p(f))
        + E_q \sum_t \mathrm{KL}(q(z_t) \,\|\, p(z_t \mid z_{<t}))

    It has the verbs of :class:`RecurrentWAE`, and none of its additions to an autoencoder: views,
    a limit on the motion code, a content delay, a term of independence.

    Parameters
    ----------
    posterior : {"factorised", "full"}, default="factorised"
        Source of a motion code. ``"factorised"``: its own frame alone,
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
        Factor of the divergences; with 1 it is the evidence lower bound.
    content_prior : {"normal", "auto", "mixture", "factored", "flow"} or ContentPrior
        As in :class:`RecurrentWAE`; by default the published one, :math:`N(0, I)`.
    codes : {"both", "content", "motion"}, default="both"
        The codes that ``transform`` returns.
    scale, channels, missing : str
        As in :class:`RecurrentWAE`.
    max_epochs : int, default=100
        Passes over the data.
    batch_size : int, default=64
        Sequences in a step.
    learning_rate : float, default=1e-3
        Step size of the optimiser.
    training : Training or None, default=None
        The way in which it is trained, as in :class:`RecurrentWAE`; by default the learning rate is
        constant, gradients are not clipped, and nothing is fine-tuned.
    early_stopping : bool or EarlyStopping, default=False
        As in :class:`RecurrentWAE`.
    device, checkpoint, callbacks, warm_start, random_state, verbose
        As in :class:`RecurrentWAE`.

    Attributes
    ----------
    model_ : DSVAEModel
        The fitted torch module.
    history_ : list of dict
        The parts of the loss of each epoch: ``content`` and ``motion`` are the divergences of a
        sequence, in nats.
    n_epochs_, best_epoch_, device_, divergences_, content_prior_
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

    posterior: Literal["factorised", "full"] = parameter(
        StrOptions({"factorised", "full"}), default="factorised", kw_only=False
    )
    content_size: int = parameter(COUNT, default=256)
    motion_size: int = parameter(COUNT, default=32)
    hidden_size: int = parameter(COUNT, default=512)
    kl_weight: float = parameter(NON_NEGATIVE, default=1.0)
    content_prior: Any = parameter(PART, default="normal", as_part=content_prior_part)
    max_epochs: int = parameter(COUNT, default=100)
    learning_rate: float = parameter(POSITIVE, default=1e-3)

    def _spec(self, layout: Layout, scaling: Scaling, divergences: Any) -> DSVAESpec:
        refuse_parts(self)
        return DSVAESpec(
            **self._sizes(layout, scaling),
            generator="concat",
            content_noise=None,
            motion_noise=None,
            posterior=self.posterior,
        )

    def _divergences(self) -> Divergences:
        return resolve("kl")

    def _objective(
        self,
        divergences: Divergences,
        sequences: Sequences,
        communicator: Communicator,
        bounded: bool,
    ) -> ELBO:
        weight = self.kl_weight / math.prod(sequences.layout.frame_shape)
        return ELBO(
            divergences,
            cost=resolve_cost(self.cost, images=bounded),
            content_weight=weight,
            motion_weight=weight,
            frames_per_step=auto(Training.of(self.training).frames_per_step, None),
            communicator=communicator,
        )
