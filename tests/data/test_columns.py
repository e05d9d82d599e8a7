"""Columns by their names: levels of an index as reset_index names them, each name of one column."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars
import pytest

from seqdisentangle.data.columns import (
    check_names,
    key_of,
    names_of_levels,
    numbers_of,
    ranked,
    several,
)


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        (pd.RangeIndex(4), ["a"]),
        (pd.RangeIndex(4), ["index"]),
        (pd.Index(range(4), name="hour"), ["a"]),
        (pd.MultiIndex.from_product([[1, 2], [3, 4]]), ["a"]),
        (pd.MultiIndex.from_product([[1, 2], [3, 4]], names=["who", None]), ["a"]),
    ],
)
def test_levels_have_the_names_that_reset_index_gives_them(index, columns):
    table = pd.DataFrame(np.zeros((4, 1)), index=index, columns=columns)
    flat = table.reset_index()
    levels = names_of_levels(table)
    assert [*levels, *columns] == list(flat.columns)
    for name in flat.columns:
        np.testing.assert_array_equal(key_of(table, name), flat[name])
        np.testing.assert_array_equal(numbers_of(table, name), flat[name])


def test_a_frame_without_an_index_has_no_levels():
    assert names_of_levels(polars.DataFrame({"a": [1]})) == []


@pytest.mark.parametrize(
    ("names", "expected"),
    [("a", ["a"]), (["a"], ["a"]), (("a", "b"), ["a", "b"]), (("c", 1), [("c", 1)]), (0, [0])],
)
def test_one_name_need_not_be_a_list(names, expected):
    table = pd.DataFrame(columns=pd.Index(["a", "b", ("c", 1), 0], tupleize_cols=False))
    assert several(names, table) == expected


def test_a_name_that_is_not_there_is_told_with_some_that_are():
    table = pd.DataFrame(np.zeros((1, 3000)), columns=[f"x{i}" for i in range(3000)])
    with pytest.raises(ValueError, match=r"no column 'y', only 'x0', .*'x19', \.\.\.$"):
        check_names(table, ["x5", "y"])


def test_places_are_those_of_sorted_values():
    distinct, place = ranked(np.array(["b", "a", "b"], object), "id")
    assert distinct.tolist() == ["a", "b"]
    assert place.tolist() == [1, 0, 1]


def test_numbers_in_a_column_may_be_objects():
    values = [Decimal("0.5"), None, Fraction(1, 4), np.bool_(True), 3]
    found = numbers_of(pd.DataFrame({"x": np.array(values, object)}), "x")
    np.testing.assert_array_equal(found, [0.5, np.nan, 0.25, 1.0, 3.0])
    with pytest.raises(ValueError, match="column 'x' holds 'a' in row 1, of type str"):
        numbers_of(pd.DataFrame({"x": np.array([1, "a"], object)}), "x")


def test_a_name_of_two_columns_or_levels_is_told_with_their_number():
    twice = pd.DataFrame(np.ones((2, 3)), columns=["a", "b", "a"])
    level = pd.DataFrame({"a": [1.0]}, index=pd.Index([1], name="a"))
    for table in (twice, level):
        with pytest.raises(ValueError, match="the table has 2 columns or levels of its index 'a'"):
            check_names(table, ["a"])
    check_names(twice, ["b"])
