"""Codes and swaps that estimators return, and the checks of a user's codes."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing
from torch import Tensor

from ..data.containers import as_array, unpacked

__all__ = [
    "Codes",
    "RaggedCodes",
    "Swap",
    "action_numbers",
    "are_whole",
    "check_count",
    "checked_action",
    "checked_codes",
    "checked_counts",
    "checked_motion",
    "differ",
    "number_of_samples",
    "one_for_all",
]


class Codes(NamedTuple):
    """The codes of sequences: a pair that scikit-learn can also take for one array.

    ``content, motion = codes`` unpacks it. As an array it is the table of all numbers of each
    sequence, ``np.asarray(codes)`` of shape (n, content_size + T * motion_size), and an array of
    row numbers or a mask selects sequences.

    Attributes
    ----------
    content : array of shape (n, content_size), or (n, K, content_size) of K parts
        The part of each sequence that stays the same.
    motion : array of shape (n, T, motion_size), or list of arrays (T_i, motion_size)
        The part that changes, for each frame; a list where lengths differ. Of K parts a code is
        (K, motion_size).

    Examples
    --------
    >>> codes = Codes(np.zeros((5, 3)), np.zeros((5, 7, 2)))
    >>> codes.shape
    (5, 17)
    >>> codes[np.array([0, 2])].motion.shape
    (2, 7, 2)
    """

    content: NDArray
    motion: NDArray | list[NDArray]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the codes as one array; (n,) where lengths differ and there is none."""
        if isinstance(self.motion, list):
            return (len(self.motion),)
        n_numbers = sum(math.prod(part.shape[1:]) for part in (self.content, self.motion))
        return len(self.content), n_numbers

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        if isinstance(self.motion, list):
            raise ValueError(
                "codes of sequences of different lengths are not one array: take codes.content, or "
                "set codes='content'"
            )
        if copy is False:
            raise ValueError("codes are two arrays: to make them one is to copy them")
        table = np.hstack([part.reshape(len(part), -1) for part in (self.content, self.motion)])
        return table if dtype is None else table.astype(dtype, copy=False)

    def __getitem__(self, key: Any) -> Any:
        rows = key[0] if isinstance(key, tuple) else key  # scikit-learn writes codes[rows, ...]
        if isinstance(rows, np.ndarray | list):
            motion = self.motion
            chosen = (
                [motion[i] for i in np.arange(len(motion))[rows]]
                if isinstance(motion, list)
                else motion[rows]
            )
            return Codes(_safe_indexing(self.content, rows), chosen)
        return tuple.__getitem__(self, key)


