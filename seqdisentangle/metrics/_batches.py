"""Sequences some at a time, and seeds for what is drawn for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["batches", "drawn_seed"]


def batches(X: Any, batch_size: int) -> Iterator[tuple[NDArray[np.intp], Any]]:
    """Row numbers and sequences, `batch_size` at a time."""
    if not hasattr(X, "shape"):
        X = np.asarray(X)
    for start in range(0, len(X), batch_size):
        x = X[start : start + batch_size]
        yield np.arange(start, start + len(x)), x


def drawn_seed(rng: np.random.RandomState) -> int:
    """The next seed of a generator."""
    return int(rng.randint(np.iinfo(np.int32).max))
