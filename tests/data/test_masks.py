"""Masked values: NaN in every container, an error without missing="mask", never a fill value."""

import itertools

import dask.array
import numpy as np
import pytest
import torch
from torch.masked import masked_tensor
from torch.utils.data import Dataset

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import from_channels_first, from_nan_padded, windows
from seqdisentangle.data.masks import unmasked
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.metrics import reconstruction_error

FILL = 1e6
NAMES = ["array", "list", "list of dask", "masked in part", "dask", "slices", "memmap", "dataset"]


def values(*shape, dtype=np.float64):
    """Numbers of which the last fifth of the first sequences is masked, and large below it."""
    x = np.arange(float(np.prod(shape))).reshape(shape).astype(dtype)
    hidden = np.zeros(shape, bool)
    hidden[:3, -1:] = True
    x[hidden] = FILL if dtype == np.float64 else 99
    return np.ma.masked_array(x, hidden)


class Slices:
    """An array that is read by slices and gives masked arrays, as one of netCDF4."""

    def __init__(self, x):
        self.x, self.shape, self.dtype = x, x.shape, x.dtype

    def __getitem__(self, key):
        return self.x[key]


class Items(Dataset):
    def __init__(self, x):
        self.x = x

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], i


def mapped(x, folder):
    np.save(folder / "x.npy", x.data)
    return np.ma.masked_array(np.load(folder / "x.npy", mmap_mode="r"), x.mask)


def held(x, container, folder):
    """A masked array in a container."""
    return {
        "array": lambda: x,
        "list": lambda: list(x),
        "lists of rows": lambda: [list(row) for row in x],
        "masked in part": lambda: [x[0], *x.data[1:3], *x[3:]],
        "dask": lambda: dask.array.from_array(x, chunks=(2, *x.shape[1:])),
        "list of dask": lambda: [dask.array.from_array(row) for row in x],
        "slices": lambda: Slices(x),
        "memmap": lambda: mapped(x, folder),
        "dataset": lambda: Items(x),
        "tensor": lambda: masked_tensor(torch.from_numpy(x.data), torch.from_numpy(~x.mask)),
    }[container]()


@pytest.mark.parametrize(
    ("container", "shape"),
    [
        *itertools.product(NAMES, [(6, 5), (6, 5, 3), (6, 5, 4, 4)]),
        ("lists of rows", (6, 5, 3)),
        ("lists of rows", (6, 5, 4, 4)),
    ],
)
def test_masked_values_are_read_as_nan(container, shape, tmp_path):
    x = values(*shape)
    X = held(x, container, tmp_path)
    expected = x.filled(np.nan)
    if container == "masked in part":
        expected[1:3] = x.data[1:3]
    sequences = Sequences(X, missing="mask")
    assert sequences.dtype == np.float64
    np.testing.assert_array_equal(sequences.read(slice(0, 6)), expected)
    np.testing.assert_array_equal(sequences.read(np.array([0, 2, 4])), expected[[0, 2, 4]])
    for missing in ("error", None):
        with pytest.raises(ValueError, match="X contains NaN: sequence 0"):
            Sequences(X, missing=missing).read(slice(0, 6))


def test_masked_values_of_ragged_and_of_padded_sequences_are_read_as_nan():
    x = values(6, 5, 3)
    expected = x.filled(np.nan)
    lengths = np.array([5, 4, 5, 3, 2, 5])
    ragged = Sequences([row[:k] for row, k in zip(x, lengths, strict=True)], missing="mask")
    padded = Sequences(x, lengths=lengths, missing="mask")
    for sequences in (ragged, padded):
        part = sequences.read(slice(0, 6)).numpy()
        for row, known, k in zip(part, expected, lengths, strict=True):
            np.testing.assert_array_equal(row[:k], known[:k])


@pytest.mark.filterwarnings("ignore:The PyTorch API of MaskedTensors")
def test_masked_values_of_tensors_are_read_as_nan():
    x = values(6, 5, 3)
    for X in (held(x, "tensor", None), [held(row, "tensor", None) for row in x]):
        read = Sequences(X, missing="mask").read(slice(0, 6))
        np.testing.assert_array_equal(read, x.filled(np.nan))


