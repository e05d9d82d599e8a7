"""The layouts of other packages: every value where it belongs, and errors that name the place."""

from pathlib import Path

import dask.array
import numpy as np
import pytest
from aeon.datasets import load_basic_motions, load_japanese_vowels
from tslearn.utils import to_time_series_dataset

from seqdisentangle.data import from_channels_first, from_nan_padded
from seqdisentangle.data.sequences import Sequences

RAGGED = [np.random.RandomState(i).normal(size=(T, 3)) for i, T in enumerate((4, 1, 6))]


def same(sequences):
    return all(np.array_equal(a, b) for a, b in zip(sequences, RAGGED, strict=True))


def test_channels_first_are_turned_as_views():
    series = [x.T.copy() for x in RAGGED]
    turned = from_channels_first(series)
    assert same(turned)
    assert np.shares_memory(turned[0], series[0])
    assert Sequences(turned).lengths.tolist() == [4, 1, 6]
    equal = np.random.RandomState(0).normal(size=(5, 2, 7))
    assert np.array_equal(np.stack(from_channels_first(equal)), equal.transpose(0, 2, 1))
    with pytest.raises(
        ValueError, match=r"X\[1\] must have the 2 dimensions \(D, T\), got .*\(7,\)"
    ):
        from_channels_first([np.zeros((2, 7)), np.zeros(7)])


def test_nan_at_the_end_is_padding_and_nan_before_is_kept():
    padded = np.full((3, 6, 3), np.nan)
    for row, x in zip(padded, RAGGED, strict=True):
        row[: len(x)] = x
    assert same(from_nan_padded(padded))
    numbers = [x[:, 0] for x in from_nan_padded(padded)]
    for one, x in zip(from_nan_padded(padded[..., 0]), numbers, strict=True):
        np.testing.assert_array_equal(one, x)
    padded[0, 1] = np.nan
    assert np.isnan(from_nan_padded(padded)[0][1]).all()
    padded[2] = np.nan
    with pytest.raises(ValueError, match=r"X\[2\] is NaN throughout"):
        from_nan_padded(padded)


# ---- the real packages ---------------------------------------------------------------------------


@pytest.mark.parametrize("convert", [from_channels_first, from_nan_padded])
@pytest.mark.parametrize(
    ("X", "error", "told"),
    [
        ("folder", TypeError, "X must be an array of numbers or a list of arrays, got str"),
        (Path("X.npy"), TypeError, "got PosixPath|got WindowsPath"),
        (None, TypeError, "got NoneType"),
        ({"a": 1}, TypeError, "got dict"),
        (dask.array.from_array(np.full((2, 3, 4), "1")), ValueError, "must hold numbers, .* <U1"),
        (dask.array.from_array(np.zeros((2, 3, 4), "M8[s]")), ValueError, "numbers, .* datetime64"),
    ],
)
def test_what_holds_no_series_is_refused(convert, X, error, told):
    with pytest.raises(error, match=told):
        convert(X)


@pytest.mark.parametrize("X", [np.ones(3), np.ones((0, 4)), np.ones((3, 0))])
def test_padded_series_have_values(X):
    with pytest.raises(ValueError, match=rf"X must hold values .* shape \({X.shape[0]}"):
        from_nan_padded(X)


@pytest.mark.parametrize("split", ["train", "test"])
def test_japanese_vowels_of_aeon(split):
    X, y = load_japanese_vowels(split=split)
    sequences = from_channels_first(X)
    assert len(sequences) == len(y) == {"train": 270, "test": 370}[split]
    assert {len(x) for x in sequences} <= set(range(7, 30))
    assert {x.shape[1] for x in sequences} == {12}
    assert all(np.array_equal(x[:, 4], series[4]) for x, series in zip(sequences, X, strict=True))
    assert Sequences(sequences).layout.frame_shape == (12,)


def test_basic_motions_of_aeon():
    X, _ = load_basic_motions(split="train")
    sequences = Sequences(from_channels_first(X))
    assert sequences.shape == (40, 100, 6)
    assert sequences.lengths is None
    assert np.array_equal(sequences.read(slice(0, 40)).numpy(), X.transpose(0, 2, 1))


def test_time_series_of_tslearn():
    padded = to_time_series_dataset([x.tolist() for x in RAGGED])
    assert padded.shape == (3, 6, 3)
    assert same(from_nan_padded(padded))
