"""The posteriors and the prior of a model of parts: each part followed, read, and foretold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from .._frames import frames_at, random_steps
from .._modes import full_precision
from ..data.packing import Packing, around_mean, real_values
from ..networks.base import SLOPE
from ..networks.parts import SPREAD, Parts, cells
from .latent import Latent, Mixture, gaussian
from .norms import RunningNorm
from .posteriors import ContentPosterior, MotionInput, moments_layer, split_moments
from .prior_networks import PriorNetwork

__all__ = ["PartsContentPosterior", "PartsMotionPosterior", "PartsPrior", "folded", "unfolded"]

#: Numbers by which a part is known again, and of what is seen of it.
KEY_SIZE, LOOK_SIZE = 16, 32
#: Rounds in which parts share a frame among them, the first and then the last.
ROUNDS = 5
#: Frames of a sequence that content is read from in a step of training.
FRAMES_SEEN = 4
#: Nearness counts so much for the place of a part, and no less than this: one that jumped is found.
#: With more, a part lags behind the place that it is foretold at.
NEARNESS, FARTHEST = 0.15, -8.0
#: A thing goes on as it went, nearly, until more is learned: where two cross it tells them apart.
GOING_ON = 3.0


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


class Tracker(nn.Module):
    r"""Follows K parts through the feature maps of the frames of a sequence.

    .. math::

        w_{k,p} \propto \exp\big(o_p + \log \mathrm{softmax}_k(\ell_{k,p})
            + \alpha d_{k,p}\big), \quad
        \ell_{k,p} = \tfrac14 q_k^\top k_p + d_{k,p}, \quad
        d_{k,p} = -\frac{|p - c_k|^2}{2 \sigma^2}

    where :math:`o_p` says that something is at place :math:`p`, :math:`q_k` how part :math:`k` has
    looked so far, and :math:`c_k` where it should be, by where it was and how it moved. Its place
    is then the mean of places by :math:`w_k`, and what is seen of it the mean of their values. Of
    parts that lie upon each other only the middle is seen: they move with it, and are apart as
    they were foretold.

    It goes to the last frame first, and then back: parts that are one upon the other in the first
    frame are told apart by what they do later.

    Parameters
    ----------
    n_parts, n_channels : int
    """

    def __init__(self, n_parts: int, n_channels: int) -> None:
        super().__init__()
        self.n_parts = n_parts
        self.of_places = nn.Linear(n_channels, 1 + KEY_SIZE + LOOK_SIZE)
        self.first = nn.Parameter(0.5 * torch.randn(n_parts, KEY_SIZE))
        self.memory = nn.GRUCell(LOOK_SIZE, KEY_SIZE)
        self.finer = nn.Sequential(
            nn.Linear(LOOK_SIZE, LOOK_SIZE), nn.LeakyReLU(SLOPE), nn.Linear(LOOK_SIZE, 2)
        )
        for parameter in self.finer[-1].parameters():
            nn.init.zeros_(parameter)  # places are those of the map's cells at first
        self.log_width = nn.Parameter(torch.tensor(math.log(0.2)))
        self.log_touch = nn.Parameter(torch.tensor(math.log(0.1)))
        self.going_on = nn.Parameter(torch.tensor(GOING_ON))  # the share of its movement, a logit

    def forward(self, maps: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(n, T, C, h, w) -> places (n, T, K, 2) and looks (n, T, K, d).

        ``mask`` (n, T) is False in padding, where parts stay where they are.
        """
        places = cells(maps.shape[-2:], maps).flatten(0, 1)  # (P, 2)
        told = self.of_places(maps.flatten(3).mT)  # (n, T, P, ...)
        # Unbound once: the gradient of a step picked out of all would be of the size of all.
        steps: list[tuple[Tensor, ...]] = [split(step) for step in told.unbind(1)]
        first, last = steps[0], steps[-1]
        if mask is not None:
            last = split(told[torch.arange(len(told), device=told.device), mask.sum(1) - 1])
            steps = [(*step, here) for step, here in zip(steps, mask.unbind(1), strict=True)]
        query = self.first.expand(len(maps), -1, -1)
        centre = self._settled(first, places, self._start(first[0], places), query)
        *_, end = self._walk(steps, places, centre, torch.zeros_like(centre), query)
        centre, velocity, query, _ = end
        # The way back begins a step beyond the last frame.
        beyond = self._settled(last, places, centre, query) + velocity
        walk = list(self._walk(steps[::-1], places, beyond, -velocity, query))[::-1]
        found = torch.stack([centre for centre, *_ in walk], 1)
        seen = torch.stack([look for *_, look in walk], 1)
        return found + self.finer(seen) / len(places) ** 0.5, seen

    def _settled(
        self, step: tuple[Tensor, ...], places: Tensor, centre: Tensor, query: Tensor
    ) -> Tensor:
        """The centres (n, K, 2) on which parts that share a frame agree, from those given."""
        there, keys, _ = step
        for _ in range(ROUNDS):
            centre = self._shares(there, keys, query, places, centre) @ places
        return centre

    def _walk(
        self,
        steps: Iterable[tuple[Tensor, ...]],
        places: Tensor,
        centre: Tensor,
        velocity: Tensor,
        query: Tensor,
    ) -> Iterator[tuple[Tensor, ...]]:
        """Go from frame to frame: centres (n, K, 2), velocities, queries and looks after each."""
        for there, keys, values, *real in steps:
            ahead = centre + self.going_on.sigmoid() * velocity
            share = self._shares(there, keys, query, places, ahead)
            look = share @ values
            moved = ahead + self._together(ahead) @ (share @ places - ahead)
            known = self.memory(look.flatten(0, 1), query.flatten(0, 1)).view_as(query)
            after: tuple[Tensor, ...] = (moved, moved - centre, known)
            if real:
                here = real[0][:, None, None]
                before = centre, velocity, query
                after = tuple(torch.where(here, a, b) for a, b in zip(after, before, strict=True))
            centre, velocity, query = after
            yield centre, velocity, query, look

    def _together(self, ahead: Tensor) -> Tensor:
        """The share (n, K, K) of parts in what is seen of each, which sums to one over the last.

        Of parts that are one upon the other only the middle is seen: they move with it, and keep
        what they are foretold to be apart.
        """
        squares = (ahead.unsqueeze(2) - ahead.unsqueeze(1)).square().sum(-1)
        return (squares * (-0.5 * torch.exp(-2 * self.log_touch))).softmax(-1)

    def _start(self, there: Tensor, places: Tensor) -> Tensor:
        """The first places of parts, around the middle of what there is, (n, K, 2)."""
        middle = there.softmax(-1) @ places
        if self.n_parts == 1:
            return middle
        angle = torch.arange(self.n_parts, device=there.device) * (2 * math.pi / self.n_parts) + 0.3
        around = torch.stack([angle.sin(), angle.cos()], -1).to(places.dtype)
        return middle + SPREAD * around

    def _shares(
        self, there: Tensor, keys: Tensor, query: Tensor, places: Tensor, centre: Tensor
    ) -> Tensor:
        """The share of each place in each part, (n, K, P), which sums to one over places."""
        # The square of a difference by its products: the differences themselves are (n, K, P, 2).
        squares = centre.square().sum(-1, keepdim=True) + places.square().sum(-1)
        near = (centre @ places.mT - squares / 2) * torch.exp(-2 * self.log_width)
        mine = (query @ keys.mT / KEY_SIZE**0.5 + near).log_softmax(1)
        return (there + mine + NEARNESS * near.clamp(min=FARTHEST)).softmax(-1)


