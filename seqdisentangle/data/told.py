"""Facts that users tell of their sequences: actions, and groups that share their content."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOTHING", "Told", "checked_groups", "some_of_groups"]


class Told(NamedTuple):
    """Facts of the sequences that a user tells beside their values.

    Attributes
    ----------
    actions : array of int64 and shape (n,), or None
        Their actions, -1 where they are not known.
    groups : array of int64 and shape (n,), or None
        Numbers of the groups that share their content.
    """

    actions: Any = None
    groups: Any = None


NOTHING = Told()


def checked_groups(groups: Any, n: int) -> NDArray[np.int64]:
    """The groups of n sequences by their numbers; None and NaN are a group of one each.

    Raises
    ------
    ValueError
        If they are not that many labels, or no two sequences have the same.

    Examples
    --------
    >>> checked_groups(["ada", "bo", "ada", None], 4)
    array([ 0,  1,  0, -4])
    """
    given = np.ma.asarray(groups, dtype=object)
    found = np.array(given.data)
    found[np.ma.getmaskarray(given)] = None
    if found.shape != (n,):
        raise ValueError(
            f"groups must hold the group of each of {n} sequences, got shape {found.shape}"
        )
    if not all(isinstance(label, Hashable) for label in found):
        kinds = sorted({type(label).__name__ for label in found if not isinstance(label, Hashable)})
        raise ValueError(f"groups must hold numbers or names, got {', '.join(kinds)}")
    numbers: dict[Any, int] = {}
    coded = np.array(
        [
            -1 - row if unknown(label) else numbers.setdefault(label, len(numbers))
            for row, label in enumerate(found)
        ],
        dtype=np.int64,
    )
    if n > 1 and len(np.unique(coded)) == n:
        raise ValueError(
            f"groups must have sequences that share one, got {n} groups of one sequence each: "
            "leave groups out, or name what several sequences have in common"
        )
    return coded


def unknown(label: Any) -> bool:
    """True of None, NaN and pandas' NA, which is equal to nothing."""
    same = label == label
    return label is None or not (isinstance(same, bool | np.bool_) and bool(same))


def some_of_groups(
    groups: NDArray[np.int64], most: int, rng: np.random.RandomState
) -> NDArray[np.intp]:
    """Rows of at most so many sequences, in increasing order, from as many groups as may be.

    A group that is drawn from has two rows at least, if it has two sequences. Few of them are all
    taken.

    Examples
    --------
    >>> some_of_groups(np.repeat(np.arange(100), 2), 4, np.random.RandomState(0))
    array([ 84,  85, 192, 193])
    """
    if len(groups) <= most:
        return np.arange(len(groups))
    numbers, sizes = np.unique(groups, return_counts=True)
    order = rng.permutation(len(groups))
    shuffled = order[np.argsort(groups[order], kind="stable")]
    members = np.split(shuffled, np.cumsum(sizes)[:-1])
    each = max(most // len(numbers), 2)
    rows = np.concatenate([members[k][:each] for k in rng.permutation(len(numbers))])
    return np.sort(rows[:most])
