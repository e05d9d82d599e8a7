"""Labels of sequences, of which some may be unknown."""

import numpy as np
import pandas as pd
import pytest

from seqdisentangle.display._labels import known_in, known_labels

NAN, NAT = float("nan"), np.datetime64("NaT")


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["b", None, "a"], ["b", "a"]),
        (["b", NAN, "a"], ["b", "a"]),
        (np.array(["b", None, "a"], dtype=object), ["b", "a"]),
        (pd.Series(["b", None, "a"]), ["b", "a"]),
        (pd.Series(["b", pd.NA, "a"], dtype="string"), ["b", "a"]),
        (pd.Series(["b", None, "a"], dtype="category"), ["b", "a"]),
        ([b"b", None, b"a"], ["b", "a"]),
        ([2, None, 1], [2, 1]),
        (pd.Series([2, None, 1]), [2, 1]),
        (pd.Series([2, pd.NA, 1], dtype="Int64"), [2, 1]),
        (np.ma.masked_array([2, 9, 1], [0, 1, 0]), [2, 1]),
        ([0.5, NAN, 1.5], [0.5, 1.5]),
        (pd.Series(pd.to_datetime(["2020-01-02", None, "2020-01-01"])), None),
        (np.array(["2020-01-02", NAT, "2020-01-01"], dtype="datetime64[D]"), None),
        ([None, NAN, pd.NaT], []),
    ],
)
def test_labels_that_are_missing_in_any_way_are_unknown(labels, found):
    known_ones, known = known_labels(labels, "labels", 3)
    if found == []:
        assert not known.any()
        assert not len(known_ones)
        return
    assert known.tolist() == [True, False, True]
    found = [np.datetime64("2020-01-02"), np.datetime64("2020-01-01")] if found is None else found
    assert list(known_ones) == found
    assert known_ones.dtype.kind == np.array(found).dtype.kind


@pytest.mark.parametrize("labels", [["a", "b"], [2, 1], [0.0, 1.0], [b"a", b"b"], [True, False]])
def test_labels_that_are_all_known_stay_as_they_are(labels):
    found, known = known_labels(labels, "labels", 2)
    assert known.all()
    assert found.dtype.kind == np.array(labels).dtype.kind.replace("S", "U")


@pytest.mark.parametrize(
    "labels", [["a", None], ["a", None, 1], [[None]] * 3, [None, {}, []], [None, [1], [1, 2]]]
)
def test_what_are_no_labels_is_refused_by_name(labels):
    with pytest.raises(ValueError, match="labels must"):
        known_labels(labels, "labels", 3)


def test_what_is_known_has_the_shape_of_the_labels():
    assert known_in(np.array([[1.0, NAN], [2.0, 3.0]])).tolist() == [[True, False], [True, True]]
