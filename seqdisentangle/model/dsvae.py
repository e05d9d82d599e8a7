"""The model of the disentangled sequential autoencoder: its two forms of the posterior."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_packed_sequence

from ..data.packing import Packing, packed
from ..networks import FrameNetwork
from ..networks.base import SLOPE, FrameEncoder
from .core import ModelSpec, SequenceModel
from .latent import Latent, Posterior, gaussian
from .posteriors import split_moments

__all__ = ["DSVAEModel", "DSVAESpec"]


@dataclass(frozen=True)
class DSVAESpec(ModelSpec):
    """The settings that a :class:`DSVAEModel` is built from, parameters of ``DSVAE``."""

    posterior: Literal["factorised", "full"] = "factorised"

    def build(self) -> DSVAEModel:
        """Make the model, with weights from torch's global generator."""
        return DSVAEModel(self)


class DSVAEModel(SequenceModel):
    r"""The priors and the decoder of every model here, and the posteriors of Li and Mandt.

    .. math::

        q(z_{1:T}, f \mid x_{1:T}) = q(f \mid x_{1:T}) \prod_t q(z_t \mid x_t)
        \quad \text{or} \quad q(f \mid x_{1:T})\, q(z_{1:T} \mid f, x_{1:T})

    where the content code :math:`f` is read by a bidirectional LSTM, and in the full form each
    motion code :math:`z_t` by another one, over frames with :math:`f` beside them, and a recurrent
    layer on top of it. Both see the features of one encoder of frames.

    Parameters
    ----------
    spec : DSVAESpec

    References
    ----------
    Li, Mandt: Disentangled Sequential Autoencoder, ICML 2018, section 3 and figure 1.
    """

    spec: DSVAESpec

    def _posteriors(self, network: FrameNetwork) -> tuple[nn.Module, nn.Module]:
        """The posteriors of content and of motion, and the features that both of them see."""
        spec, hidden = self.spec, self.spec.hidden_size
        self.features = FrameFeatures(network.encoder(spec.frame_shape), hidden)
        motion: nn.Module = FramewiseMotion(hidden, spec.motion_size)
        if spec.posterior == "full":
            motion = FullMotion(hidden, spec.motion_size, spec.content_size)
        return RecurrentContent(hidden, spec.content_size), motion

    def encode(
        self,
        x: Tensor,
        rng: torch.Generator | None = None,
        *,
        sample: bool = True,
        packing: Packing | None = None,
        observed: Tensor | None = None,
        known: Tensor | None = None,
    ) -> Posterior:
        """Codes of sequences, as in the base class; content first, which the full form reads."""
        features = self.features(x, packing)
        lengths = None if packing is None else packing.lengths
        content = drawn(self.content(features, lengths), rng, sample)
        moments = self.motion(features, lengths, content.value)
        motion = drawn(moments, rng, sample)
        if packing is not None:
            padding = ~packing.mask.unsqueeze(-1)
            motion = Latent(*(part.masked_fill(padding, 0.0) for part in motion))
        return Posterior(content, motion)


Moments = tuple[Tensor, Tensor]


def drawn(moments: Moments, rng: torch.Generator | None, sample: bool) -> Latent:
    """A draw from a Gaussian, or its mean."""
    mean, log_var = moments
    return gaussian(mean, log_var, rng) if sample else Latent(mean, mean, log_var)


class FrameFeatures(nn.Module):
    """Features of every frame by itself, (n, T, ...) -> (n, T, size).

    Parameters
    ----------
    encoder : FrameEncoder
    size : int
    """

    def __init__(self, encoder: FrameEncoder, size: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.layers = nn.Sequential(
            nn.Linear(math.prod(encoder.feature_shape), size), nn.LeakyReLU(SLOPE, inplace=True)
        )

    def forward(self, x: Tensor, packing: Packing | None) -> Tensor:
        """Zero where it is padding."""
        frames = x.flatten(0, 1) if packing is None else packing.pack(x)
        features: Tensor = self.layers(self.encoder(frames).flatten(1))
        return features.unflatten(0, x.shape[:2]) if packing is None else packing.pad(features)


class RecurrentContent(nn.Module):
    r"""The content posterior :math:`q(f \mid x_{1:T})`: a bidirectional LSTM's two last states.

    Parameters
    ----------
    hidden_size, size : int
    """

    def __init__(self, hidden_size: int, size: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(hidden_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, 2 * size)

    def forward(self, features: Tensor, lengths: Tensor | None) -> Moments:
        """(n, T, hidden_size) -> mean and log-variance, (n, d_c) each."""
        _, (hidden, _) = self.lstm(packed(features, lengths))  # (2, n, hidden_size)
        return split_moments(self.head(torch.cat([hidden[0], hidden[1]], dim=-1)), None)


class FramewiseMotion(nn.Module):
    r"""The factorised motion posterior :math:`\prod_t q(z_t \mid x_t)`.

    Parameters
    ----------
    hidden_size, size : int
    """

    def __init__(self, hidden_size: int, size: int) -> None:
        super().__init__()
        self.head = nn.Linear(hidden_size, 2 * size)

    def forward(self, features: Tensor, lengths: Tensor | None, content: Tensor) -> Moments:
        """(n, T, hidden_size) -> mean and log-variance, (n, T, d_m) each; content is not read."""
        return split_moments(self.head(features), None)


class FullMotion(nn.Module):
    r"""The full motion posterior :math:`q(z_{1:T} \mid f, x_{1:T})`.

    Parameters
    ----------
    hidden_size, size, content_size : int
    """

    def __init__(self, hidden_size: int, size: int, content_size: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(
            hidden_size + content_size, hidden_size, batch_first=True, bidirectional=True
        )
        self.rnn = nn.RNN(2 * hidden_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 2 * size)

    def forward(self, features: Tensor, lengths: Tensor | None, content: Tensor) -> Moments:
        """(n, T, hidden_size), (n, d_c) -> mean and log-variance, (n, T, d_m) each."""
        n_steps = features.shape[1]
        beside = content.unsqueeze(1).expand(-1, n_steps, -1)
        states, _ = self.lstm(packed(torch.cat([features, beside], dim=-1), lengths))
        hidden, _ = self.rnn(states)
        if lengths is not None:
            hidden, _ = pad_packed_sequence(hidden, batch_first=True, total_length=n_steps)
        return split_moments(self.head(hidden), None)
