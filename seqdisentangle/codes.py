"""What the estimator hands out and takes back: codes, swaps, and the checks of a user's codes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing

__all__ = ["Codes", "Swap", "checked_codes", "number_of_samples", "one_for_all"]


class Codes(NamedTuple):
    """The codes of sequences: a pair that scikit-learn can also take for one array.

    ``content, motion = codes`` unpacks it. As an array it is the table of all numbers of each
    sequence, ``np.asarray(codes)`` of shape (n, content_size + T * motion_size), and an array of
    row numbers or a mask selects sequences.

    Attributes
    ----------
    content : array of shape (n, content_size)
        What stays the same in each sequence.
    motion : array of shape (n, T, motion_size)
        What changes, for each frame.

    Examples
    --------
    >>> codes = Codes(np.zeros((5, 3)), np.zeros((5, 7, 2)))
    >>> codes.shape
    (5, 17)
    >>> codes[np.array([0, 2])].motion.shape
    (2, 7, 2)
    """

    content: NDArray
    motion: NDArray

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the codes as one array."""
        n, n_steps, size = self.motion.shape
        return n, self.content.shape[1] + n_steps * size

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        if copy is False:
            raise ValueError("codes are two arrays: to make them one is to copy them")
        table = np.hstack([self.content, self.motion.reshape(len(self.motion), -1)])
        return table if dtype is None else table.astype(dtype, copy=False)

    def __getitem__(self, key: Any) -> Any:
        rows = key[0] if isinstance(key, tuple) else key  # scikit-learn writes codes[rows, ...]
        if isinstance(rows, np.ndarray | list):
            return Codes(_safe_indexing(self.content, rows), self.motion[rows])
        return tuple.__getitem__(self, key)


class Swap(NamedTuple):
    """Two batches of sequences with their contents exchanged.

    Attributes
    ----------
    a_motion_b_content, a_content_b_motion : arrays like the sequences
    """

    a_motion_b_content: NDArray
    a_content_b_motion: NDArray


def number_of_samples(
    n_samples: int | None, content: NDArray | None, motion: NDArray | None
) -> int:
    """How many sequences to draw, one code alone serving for all."""
    if n_samples is not None:
        return n_samples
    given = [len(codes) for codes in (content, motion) if codes is not None]
    if len(set(given) - {1}) > 1:
        raise ValueError(
            f"content and motion must hold equally many codes, got {given[0]} and {given[1]}"
        )
    return max(given, default=1)


def one_for_all(codes: Any, ndim: int, n_samples: int | None) -> Any:
    """Codes of one sequence as those of a batch: (...) or (1, ...) -> (n_samples, ...)."""
    if np.ndim(codes) == ndim - 1:
        codes = np.asarray(codes)[None]
    if n_samples is None or np.ndim(codes) != ndim or len(codes) != 1:
        return codes
    return np.broadcast_to(codes, (n_samples, *np.shape(codes)[1:]))


def checked_codes(codes: Any, name: str, **shape: int | None) -> NDArray:
    """Codes of the given shape, its dimensions by name and None standing for any number."""
    try:
        codes = np.asarray(codes)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from error
    if codes.dtype.kind not in "buif":
        raise ValueError(f"{name} must be an array of numbers, got dtype {codes.dtype}")
    fits = codes.ndim == len(shape) and all(
        have > 0 and want in (None, have)
        for have, want in zip(codes.shape, shape.values(), strict=True)
    )
    if not fits:
        expected = ", ".join(k if want is None else f"{k}={want}" for k, want in shape.items())
        raise ValueError(f"{name} must have shape ({expected}), got {codes.shape}")
    if not np.isfinite(codes).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    return codes if codes.dtype in (np.float32, np.float64) else codes.astype(np.float32)
