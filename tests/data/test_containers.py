"""Containers: the same values in each of them, alone and in lists, or a way to convert it."""

import decimal
from collections import deque
from importlib.util import find_spec

import dask.array
import h5py
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_sequence
from torch.utils.data import Dataset

from seqdisentangle.data.containers import as_array, columns_in, opened, rows_of
from seqdisentangle.data.sequences import Sequences

NAN = float("nan")


class ArrayOnly:
    """An object that NumPy can read, and nothing else."""

    def __init__(self, x):
        self.x = x

    def __array__(self, dtype=None, copy=None):
        return np.array(self.x, dtype)


class Items(Dataset):
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def objects(x, kind=float):
    """An array of Python's own numbers."""
    out = np.empty(x.shape, object)
    out.ravel()[:] = [kind(value) for value in x.ravel().tolist()]
    return out


def of_arrays(items):
    """An array of objects, each of which is an array."""
    out = np.empty(len(items), object)
    for i, item in enumerate(items):
        out[i] = item
    return out


def frame(x, make):
    """A data frame of a sequence, where it is a table."""
    return make(x) if x.ndim == 2 else x


def quantised(x):
    return torch.quantize_per_tensor(torch.tensor(x).float(), 1.0, 0, torch.quint8)


# What one array may be, alone or in a list. Values are whole numbers to 8, which all types have.
ARRAYS = {
    "array": lambda x: x,
    "columns first": np.asfortranarray,
    "backwards": lambda x: x[::-1].copy()[::-1],
    "big-endian": lambda x: x.astype(">f4"),
    "long double": lambda x: x.astype(np.longdouble),
    "half": lambda x: x.astype(np.float16),
    "16 bits": lambda x: x.astype(np.uint16),
    "nested lists": lambda x: x.tolist(),
    "array only": ArrayOnly,
    "memoryview": lambda x: memoryview(np.ascontiguousarray(x)),
    "masked array": lambda x: np.ma.masked_array(x, np.zeros(x.shape, bool)),
    "objects": objects,
    "decimals": lambda x: objects(x, decimal.Decimal),
    "tensor": torch.tensor,
    "tensor with a gradient": lambda x: torch.tensor(x, requires_grad=True),
    "conjugate": lambda x: torch.tensor(-1j * x).conj().imag,
    "half tensor": lambda x: torch.tensor(x).half(),
    "uint16 tensor": lambda x: torch.tensor(x).to(torch.uint16),
    "bfloat16": lambda x: torch.tensor(x).bfloat16(),
    "float8": lambda x: torch.tensor(x).to(torch.float8_e4m3fn),
    "quantised": quantised,
    "dask": lambda x: dask.array.from_array(x),
    "zarr": lambda x: pytest.importorskip("zarr").array(x),
    "frame": lambda x: frame(x, pd.DataFrame),
    "nullable frame": lambda x: frame(x, lambda t: pd.DataFrame(t, dtype="Float64")),
    "nullable integers": lambda x: frame(x, lambda t: pd.DataFrame(t).convert_dtypes()),
    "polars frame": lambda x: frame(x, pl.DataFrame),
}
# What a list of arrays may be.
LISTS = {
    "list": list,
    "tuple": tuple,
    "deque": deque,
    "array of arrays": of_arrays,
    "data set": Items,
    "nested tensor": lambda xs: torch.nested.nested_tensor([torch.tensor(x) for x in xs]),
    "jagged tensor": lambda xs: torch.nested.nested_tensor(
        [torch.tensor(x) for x in xs], layout=torch.jagged
    ),
    "packed": lambda xs: pack_sequence([torch.tensor(x) for x in xs], enforce_sorted=False),
}
FRAMES = [(), (3,), (5, 2), (4, 5), (4, 4, 3), (3, 4, 4)]


