"""The tracker of parts: each followed from frame to frame, where it is and what is seen of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from ..networks.base import SLOPE
from ..networks.parts import SPREAD, cells

__all__ = ["LOOK_SIZE", "Tracker"]

#: Numbers by which a part is known again, and of what is seen of it.
KEY_SIZE, LOOK_SIZE = 16, 32
#: Rounds in which parts share a frame among them, the first and then the last.
ROUNDS = 5
#: Nearness counts so much for the place of a part, and no less than this: one that jumped is found.
#: With more, a part lags behind the place that it is foretold at.
NEARNESS, FARTHEST = 0.15, -8.0
#: A thing goes on as it went, nearly, until more is learned: where two cross it tells them apart.
GOING_ON = 3.0


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
        with torch.no_grad():  # what is unusual is there, until more is learned
            self.of_places.weight[0].zero_()
            self.of_places.bias[0].zero_()
        self.first = nn.Parameter(0.5 * torch.randn(n_parts, KEY_SIZE))
        self.memory = nn.GRUCell(LOOK_SIZE, KEY_SIZE)
        self.finer = nn.Sequential(
            nn.Linear(LOOK_SIZE, LOOK_SIZE), nn.LeakyReLU(SLOPE), nn.Linear(LOOK_SIZE, 2)
        )
        for parameter in self.finer[-1].parameters():
            nn.init.zeros_(parameter)  # places are those of the map's cells at first
        self.log_width = nn.Parameter(torch.tensor(math.log(0.2)))
        self.log_touch = nn.Parameter(torch.tensor(math.log(0.07)))
        self.going_on = nn.Parameter(torch.tensor(GOING_ON))  # the share of its movement, a logit

    def forward(
        self, maps: Tensor, mask: Tensor | None = None, unusual: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(n, T, C, h, w) -> places (n, T, K, 2) and looks (n, T, K, d).

        ``mask`` (n, T) is False in padding, where parts stay where they are. ``unusual`` (n, T, P)
        is added to what says that something is at a place.
        """
        places = cells(maps.shape[-2:], maps).flatten(0, 1)  # (P, 2)
        told = self.of_places(maps.flatten(3).mT)  # (n, T, P, ...)
        if unusual is not None:
            told = torch.cat([told[..., :1] + unusual.unsqueeze(-1), told[..., 1:]], -1)
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
    """The parts of a map, by its places, (n, P, ...): something there (n, 1, P), key, and value."""
    there, keys, values = told.split([1, KEY_SIZE, LOOK_SIZE], -1)
    return there.mT, keys, values
