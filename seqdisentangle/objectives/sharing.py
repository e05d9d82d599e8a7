"""Content that a group of sequences shares: each is made with that of another of the group."""

from __future__ import annotations

import torch
from torch import Tensor

from ..data.batches import Batch
from ..data.packing import around_mean, real_values
from ..model.changes import variance_of
from ..model.latent import Latent
from ..model.levels import Levels

__all__ = ["levels_of", "partners", "picked"]


def partners(groups: Tensor, rng: torch.Generator) -> Tensor:
    """Draw another sequence of the same group for each, itself where there is no other.

    Parameters
    ----------
    groups : Tensor of int64 and shape (n,)
    rng : torch.Generator
        On their device.

    Returns
    -------
    Tensor of int64 and shape (n,)

    Examples
    --------
    >>> partners(torch.tensor([5, 8, 5, 9, 8]), torch.Generator())
    tensor([2, 4, 0, 3, 1])
    """
    key = torch.rand(len(groups), len(groups), generator=rng, device=groups.device)
    key = key.fill_diagonal_(-1.0)  # after all others of the group
    return key.masked_fill(groups.unsqueeze(1) != groups, -2.0).argmax(1)


def picked(latent: Latent, rows: Tensor | None) -> Latent:
    """Some rows of a latent code, all if None."""
    return latent if rows is None else Latent(*(part[rows] for part in latent))


def levels_of(batch: Batch) -> Levels:
    """The levels that the sequences of a batch have, of values that are neither padded nor missing.

    A feature that does not move has the least spread that motion divides by.
    """
    mean, deviation, number = around_mean(
        batch.x, real_values(batch.x, batch.packing, batch.observed)
    )
    return Levels(mean.squeeze(1), 0.5 * variance_of(deviation, number).log().squeeze(1))