@st.composite
def lists(draw, equal=False):
    """Sequences of any layout, whose values may stand for a container's mistakes."""
    shape = draw(st.sampled_from(FRAMES))
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    lengths = [lengths[0]] * len(lengths) if equal else lengths
    rng = np.random.RandomState(draw(st.integers(0, 9)))
    return [rng.randint(9, size=(T, *shape)).astype(float) for T in lengths]


def check_same(container, arrays):
    """The sequences of a container are those arrays, and so is each part of them."""
    found, expected = Sequences(container), Sequences(arrays)
    assert found.shape == expected.shape
    assert found.layout == expected.layout
    assert found.all_lengths.tolist() == expected.all_lengths.tolist()
    for rows in (slice(0, len(arrays)), np.arange(len(arrays))[::2]):
        assert np.array_equal(found.read(rows).double(), expected.read(rows))


@pytest.mark.filterwarnings("ignore")  # of what is new in torch, or old
@pytest.mark.parametrize("kind", ARRAYS)
@settings(max_examples=8)
@given(arrays=lists(equal=True), ragged=lists())
def test_an_array_of_every_kind_holds_the_same_alone_and_in_lists(kind, arrays, ragged):
    make = ARRAYS[kind]
    check_same(make(np.stack(arrays)), arrays)
    check_same([make(x) for x in arrays], arrays)
    check_same([make(x) for x in ragged], ragged)
    check_same(of_arrays([make(x) for x in ragged]), ragged)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", LISTS)
@settings(max_examples=8)
@given(arrays=lists(equal=True), ragged=lists())
def test_a_list_of_every_kind_holds_the_same(kind, arrays, ragged):
    check_same(LISTS[kind](arrays), arrays)
    check_same(LISTS[kind](ragged), ragged)


def test_hdf5_of_variable_lengths_is_read_sequence_by_sequence(tmp_path):
    path = tmp_path / "x.h5"
    arrays = [np.arange(float(T)) for T in (3, 1, 4)]
    with h5py.File(path, "w") as file:
        made = file.create_dataset("x", (3,), h5py.vlen_dtype(np.float64))
        for i, x in enumerate(arrays):
            made[i] = x
    with h5py.File(path) as file:
        check_same(file["x"], arrays)
        assert Sequences(file["x"]).files == {str(path)}
    check_same(f"{path}:/x", arrays)


SERIES = {"a": [[1.0, 2.0, 3.0], [4.0]], "b": [[5.0, 6.0, 7.0], [8.0]]}
NESTED = [np.array([[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]]), np.array([[4.0, 8.0]])]


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({name: [pd.Series(x) for x in cells] for name, cells in SERIES.items()}),
        pd.DataFrame({name: [np.array(x) for x in cells] for name, cells in SERIES.items()}),
        pl.DataFrame(SERIES),
    ],
    ids=["of series", "of arrays", "polars"],
)
def test_a_nested_frame_has_a_row_for_each_sequence_and_a_column_for_each_feature(table):
    check_same(table, NESTED)


@pytest.mark.parametrize("column", [pd.Series(SERIES["a"]), pl.Series(SERIES["a"])])
def test_a_column_of_lists_has_a_sequence_in_each_row(column):
    check_same(column, [np.array(x) for x in SERIES["a"]])


@pytest.mark.parametrize(
    "x",
    [
        np.array([1.0, None, 3.0], object),
        [1.0, None, 3.0],
        np.array([decimal.Decimal(1), decimal.Decimal("NaN"), np.float32(3)], object),
        np.array([1, pd.NA, True + 2], object),
        np.ma.masked_array([1, 9, 3], [0, 1, 0]),
        pd.Series([1, None, 3], dtype="Int64"),
        pl.Series([1, None, 3]),
    ],
    ids=["objects", "list", "decimals", "pandas", "masked", "series", "polars"],
)
def test_what_is_missing_is_nan(x):
    assert np.array_equal(as_array(x), [1, NAN, 3], equal_nan=True)
    found = Sequences([x, x[:2]], missing="mask").read(slice(0, 1))
    assert np.array_equal(found[0], [1, NAN, 3], equal_nan=True)
    with pytest.raises(ValueError, match=r"X contains NaN: sequence 1 .* first in step 1"):
        list(Sequences([[0.0], x]).chunks())