@pytest.mark.parametrize(
    ("dtype", "becomes"),
    [("u1", "f4"), ("?", "f4"), ("i2", "f4"), ("i4", "f8"), ("i8", "f8"), ("f2", "f2"), ("O", "O")],
)
def test_integers_become_floats_only_if_some_are_masked(dtype, becomes):
    x = values(6, 5, dtype=dtype)
    assert unmasked(x).dtype == becomes
    np.testing.assert_array_equal(np.isnan(unmasked(x).astype(float)), x.mask)
    whole = np.ma.masked_array(x.data, np.zeros(x.shape, bool))
    assert unmasked(whole).dtype == dtype
    np.testing.assert_array_equal(unmasked(whole), x.data)


@pytest.mark.parametrize("container", ["dask", "slices", "memmap"])
def test_masked_integers_outside_of_memory_are_refused_with_the_remedy(container, tmp_path):
    X = held(values(6, 5, 3, dtype=np.int32), container, tmp_path)
    with pytest.raises(ValueError, match=r"rows 0 to 5 .* hand in X.astype\('float32'\)"):
        Sequences(X, missing="mask").read(slice(0, 6))
    assert Sequences(X, missing="mask").read(slice(3, 6)).dtype == torch.int32
    if container == "dask":
        floats = Sequences(X.astype("float32"), missing="mask").read(slice(0, 6))
        assert floats.isnan().sum() == 9


def test_converters_and_windows_keep_what_is_masked():
    x = values(6, 5, 3)
    nan = x.filled(np.nan)
    for turned, row in zip(from_channels_first(x), nan, strict=True):
        np.testing.assert_array_equal(turned, row.T)
    assert [len(row) for row in from_nan_padded(x)] == [4, 4, 4, 5, 5, 5]
    np.testing.assert_array_equal(windows(x[0], 2, 3).X, nan[0][[[0, 1], [3, 4]]])
    np.testing.assert_array_equal(windows(list(x), 5).X, nan)


def test_lengths_must_not_be_masked():
    lengths = np.ma.masked_equal([5, 4, 99, 1, 2, 3], 99)
    with pytest.raises(ValueError, match="lengths must be 6 whole numbers"):
        Sequences(values(6, 5, 3), lengths=lengths)


# Estimators


@pytest.fixture(scope="module")
def x():
    x = np.random.RandomState(0).normal(size=(12, 8, 2))
    hidden = np.random.RandomState(1).rand(*x.shape) < 0.2
    return np.ma.masked_array(np.where(hidden, FILL, x), hidden)


def fitted(X, **parameters):
    return RecurrentWAE(max_epochs=1, hidden_size=4, random_state=0, **parameters).fit(X)


@pytest.mark.parametrize("of", [np.ma.asarray, list, lambda x: dask.array.from_array(x, chunks=5)])
@pytest.mark.parametrize("flat", [False, True])
def test_a_model_learns_of_masked_values_as_of_nan(of, flat, x):
    X = x[..., 0] if flat else x
    nan = X.filled(np.nan)
    masked, missing = fitted(of(X), missing="mask"), fitted(nan, missing="mask")
    np.testing.assert_array_equal(masked.scaling_.mean, missing.scaling_.mean)
    np.testing.assert_array_equal(masked.transform(of(X)).content, missing.transform(nan).content)
    with pytest.raises(ValueError, match=r"NaN: .* value, as it does for a masked one"):
        fitted(of(X))


def test_codes_must_not_be_masked(x):
    model = fitted(x, missing="mask")
    n, d = model.transform(x).content.shape
    for content in (np.ma.masked_less(np.zeros((n, d)), 1), np.ma.masked_less(np.zeros(d), 1)):
        with pytest.raises(ValueError, match="content must be finite, got NaN, masked values or"):
            model.sample(content=content)


def test_an_error_of_masked_data_is_not_that_of_fill_values(x):
    model = fitted(x, missing="mask")
    expected = np.square(model.reconstruct(x) - x.filled(np.nan))[~x.mask].mean()
    for X in (x, list(x)):
        assert reconstruction_error(model, X).mean_squared == pytest.approx(expected, rel=1e-6)
