"""Tables in long format: recognised with the columns that say so, wide ones left alone."""

import copy
import itertools
import pickle

import numpy as np
import pandas as pd
import polars
import pytest
from sklearn.model_selection import KFold, cross_validate, train_test_split
from sklearn.utils import _safe_indexing, shuffle

import seqdisentangle
from seqdisentangle.data import from_table
from seqdisentangle.data.tables import (
    NamedSequences,
    check_columns,
    columns_of_frames,
    doubts_of_table,
    is_data_frame,
    runs_of,
    tells_apart,
)

RANDOM = np.random.RandomState(0)
LENGTHS = (5, 4, 6)


def long_table(ids=(3, 1, 2), **more):
    columns = {
        "patient": np.repeat(ids, LENGTHS),
        "hour": np.concatenate([10 + np.arange(T) for T in LENGTHS]),
        "pulse": RANDOM.normal(size=15),
        "sex": np.repeat([0, 1, 0], LENGTHS),
    }
    return pd.DataFrame({**columns, **more})


def remedied(X, doubt):
    """The sequences that the line in a doubt makes of a table."""
    line = doubt.partition("X, ids = ")[2].partition(". If a row is a sequence")[0]
    return eval(line, {"seqdisentangle": seqdisentangle, "X": X})


@pytest.mark.parametrize("of", [pd.DataFrame, polars.DataFrame])
@pytest.mark.parametrize("dtype", ["int64", "uint8", "float64"])
def test_a_column_that_is_constant_within_runs_tells_sequences_apart(of, dtype):
    table = long_table().astype({"patient": dtype, "hour": dtype})
    X = of({name: table[name].to_numpy() for name in table.columns})
    (doubt,) = doubts_of_table(X, "X")
    assert "X is read as 15 sequences of 4 numbers, one a row of the table" in doubt
    assert "'patient' is constant within 3 runs of rows" in doubt
    sequences, ids = remedied(X, doubt)
    expected, _ = from_table(table, id="patient", time="hour")
    assert all(np.array_equal(a, b) for a, b in zip(sequences, expected, strict=True))
    assert ids.tolist() == [1, 2, 3]


def test_without_times_rows_are_in_order():
    (doubt,) = doubts_of_table(long_table().drop(columns="hour"), "Y")
    assert "from_table(Y, id='patient')" in doubt


@pytest.mark.parametrize("names", [("patient", "hour"), (None, None), ("patient", None)])
def test_an_index_of_two_levels_is_long_format(names):
    X = long_table().set_index(["patient", "hour"]).rename_axis(names)
    (doubt,) = doubts_of_table(X, "X")
    assert "its index has 2 levels" in doubt
    assert [len(x) for x in remedied(X, doubt)[0]] == [4, 6, 5]


def test_all_levels_but_the_last_tell_sequences_apart():
    X = long_table(bed=np.arange(15) // 2 * 0).set_index(["sex", "patient", "bed", "hour"])
    (doubt,) = doubts_of_table(X, "X")
    sequences, _ = remedied(X, doubt)
    assert sorted(x.shape for x in sequences) == [(4, 1), (5, 1), (6, 1)]


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame(RANDOM.normal(size=(60, 20))),
        pd.DataFrame(RANDOM.poisson(3, size=(60, 20))),
        pd.DataFrame(np.sort(RANDOM.poisson(9, size=(30, 5)), axis=0)),
        pd.DataFrame(list(itertools.product([0, 1], repeat=5))),
        pd.DataFrame(np.ones((9, 4), int)),
        pd.DataFrame(RANDOM.normal(size=(1, 4))),
        pd.DataFrame(RANDOM.normal(size=(9, 4)), index=pd.date_range("2020", periods=9)),
        pd.DataFrame(
            RANDOM.normal(size=(9, 4)),
            index=pd.MultiIndex.from_arrays([range(9), list("abcdefghi")]),
        ),
        pd.DataFrame([[0, 0], [0, 1], [0, 2], [1, 0]], columns=["a", "a"]),
        polars.DataFrame(RANDOM.normal(size=(20, 5))),
    ],
    ids=[
        "floats",
        "counts",
        "sorted",
        "binary",
        "constant",
        "row",
        "days",
        "index",
        "names",
        "polars",
    ],
)
def test_a_table_with_a_sequence_a_row_is_not_doubted(X):
    assert not list(doubts_of_table(X, "X"))


