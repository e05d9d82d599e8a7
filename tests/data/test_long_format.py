"""Tables in long format: sequences by id and time, errors that name the row, and the way back."""

import copy
import datetime
import pickle
import re
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars
import pytest

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import from_table, to_table

RAGGED = [np.random.RandomState(i).normal(size=(T, 3)) for i, T in enumerate((4, 1, 6))]

each_frame = pytest.mark.parametrize(
    "make", [pd.DataFrame, polars.DataFrame], ids=["pandas", "polars"]
)


def long_table(make, shuffled=True):
    rows = [
        {"speaker": f"s{i}", "t": 10.0 * t, **dict(zip("abc", x, strict=True))}
        for i, sequence in enumerate(RAGGED)
        for t, x in enumerate(sequence)
    ]
    order = np.random.RandomState(0).permutation(len(rows)) if shuffled else range(len(rows))
    rows = [rows[i] for i in order]
    return make({name: [row[name] for row in rows] for name in rows[0]})


def same(sequences):
    return all(np.array_equal(a, b) for a, b in zip(sequences, RAGGED, strict=True))


@each_frame
def test_rows_of_a_table_become_sequences_in_the_order_of_time(make):
    sequences, ids = from_table(long_table(make), id="speaker", time="t")
    assert same(sequences)
    assert list(ids) == ["s0", "s1", "s2"]
    some, _ = from_table(long_table(make), id="speaker", time="t", values=["c", "a"])
    assert np.array_equal(some[2], RAGGED[2][:, [2, 0]])


@each_frame
def test_without_a_time_rows_are_in_order(make):
    table = long_table(make, shuffled=False)
    sequences, _ = from_table(table, id="speaker", values=list("abc"))
    assert same(sequences)


def test_a_missing_column_is_named():
    table = long_table(pd.DataFrame)
    with pytest.raises(ValueError, match="no column 'when', only"):
        from_table(table, id="speaker", time="when")
    with pytest.raises(ValueError, match="no column for features"):
        from_table(table[["speaker", "t"]], id="speaker", time="t")


# What tells sequences and steps apart


def visits(make):
    """Two sequences of one patient and one of another, in no order."""
    return make(
        {
            "ward": ["b", "a", "a", "b", "a"],
            "patient": [1, 2, 10, 1, 2],
            "hour": [1, 5, 0, 0, 4],
            "pulse": [70, 71, 72, 73, 74],
            "temperature": [36.0, 36.5, None, 37.5, 38.0],
        }
    )


@each_frame
@pytest.mark.parametrize("id", [["ward", "patient"], ("ward", "patient")])
def test_several_columns_are_one_id(make, id):
    sequences, ids = from_table(visits(make), id=id, time="hour")
    assert ids.tolist() == [("a", 2), ("a", 10), ("b", 1)]
    np.testing.assert_array_equal(sequences[0], [[74, 38.0], [71, 36.5]])
    np.testing.assert_array_equal(sequences[1], [[72, np.nan]])
    np.testing.assert_array_equal(sequences[2], [[73, 37.5], [70, 36.0]])


@pytest.mark.parametrize(
    ("index", "names", "told"),
    [
        (["patient", "hour"], None, {"id": "patient", "time": "hour"}),
        (["patient", "hour"], [None, None], {"id": "level_0", "time": "level_1"}),
        (["hour"], None, {"id": "patient", "time": "hour"}),
        (["hour"], [None], {"id": "patient", "time": "index"}),
        (["ward", "patient", "hour"], None, {"id": ["ward", "patient"], "time": "hour"}),
    ],
)
def test_levels_of_an_index_are_columns(index, names, told):
    table = visits(pd.DataFrame)
    columns = ["pulse", "temperature"]
    indexed = table.set_index(index)
    indexed = indexed if names is None else indexed.rename_axis(names)
    found = from_table(indexed, **told, values=columns)
    flat = {"id": "patient" if isinstance(told["id"], str) else told["id"], "time": "hour"}
    expected = from_table(table, **flat, values=columns)
    assert found.ids.tolist() == expected.ids.tolist()
    for a, b in zip(found.sequences, expected.sequences, strict=True):
        np.testing.assert_array_equal(a, b)


