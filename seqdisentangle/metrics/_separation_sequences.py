"""Held-out sequences for a verdict without labels: read, chosen, paired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.sequences import Sequences

__all__ = ["LEAST_SEQUENCES", "HeldOut", "filled"]

LEAST_SEQUENCES, LEAST_STEPS = 4, 4  # two halves of two steps tell what stays the same
N_SWAPS = 256  # of fewer sequences, each is paired more often


class HeldOut:
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

    Attributes
    ----------
    X : array or list of arrays
        The sequences drawn, in the user's layout, as the model takes them.
    frames : list of float64 arrays (T_i, D) or (T_i, C, H, W)
        The same as measures take them; what is missing is interpolated over time.

    Raises
    ------
    ValueError
        If there are fewer than 4 sequences of at least 4 steps.
    """

    def __init__(
        self, X: Any, lengths: Any, model: Any, n_sequences: int, rng: np.random.RandomState
    ) -> None:
        layout = getattr(model, "layout_", None)
        sequences = Sequences(X, lengths=lengths, layout=layout, missing="mask")
        steps = sequences.all_lengths
        long = np.flatnonzero(steps >= LEAST_STEPS)
        if len(long) < LEAST_SEQUENCES:
            raise ValueError(
                f"X must hold at least {LEAST_SEQUENCES} sequences of at least {LEAST_STEPS} steps "
                f"for a verdict without labels, got {len(long)} such ones of {len(sequences)}: "
                "hold out more, or longer ones"
            )
        self.layout = sequences.layout
        rows = np.sort(rng.permutation(long)[:n_sequences])
        each = [sequences.read(rows[i : i + 1])[0, : steps[row]] for i, row in enumerate(rows)]
        arrays = [x.cpu().numpy() for x in each]
        self.X: Any = np.stack(arrays) if len({len(x) for x in arrays}) == 1 else arrays
        with_gaps = self.as_frames(arrays)
        usual = np.nanmean(np.concatenate(with_gaps), axis=0)
        self.frames = [filled(x, np.nan_to_num(usual)) for x in with_gaps]

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def n_steps(self) -> int | list[int]:
        """Length of the sequences, a list of them where they differ."""
        lengths = [len(x) for x in self.frames]
        return lengths if isinstance(self.X, list) else lengths[0]

    def take(self, rows: NDArray[np.intp]) -> Any:
        """Some of the sequences, for the model."""
        return [self.X[i] for i in rows] if isinstance(self.X, list) else self.X[rows]

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

    def as_frames(self, made: Any) -> list[NDArray[np.float64]]:
        """Sequences in the user's layout, such as a model returns them, as `frames` are."""
        each = (torch.from_numpy(np.asarray(x, dtype=np.float64)) for x in made)
        return [self.layout.to_frames(x[None])[0].contiguous().numpy() for x in each]


def filled(x: NDArray, usual: NDArray) -> NDArray[np.float64]:
    """Interpolate missing values over time; of those of no step, take the `usual` ones."""
    missing = np.isnan(x)
    if not missing.any():
        return x
    table, gaps = x.reshape(len(x), -1).copy(), missing.reshape(len(x), -1)
    for column in np.flatnonzero(gaps.any(0)):
        known = np.flatnonzero(~gaps[:, column])
        values = table[known, column] if len(known) else usual.reshape(-1)[[column]]
        table[:, column] = np.interp(np.arange(len(x)), known if len(known) else [0], values)
    return table.reshape(x.shape)
