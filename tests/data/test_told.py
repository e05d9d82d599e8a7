"""Groups that users tell: any labels, and errors that say what is wrong with them."""

import numpy as np
import pandas as pd
import pytest

from seqdisentangle.data.told import checked_groups, some_of_groups

NAMES = ["ada", "bo", "ada", "cy"]


@pytest.mark.parametrize(
    "groups",
    [
        NAMES,
        np.array(NAMES),
        pd.Series(NAMES),
        tuple(NAMES),
        [7, 5, 7, 1],
        np.array([0.5, 2, 0.5, 9]),
        [np.int64(7), np.int64(5), np.int64(7), np.int64(1)],
        np.array([np.float32(7), np.str_("a"), np.float32(7), np.datetime64("2020-01-01")], object),
    ],
    ids=["list", "array", "series", "tuple", "numbers", "floats", "NumPy's numbers", "objects"],
)
def test_labels_of_any_kind_are_numbered(groups):
    assert checked_groups(groups, 4).tolist() == [0, 1, 0, 2]


def test_a_sequence_of_no_group_is_one_by_itself():
    masked = np.ma.masked_array([4, 4, 4, 4], [False, True, False, True])
    unknown = pd.Series([1, None, 1, None], dtype="Int64")
    for groups in (
        ["a", None, "a", None],
        [1.0, np.nan, 1.0, np.nan],
        [np.float64(1), np.float64("nan"), np.float64(1), np.datetime64("NaT")],
        masked,
        unknown,
    ):
        found = checked_groups(groups, 4)
        assert found[0] == found[2]
        assert len(set(found.tolist())) == 3


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["a"], r"group of each of 4 sequences, got shape \(1,\)"),
        ([["a"]] * 4, r"got shape \(4, 1\)"),
        ([1, 2, 3, 4], "got 4 groups of one sequence each"),
        ([None] * 4, "got 4 groups of one sequence each"),
        ("abcd", r"got shape \(\)"),
    ],
)
def test_what_tells_of_no_groups_is_refused(groups, message):
    with pytest.raises(ValueError, match=f"groups must .*{message}"):
        checked_groups(groups, 4)


def test_labels_that_cannot_be_told_apart_are_refused():
    groups = np.empty(4, dtype=object)
    groups[:] = [{}, "a", "a", {}]
    with pytest.raises(ValueError, match="groups must hold numbers or names, got dict"):
        checked_groups(groups, 4)


def test_some_are_of_as_many_groups_as_can_have_two():
    rng = np.random.RandomState(0)
    few = np.repeat(np.arange(6), 50)
    rows = some_of_groups(few, 30, rng)
    assert np.unique(few[rows], return_counts=True)[1].tolist() == [5] * 6
    pairs = rng.permutation(np.repeat(np.arange(200), 2))
    rows = some_of_groups(pairs, 64, rng)
    assert (np.diff(rows) > 0).all()
    assert np.unique(pairs[rows], return_counts=True)[1].tolist() == [2] * 32
    assert len(set(rows)) == 64
    assert some_of_groups(pairs, 1000, rng).tolist() == list(range(400))
