"""Data frames: a list of them by their columns, and one that looks like long format."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import names_of_levels

__all__ = [
    "NamedSequences",
    "check_columns",
    "columns_of_frames",
    "doubts_of_table",
    "has_columns",
    "is_data_frame",
]

# Of a sequence, in the mean, to believe that a column tells sequences apart; and of these, where no
# column of times does.
FEWEST_STEPS = FEWEST_SEQUENCES = 3


class NamedSequences(list[NDArray]):
    """A list of the sequences of a table, which knows of what columns they are.

    So do its slices and copies, those that an array of numbers or a mask picks, ``X[train]``, which
    scikit-learn's ``train_test_split`` and cross-validation hand out, and its sum with sequences of
    the same columns. A list that is made of it, ``[*X]``, is an ordinary one.

    Parameters
    ----------
    sequences : list of arrays (T_i, D)
    columns : list
        Of the D features.
    """

    def __init__(self, sequences: list[NDArray], columns: list[Any]) -> None:
        super().__init__(sequences)
        self.columns = columns

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return type(self)(super().__getitem__(key), self.columns)
        if np.ndim(key) == 0:
            return super().__getitem__(key)
        rows = np.asarray(key)
        if rows.ndim != 1:
            raise IndexError(f"sequences are picked by one axis of numbers, got {rows.ndim} axes")
        picked = np.arange(len(self))[rows if rows.size else rows.astype(np.intp)]
        return type(self)([self[i] for i in picked], self.columns)

    @property
    def iloc(self) -> NamedSequences:
        """Itself: scikit-learn picks from what has this by its own methods, else makes a list."""
        return self

    loc = iloc

    def take(self, indices: Any, axis: int = 0) -> NamedSequences:
        """The sequences of some numbers, as ``X[indices]``."""
        if axis != 0:
            raise ValueError(f"sequences have the axis 0 alone, got axis={axis!r}")
        found: NamedSequences = self[np.asarray(indices)]
        return found

    def __add__(self, more: Any) -> Any:
        if not isinstance(more, list):
            return NotImplemented
        columns = columns_of_frames(more, "the list added")
        if columns and columns != self.columns:
            raise ValueError(
                f"the list added has {difference_of(columns, self.columns)} of the one before it: "
                "expected the same columns in the same order"
            )
        return type(self)([*self, *more], self.columns)

    def copy(self) -> NamedSequences:
        """The same sequences in another list."""
        return self[:]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ([*self], self.columns)


def is_data_frame(X: Any) -> bool:
    """True of the tables of pandas and polars."""
    return hasattr(X, "to_numpy") and hasattr(X, "columns")


def has_columns(X: Any) -> bool:
    """True of tables, and of those of dask, which are computed when they are asked for."""
    return is_data_frame(X) or (hasattr(X, "compute") and hasattr(X, "columns"))


def columns_of_frames(X: Any, name: str) -> list[Any]:
    """Find the columns that sequences are of, which the data frames among them have to share.

    Parameters
    ----------
    X : array-like
        Anything; only a list holds data frames, or is one of named sequences.
    name : str
        The name in messages.

    Returns
    -------
    list
        Names of the columns, in their order; none if nothing says them.

    Raises
    ------
    ValueError
        If the columns of a frame are others, or in another order: values are told apart by their
        place alone.
    """
    if isinstance(X, NamedSequences):
        return X.columns
    if not isinstance(X, list | tuple | deque):
        return []
    frames = [(i, list(x.columns)) for i, x in enumerate(X) if has_columns(x)]
    for i, columns in frames[1:]:
        first, expected = frames[0]
        if columns != expected:
            raise ValueError(
                f"{name}[{i}] has {difference_of(columns, expected)} of {name}[{first}]: expected "
                "the same columns in the same order. Hand in x[columns] of each data frame x, or "
                "x.to_numpy() where names do not matter"
            )
    return frames[0][1] if frames else []


def check_columns(columns: list[Any], expected: list[Any], name: str) -> None:
    """Raise a ValueError if data frames have other columns than those seen in ``fit``.

    Parameters
    ----------
    columns : list
        As of :func:`columns_of_frames`.
    expected : list
        Empty if ``fit`` was not told any.
    name : str
        The name in messages.
    """
    if columns and expected and columns != expected:
        raise ValueError(
            f"{name} has {difference_of(columns, expected)} of the data seen in fit: "
            "expected the same columns in the same order"
        )


def difference_of(columns: list[Any], expected: list[Any]) -> str:
    """The first column that is not the expected one, or how many there are.

    Examples
    --------
    >>> difference_of(["t", "y", "x"], ["t", "x", "y"])
    "column 'y' in place of column 'x'"
    """
    if len(columns) != len(expected):
        return f"{len(columns)} columns in place of the {len(expected)}"
    pairs = zip(columns, expected, strict=True)
    found, wanted = next((a, b) for a, b in pairs if a != b)
    return f"column {found!r} in place of column {wanted!r}"


def doubts_of_table(table: Any, name: str) -> Iterator[str]:
    """Doubt a table that looks like long format, several sequences in one.

    Either its index has several levels, the last of which is within the others; or one of a few
    columns is constant within runs of rows, each value in a run of its own, as the number of a
    patient is.

    Parameters
    ----------
    table : data frame
    name : str
        The name in messages.

    Yields
    ------
    str
        At most one doubt.
    """
    n, n_columns = table.shape
    found = by_index(table, name) or by_column(table, name)
    if found is not None:
        sign, converted = found
        yield (
            f"{name} is read as {n} sequences of {n_columns} numbers, one a row of the table. But "
            f"{sign}, as in long format, with a row for each step. If so: X, ids = "
            f"seqdisentangle.data.from_table({converted}). If a row is a sequence: "
            f"X = {name}.to_numpy()"
        )


def by_index(table: Any, name: str) -> tuple[str, str] | None:
    """The sign of long format that an index has, and the arguments of ``from_table``."""
    index = getattr(table, "index", None)
    if index is None or index.nlevels == 1 or not index.droplevel(-1).has_duplicates:
        return None
    *ids, time = names_of_levels(table)
    return f"its index has {index.nlevels} levels", (
        f"{name}, id={(ids[0] if len(ids) == 1 else ids)!r}, time={time!r}"
    )


def by_column(table: Any, name: str) -> tuple[str, str] | None:
    """The sign of long format that columns have, and the arguments of ``from_table``."""
    columns = list(table.columns)
    if len(set(columns)) < len(columns):
        return None
    ids = [column for column in columns if tells_apart(table[column].to_numpy())]
    if not ids or 2 * len(ids) > len(columns):
        return None
    id = ids[0]
    run = runs_of(table[id].to_numpy())
    n_runs = int(run.max()) + 1
    others = [column for column in columns if column not in ids]
    time = next((column for column in others if rises(table[column].to_numpy(), run)), None)
    if time is None and n_runs < FEWEST_SEQUENCES:
        return None
    sorted_by = "" if time is None else f", time={time!r}"
    return f"{id!r} is constant within {n_runs} runs of rows", f"{name}, id={id!r}{sorted_by}"


def runs_of(values: NDArray) -> NDArray[np.intp]:
    """The number of the run of equal values that each is in.

    Examples
    --------
    >>> runs_of(np.array([7, 7, 3, 3, 7]))
    array([0, 0, 1, 1, 2])
    """
    return np.concatenate([[0], np.cumsum(values[1:] != values[:-1])])


def tells_apart(values: NDArray) -> bool:
    """True of whole numbers of which each is in one run, of some length and not the only one."""
    if values.dtype.kind not in "iuf":
        return False
    if values.dtype.kind == "f" and not (values == np.round(values)).all():  # of NaN it is not
        return False
    n_runs = int(runs_of(values).max()) + 1
    return 1 < n_runs <= len(values) / FEWEST_STEPS and n_runs == len(np.unique(values))


def rises(values: NDArray, run: NDArray[np.intp]) -> bool:
    """True of numbers that rise within each run, and begin again with a later one."""
    if values.dtype.kind not in "iuf":
        return False
    steps, within = np.diff(values.astype(np.float64)), np.diff(run) == 0
    return bool((steps[within] > 0).all() and (steps[~within] <= 0).any())