@each_frame
@pytest.mark.parametrize(
    "times",
    [
        [datetime.date(2024, 1, d) for d in (3, 1, 2)],
        [datetime.datetime(2024, 1, d, tzinfo=datetime.timezone.utc) for d in (3, 1, 2)],
        [datetime.timedelta(hours=d) for d in (30, 1, 2)],
        [10, 1, 2],
        [1.5, -1.0, 0.0],
    ],
    ids=["dates", "time zone", "durations", "whole", "floats"],
)
def test_times_are_numbers_or_dates(make, times):
    table = make({"id": [1, 1, 1], "t": times, "x": [3.0, 1.0, 2.0]})
    found = from_table(table, id="id", time="t")
    assert found.sequences[0].ravel().tolist() == [1.0, 2.0, 3.0]
    back = to_table(found.sequences, found)
    assert back["t"].dtype == table["t"].dtype
    assert list(back["t"]) == sorted(table["t"])


# Features


@each_frame
def test_null_features_are_nan_and_decimals_are_numbers(make):
    table = make(
        {
            "id": [1, 1, 2],
            "whole": [1, None, 3],
            "flag": [True, None, False],
            "price": [Decimal("1.5"), Decimal(2), None],
        }
    )
    sequences, _ = from_table(table, id="id")
    np.testing.assert_array_equal(
        np.concatenate(sequences), [[1, 1, 1.5], [np.nan, np.nan, 2], [3, 0, np.nan]]
    )


def test_nullable_types_of_pandas_are_numbers():
    table = pd.DataFrame({"id": [1, 1, 2], "x": [1, None, 3], "y": [0.5, 1.5, None]})
    nullable = table.astype({"id": "Int64", "x": "Int64", "y": "Float64"})
    for a, b in zip(*(from_table(t, id="id").sequences for t in (table, nullable)), strict=True):
        np.testing.assert_array_equal(a, b)


# What is refused

REFUSED = {
    "null id": ({"id": ["a", None, None]}, "column 'id' is null in row 1, and in 2 of 3 rows"),
    "NaN id": ({"id": [1.0, 2.0, float("nan")]}, "column 'id' is null in row 2, and in 1 of 3"),
    "null time": ({"t": [0, None, 2]}, "column 't' is null in row 1"),
    "text time": ({"t": ["1", "10", "2"]}, "column 't' holds text, '1' in row 0, which does not"),
    "same time": (
        {"t": [5, 3, 5], "id": ["a", "b", "a"]},
        "rows 0 and 2 share id and time, id=a, t=5: expected .*, and 1 of 3 repeat others",
    ),
    "text": ({"x": ["1.5", "2", "3"]}, "column 'x' holds '1.5' in row 0, of type str: expected"),
    "text below": ({"x": [None, None, "high"]}, "column 'x' holds 'high' in row 2, of type str"),
    "dates": ({"x": [datetime.date(2024, 1, 1)] * 3}, "column 'x' holds .*2024.* in row 0"),
}


@each_frame
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_named_with_column_and_row(make, case):
    columns, match = REFUSED[case]
    table = make({"id": ["a", "b", "c"], "t": [2, 1, 0], "x": [1.0, 2.0, 3.0], **columns})
    with pytest.raises(ValueError, match=match):
        from_table(table, id="id", time="t")


def test_rows_of_one_composite_id_and_time_are_refused():
    table = visits(pd.DataFrame)
    with pytest.raises(ValueError, match="rows 0 and 3 share id and time, patient=1, wa"):
        from_table(table.assign(hour=0), id=["patient", "ward"], time="hour")