def test_data_frames_are_known_from_arrays():
    table = long_table()
    assert is_data_frame(table)
    assert is_data_frame(polars.DataFrame({"a": [1]}))
    assert not any(map(is_data_frame, (table["hour"], table.to_numpy(), [table.to_numpy()], "X")))


def test_the_last_level_of_an_index_is_within_all_others():
    levels = [np.arange(9) // 3, np.arange(9) % 3, np.zeros(9, int)]
    unlike = pd.DataFrame(RANDOM.normal(size=(9, 4)), index=pd.MultiIndex.from_arrays(levels))
    assert not list(doubts_of_table(unlike, "X"))
    alike = pd.DataFrame(RANDOM.normal(size=(9, 4)), index=unlike.index.swaplevel(1, 2))
    (doubt,) = doubts_of_table(alike, "X")
    assert "its index has 3 levels" in doubt


def test_half_of_the_columns_at_most_tell_sequences_apart():
    table = long_table()[["patient", "pulse"]]
    (doubt,) = doubts_of_table(table, "X")
    assert "from_table(X, id='patient')" in doubt
    assert not list(doubts_of_table(table.assign(ward=table["patient"] + 7), "X"))


def test_two_sequences_are_believed_with_times_only():
    table = long_table()[["patient", "hour", "pulse"]].iloc[:9]
    (doubt,) = doubts_of_table(table, "X")
    assert "'patient' is constant within 2 runs of rows" in doubt
    assert not list(doubts_of_table(table.drop(columns="hour"), "X"))


def test_runs_are_numbered_from_zero():
    assert runs_of(np.array([7, 7, 3, 3, 7])).tolist() == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("values", "does"),
    [
        ([1, 1, 1, 2, 2, 2], True),
        ([2.0, 2.0, 2.0, 1.0, 1.0, 1.0], True),
        ([1, 1, 1, 2, 2], False),
        ([1] * 9, False),
        ([1, 1, 1, 2, 2, 2, 1, 1, 1], False),
        ([1.5, 1.5, 1.5, 2.5, 2.5, 2.5], False),
        ([True, True, True, False, False, False], False),
        (list("aaabbb"), False),
        ([1], False),
        ([], False),
    ],
    ids=str,
)
def test_whole_numbers_in_one_run_each_tell_sequences_apart(values, does):
    assert tells_apart(np.array(values)) is does


# ---- lists of tables -----------------------------------------------------------------------------


@pytest.mark.parametrize("of", [pd.DataFrame, polars.DataFrame])
def test_columns_of_frames_are_those_of_all(of):
    frames = [of({"b": [1.0, 2.0], "a": [3.0, 4.0]}), of({"b": [5.0], "a": [6.0]})]
    for X in (frames, tuple(frames), [np.zeros((4, 2)), *frames], frames[:1]):
        assert columns_of_frames(X, "X") == ["b", "a"]
    for X in ([], [np.zeros((4, 2))], np.zeros((3, 4)), frames[0], None, "ba"):
        assert columns_of_frames(X, "X") == []


@pytest.mark.parametrize("of", [pd.DataFrame, polars.DataFrame])
@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("bac", "column 'b' in place of column 'a'"),
        ("abd", "column 'd' in place of column 'c'"),
        ("ab", "2 columns in place of the 3"),
        ("abcd", "4 columns in place of the 3"),
    ],
)
def test_a_frame_of_other_columns_is_named(of, columns, told):
    like, other = of({c: [1.0] for c in "abc"}), of({c: [1.0] for c in columns})
    with pytest.raises(ValueError, match=rf"Y\[3\] has {told} of Y\[1\]: .* x.to_numpy\(\)"):
        columns_of_frames([np.zeros((1, 3)), like, like, other], "Y")
    with pytest.raises(ValueError, match=f"Y has {told} of the data seen in fit"):
        check_columns(list(columns), list("abc"), "Y")


def test_columns_that_one_side_does_not_name_are_not_compared():
    check_columns([], ["a"], "X")
    check_columns(["a"], [], "X")
    check_columns(["a", "b"], ["a", "b"], "X")


def test_named_sequences_are_a_list_that_is_copied_with_its_names():
    arrays = [np.ones((2, 2)), np.zeros((3, 2))]
    X = NamedSequences(arrays, ["b", "a"])
    for one in (X, copy.deepcopy(X), copy.copy(X), pickle.loads(pickle.dumps(X))):
        assert isinstance(one, list)
        assert all(map(np.array_equal, one, arrays))
        assert columns_of_frames(one, "X") == ["b", "a"]


