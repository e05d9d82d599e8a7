"""Held-out sequences for a verdict without labels: chosen and paired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

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

    Raises
    ------
    ValueError
        If there are fewer than 4 sequences of at least 4 steps.
    """

    def __init__(
        self, X: Any, lengths: Any, model: Any, n_sequences: int, rng: np.random.RandomState
    ) -> None:
        sequences = opened_for(X, model, lengths)
        long = np.flatnonzero(sequences.all_lengths >= LEAST_STEPS)
        if len(long) < LEAST_SEQUENCES:
            raise ValueError(
                f"X must hold at least {LEAST_SEQUENCES} sequences of at least {LEAST_STEPS} steps "
                f"for a verdict without labels, got {len(long)} such ones of {len(sequences)}: "
                "hold out more, or longer ones"
            )
        super().__init__(sequences, np.sort(rng.permutation(long)[:n_sequences]))

    def pairs(
        self, rng: np.random.RandomState, batch_size: int
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Rows of motion donors and of content donors, each sequence as often the one as the other.

        At least 256 pairs in all, in batches.
        """
        orders = [rng.permutation(len(self)) for _ in range(-(-N_SWAPS // len(self)))]
        motion = np.concatenate(orders)
        content = np.concatenate([np.roll(order, 1) for order in orders])
        for start in range(0, len(motion), batch_size):
            yield motion[start : start + batch_size], content[start : start + batch_size]