def test_text_that_is_left_out_does_no_harm():
    table = long_table(pd.DataFrame).assign(note="fine")
    assert same(from_table(table, id="speaker", time="t", values=["a", "b", "c"]).sequences)


def test_columns_of_one_name_are_refused_where_they_are_read():
    table = long_table(pd.DataFrame)
    double = pd.concat([table, table[["a"]]], axis=1)
    with pytest.raises(ValueError, match="the table has 2 columns or levels of its index 'a'"):
        from_table(double, id="speaker", time="t")
    with pytest.raises(ValueError, match="2 columns or levels of its index 't'"):
        from_table(table.set_index("t", drop=False), id="speaker", time="t")
    some, _ = from_table(double, id="speaker", time="t", values=["b"])
    assert np.array_equal(some[0], RAGGED[0][:, [1]])
    with pytest.raises(ValueError, match="column 'b' was named 2 times"):
        from_table(table, id="speaker", values=["b", "b"])
    with pytest.raises(ValueError, match="column 't' was named 2 times"):
        from_table(table, id="t", time="t")


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        (["to_dataframe", "to_series", "compute"], "table.to_dataframe('value').reset_index()"),
        (["to_dataframe", "compute"], "table.to_dataframe().reset_index()"),
        (["collect"], "table.collect()"),
        (["compute", "columns"], "table.compute()"),
    ],
    ids=["DataArray", "Dataset", "LazyFrame", "frame of dask"],
)
def test_what_can_be_made_a_table_is_refused_with_the_way(ways, told):
    table = SimpleNamespace(**dict.fromkeys(ways))
    with pytest.raises(TypeError, match=re.escape(f"got SimpleNamespace. Hand in {told}") + "$"):
        from_table(table, id="speaker")


def test_what_is_no_table_is_refused():
    with pytest.raises(ValueError, match="the table has no rows"):
        from_table(long_table(pd.DataFrame)[:0], id="speaker")
    with pytest.raises(TypeError, match="must be a data frame of pandas or polars, got dict"):
        from_table({"speaker": [1], "a": [2.0]}, id="speaker")
    with pytest.raises(ValueError, match="column 'speaker' holds values without an order"):
        from_table(pd.DataFrame({"speaker": [1, "a"], "x": [1.0, 2.0]}), id="speaker")


# The way back


@each_frame
@pytest.mark.parametrize("id", ["speaker", ["room", "speaker"]], ids=["one", "composite"])
@pytest.mark.parametrize("time", ["t", None])
def test_there_and_back_is_the_table_in_order(make, id, time):
    table = long_table(make, shuffled=time is not None)
    table = make({"room": [1] * len(table), **{c: table[c].to_list() for c in table.columns}})
    told = {"id": id, "time": time, "values": ["c", "a"]}
    found = from_table(table, **told)
    back = to_table(found.sequences, found)
    assert type(back) is make
    keys = [*([id] if isinstance(id, str) else id), *([time] if time else [])]
    assert list(back.columns) == [*keys, "c", "a"]
    assert len(back) == len(table)
    again = from_table(back, **told)
    assert again.ids.tolist() == found.ids.tolist()
    for a, b in zip(again.sequences, found.sequences, strict=True):
        np.testing.assert_array_equal(a, b)
    if make is pd.DataFrame and time is not None:
        ordered = table.sort_values(keys, ignore_index=True)[[*keys, "c", "a"]]
        pd.testing.assert_frame_equal(back, ordered)


@each_frame
def test_other_sequences_have_ids_times_and_names_of_their_own(make):
    found = from_table(visits(make), id=["ward", "patient"], time="hour")
    made = [np.zeros((2, 1)), np.ones((3, 1))]
    back = to_table(made, found, ids=[("c", 7), ("d", 8)], values=["code"])
    assert list(back.columns) == ["ward", "patient", "hour", "code"]
    assert list(back["ward"]) == ["c"] * 2 + ["d"] * 3
    assert list(back["patient"]) == [7] * 2 + [8] * 3
    assert list(back["hour"]) == [0, 1, 0, 1, 2]
    later = [[10, 20], [5, 6, 7]]
    back = to_table(made, found, ids=[("c", 7), ("d", 8)], times=later, values=["code"])
    assert list(back["hour"]) == [10, 20, 5, 6, 7]