def test_slices_copies_and_sums_of_named_sequences_keep_their_names():
    arrays = [np.full((2, 2), i) for i in range(4)]
    X = NamedSequences(arrays, ["b", "a"])
    same = NamedSequences(arrays[:1], ["b", "a"])
    one, frame = [arrays[2]], [pd.DataFrame(arrays[1], columns=["b", "a"])]
    cases = {
        (1, 2): X[1:3],
        (3, 2, 1, 0): X[::-1],
        (): X[9:],
        (0, 1, 2, 3): X.copy(),
        (0, 1, 2, 3, 0): X + same,
        (0, 1, 2, 3, 2): X + one,
        (0, 1, 2, 3, 1): X + frame,
    }
    for expected, found in cases.items():
        assert tuple(np.asarray(x)[0, 0] for x in found) == expected
        assert columns_of_frames(found, "X") == ["b", "a"]
    assert X[-1] is arrays[-1]


@pytest.mark.parametrize(
    "of", [NamedSequences, lambda X, columns: [pd.DataFrame(X[0], columns=columns)]]
)
def test_sequences_of_other_columns_are_not_added(of):
    X = NamedSequences([np.ones((2, 2))], ["b", "a"])
    with pytest.raises(ValueError, match="the list added has column 'a' in place of column 'b'"):
        X + of([np.ones((2, 2))], ["a", "b"])
    pair = (np.ones((2, 2)), np.ones((2, 2)))
    with pytest.raises(TypeError):
        X + pair


ROWS = [2, 0, 5]
PICKS = {
    "numbers": np.array(ROWS),
    "a list": ROWS,
    "a series": pd.Series(ROWS),
    "from the end": np.array([-4, 0, 5]),
    "small numbers": np.array(ROWS, np.uint8),
}
MASK = np.isin(np.arange(6), ROWS)


@pytest.fixture
def named():
    return NamedSequences([np.full((2, 2), i) for i in range(6)], ["b", "a"])


def rows_of(found):
    assert type(found) is NamedSequences
    assert columns_of_frames(found, "X") == ["b", "a"]
    return [int(x[0, 0]) for x in found]


@pytest.mark.parametrize("key", PICKS.values(), ids=PICKS)
def test_numbers_pick_sequences_with_their_names(named, key):
    assert rows_of(named[key]) == ROWS


@pytest.mark.parametrize("kind", [np.asarray, list, pd.Series])
def test_a_mask_picks_sequences_with_their_names(named, kind):
    assert rows_of(named[kind(MASK)]) == sorted(ROWS)
    assert rows_of(named[kind([False] * 6)]) == rows_of(named[[]]) == []


@pytest.mark.parametrize(
    "key", [[6], np.ones(5, bool), np.array([1.0]), np.zeros((1, 2), int), ["b"], (0, 7)]
)
def test_what_picks_no_sequences_is_refused(named, key):
    with pytest.raises(IndexError):
        named[key]


def test_one_sequence_is_an_array_and_a_name_none(named):
    for key in (2, np.int64(2), np.array(2), -4):
        assert named[key] is named[2]
    with pytest.raises(TypeError):
        named["b"]
    with pytest.raises(ValueError, match="axis=1"):
        named.take([0], axis=1)


def test_scikit_learn_splits_them_with_their_names(named):
    train, test, _, group = train_test_split(named, np.arange(6), random_state=0)
    assert rows_of(test) == group.tolist()
    assert sorted(rows_of(train) + rows_of(test)) == list(range(6))
    for train, test in KFold(3).split(named):
        assert rows_of(named[train]) == train.tolist()
        assert rows_of(_safe_indexing(named, test)) == test.tolist()
    assert sorted(rows_of(shuffle(named, random_state=0))) == list(range(6))
    assert rows_of(_safe_indexing(named, MASK)) == sorted(ROWS)
    assert rows_of(_safe_indexing(named, slice(1, 3))) == [1, 2]
    assert _safe_indexing(named, 2) is named[2]


def test_estimators_are_told_the_names_of_what_scikit_learn_splits(small):
    X = NamedSequences(list(np.random.RandomState(0).normal(size=(12, 5, 2))), ["b", "a"])
    found = cross_validate(small(max_epochs=1), X, cv=KFold(2), return_estimator=True)
    for model in found["estimator"]:
        assert model.feature_names_in_.tolist() == ["b", "a"]