class DaskFrame:
    """A data frame of dask, which is computed when it is asked for."""

    def __init__(self, frame):
        self.frame = frame
        self.columns, self.dtypes = frame.columns, frame.dtypes

    def compute(self):
        return self.frame

    def __array__(self, dtype=None, copy=None):
        return self.frame.to_numpy()


class DataSet(dict):
    """A data set of xarray: a mapping from names to arrays, and no array itself."""

    def to_dataarray(self, dim):
        """Its variables as one."""

    def __array__(self, dtype=None, copy=None):
        raise TypeError("cannot directly convert an xarray.Dataset into a numpy array")


def test_frames_of_dask_are_what_they_are_when_computed():
    frame = pd.DataFrame({"b": [1.0, 2.0], "a": [3.0, 4.0]})
    assert opened(DaskFrame(frame), "X") is frame
    np.testing.assert_array_equal(opened([DaskFrame(frame)], "X"), [frame])
    assert columns_in([DaskFrame(frame), frame], "X") == ["b", "a"]
    with pytest.raises(ValueError, match=r"X\[1\] has column 'a' in place of column 'b' of X\[0\]"):
        opened([frame, DaskFrame(frame[["a", "b"]])], "X")


@pytest.mark.parametrize(
    "x",
    [
        [[1, 2], [3, 4]],
        np.array([[1, 2], [3, 4]]),
        pd.DataFrame([[1, 2], [3, 4]], index=[7, 3]),
        pl.DataFrame([[1, 2], [3, 4]], orient="row"),
        DaskFrame(pd.DataFrame([[1, 2], [3, 4]])),
        memoryview(np.array([[1, 2], [3, 4]])),
        torch.tensor([[1, 2], [3, 4]]),
        iter([(1, 2), (3, 4)]),
    ],
    ids=lambda x: type(x).__name__,
)
def test_rows_are_those_of_tables_too(x):
    assert [list(map(int, row)) for row in rows_of(x, "x")] == [[1, 2], [3, 4]]


@pytest.mark.parametrize("x", [{1: 2}, {1, 2}, "text", b"text", 3, None])
def test_what_has_no_order_has_no_rows(x):
    with pytest.raises(TypeError, match=f"x must be a list or an array, got {type(x).__name__}"):
        rows_of(x, "x")


SPARSE = scipy.sparse.csr_array(np.eye(3))


