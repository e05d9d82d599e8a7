"""Factors and groups: columns of any container by name, and those that say nothing refused."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from seqdisentangle.metrics._factors import factors_in, groups_in, is_continuous

SPEAKER, DIGIT = np.array([0, 1, 1]), np.array(["a", "b", "a"])


@pytest.mark.parametrize("container", [dict, pd.DataFrame])
def test_columns_keep_their_names(container):
    found = factors_in(container({"speaker": SPEAKER, "digit": DIGIT}), 3)
    assert list(found) == ["speaker", "digit"]
    assert found["digit"].tolist() == DIGIT.tolist()


def test_columns_of_an_array_are_numbered_and_a_single_one_is_not():
    assert list(factors_in(SPEAKER, 3)) == ["y"]
    assert list(factors_in(np.column_stack([SPEAKER, SPEAKER]), 3)) == ["y_0", "y_1"]


@pytest.mark.parametrize(
    ("y", "match"),
    [
        ({}, "at least one factor"),
        ({"speaker": SPEAKER[:2]}, r"speaker of y must have shape \(3,\) like X, got \(2,\)"),
        ([1, 1, 1], "y has one value alone"),
        ([0.5, np.inf, 1], "y must be finite"),
        ([0.5, np.nan, 1], "y must be an array of labels, got NaN for some"),
        (np.zeros((3, 1, 1)), "y must have shape"),
        ({1: SPEAKER, "1": DIGIT}, "y must have a name for each factor, got '1' 2 times"),
        (
            pd.DataFrame(np.column_stack([SPEAKER, SPEAKER]), columns=["a", "a"]),
            "y must have a name for each factor, got 'a' 2 times",
        ),
    ],
)
def test_what_is_no_factor_is_refused(y, match):
    with pytest.raises(ValueError, match=match):
        factors_in(y, 3)


def test_groups_are_two_at_least_or_none():
    assert groups_in(None, 3) is None
    assert groups_in(DIGIT, 3).tolist() == DIGIT.tolist()
    with pytest.raises(ValueError, match="groups must hold at least two groups"):
        groups_in([1, 1, 1], 3)
    with pytest.raises(ValueError, match=r"groups must have shape \(3,\)"):
        groups_in([1, 2], 3)


def test_whole_numbers_and_names_are_labels():
    assert is_continuous(np.array([0.5, 1.0]))
    assert not any(map(is_continuous, (SPEAKER, DIGIT, SPEAKER.astype(float), SPEAKER == 1)))


def test_factors_of_objects_are_learned_as_those_of_arrays():
    y = {"speaker": SPEAKER.astype(object), "digit": DIGIT.astype(object)}
    found = factors_in(y, 3)
    assert [column.dtype.kind for column in found.values()] == ["i", "U"]
    assert factors_in(np.array([Decimal("0.5"), 1, 2]), 3)["y"].tolist() == [0.5, 1, 2]


def test_floats_beyond_those_that_have_fractions_are_no_labels():
    assert is_continuous(np.array([0.5, 1.0]))
    assert is_continuous(np.array([1e20, 2e20]))
    assert not is_continuous(np.array([0.0, 3.0, -(2.0**50)]))
    assert not is_continuous(np.array([2**60, 1]))
