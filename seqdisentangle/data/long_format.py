"""Data frames in long format, with a row for each step, to sequences and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Real
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .columns import check_names, key_of, numbers_of, ranked, several
from .containers import opened, refuse, rows_of
from .tables import NamedSequences, is_data_frame

__all__ = ["TableSequences", "from_table", "to_table"]


class SequencesAndIds(NamedTuple):
    """The pair that a :class:`TableSequences` is unpacked to."""

    sequences: list[NDArray]
    ids: NDArray


class TableSequences(SequencesAndIds):
    """The sequences of a table, and what :func:`to_table` needs to make one like it.

    ``sequences, ids = from_table(...)`` unpacks it.

    Parameters
    ----------
    sequences, ids, times, id_names, time_name, feature_names, frame_type
        The attributes.

    Attributes
    ----------
    sequences : list of arrays (T_i, D)
    ids : array of shape (n,)
        The id of each, sorted; tuples where several columns are the id.
    times : list of arrays (T_i,), or None
        The time of each step.
    id_names : list of str
    time_name : str or None
    feature_names : list of str
        The D columns of features.
    frame_type : type
        The class of the table.
    """

    times: list[NDArray] | None
    id_names: list[str]
    time_name: str | None
    feature_names: list[str]
    frame_type: type

    def __new__(
        cls,
        sequences: list[NDArray],
        ids: NDArray,
        times: list[NDArray] | None,
        id_names: list[str],
        time_name: str | None,
        feature_names: list[str],
        frame_type: type,
    ) -> TableSequences:
        """Make the pair, with its attributes."""
        pair = super().__new__(cls, sequences, ids)
        pair.times = times
        pair.id_names = id_names
        pair.time_name = time_name
        pair.feature_names = feature_names
        pair.frame_type = frame_type
        return pair

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (*self, *vars(self).values())


def from_table(
    table: Any,
    *,
    id: str | Sequence[str],
    time: str | None = None,
    values: Sequence[str] | None = None,
) -> TableSequences:
    """Time series in the rows of a long data frame of pandas or polars.

    Parameters
    ----------
    table : data frame
        A row for each step of each series.
    id : str or list of str
        The column that tells the series apart, or several that do so together. Here and for
        ``time``, levels of an index are columns, with the names that ``reset_index`` gives them.
    time : str, optional
        The column to sort each one by, of numbers or dates; by default rows are in order.
    values : list of str, optional
        The columns of the features; by default all others.

    Returns
    -------
    TableSequences
        The named tuple ``(sequences, ids)``: a list of n arrays (T_i, D), NaN where there is no
        value, and the ids, sorted. An estimator that is fitted to the list remembers its columns,
        and refuses one of others.

    Raises
    ------
    ValueError
        If a column does not exist or there are several of its name, or none is left for the
        features; if an id or a time is null, times are text, or two rows have the same id and time;
        or if a feature is no number. Names the column, and the row by its number from 0.
    TypeError
        If ``table`` is no data frame.

    See Also
    --------
    to_table : The way back.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"who": ["b", "a", "b"], "when": [2, 1, 1], "x": [3.0, 4.0, 5.0], "y": [6.0, 7.0, 8.0]}
    ... )
    >>> sequences, ids = from_table(table, id="who", time="when")
    >>> sequences
    [array([[4., 7.]]), array([[5., 8.], [3., 6.]])]
    >>> ids
    array(['a', 'b'], dtype=object)
    """
    if not is_data_frame(table):
        raise TypeError(
            f"table must be a data frame of pandas or polars, got {type(table).__name__}"
            f"{way_to_frame(table)}"
        )
    id_names = several(id, table)
    key_names = id_names if time is None else [*id_names, time]
    feature_names = (
        [name for name in table.columns if name not in key_names]
        if values is None
        else several(values, table)
    )
    check_names(table, key_names)
    check_names(table, feature_names)
    if not feature_names:
        raise ValueError(f"the table has no column for features besides {key_names}")
    if len(table) == 0:
        raise ValueError("the table has no rows: expected at least one")
    keys = {name: key_of(table, name) for name in key_names}
    number, ids = identified({name: keys[name] for name in id_names})
    times = None if time is None else keys[time]
    order = np.argsort(number, kind="stable") if time is None else in_order(number, keys, time)
    features = np.column_stack([numbers_of(table, name) for name in feature_names])[order]
    ends = np.cumsum(np.bincount(number))[:-1]
    return TableSequences(
        NamedSequences(np.split(features, ends), feature_names),
        ids,
        None if times is None else np.split(times[order], ends),
        id_names,
        time,
        feature_names,
        type(table),
    )


def to_table(
    sequences: Any,
    like: TableSequences,
    *,
    ids: Any = None,
    times: Sequence[Any] | None = None,
    values: Sequence[str] | None = None,
) -> Any:
    """Make a data frame of sequences, like the one that others are of: the way back.

    Parameters
    ----------
    sequences : list of n arrays (T_i, D), or array (n, T, D) or (n, T)
        Sequences of the package: reconstructions, samples, swaps or codes.
    like : TableSequences
        The result of :func:`from_table`, which says the names of the columns, and whether the frame
        is of pandas or polars.
    ids : array-like of shape (n,), optional
        The id of each, a tuple where several columns are the id; by default those of ``like``.
    times : list of n arrays (T_i,), optional
        The time of each step; by default those of ``like``, or with ``ids`` from 0 on.
    values : list of str, optional
        The D names of the features; by default those of ``like``.

    Returns
    -------
    data frame
        A row for each step: the columns of the id, that of the time unless ``like`` has none, and
        the features.

    Raises
    ------
    ValueError
        If there is no sequence, if their number, that of their steps or of their features does not
        fit, or if two columns would have one name.
    TypeError
        If ``like`` is no result of ``from_table``.

    See Also
    --------
    from_table : From the table to sequences.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"who": ["b", "a", "b"], "when": [2, 1, 1], "x": [3.0, 4.0, 5.0]})
    >>> found = from_table(table, id="who", time="when")
    >>> to_table([10 * x for x in found.sequences], found)
      who  when     x
    0   a     1  40.0
    1   b     1  50.0
    2   b     2  30.0
    >>> to_table([[[1.0], [2.0]]], found, ids=["new"])
       who  when    x
    0  new     0  1.0
    1  new     1  2.0
    """
    if not isinstance(like, TableSequences):
        raise TypeError(
            f"like must be the result of from_table, got {type(like).__name__}: keep it whole, "
            "like = from_table(...), and unpack it after, sequences, ids = like"
        )
    sequences = opened(sequences, "sequences")
    if isinstance(sequences, str | PathLike):
        refuse(sequences, "sequences")
    sequences = rows_of(sequences, "sequences")
    if not sequences:
        raise ValueError("sequences are empty: expected at least one")
    frames = [np.asarray(x).reshape(len(np.atleast_1d(x)), -1) for x in sequences]
    names = like.feature_names if values is None else list(values)
    for i, x in enumerate(frames):
        if x.shape[1] != len(names):
            raise ValueError(
                f"sequences[{i}] has {x.shape[1]} features, expected one for each of values={names}"
            )
    if times is not None:
        times = [rows_of(t, f"times[{i}]") for i, t in enumerate(rows_of(times, "times"))]
    elif ids is None:
        times = like.times
    elif like.time_name is not None:
        times = [np.arange(len(x)) for x in frames]
    ids = rows_of(like.ids if ids is None else ids, "ids")
    lengths = [len(x) for x in frames]
    check_lengths("ids", [1] * len(ids), [1] * len(frames))
    columns = {
        name: np.repeat(one_dimensional(column), lengths)
        for name, column in zip(like.id_names, by_column(ids, like.id_names), strict=True)
    }
    if times is not None:
        check_lengths("times", [len(t) for t in times], lengths)
        columns[like.time_name or "time"] = np.concatenate([np.asarray(t) for t in times])
    both = [name for name in names if name in columns or names.count(name) > 1]
    if both:
        raise ValueError(f"{both} would be names of two columns: name the features by values=[...]")
    columns |= dict(zip(names, np.concatenate(frames).T, strict=True))
    # Of objects, frames find the type by looking at a list.
    return like.frame_type(
        {name: c.tolist() if c.dtype.kind == "O" else c for name, c in columns.items()}
    )


def way_to_frame(table: Any) -> str:
    """Say how to make a data frame of what can be one: of xarray, dask or polars."""
    if hasattr(table, "to_dataframe"):
        # A DataArray may have no name, which a data frame must.
        name = "'value'" if hasattr(table, "to_series") else ""
        return f". Hand in table.to_dataframe({name}).reset_index()"
    lazy = (way for way in ("collect", "compute") if hasattr(table, way))
    return next((f". Hand in table.{way}()" for way in lazy), "")


def identified(keys: dict[str, NDArray]) -> tuple[NDArray[np.intp], NDArray]:
    """The number of the sequence that each row is of, and the id of each, sorted."""
    ranks = [ranked(values, name) for name, values in keys.items()]
    if len(ranks) == 1:
        ids, number = ranks[0]
        return number, ids
    places, number = np.unique(
        np.stack([place for _, place in ranks], axis=1), axis=0, return_inverse=True
    )
    ids = np.empty(len(places), object)
    parts = [distinct[place] for (distinct, _), place in zip(ranks, places.T, strict=True)]
    ids[:] = list(zip(*map(as_list, parts), strict=True))
    return number.reshape(-1), ids


def as_list(values: NDArray) -> list[Any]:
    """Values as Python's own, except for dates, of which it does not have all."""
    return list(values) if values.dtype.kind in "mM" else values.tolist()