@pytest.mark.parametrize("of", [pd.DataFrame, polars.DataFrame])
def test_rows_of_a_table_are_sequences_ids_and_times(of):
    """A table gives its columns one by one, and not its rows."""
    table = pd.DataFrame({"id": [0, 0, 1, 1], "t": [0, 1, 0, 1], "x": [1.0, 2.0, 3.0, 4.0]})
    like = from_table(table, id="id", time="t")
    square = of({"a": [5.0, 6.0], "b": [7.0, 8.0]})
    found = to_table(square, like, times=square, ids=polars.Series([3, 4]))
    assert found["x"].tolist() == found["t"].tolist() == [5.0, 7.0, 6.0, 8.0]
    assert found["id"].tolist() == [3, 3, 4, 4]
    for name in ("ids", "times"):
        for bad in ({0: 1, 1: 2}, {1, 2}, 3, "ab"):
            with pytest.raises(TypeError, match=f"{name} must be a list or an array, got "):
                to_table(square, like, **{name: bad})
    with pytest.raises(TypeError, match=r"times\[0\] must be a list or an array, got int"):
        to_table(square, like, times=[1, 2])


def test_reconstructions_of_a_model_keep_the_names_of_their_features():
    found = from_table(long_table(pd.DataFrame), id="speaker", time="t")
    X, _ = found
    model = RecurrentWAE(max_epochs=1, hidden_size=4, random_state=0).fit(X)
    back = to_table(model.reconstruct(X), found)
    assert list(back.columns) == ["speaker", "t", "a", "b", "c"]
    assert list(back["speaker"]) == ["s0"] * 4 + ["s1"] + ["s2"] * 6
    samples = to_table(model.sample(2, 5), found, ids=["x", "y"])
    assert list(samples.columns) == list(back.columns)
    assert len(samples) == 10


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"sequences": RAGGED[:2]}, "ids are 3, expected one for each of 2 sequences"),
        ({"sequences": [*RAGGED[:2], RAGGED[2][:4]]}, r"sequences\[2\] has 4 steps and 6 times"),
        ({"sequences": []}, "sequences are empty"),
        ({"values": ["a"]}, r"sequences\[0\] has 3 features, expected one for each of values="),
        ({"ids": ["a"]}, "ids are 1, expected one for each of 3 sequences"),
        ({"values": ["a", "b", "t"]}, r"\['t'\] would be names of two columns"),
        ({"values": ["a", "b", "b"]}, r"\['b', 'b'\] would be names of two columns"),
    ],
)
def test_what_does_not_fit_the_table_is_refused(arguments, match):
    found = from_table(long_table(pd.DataFrame), id="speaker", time="t")
    with pytest.raises(ValueError, match=match):
        to_table(**{"sequences": RAGGED, "like": found, **arguments})
    with pytest.raises(TypeError, match="like must be the result of from_table, got list"):
        to_table(RAGGED, ["a", "b", "c"])
    composite = from_table(visits(pd.DataFrame), id=["ward", "patient"])
    with pytest.raises(ValueError, match=r"ids\[0\] must be a tuple of \['ward', 'patient'\]"):
        to_table([np.zeros((1, 3))], composite, ids=["a"])


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_the_result_is_copied_with_its_names(copied):
    found = copied(from_table(long_table(pd.DataFrame), id="speaker", time="t"))
    assert same(found.sequences)
    assert found.feature_names == ["a", "b", "c"]
    assert len(to_table(found.sequences, found)) == 11
