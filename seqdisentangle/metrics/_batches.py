"""Sequences some at a time, and seeds for what is drawn for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..data.passes import BoundedPasses
from ..data.ragged import Rows
from ._checks import sequences_in

__all__ = ["batches", "drawn_seed"]


def batches(X: Any, batch_size: int) -> Iterator[tuple[Rows, Any]]:
    """Rows and the sequences there, as they are in `X`, `batch_size` at a time."""
    X = sequences_in(X)
    for rows in BoundedPasses(len(X), n_steps=1, n_frames=batch_size):
        yield rows, X[rows]


def drawn_seed(rng: np.random.RandomState) -> int:
    """The next seed of a generator."""
    return int(rng.randint(np.iinfo(np.int32).max))