def split(told: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What a map tells of its places, (n, P, ...): something there (n, 1, P), key, and value."""
    there, keys, values = told.split([1, KEY_SIZE, LOOK_SIZE], -1)
    return there.mT, keys, values


class PartsMotionPosterior(nn.Module):
    r"""The motion posterior of parts, :math:`\prod_t \prod_k q(z_{m,t,k} \mid x_{1:T})`.

    .. math:: \mu_{t,k} = \mathrm{norm}([c_{t,k},\, W\, \sigma(V u_{t,k})])

    of the place :math:`c` and the looks :math:`u` of each part, by a :class:`Tracker`. Looks are
    without their mean over the sequence with ``sees="changes"``: what stays the same of a part is
    content's to say. Its place is motion's, though it rest.

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
        self.encoder = network.encoder(frame_shape)
        self.tracker = Tracker(network.n_parts, network.width)
        self.hidden = nn.Sequential(nn.Linear(LOOK_SIZE, hidden_size), nn.LeakyReLU(SLOPE))
        of_one = size // network.n_parts
        self.output = moments_layer(hidden_size, of_one, noise)
        self.norm = None if noise is None else RunningNorm(of_one)

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
            places, looks = self.tracker(maps, None if packing is None else packing.mask)
            if self.sees == "changes":
                real = real_values(looks, packing, None)
                looks = around_mean(looks, real)[1]
            mean, log_var = split_moments(self.output(self.hidden(looks)), self.noise)
            mean = torch.cat([places, mean[..., 2:]], -1)
            if self.norm is not None:
                mean = self._normalised(mean, self.norm, packing)
        if packing is not None:
            mean = torch.where(packing.mask[..., None, None], mean, 0.0)
        mean, log_var = mean.flatten(2), log_var.flatten(2)
        return gaussian(mean, log_var, rng) if sample else Latent(mean, mean, log_var)

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
    frame in which the part is covered by another is worth less than one that shows it whole.

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
        self.worth = nn.Linear(hidden_size, 1)
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
        # (n, T, K) windows, as the frames of n * K sequences.
        places = places.transpose(1, 2).flatten(0, 2)
        frames = x.unsqueeze(1).expand(-1, self.n_parts, *x.shape[1:]).flatten(0, 2)
        windows = self.windows.cut(frames, places.to(x.dtype)).unflatten(0, (-1, n_steps))
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
