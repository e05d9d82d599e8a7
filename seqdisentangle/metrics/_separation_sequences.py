"""Held-out sequences for a verdict without labels: chosen and paired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.told import checked_groups, some_of_groups
from ._sequences import ReadSequences, opened_for

__all__ = ["LEAST_SEQUENCES", "LEAST_STEPS", "HeldOut"]

LEAST_SEQUENCES, LEAST_STEPS = 4, 4  # two halves of two steps tell what stays the same
N_SWAPS = 256  # of fewer sequences, each is paired more often


class HeldOut(ReadSequences):
    """Sequences that a model is judged on.

    Parameters
    ----------
    X : array-like of n sequences
    lengths : array of int or None
    model : object
        Its `layout_`, if it has one, says where channels are.
    n_sequences : int
        How many are drawn, at most.
    rng : RandomState
    groups : array-like of shape (n,) or None
        Those of one group share what stays the same.

    Attributes
    ----------
    groups : array of int, or None
        Of the sequences that were drawn.

    Raises
    ------
    ValueError
        If there are fewer than 4 sequences of at least 4 steps, or no two groups with two of these.
    """

    def __init__(
        self,
        X: Any,
        lengths: Any,
        model: Any,
        n_sequences: int,
        rng: np.random.RandomState,
        groups: Any = None,
    ) -> None:
        sequences = opened_for(X, model, lengths, least=LEAST_SEQUENCES)
        long = np.flatnonzero(sequences.all_lengths >= LEAST_STEPS)
        if len(long) < LEAST_SEQUENCES:
            raise ValueError(
                f"X must hold at least {LEAST_SEQUENCES} sequences of at least {LEAST_STEPS} steps "
                f"for a verdict without labels, got {len(long)} such ones of {len(sequences)}: "
                "hold out more, or longer ones"
            )
        if groups is None:
            self.groups = None
            rows = np.sort(rng.permutation(long)[:n_sequences])
        else:
            among = groups_of(long, groups, len(sequences))
            chosen = some_of_groups(among, n_sequences, rng)
            self.groups, rows = among[chosen], long[chosen]
        super().__init__(sequences, rows)

    def pairs(
        self, rng: np.random.RandomState, batch_size: int
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Rows of motion donors and of content donors, each sequence as often the one as the other.

        At least 256 pairs in all, in batches. With groups fewer, as donors of one are no pair.
        """
        orders = [rng.permutation(len(self)) for _ in range(-(-N_SWAPS // len(self)))]
        motion = np.concatenate(orders)
        content = np.concatenate([np.roll(order, 1) for order in orders])
        if self.groups is not None:
            apart = self.groups[motion] != self.groups[content]
            motion, content = motion[apart], content[apart]
        for start in range(0, len(motion), batch_size):
            yield motion[start : start + batch_size], content[start : start + batch_size]


def groups_of(rows: NDArray[np.intp], groups: Any, n: int) -> NDArray[np.int64]:
    """The groups of some of n sequences, by their numbers.

    Raises
    ------
    ValueError
        If they are not n labels, or fewer than two groups have two of the rows.
    """
    found = checked_groups(groups, n)[rows]
    _, sizes = np.unique(found, return_counts=True)
    if (n_shared := int((sizes > 1).sum())) < 2:
        raise ValueError(
            f"groups must have at least two groups of two sequences of at least {LEAST_STEPS} "
            f"steps, got {n_shared}: a swap is between groups, and each is known by two"
        )
    return found