@pytest.mark.parametrize(
    ("x", "error", "way"),
    [
        (SPARSE, TypeError, "x is sparse, a csr_array, .*: hand in x.toarray()"),
        (scipy.sparse.dok_array(np.eye(3)), TypeError, "x is sparse, a dok_array, .* x.toarray()"),
        (torch.eye(3).to_sparse(), TypeError, "x is sparse, .* hand in x.to_dense()"),
        (pd.DataFrame(np.eye(3)).astype("Sparse[float]"), TypeError, "x.sparse.to_dense()"),
        (np.asmatrix(np.eye(3)), TypeError, "x is a numpy.matrix: hand in numpy.asarray(x)"),
        (torch.empty(3, 3, device="meta"), ValueError, "x .* meta device"),
        (np.zeros((3, 3), "M8[s]"), ValueError, "x must hold numbers.* x.astype('int64')"),
        (np.full((3, 3), "1"), ValueError, "x must hold numbers.* x.astype('float32')"),
        (np.zeros(3, [("a", int)]), ValueError, "x must hold numbers.*structured_to_unstructured"),
        (np.array([[1, "2"]], object), ValueError, "x must hold numbers, .* '2' at x[0, 1]: .*str"),
        (np.array([[pd.Timestamp(0)]]), TypeError, "x must hold numbers, .* at x[0, 0]"),
        (np.array([[1j]], object), ValueError, "Complex data not supported: x holds 1j"),
        (np.array([10**400], object), ValueError, "x must hold numbers that float64 has"),
        ([[1, 2], [3]], ValueError, "x is no array of numbers|x[1] has shape"),
        (pl.LazyFrame({"a": [1]}), TypeError, "x must be an array .* Hand in x.collect()"),
        ((i for i in range(3)), TypeError, "x must be an array .* Hand in a list, [*x]"),
        ({"a": 1}, TypeError, "x must be an array .* x[key]"),
        (DataSet(a=1), TypeError, "x[variables].to_dataarray('feature').transpose(..., 'feature')"),
        (pd.DataFrame({"a": [[1, 2]], "b": [[1]]}), ValueError, "row 0 of x .* [2, 1] steps"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[-12:],
)
def test_what_holds_no_numbers_is_refused_with_a_way_to_convert_it(x, error, way):
    escaped = way.replace("(", r"\(").replace(")", r"\)").replace("[", r"\[").replace("]", r"\]")
    escaped = escaped.replace("*x", r"\*x")
    for container, name in ((x, "x"), ([x], "x")):
        if isinstance(x, list) or (container is not x and isinstance(x, pd.DataFrame | dict)):
            continue
        with pytest.raises(error, match=escaped if container is x else rf"{name}\[0\]"):
            opened(container, name)


# ---- what stays as it is -------------------------------------------------------------------------


class Elsewhere:
    """An array of another package, which is not to be read whole."""

    shape, dtype = (6, 4, 3), np.dtype(np.float32)

    def __getitem__(self, rows):
        raise AssertionError("read")

    __array__ = None


def test_what_is_read_by_parts_stays_as_it_is(tmp_path):
    X = np.arange(72.0).reshape(6, 4, 3)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    chunked = dask.array.from_array(X, chunks=2)
    zarr = [ARRAYS["zarr"](X)] if find_spec("zarr") else []
    masked = np.ma.array(mapped, mask=X > 70)
    with h5py.File(tmp_path / "X.h5", "w") as file:
        for one in (mapped, chunked, *zarr, Elsewhere(), file.create_dataset("X", data=X)):
            assert opened(one, "X") is one
    assert opened(masked, "X") is masked
    assert [type(x) for x in opened([mapped[0], X[1]], "X")] == [np.memmap, np.ndarray]
    for one in (tmp_path, str(tmp_path)):
        assert opened(one, "X") is one


def test_what_is_in_memory_becomes_an_array():
    for one in (
        np.eye(3),
        torch.eye(3),
        memoryview(np.eye(3)),
        np.float64(3),
        ArrayOnly(np.eye(3)),
    ):
        assert type(opened(one, "X")) is np.ndarray


def test_arrays_in_an_array_of_objects_become_one_where_they_are_of_one_shape():
    held = np.empty(3, object)
    held[:] = [[1, 2], (3, None), np.array([5.0, 6.0])]
    np.testing.assert_array_equal(as_array(held), [[1, 2], [3, NAN], [5, 6]])
    held[1] = [3]
    with pytest.raises(
        ValueError, match=r"y is no array of numbers: its parts have shapes \(2,\), \(1"
    ):
        as_array(held, "y")


def test_a_nested_tensor_is_not_one_sequence():
    nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
    with pytest.raises(ValueError, match=r"X\[1\].* nested tensor, .*X\[1\]\.unbind"):
        opened([np.ones(2), nested], "X")


@pytest.mark.parametrize("of", [pd.DataFrame, pl.DataFrame])
def test_columns_are_those_that_values_are_told_apart_by(of):
    wide = of({"t0": [1.0, 2.0], "t1": [3.0, 4.0]})
    nested = of({"b": [[1.0, 2.0], [3.0]], "a": [[4.0, 5.0], [6.0]]})
    assert columns_in(nested, "X") == ["b", "a"]
    assert columns_in([wide, wide], "X") == ["t0", "t1"]
    for X in (wide, np.eye(3), [np.eye(3)], None):  # of a wide one they are steps
        assert columns_in(X, "X") == []