def in_order(number: NDArray[np.intp], keys: dict[str, NDArray], time: str) -> NDArray[np.intp]:
    """The rows by sequence and time, of which each has one of its own."""
    times = keys[time]
    for row in range(len(times)) if times.dtype.kind in "OUS" else ():
        if isinstance(times[row], str | bytes):
            raise ValueError(
                f"column {time!r} holds text, {times[row]!r} in row {row}, which does not sort by "
                "time: make it numbers or dates first, by pandas.to_numeric or pandas.to_datetime"
            )
    _, place = ranked(times, time)
    order = np.lexsort((place, number))
    again = (np.diff(number[order]) == 0) & (np.diff(place[order]) == 0)
    if again.any():
        i = int(again.argmax())
        first, second = order[i], order[i + 1]
        told = ", ".join(f"{name}={values[first]}" for name, values in keys.items())
        raise ValueError(
            f"rows {first} and {second} share id and time, {told}: expected one row for "
            f"each step, and {int(again.sum())} of {len(order)} repeat others. Drop or average them"
        )
    return order


# ---- the way back --------------------------------------------------------------------------------


def check_lengths(name: str, got: list[int], expected: list[int]) -> None:
    """Raise a ValueError unless there is one value for each sequence, or for each step."""
    if len(got) != len(expected):
        raise ValueError(
            f"{name} are {len(got)}, expected one for each of {len(expected)} sequences"
        )
    for i, (have, want) in enumerate(zip(got, expected, strict=True)):
        if have != want:
            raise ValueError(
                f"sequences[{i}] has {want} steps and {have} times: hand in its times, or its id"
            )


def by_column(ids: list[Any], names: list[str]) -> Iterator[list[Any]]:
    """The ids column by column, of which there are several where ids are tuples."""
    if len(names) == 1:
        yield ids
        return
    for i, id in enumerate(ids):
        if not isinstance(id, tuple | list) or len(id) != len(names):
            raise ValueError(f"ids[{i}] must be a tuple of {names}, got {id!r}")
    for j in range(len(names)):
        yield [id[j] for id in ids]


def one_dimensional(values: list[Any]) -> NDArray:
    """A list as an array of one dimension, of objects unless all are numbers or dates."""
    array = np.asarray(values) if all(isinstance(v, np.generic | Real) for v in values) else None
    if array is not None and array.ndim == 1:
        return array
    objects = np.empty(len(values), object)
    objects[:] = values
    return objects
