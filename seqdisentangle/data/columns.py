"""Columns of data frames and levels of their indices: by one name each, their values checked."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["check_names", "key_of", "names_of_levels", "numbers_of", "ranked", "several"]

MOST_NAMES = 20  # in a message


def names_of_levels(table: Any) -> list[Any]:
    """The levels of an index, as ``reset_index`` names them; none of a frame without an index.

    Examples
    --------
    >>> import pandas as pd
    >>> names_of_levels(pd.DataFrame(index=pd.MultiIndex.from_product([[1, 2], [3, 4]])))
    ['level_0', 'level_1']
    """
    index = getattr(table, "index", None)
    if index is None:
        return []
    if index.nlevels == 1 and index.name is None:
        return ["level_0" if "index" in table.columns else "index"]
    return [f"level_{i}" if level is None else level for i, level in enumerate(index.names)]


def several(names: Any, table: Any) -> list[str]:
    """Names of columns as a list, of which one alone need not be one."""
    whole = isinstance(names, list) or (
        isinstance(names, tuple) and names not in known_names(table)
    )
    return list(names) if whole else [names]


def known_names(table: Any) -> list[Any]:
    """The names of the columns, and of the levels of an index."""
    return [*table.columns, *names_of_levels(table)]


def check_names(table: Any, names: list[str]) -> None:
    """Raise a ValueError unless each name is that of one column, and told once."""
    known = known_names(table)
    for name in names:
        if known.count(name) == 0:
            more = ", ..." if len(known) > MOST_NAMES else ""
            only = ", ".join(map(repr, known[:MOST_NAMES]))
            raise ValueError(f"the table has no column {name!r}, only {only}{more}")
        if known.count(name) > 1:
            raise ValueError(
                f"the table has {known.count(name)} columns or levels of its index {name!r}, "
                "expected one: rename them, or leave them out by values=[...]"
            )
        if names.count(name) > 1:
            raise ValueError(f"column {name!r} was named {names.count(name)} times, expected once")


def column_of(table: Any, name: str) -> tuple[NDArray, NDArray[np.bool_]]:
    """The values of a column or a level of an index, and which of them are null."""
    levels = names_of_levels(table)
    column = table.index.get_level_values(levels.index(name)) if name in levels else table[name]
    # Polars leaves the time zone behind, unless it is asked for times one by one.
    zoned = getattr(column.dtype, "time_zone", None) is not None
    values = np.array(column.to_list(), object) if zoned else column.to_numpy()
    null = np.array(column.isna() if hasattr(column, "isna") else column.is_null(), bool)
    return values, null | np.isnan(values) if values.dtype.kind == "f" else null


def key_of(table: Any, name: str) -> NDArray:
    """The values of a column of ids or of times."""
    values, null = column_of(table, name)
    if null.any():
        raise ValueError(
            f"column {name!r} is null in row {int(null.argmax())}, and in {int(null.sum())} of "
            f"{len(null)} rows: expected a value in each. Drop these rows, or fill them in"
        )
    return values


def numbers_of(table: Any, name: str) -> NDArray:
    """The values of a column of features, NaN where they are null."""
    values, null = column_of(table, name)
    if values.dtype.kind in "buif":
        return values
    for row in np.flatnonzero(~null):
        if not isinstance(values[row], Real | Decimal | np.bool_):
            raise ValueError(
                f"column {name!r} holds {values[row]!r} in row {row}, of type "
                f"{type(values[row]).__name__}: expected numbers. Convert it, or leave it out by "
                "values=[...]"
            )
    numbers = np.full(len(values), np.nan)
    numbers[~null] = values[~null].astype(np.float64)
    return numbers


def ranked(values: NDArray, name: str) -> tuple[NDArray, NDArray[np.intp]]:
    """The values that there are, sorted, and the place of each among them."""
    try:
        distinct, place = np.unique(values, return_inverse=True)
    except TypeError as error:
        raise ValueError(f"column {name!r} holds values without an order: {error}") from error
    return distinct, place
