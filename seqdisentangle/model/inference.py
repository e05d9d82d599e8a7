"""The posteriors: what a sequence says about its content code and its motion codes."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .latent import LOG_VAR_RANGE, Latent, gaussian
from .networks.base import SLOPE, FrameEncoder

__all__ = ["ContentPosterior", "MotionPosterior"]


class ContentPosterior(nn.Module):
    r"""The content posterior :math:`q(z_c \mid x_{1:T})`, a diagonal Gaussian.

    .. math:: \mu = \frac{1}{T} \sum_t \mathrm{MLP}(\mathrm{pool}(\mathrm{encoder}(x_t)))

    A mean over frames cannot tell their order, and pooling over positions (mean and maximum)
    cannot tell where in the image a thing is: what the encoder cannot see, content cannot carry.

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
        shape = encoder.feature_shape
        self.head = nn.Sequential(
            nn.Linear(2 * shape[0] if len(shape) == 3 else shape[0], hidden_size),
            nn.LeakyReLU(SLOPE),
            nn.Linear(hidden_size, size if noise is not None else 2 * size),
        )

    def forward(
        self, x: Tensor, generator: torch.Generator | None = None, *, sample: bool = True
    ) -> Latent:
        """(n, T, ...) -> Latent of shape (n, d_c), the mean itself unless ``sample``."""
        features = self.encoder(x.flatten(0, 1))
        if features.ndim == 4:
            features = torch.cat([features.mean((-2, -1)), features.amax((-2, -1))], dim=-1)
        # The last layer is linear, so its mean over frames is its value of the mean.
        hidden = self.head[:-1](features).unflatten(0, x.shape[:2]).mean(1)
        mean, log_var = split_moments(self.head[-1](hidden), self.noise)
        return gaussian(mean, log_var, generator) if sample else Latent(mean, mean, log_var)


class MotionPosterior(nn.Module):
    r"""The motion posterior :math:`\prod_t q(z_{m,t} \mid z_{m,t-1}, x_t)`, step by step.

    .. math::

        \mu_t = \mathrm{norm}(W_3\, \sigma(W_1 f_t + W_2 z_{m,t-1})), \quad
        z_{m,t} = \mu_t + \varepsilon \cdot \mathrm{noise}

    Its only memory is the previous code: an encoder that could count would make motion a clock.
    With a fixed ``noise``, the mean is normalised to unit variance over the batch, which limits
    the rate: a frame's code carries about
    :math:`d_m \cdot \tfrac12 \log(1 + 1/\mathrm{noise}^2)` nats, enough for a pose and too little
    for the looks as well.

    Parameters
    ----------
    encoder : FrameEncoder
    size, hidden_size : int
    noise : float or None
        The standard deviation; None learns it, and the mean is then free.
    """

    def __init__(
        self, encoder: FrameEncoder, size: int, hidden_size: int, noise: float | None
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.size = size
        self.noise = noise
        self.features = nn.Sequential(
            nn.Linear(math.prod(encoder.feature_shape), hidden_size), nn.LeakyReLU(SLOPE)
        )
        self.from_frame = nn.Linear(hidden_size, hidden_size)
        self.from_previous = nn.Linear(size, hidden_size, bias=False)
        self.output = nn.Linear(hidden_size, size if noise is not None else 2 * size)
        # Its running moments average over the steps too, hence the small momentum.
        self.norm = None if noise is None else CodeNorm(size, affine=False, momentum=0.02)

    def forward(
        self, x: Tensor, generator: torch.Generator | None = None, *, sample: bool = True
    ) -> Latent:
        """(n, T, ...) -> Latent of shape (n, T, d_m), the means themselves unless ``sample``."""
        n, n_steps = x.shape[:2]
        features = self.features(self.encoder(x.flatten(0, 1)).flatten(1))
        hidden = self.from_frame(features).unflatten(0, (n, n_steps))  # all steps at once
        noise = hidden.new_empty(n, n_steps, self.size)
        noise = noise.normal_(generator=generator) if sample else noise.zero_()
        z = hidden.new_zeros(n, self.size)
        values, means, log_vars = [], [], []
        for h, eps in zip(hidden.unbind(1), noise.unbind(1), strict=True):
            mean, log_var = split_moments(
                self.output(nn.functional.leaky_relu(h + self.from_previous(z), SLOPE)), self.noise
            )
            if self.norm is not None:
                mean = self.norm(mean)
            z = torch.addcmul(mean, torch.exp(0.5 * log_var), eps)
            values.append(z)
            means.append(mean)
            log_vars.append(log_var)
        return Latent(torch.stack(values, 1), torch.stack(means, 1), torch.stack(log_vars, 1))


class CodeNorm(nn.BatchNorm1d):
    """Batch normalisation that falls back on its running moments for a batch of one."""

    def forward(self, x: Tensor) -> Tensor:
        """(n, d) -> (n, d)."""
        if self.training and len(x) == 1:
            return nn.functional.batch_norm(x, self.running_mean, self.running_var, eps=self.eps)
        return super().forward(x)


def split_moments(output: Tensor, noise: float | None) -> tuple[Tensor, Tensor]:
    """Mean and log-variance, the latter learned (second half of the output) or fixed."""
    if noise is None:
        mean, log_var = output.chunk(2, dim=-1)
        return mean, log_var.clamp(*LOG_VAR_RANGE)
    return output, torch.full_like(output, 2 * math.log(noise))
