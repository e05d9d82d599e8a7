"""The posteriors and the prior of a model of parts: each part followed, read, and foretold."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from .._frames import frames_at, random_steps
from .._modes import full_precision
from ..data.packing import Packing, around_mean, real_values
from ..networks.base import SLOPE
from ..networks.parts import SPREAD, Parts
from .common_fate import as_one, repeats
from .latent import Latent, Mixture, gaussian
from .norms import RunningNorm
from .posteriors import ContentPosterior, MotionInput, moments_layer, split_moments
from .prior_networks import PriorNetwork
from .tracker import LOOK_SIZE, Tracker

__all__ = ["PartsContentPosterior", "PartsMotionPosterior", "PartsPrior", "folded", "unfolded"]

#: Frames of a sequence that content is read from in a step of training.
FRAMES_SEEN = 4
#: What a place is unusual at least, as a share of the mean of its frame: none is out of sight.
LEAST_UNUSUAL = 0.01


def folded(x: Tensor, n_parts: int) -> Tensor:
    """The codes of parts as those of so many sequences.

    (n, K * d) becomes (n * K, d), and (n, T, K * d) becomes (n * K, T, d).
    """
    parts = x.unflatten(-1, (n_parts, -1))
    return (parts.transpose(1, 2) if x.ndim == 3 else parts).flatten(0, 1)


def unfolded(x: Tensor, n_parts: int) -> Tensor:
    """The codes of parts side by side again, the inverse of :func:`folded`."""
    parts = x.unflatten(0, (-1, n_parts))
    return (parts.transpose(1, 2) if x.ndim == 3 else parts).flatten(-2)


class PartsMotionPosterior(nn.Module):
    r"""The motion posterior of parts, :math:`\prod_t \prod_k q(z_{m,t,k} \mid x_{1:T})`.

    .. math:: \mu_{t,k} = [c_{t,k} / s,\, \mathrm{norm}(W\, \sigma(V u_{t,k}))]

    of the place :math:`c`, in units of the spread :math:`s` that places have, and the looks
    :math:`u` of each part, by a :class:`Tracker`. Looks are without their mean over the sequence
    with ``sees="changes"``: what stays the same of a part is content's to say. Its place is
    motion's, though it rest.

    Parts that move as one, half a window from each other or less, are one thing: all are at its
    place, see :func:`as_one`.

    Parts are looked for where frames differ from the usual one, which is what lies behind things,
    as far as it is known at the start of a training (``start_from``).

    Parameters
    ----------
    network : Parts
    frame_shape : tuple of int
    size : int
        Numbers in the code of all parts, a multiple of their number.
    hidden_size : int
    noise : float or None
        The standard deviation; None learns it.
    sees : {"changes", "frames"}
    """

    usual: Tensor  # (C, H, W)

    def __init__(
        self,
        network: Parts,
        frame_shape: tuple[int, ...],
        size: int,
        hidden_size: int,
        noise: float | None,
        sees: MotionInput,
    ) -> None:
        super().__init__()
        if sees not in ("changes", "frames"):
            raise ValueError(
                f"motion_input must be 'changes' or 'frames' with network={network!r}, got {sees!r}"
            )
        if size < 2 * network.n_parts:
            raise ValueError(
                "motion_size must be at least 2 with parts, whose places are two numbers, got "
                f"{size // network.n_parts}"
            )
        self.n_parts, self.noise, self.sees = network.n_parts, noise, sees
        self.reach = float(network.window)  # half of a window
        self.encoder = network.encoder(frame_shape)
        self.tracker = Tracker(network.n_parts, network.width)
        self.hidden = nn.Sequential(nn.Linear(LOOK_SIZE, hidden_size), nn.LeakyReLU(SLOPE))
        of_one = size // network.n_parts
        self.output = moments_layer(hidden_size, of_one, noise)
        # Places are not normalised: the decoder's would not be the tracker's while moments settle.
        self.norm = None if noise is None or of_one == 2 else RunningNorm(of_one - 2)
        self.register_buffer("usual", torch.zeros(frame_shape))

    @torch.no_grad()
    def start_from(self, usual: Tensor) -> None:
        """Take the usual frame (C, H, W) for what is behind parts."""
        self.usual.copy_(usual)

    def forward(
        self,
        x: Tensor,
        rng: torch.Generator | None = None,
        *,
        sample: bool = True,
        packing: Packing | None = None,
        observed: Tensor | None = None,
    ) -> Latent:
        """(n, T, ...) -> Latent of shape (n, T, K * d_m), the means unless ``sample``."""
        features = self.encoder(x.flatten(0, 1) if packing is None else packing.pack(x))
        with full_precision(x.device):
            features = features.to(self.output.weight.dtype)
            maps = features.unflatten(0, x.shape[:2]) if packing is None else packing.pad(features)
            mask = None if packing is None else packing.mask
            places, looks = self.tracker(maps, mask, self._unusual(x, maps, mask, observed))
            places = as_one(places, mask, self.reach)
            if self.sees == "changes":
                real = real_values(looks, packing, None)
                looks = around_mean(looks, real)[1]
            mean, log_var = split_moments(self.output(self.hidden(looks)), self.noise)
            rest = mean[..., 2:]
            if self.norm is not None:
                rest = self._normalised(rest, self.norm, packing)
            mean = torch.cat([places / SPREAD, rest], -1)
        if packing is not None:
            mean = torch.where(packing.mask[..., None, None], mean, 0.0)
        mean, log_var = mean.flatten(2), log_var.flatten(2)
        return gaussian(mean, log_var, rng) if sample else Latent(mean, mean, log_var)

    def _unusual(
        self, x: Tensor, maps: Tensor, mask: Tensor | None, observed: Tensor | None
    ) -> Tensor:
        """The unlikeness of each place to the usual frame, (n, T, P), a logarithm."""
        squares = (x - self.usual).square()
        if observed is not None:
            squares = torch.where(observed, squares, 0.0)
        height, width = maps.shape[-2:]
        at = adaptive_avg_pool2d(squares.mean(2), (height, width)).flatten(2).to(maps.dtype)
        if mask is not None:
            at = torch.where(mask.unsqueeze(-1), at, 0.0)
        return (at / at.mean(-1, keepdim=True).clamp(min=1e-6) + LEAST_UNUSUAL).log()

    def _normalised(self, mean: Tensor, norm: RunningNorm, packing: Packing | None) -> Tensor:
        """Codes (n, T, K, d) by the moments of the batches before, which these are added to."""
        scale, shift = norm.factors()
        mean = torch.addcmul(shift, mean, scale)
        if self.training:
            seen = mean.flatten(0, 1) if packing is None else packing.pack(mean)
            norm.observe(seen.detach().flatten(0, 1))
        return mean


class PartsContentPosterior(ContentPosterior):
    r"""The content posterior of parts, :math:`\prod_k q(z_{c,k} \mid x_{1:T}, z_{m,1:T,k})`.

    Of each frame it sees a window around the place that the motion code of the part says. There the
    part is always in the middle, and places in the window tell its shape: they are told apart. A
    frame in which the part is covered by another is worth less than one that shows it whole. Of
    parts that are one thing the first sees it, and the others a window without anything: the
    decoder learns to draw nothing for them.

    Parameters
    ----------
    network : Parts
    frame_shape : tuple of int
    size : int
        Numbers in the code of all parts, a multiple of their number.
    hidden_size : int
    noise : float or None
    """

    def __init__(
        self,
        network: Parts,
        frame_shape: tuple[int, ...],
        size: int,
        hidden_size: int,
        noise: float | None,
    ) -> None:
        encoder = network.window_encoder(frame_shape)
        super().__init__(encoder, size // network.n_parts, hidden_size, noise)
        self.n_parts = network.n_parts
        self.windows = network.windows(frame_shape)
        self.worth = nn.Linear(hidden_size, 1, bias=False)  # of frames, beside each other
        nn.init.zeros_(self.worth.weight)  # all frames alike at first

    def forward(
        self,
        x: Tensor,
        rng: torch.Generator | None = None,
        *,
        sample: bool = True,
        packing: Packing | None = None,
        places: Tensor | None = None,
    ) -> Latent:
        """(n, T, ...), places (n, T, K, 2) -> Latent of shape (n, K * d_c)."""
        assert places is not None
        n, n_steps = x.shape[:2]
        lengths = None if packing is None else packing.lengths
        if packing is not None:  # whatever is in padding, its place has no gradient of it
            x = torch.where(packing.mask[..., None, None, None], x, 0.0)
        if self.training and n_steps > FRAMES_SEEN:
            real = None if packing is None else packing.mask
            steps = random_steps(n, n_steps, rng, x.device, real)[:, :FRAMES_SEEN]
            x, places, n_steps = frames_at(x, steps), frames_at(places, steps), FRAMES_SEEN
            lengths = None if lengths is None else lengths.clamp(max=n_steps)
        empty = repeats(places).flatten()
        # (n, T, K) windows, as the frames of n * K sequences.
        places = places.transpose(1, 2).flatten(0, 2)
        frames = x.unsqueeze(1).expand(-1, self.n_parts, *x.shape[1:]).flatten(0, 2)
        windows = self.windows.cut(frames, places.to(x.dtype)).unflatten(0, (-1, n_steps))
        windows = torch.where(empty[:, None, None, None, None], 0.0, windows)
        if lengths is not None:
            packing = Packing.of(lengths.repeat_interleave(self.n_parts), n_steps, x.device)
        latent = super().forward(windows, rng, sample=sample, packing=packing)
        return Latent(*(unfolded(part, self.n_parts) for part in latent))

    @staticmethod
    def _n_features(shape: tuple[int, ...]) -> int:
        """All of them, place by place."""
        return math.prod(shape)

    @staticmethod
    def _pooled(features: Tensor) -> Tensor:
        """All of them, place by place."""
        return features.flatten(1)

    def _of_sequences(self, hidden: Tensor, n: int, packing: Packing | None) -> Tensor:
        """All windows as n * K sequences, by the worth of each."""
        frames = hidden.unflatten(0, (n, -1)) if packing is None else packing.pad(hidden)
        worth = self.worth(frames).squeeze(-1)
        if packing is not None:
            worth = worth.masked_fill(~packing.mask, -math.inf)
        return (worth.softmax(1).unsqueeze(1) @ frames).squeeze(1)


class PartsPrior(PriorNetwork):
    """A motion prior of parts, each of which moves by itself and like the others.

    Parameters
    ----------
    prior : PriorNetwork
        Of one part.
    n_parts : int
    """

    def __init__(self, prior: PriorNetwork, n_parts: int) -> None:
        super().__init__(n_parts * prior.size, prior.n_components)
        self.of_one = prior
        self.n_parts = n_parts

    @property
    def noise_size(self) -> int:
        """Standard normal numbers that the draw of a step takes."""
        return self.n_parts * self.of_one.noise_size

    def read(
        self,
        before: Tensor,
        state: Any = None,
        action: Tensor | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Any, Any]:
        """Read the codes of each part in their order, those of n * K sequences."""
        if lengths is not None:
            lengths = lengths.repeat_interleave(self.n_parts)
        return self.of_one.read(folded(before, self.n_parts), state, action, lengths)

    def read_one(
        self, before: Tensor, state: Any = None, action: Tensor | None = None
    ) -> tuple[Any, Any]:
        """Read the code of each part before a single step."""
        return self.of_one.read_one(folded(before, self.n_parts), state, action)

    def follow(
        self, noise: Tensor, before: Tensor, state: Any = None, action: Tensor | None = None
    ) -> Tensor:
        """Draw the codes of each part."""
        folds = folded(noise, self.n_parts), folded(before, self.n_parts)
        return unfolded(self.of_one.follow(*folds, state, action), self.n_parts)

    def distribution(self, hidden: Tensor) -> Mixture:
        """The distribution of each step of each part, of n * K sequences."""
        return self.of_one.distribution(hidden)

    def draw(self, steps: Mixture, noise: Tensor) -> Latent:
        """A draw of each step, the parts side by side, (n, T, K * d_m)."""
        drawn = self.of_one.draw(steps, folded(noise, self.n_parts))
        return Latent(*(unfolded(part, self.n_parts) for part in drawn))

    def log_prob(self, hidden: Any, z: Tensor) -> Tensor:
        """That of the codes of all parts together, (n, T)."""
        each = self.of_one.log_prob(hidden, folded(z, self.n_parts))
        return each.unflatten(0, (-1, self.n_parts)).sum(1)