class RaggedCodes(list[NDArray]):
    """Codes of sequences of different lengths, which say so where a table is made of them."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        if dtype is None or np.dtype(dtype).kind != "O":
            raise ValueError(
                "codes of sequences of different lengths are no table: set codes='content', or "
                "hand in sequences of one length"
            )
        objects = np.empty(len(self), object)
        for i, codes in enumerate(self):
            objects[i] = codes
        return objects


class Swap(NamedTuple):
    """Two batches of sequences with their contents exchanged.

    Attributes
    ----------
    a_motion_b_content, a_content_b_motion : arrays or lists of arrays, like the sequences
    """

    a_motion_b_content: NDArray | list[NDArray]
    a_content_b_motion: NDArray | list[NDArray]


def number_of_samples(n_samples: int | None, **codes: NDArray | list[NDArray] | None) -> int:
    """Number of sequences to draw; one code alone serves for all."""
    if n_samples is not None:
        return n_samples
    given = {name: len(each) for name, each in codes.items() if each is not None}
    if len(set(given.values()) - {1}) > 1:
        raise ValueError(
            f"{' and '.join(given)} must hold equally many codes, got "
            f"{' and '.join(map(str, given.values()))}"
        )
    return max(given.values(), default=1)


def action_numbers(actions: Any, expected: str, way: str) -> NDArray:
    """Actions of any container as an array of numbers, NaN where one is missing.

    Parameters
    ----------
    actions : array-like
    expected : str
        The beginning of messages: the argument, and what it must be.
    way : str
        What to do about names.

    Raises
    ------
    ValueError
        If one of them is a name.
    """
    if not isinstance(actions, Tensor):
        values = actions.to_numpy() if hasattr(actions, "to_numpy") else actions
        for value in np.asarray(values, dtype=object).ravel().tolist():
            if isinstance(value, str | bytes):
                raise ValueError(f"{expected}, got {value!r}: {way}")
    return as_array(actions, expected.partition(" ")[0])


def are_whole(numbers: NDArray) -> bool:
    """Tell whether they are integers, or floats without a fraction."""
    kind = numbers.dtype.kind
    return kind in "ui" or (kind == "f" and bool((numbers == np.floor(numbers)).all()))


def checked_action(
    action: Any, n_actions: int | None, n_samples: int | None
) -> NDArray[np.int64] | None:
    """Actions by number, (n_samples,) or (1,); None of none."""
    if action is None:
        return None
    if n_actions is None:
        raise ValueError(f"action={action!r:.80} needs a model with actions: set n_actions")
    expected = f"action must be an integer from 0 to {n_actions - 1}, or one for each sample"
    way = "actions have numbers, as in fit and predict, and no names"
    numbers = np.atleast_1d(action_numbers(action, expected, way))
    whole = are_whole(numbers) and numbers.ndim == 1 and len(numbers) > 0
    if not whole or numbers.min() < 0 or numbers.max() >= n_actions:
        raise ValueError(f"{expected}, got {np.asarray(action).tolist()!r:.80}")
    if n_samples is not None and len(numbers) not in (1, n_samples):
        raise ValueError(
            f"action must hold one number, or one for each of n_samples={n_samples}, got "
            f"{len(numbers)}"
        )
    return numbers.astype(np.int64)


def one_for_all(codes: Any, name: str, ndim: int, n_samples: int | None) -> Any:
    """Codes of one sequence as those of a batch: (...) or (1, ...) -> (n_samples, ...)."""
    if codes is None:
        return None
    codes = as_array(codes, name)
    if codes.ndim == ndim - 1:
        codes = codes[None]
    if n_samples is None or codes.ndim != ndim or len(codes) != 1:
        return codes
    return np.broadcast_to(codes, (n_samples, *codes.shape[1:]))


def checked_codes(codes: Any, name: str, **shape: int | None) -> NDArray:
    """Codes of the given shape, its dimensions by name and None standing for any number."""
    codes = as_array(codes, name)
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
        raise ValueError(f"{name} must be finite, got NaN, masked values or infinity")
    return codes if codes.dtype in (np.float32, np.float64) else codes.astype(np.float32)


def differ(items: list[Any] | tuple[Any, ...]) -> bool:
    """True if arrays, or what should be arrays, are of different shapes."""
    try:
        return len({np.shape(item) for item in items}) > 1
    except (RuntimeError, TypeError, ValueError):  # one of them is no array
        return True


def checked_motion(
    motion: Any, size: int, n: int | None = None, n_steps: int | None = None
) -> tuple[NDArray, NDArray[np.intp] | None]:
    """Motion codes as one array (n, T, d_m), padded, and their lengths where these differ."""
    motion = unpacked(motion)
    if not isinstance(motion, list | tuple) or not differ(motion):
        codes = checked_codes(motion, "motion", n_samples=n, n_steps=n_steps, motion_size=size)
        return codes, None
    if n is not None and len(motion) != n:
        raise ValueError(f"motion must hold {n} arrays (n_steps, motion_size), got {len(motion)}")
    each = [
        checked_codes(item, f"motion[{i}]", n_steps=n_steps, motion_size=size)
        for i, item in enumerate(motion)
    ]
    lengths = np.array([len(item) for item in each])
    padded = np.zeros((len(each), int(lengths.max()), size), np.result_type(*each))
    for row, item in zip(padded, each, strict=True):
        row[: len(item)] = item
    return padded, lengths


def checked_counts(numbers: Any, name: str, n: int | None) -> NDArray[np.intp]:
    """Whole positive numbers, n of them if that is given."""
    try:
        counts = np.asarray(numbers)
    except ValueError:  # nested
        counts = np.empty(0)
    if counts.ndim != 1 or counts.dtype.kind not in "ui" or not len(counts) or counts.min() < 1:
        raise ValueError(
            f"{name} must be an integer of at least 1 or many of them, got {numbers!r}"
        )
    if n not in (None, len(counts)):
        raise ValueError(f"{name} must hold a number for each of n_samples={n}, got {len(counts)}")
    return counts.astype(np.intp)


def check_count(number: Any, name: str, *, at_least: int = 1) -> None:
    """Raise a ValueError unless it is an integer, and no bool, of at least that."""
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    if not whole or number < at_least:
        raise ValueError(f"{name} must be an integer of at least {at_least}, got {number!r}")
