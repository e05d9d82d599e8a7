"""Arguments of metrics: checked by their names, data of any container, labels of one kind."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from seqdisentangle.metrics._checks import (
    check_size,
    checked,
    classes_of,
    label_of_each,
    labels_in,
    sequences_in,
)


@checked(model="swap")
def scored(model, *, batch_size=2, n_samples=None):
    """Say what was handed in."""
    return batch_size, n_samples


class Swapping:
    def swap(self, a, b):
        return a, b


def test_arguments_are_checked_by_their_names():
    assert scored(Swapping()) == (2, None)
    with pytest.raises(ValueError, match=r"'batch_size' parameter of scored must be an int .* 0"):
        scored(Swapping(), batch_size=0)
    with pytest.raises(ValueError, match=r"'n_samples' parameter of scored .* or None. Got True"):
        scored(Swapping(), n_samples=True)
    with pytest.raises(ValueError, match=r"'model' parameter of scored .* implementing 'swap'"):
        scored(3)


def test_sequences_of_every_container_are_an_array():
    X = np.arange(24.0).reshape(2, 4, 3)
    for same in (X, list(X), torch.tensor(X), X.tolist(), np.ma.masked_array(X)):
        assert np.array_equal(sequences_in(same), X)
    assert np.array_equal(sequences_in(pd.DataFrame(X[0])), X[0])
    with pytest.raises(ValueError, match="X must hold sequences of one length"):
        sequences_in([X[0], X[1, :2]])


def test_features_are_finite_and_can_be_multiplied():
    z = np.array([[1.0, -2.0], [1e37, -1e37]])
    check_size(z, "codes")
    check_size(z.astype(np.float32)[:1], "codes")
    check_size(np.arange(4), "codes")
    for wrong, told in [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf"), (-1.1e37, "-1.1e")]:
        changed = z.copy()
        changed[1, 0] = wrong
        with pytest.raises(ValueError, match=rf"codes must be finite.*, got {told}.* at \(1, 0\)"):
            check_size(changed, "codes")


NO_TIME = np.array(["2020-01-01", "NaT"], "M8[D]")
RECORDS = np.array([(1,), (2,)], [("a", int)])
DATES = [datetime.date(2020, 1, 1), datetime.date(2019, 5, 2)]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (np.array([2, 1], object), np.array([2, 1])),
        (np.array([True, False], object), np.array([True, False])),
        (np.array([Decimal("0.5"), Decimal(1)]), np.array([0.5, 1.0])),
        (np.array([Fraction(1, 2), 1], object), np.array([0.5, 1.0])),
        (np.array([["b", "a"]], object), np.array([["b", "a"]])),
        (np.array(["b", "a"]), np.array(["b", "a"])),
        (np.array(DATES, object), np.array(["2020-01-01", "2019-05-02"])),
        (np.array(DATES, "M8[D]"), np.array(["2020-01-01", "2019-05-02"])),
        (np.array([1 + 2j, 3j]), np.array(["(1+2j)", "3j"])),
        (np.array([10**400, 1], object), np.array([str(10**400), "1"])),
    ],
    ids=lambda labels: str(labels.dtype),
)
def test_labels_are_what_classifiers_know(labels, expected):
    found = classes_of(labels)
    assert found.dtype.kind == expected.dtype.kind
    assert found.tolist() == expected.tolist()
    assert label_of_each(labels.ravel(), "y", labels.size).tolist() == expected.ravel().tolist()


def test_labels_are_of_one_kind():
    for bad in ([1.0, np.inf], RECORDS):
        with pytest.raises(ValueError, match="y must be an array of labels, got "):
            label_of_each(bad, "y", 2)
    assert labels_in(["b", "a"], "y").tolist() == ["b", "a"]
    for of_bytes in ([b"b", b"a"], np.array([b"b", b"a"]), np.array([b"b", b"a"], object)):
        assert labels_in(of_bytes, "y").tolist() == ["b", "a"]
    for told in (None, pd.NA):
        with pytest.raises(ValueError, match=rf"y must be an array of labels, got {told!r} for"):
            labels_in(["a", told, "b"], "y")
    for bad in (
        [None, None],
        [1, "a", None],
        [[1], [1, 2]],
        [1.0, np.nan],
        [1, "a"],
        ["a", 1.5],
        NO_TIME,
    ):
        with pytest.raises(ValueError, match="y must be an array of labels"):
            labels_in(bad, "y")
