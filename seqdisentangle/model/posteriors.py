"""The posteriors of content and of motion, given the frames of a sequence."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

from .._modes import full_precision
from ..data.packing import Packing, packed
from ..networks.base import SLOPE, FrameEncoder
from .changes import centred, residuals, standardised
from .latent import LOG_VAR_RANGE, Latent, gaussian
from .levels import Levels
from .norms import RunningNorm, Whitening
from .pieces import in_pieces
from .recurrence import unrolled

__all__ = [
    "POSTERIORS",
    "ContentPosterior",
    "MotionInput",
    "MotionPosterior",
    "RecurrentContentPosterior",
    "RecurrentMotionPosterior",
]

#: Frames as the motion encoder sees them.
MotionInput = Literal["changes", "causal_changes", "residuals", "frames"]


class ContentPosterior(nn.Module):
    r"""The content posterior :math:`q(z_c \mid x_{1:T})`, a diagonal Gaussian.

    .. math::

        \mu = \mathrm{norm}\Big(
            \frac{1}{T} \sum_t \mathrm{MLP}(\mathrm{pool}(\mathrm{encoder}(x_t)))\Big)

    A mean over frames cannot tell their order, and pooling over positions (mean and maximum)
    cannot tell where in the image a thing is: what the encoder cannot see, content cannot carry.
    With a fixed ``noise``, the mean is normalised and whitened by the batches before: in training,
    codes have about the mean and the covariance of N(0, I), whatever the divergence weighs.

    Parameters
    ----------
    encoder : FrameEncoder
    size, hidden_size : int
    noise : float or None
        The standard deviation; None learns it.
    """

    def __init__(
        self, encoder: FrameEncoder, size: int, hidden_size: int, noise: float | None
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.noise = noise
        self.head = nn.Sequential(
            nn.Linear(self._n_features(encoder.feature_shape), hidden_size),
            nn.LeakyReLU(SLOPE, inplace=True),
            moments_layer(hidden_size, size, noise),
        )
        # A batch has one content code of each sequence, and its moments are told by many batches.
        norm = nn.Sequential(RunningNorm(size, momentum=0.02), Whitening(size))
        self.norm = None if noise is None else norm

    def forward(
        self,
        x: Tensor,
        rng: torch.Generator | None = None,
        *,
        sample: bool = True,
        packing: Packing | None = None,
    ) -> Latent:
        """(n, T, ...) -> Latent of shape (n, d_c), the mean itself unless ``sample``."""
        frames = x.flatten(0, 1) if packing is None else packing.pack(x)
        hidden = in_pieces(self._of_frames, frames, alone=not self.training)
        hidden = self._of_sequences(hidden, x.shape[0], packing)
        # Codes are normalised in full precision, as those of motion are.
        with full_precision(hidden.device):
            output = self.head[-1](hidden.to(next(self.head.parameters()).dtype))
            mean, log_var = split_moments(output, self.noise)
            if self.norm is not None:
                mean = self.norm(mean)
        return gaussian(mean, log_var, rng) if sample else Latent(mean, mean, log_var)

    @staticmethod
    def _n_features(shape: tuple[int, ...]) -> int:
        """The number of features of a frame that the head reads."""
        return 2 * shape[0] if len(shape) == 3 else shape[0]

    def _of_frames(self, frames: Tensor) -> Tensor:
        """Each frame by itself, (N, ...) -> (N, hidden_size)."""
        hidden: Tensor = self.head[:-1](self._pooled(self.encoder(frames)))
        return hidden

    @staticmethod
    def _pooled(features: Tensor) -> Tensor:
        """The features that the head reads, (N, ...) -> (N, n_features)."""
        if features.ndim == 4:
            return torch.cat([features.mean((-2, -1)), features.amax((-2, -1))], dim=-1)
        return features

    def _of_sequences(self, hidden: Tensor, n: int, packing: Packing | None) -> Tensor:
        """All frames as n sequences, (N, hidden_size) -> (n, hidden_size)."""
        # The last layer is linear, so its mean over frames is its value of the mean.
        if packing is None:
            return hidden.unflatten(0, (n, -1)).mean(1)
        return packing.mean(packing.pad(hidden))


class RecurrentContentPosterior(ContentPosterior):
    r"""The content posterior :math:`q(z_c \mid x_{1:T})` of the paper, by an LSTM over the frames.

    .. math::

        \mu = \mathrm{norm}(W\, h_T), \quad
        h_t = \mathrm{LSTM}(h_{t-1}, \mathrm{MLP}(\mathrm{encoder}(x_t)))

    It knows the order of the frames and the places in them, where :class:`ContentPosterior` knows
    neither. Its parameters are the same.

    References
    ----------
    Han, Min, Han, Li, Zhang: Disentangled Recurrent Wasserstein Autoencoder, ICLR 2021, figure 1.
    """

    def __init__(
        self, encoder: FrameEncoder, size: int, hidden_size: int, noise: float | None
    ) -> None:
        super().__init__(encoder, size, hidden_size, noise)
        self.lstm = nn.LSTM(hidden_size, hidden_size, batch_first=True)

    @staticmethod
    def _n_features(shape: tuple[int, ...]) -> int:
        """All of them, place by place."""
        return math.prod(shape)

    @staticmethod
    def _pooled(features: Tensor) -> Tensor:
        """All of them, place by place."""
        return features.flatten(1)

    def _of_sequences(self, hidden: Tensor, n: int, packing: Packing | None) -> Tensor:
        """The state of the LSTM after the last frame of each."""
        frames = hidden.unflatten(0, (n, -1)) if packing is None else packing.pad(hidden)
        # In full precision, as some processors have no recurrences in half of it.
        with full_precision(frames.device):
            frames = frames.to(next(self.head.parameters()).dtype)
            lengths = None if packing is None else packing.lengths
            _, (state, _) = self.lstm(packed(frames, lengths))
        return state[-1]


class MotionPosterior(nn.Module):
    r"""The motion posterior :math:`\prod_t q(z_{m,t} \mid z_{m,t-1}, x_t)`, step by step.

    .. math::

        \mu_t = \mathrm{norm}(W_3\, \sigma(W_1 f_t + W_2 \tanh(z_{m,t-1}))), \quad
        z_{m,t} = \mu_t + \varepsilon \cdot \mathrm{noise}

    Its only memory is the previous code: an encoder that could count would make motion a clock.
    The hyperbolic tangent keeps a long sequence of codes from growing without bound.
    With a fixed ``noise``, the mean is normalised to unit variance over all steps, which limits
    the rate: a frame's code carries about
    :math:`d_m \cdot \tfrac12 \log(1 + 1/\mathrm{noise}^2)` nats, enough for a pose and too little
    for the appearance as well.

    With ``sees="changes"`` the frame that it sees is one without what stays the same in its
    sequence: of vectors the input is standardised over the time of the sequence, of images the
    feature map is centred, channel by channel and place by place. Both have a place for everything
    that moves still, and no way for what is constant to pass. With ``sees="residuals"`` vectors are
    without the level and spread that content foretells: what is constant in a sequence, and no
    matter of its content, passes.

    Parameters
    ----------
    encoder : FrameEncoder
    size, hidden_size : int
    noise : float or None
        The standard deviation; None learns it, and the mean is then free.
    sees : {"changes", "causal_changes", "residuals", "frames"}
    """

    def __init__(
        self,
        encoder: FrameEncoder,
        size: int,
        hidden_size: int,
        noise: float | None,
        sees: MotionInput = "frames",
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.size = size
        self.noise = noise
        self.sees = sees
        self.features = nn.Sequential(
            nn.Linear(math.prod(encoder.feature_shape), hidden_size),
            nn.LeakyReLU(SLOPE, inplace=True),
        )
        self.from_frame = nn.Linear(hidden_size, hidden_size)
        self.from_previous = self._memory(hidden_size)
        self.output = moments_layer(hidden_size, size, noise)
        self.norm = None if noise is None else RunningNorm(size)

    def forward(
        self,
        x: Tensor,
        rng: torch.Generator | None = None,
        *,
        sample: bool = True,
        packing: Packing | None = None,
        observed: Tensor | None = None,
        expected: Levels | None = None,
    ) -> Latent:
        """(n, T, ...) -> Latent of shape (n, T, d_m), the means themselves unless ``sample``."""
        n, n_steps = x.shape[:2]
        hidden = self._of_frames(x, packing, observed, expected)
        noise = hidden.new_empty(n, n_steps, self.size)
        noise = noise.normal_(generator=rng) if sample else noise.zero_()
        if packing is None:
            latent = self._unroll(hidden, noise, [n] * n_steps)
        else:
            # Longest first: those that go on are then the first rows at every step.
            order = packing.lengths.argsort(descending=True, stable=True)
            going_on = [int((packing.lengths > t).sum()) for t in range(n_steps)]
            rows, back = (part.to(x.device, non_blocking=True) for part in (order, order.argsort()))
            latent = self._unroll(hidden[rows], noise[rows], going_on)
            latent = Latent(*(part[back] for part in latent))
        if self.training and self.norm is not None:
            latent = self._observed(latent, self.norm, packing)
        return latent

    def _of_frames(
        self, x: Tensor, packing: Packing | None, observed: Tensor | None, expected: Levels | None
    ) -> Tensor:
        """The part of each frame in its step, memory apart, (n, T, ...) -> (n, T, hidden_size)."""
        n, n_steps = x.shape[:2]
        causal = self.sees == "causal_changes"
        changes = causal or self.sees == "changes"
        if expected is not None:
            x = residuals(x, expected, packing, observed)
        elif changes and x.ndim == 3:
            x = standardised(x, packing, observed, causal=causal)
        frames = x.flatten(0, 1) if packing is None else packing.pack(x)
        centre = changes and x.ndim == 5

        def of_each(frames: Tensor) -> Tensor:
            features = self.encoder(frames)
            if centre:
                features = centred(features, n, packing, causal=causal)
            hidden: Tensor = self.from_frame(self.features(features.flatten(1)))
            return hidden

        hidden = in_pieces(of_each, frames, alone=not self.training and not centre)
        hidden = hidden.to(self.output.weight.dtype)
        return hidden.unflatten(0, (n, n_steps)) if packing is None else packing.pad(hidden)

    def _observed(self, latent: Latent, norm: RunningNorm, packing: Packing | None) -> Latent:
        """The same codes, once their norm has seen them."""
        flat = latent.mean.flatten(0, 1) if packing is None else packing.pack(latent.mean)
        if self.sees != "residuals":
            norm.observe(flat.detach())
            return latent
        # Where motion has an error of its own to lower, it must not by its size.
        seen = norm.observe(flat)
        mean = seen.view_as(latent.mean) if packing is None else packing.pad(seen)
        return Latent(latent.value + (mean - latent.mean), mean, latent.log_var)

    def _unroll(self, hidden: Tensor, noise: Tensor, going_on: list[int]) -> Latent:
        """The codes of all steps, (n, T, d_m), zero after a sequence's end.

        ``going_on`` says how many sequences have each step, the first rows.
        """
        if self.noise is None:
            return self._step_by_step(hidden, noise, going_on)
        n, log_var = len(hidden), torch.full_like(noise, 2 * math.log(self.noise))
        # In full precision: products this small take less time than to convert their factors.
        with full_precision(hidden.device):
            weight, shift = self._normalised_output()
            drawn = self.noise * noise
            start = drawn + shift
            if going_on[-1] < n:
                steps = torch.tensor(going_on).to(noise.device, non_blocking=True)
                real = torch.arange(n, device=noise.device).unsqueeze(-1) < steps  # (n, T)
                drawn, start, log_var = (
                    torch.where(real.unsqueeze(-1), part, 0.0) for part in (drawn, start, log_var)
                )
            (memory,) = self.from_previous.parameters()
            parts = hidden.transpose(0, 1), memory, weight, start.transpose(0, 1)
            value = unrolled(*parts, going_on).transpose(0, 1)
        return Latent(value, value - drawn, log_var)

    def _step_by_step(self, hidden: Tensor, noise: Tensor, going_on: list[int]) -> Latent:
        """As :meth:`_unroll`, for any memory and any noise: an operation of autograd at a time."""
        z = hidden.new_zeros(len(hidden), self.size)
        state: tuple[Tensor, ...] = ()
        steps = []
        # In full precision: products this small take less time than to convert their factors.
        with full_precision(hidden.device):
            weight, bias = self._normalised_output()
            for h, eps, k in zip(hidden.unbind(1), noise.unbind(1), going_on, strict=True):
                before, state = self._read(z[:k], tuple(part[:k] for part in state))
                h = nn.functional.leaky_relu(h[:k] + before, SLOPE)
                mean, log_var = split_moments(nn.functional.linear(h, weight, bias), self.noise)
                z = torch.addcmul(mean, torch.exp(0.5 * log_var), eps[:k])
                steps.append((z, mean, log_var))
        n = len(hidden)
        return Latent(
            *(
                torch.stack([nn.functional.pad(v, (0, 0, 0, n - len(v))) for v in part], 1)
                if going_on[-1] < n
                else torch.stack(part, 1)
                for part in zip(*steps, strict=True)
            )
        )

    def _memory(self, hidden_size: int) -> nn.Module:
        """The layer that reads the code before a step."""
        layer = nn.Linear(self.size, hidden_size, bias=False)
        # What it is to remember is learned: memory at random would drown the frames at first.
        nn.init.zeros_(layer.weight)
        return layer

    def _read(
        self, previous: Tensor, state: tuple[Tensor, ...]
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The memory of the codes before, as a step reads it (n, hidden_size), and its state."""
        return self.from_previous(previous.tanh()), state

    def _normalised_output(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the last layer, the norm of its mean in them."""
        if self.norm is None:
            return self.output.weight, self.output.bias
        scale, shift = self.norm.factors()
        return self.output.weight * scale.unsqueeze(-1), shift


class RecurrentMotionPosterior(MotionPosterior):
    r"""The motion posterior :math:`\prod_t q(z_{m,t} \mid z_{m,<t}, x_t)` of the paper.

    .. math::

        h_t = \mathrm{LSTM}(h_{t-1}, z_{m,t-1}), \quad
        \mu_t = \mathrm{norm}(W_3\, \sigma(W_1 f_t + h_t))

    It remembers all codes before a step, where :class:`MotionPosterior` remembers one. Its
    parameters are the same.

    References
    ----------
    Han, Min, Han, Li, Zhang: Disentangled Recurrent Wasserstein Autoencoder, ICLR 2021.
    """

    def _unroll(self, hidden: Tensor, noise: Tensor, going_on: list[int]) -> Latent:
        """Step by step."""
        return self._step_by_step(hidden, noise, going_on)

    def _memory(self, hidden_size: int) -> nn.Module:
        """An LSTM, of which this is one step."""
        return nn.LSTMCell(self.size, hidden_size)

    def _read(
        self, previous: Tensor, state: tuple[Tensor, ...]
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The output of the LSTM, and its state."""
        state = self.from_previous(previous, state or None)
        return state[0], state


#: Names of pairs: the posterior of content and the one of motion.
POSTERIORS: dict[str, tuple[type[ContentPosterior], type[MotionPosterior]]] = {
    "framewise": (ContentPosterior, MotionPosterior),
    "recurrent": (RecurrentContentPosterior, RecurrentMotionPosterior),
}


def moments_layer(hidden_size: int, size: int, noise: float | None) -> nn.Linear:
    """Make the layer of the mean of a code and, where its noise is learned, the log-variance."""
    if noise is None:
        return nn.Linear(hidden_size, 2 * size)
    # Without a bias, which the norm takes away: its gradient would be rounding alone, which Adam
    # makes steps of the full rate from, and the running moments would lag behind.
    return nn.Linear(hidden_size, size, bias=False)


def split_moments(output: Tensor, noise: float | None) -> tuple[Tensor, Tensor]:
    """Mean and log-variance, the latter learned (second half of the output) or fixed."""
    if noise is None:
        mean, log_var = output.chunk(2, dim=-1)
        return mean, log_var.clamp(*LOG_VAR_RANGE)
    return output, torch.full_like(output, 2 * math.log(noise))
