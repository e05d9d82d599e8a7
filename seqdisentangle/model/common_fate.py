"""Parts that move as one, which are one thing: common fate, as perception has it."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["as_one", "repeats"]

#: Parts are one whose movements differ by less than this share of the squares of both.
UNLIKE = 0.05
#: Parts are at rest that move by less, in squares of half the frame: about a pixel of 64 in all.
AT_REST = 1e-3


def as_one(places: Tensor, mask: Tensor | None, reach: float) -> Tensor:
    r"""Put parts that move as one at the middle of what they share, exactly.

    .. math::

        \frac{\sum_t |\Delta p_{t,i} - \Delta p_{t,j}|^2}{\sum_t |\Delta p_{t,i}|^2
        + |\Delta p_{t,j}|^2} < 0.05 \quad \text{and} \quad
        \frac1T \sum_t |p_{t,i} - p_{t,j}| < r

    Of two things that go their own ways the first is about 1, however close they come. Parts at
    rest are left as they are: nothing says whether they are one.

    Parameters
    ----------
    places : Tensor of shape (n, T, K, 2)
    mask : bool Tensor of shape (n, T) or None
        False in padding.
    reach : float
        The distance r of parts of one thing, in halves of the frame.

    Returns
    -------
    Tensor of shape (n, T, K, 2)
    """
    leaders = _leaders(places.detach(), mask, reach)
    together = (leaders.unsqueeze(2) == leaders.unsqueeze(1)).to(places.dtype)  # (n, K, K)
    middles = (together / together.sum(-1, keepdim=True)).unsqueeze(1) @ places
    # From the first of them, so that they are equal to the bit.
    return middles.gather(2, leaders[:, None, :, None].expand_as(places))


def repeats(places: Tensor) -> Tensor:
    """Parts (n, K) that are where an earlier one is in each of the frames (n, T, K, 2)."""
    same = (places.unsqueeze(3) == places.unsqueeze(2)).all(-1).all(1)
    return same.tril(-1).any(-1)


def _leaders(places: Tensor, mask: Tensor | None, reach: float) -> Tensor:
    """The first of the parts that move as one with each, (n, K)."""
    n_parts = places.shape[2]
    steps = places.diff(dim=1)
    apart = (places.unsqueeze(3) - places.unsqueeze(2)).norm(dim=-1)  # (n, T, K, K)
    if mask is not None:
        steps = torch.where(mask[:, 1:, None, None], steps, 0.0)
        apart = torch.where(mask[..., None, None], apart, 0.0)
    moved = steps.square().sum((1, 3))
    both = moved.unsqueeze(2) + moved.unsqueeze(1)  # (n, K, K)
    unlike = (steps.unsqueeze(3) - steps.unsqueeze(2)).square().sum((1, 4))
    n_steps = places.shape[1] if mask is None else mask.sum(1)[:, None, None]
    one = (unlike < UNLIKE * both) & (both > 2 * AT_REST) & (apart.sum(1) < reach * n_steps)
    one |= torch.eye(n_parts, dtype=torch.bool, device=places.device)
    numbers = torch.arange(n_parts, device=places.device)
    leaders = torch.where(one, numbers, n_parts).amin(-1)
    for _ in range(n_parts):  # one that moves with a second moves with the leader of that one
        leaders = leaders.gather(1, leaders)
    return leaders
