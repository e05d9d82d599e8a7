"""Sequences: every layout and source read alike, in slices, and every bad one refused by name."""

import h5py
import numpy as np
import pytest
import torch

from seqdisentangle.data.layout import Layout
from seqdisentangle.data.sequences import Sequences


def numbered(*shape, dtype=np.float32):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


class Counting:
    """An array that can only be sliced by rows, and counts what is read."""

    def __init__(self, array):
        self.array, self.shape, self.dtype = array, array.shape, array.dtype
        self.reads = []

    def __getitem__(self, rows):
        part = self.array[rows]
        self.reads.append(len(part))
        return part

    def __array__(self, *args, **kwargs):
        raise AssertionError("loaded whole")

    def __iter__(self):
        raise AssertionError("loaded whole")


# Layouts


def test_sequences_must_have_the_layout_seen_in_fit():
    layout = Sequences(np.zeros((4, 3, 8, 8, 3))).layout
    assert Sequences(np.zeros((2, 9, 8, 8, 3)), layout=layout).layout == layout
    with pytest.raises(ValueError, match=r"Y must have the 5 dimensions \(n, T, 8, 8, 3\)"):
        Sequences(np.zeros((4, 3, 8, 9, 3)), layout=layout, name="Y")
    with pytest.raises(ValueError, match="seen in fit"):
        Sequences(np.zeros((4, 3)), layout=layout)


def test_a_layout_from_fit_settles_what_the_shape_alone_does_not():
    layout = Layout("image", (3, 9, 3), "first")
    X = np.zeros((2, 5, 3, 9, 3))
    assert Sequences(X, channels="first", layout=layout).layout == layout


# Sources


def open_h5(array, folder):
    file = h5py.File(folder / "x.h5", "w")
    return file.create_dataset("x", data=array, chunks=True)


def open_memmap(array, folder):
    np.save(folder / "x.npy", array)
    return np.load(folder / "x.npy", mmap_mode="r")


def read_only(array, folder):
    array = array.copy()
    array.flags.writeable = False
    return array


SOURCES = {
    "array": lambda x, folder: x,
    "tensor": lambda x, folder: torch.from_numpy(x),
    "tensor with gradient": lambda x, folder: torch.from_numpy(x).clone().requires_grad_(),
    "h5py": open_h5,
    "memmap": open_memmap,
    "read-only": read_only,
    "slices only": lambda x, folder: Counting(x),
    "big-endian": lambda x, folder: x.astype(x.dtype.newbyteorder(">")),
    "negative strides": lambda x, folder: x[::-1, ::-1].copy()[::-1, ::-1],
    "fortran": lambda x, folder: np.asfortranarray(x),
    "broadcast": lambda x, folder: np.broadcast_to(x, x.shape),
    "objects": lambda x, folder: x.astype(object),
    "list of arrays": lambda x, folder: list(x),
    "tuple of tensors": lambda x, folder: tuple(map(torch.from_numpy, x)),
    "nested lists": lambda x, folder: x.tolist(),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("shape", [(9, 4), (9, 4, 3)])
def test_every_source_reads_alike(source, shape, tmp_path):
    x = numbered(*shape)
    sequences = Sequences(SOURCES[source](x, tmp_path))
    for rows in (slice(2, 5), np.array([1, 3, 8])):
        part = sequences.read(rows)
        assert not part.requires_grad
        np.testing.assert_array_equal(part.numpy(), x[rows])
    np.testing.assert_array_equal(np.concatenate(list(sequences.chunks(20))), x)


@pytest.mark.parametrize(
    "dtype",
    ["?", "u1", "i1", "u2", ">u2", "i2", "u4", "i4", "u8", "i8", "f2", ">f2", "f4", "f8", "g"],
)
def test_every_number_type_is_read(dtype):
    x = (numbered(6, 4) % 2).astype(dtype)
    sequences = Sequences(x)
    assert sequences.dtype == x.dtype
    np.testing.assert_array_equal(sequences.read(np.array([0, 5])).numpy(), x[[0, 5]])


@pytest.mark.parametrize(
    "dtype", [torch.bool, torch.uint8, torch.uint16, torch.int64, torch.float64]
)
def test_every_tensor_type_is_read(dtype):
    x = (torch.arange(24).view(6, 4) % 2).to(dtype)
    part = Sequences(x).read(np.array([0, 5]))
    assert part.dtype == dtype
    assert part.tolist() == [x[0].tolist(), x[5].tolist()]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_tensors_are_read_in_single(dtype):
    assert Sequences(torch.ones(2, 3, dtype=dtype)).read(slice(0, 2)).dtype == torch.float32


@pytest.mark.parametrize("open_source", [open_h5, open_memmap, lambda x, folder: x])
def test_what_can_be_sliced_is_never_loaded_whole(open_source, tmp_path):
    x = numbered(50, 4, 3)
    source = Counting(open_source(x, tmp_path))
    sequences = Sequences(source)
    assert not source.reads
    sequences.read(slice(3, 7))
    sequences.read(np.array([1, 2, 49]))
    assert source.reads == [4, 2, 1]  # neighbours in one reading
    source.reads.clear()
    parts = list(sequences.chunks(60))
    assert source.reads == [len(part) for part in parts] == [5] * 10


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_values_have_one_order_in_memory_whatever_that_of_the_array(kind):
    x = numbered(6, 5, 3)
    for axes in ((1, 0, 2), (2, 1, 0), (0, 2, 1)):
        there = np.ascontiguousarray(x.transpose(axes)).transpose(np.argsort(axes))
        for rows in (slice(1, 4), np.array([1, 2, 3])):
            found = Sequences(kind(there)).read(rows)
            assert found.is_contiguous()
            np.testing.assert_array_equal(found, x[1:4])


def test_a_slice_of_a_writable_array_is_not_copied():
    x = np.zeros((6, 4, 8, 8, 3), np.uint8)
    sequences = Sequences(x)
    frames = sequences.layout.to_frames(sequences.read(slice(2, 5)))
    assert np.shares_memory(frames.numpy(), x)
    assert not np.shares_memory(sequences.read(np.array([0, 1])).numpy(), x)


def test_tables_are_arrays():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    x = numbered(4, 3)
    for table in (pandas.DataFrame(x), polars.DataFrame(x)):
        assert torch.equal(Sequences(table).read(slice(0, 4)), torch.from_numpy(x))


# What is refused


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy, list, Counting])
@pytest.mark.parametrize(("value", "match"), [(np.nan, "NaN"), (np.inf, "inf"), (-np.inf, "inf")])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_values_that_are_not_finite_name_their_sequence(kind, value, match, dtype):
    x = np.zeros((9, 4, 3), dtype)
    x[[6, 8], 2, 1] = value
    x[6, 3, 0] = value
    sequences = Sequences(kind(x), name="Z")
    for rows in (slice(3, 9), slice(None, 7), np.array([0, 2, 6, 8])):
        with pytest.raises(ValueError, match=f"Z contains {match}.*: sequence 6 has 2 values"):
            sequences.read(rows)
    with pytest.raises(ValueError, match="sequence 6"):
        list(sequences.chunks(24))
    assert sequences.read(slice(0, 6)).shape == (6, 4, 3)


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy, list, Counting])
@pytest.mark.parametrize("value", [1e141, -1e300])
@pytest.mark.parametrize("missing", ["error", "mask"])
def test_values_without_a_square_name_their_sequence(kind, value, missing):
    x = np.zeros((9, 4, 3))
    x[6, 2, 1] = value
    if missing == "mask":
        x[0] = np.nan
    sequences = Sequences(kind(x), name="Z", missing=missing)
    with pytest.raises(
        ValueError, match=r"Z has -?1e\+.* in step 2 of sequence 6, more than 1e\+140"
    ):
        list(sequences.chunks(24))
    padded = Sequences(x[5:8], lengths=[4, 2, 3], missing=missing)  # beyond its end
    assert sum(map(len, padded.chunks())) == 9


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy, list, Counting])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_part_without_any_value_is_read_as_the_others_are(kind, dtype):
    x = np.full((9, 4, 3), np.nan, dtype)
    with pytest.raises(ValueError, match="Z holds no value"):
        list(Sequences(kind(x), name="Z", missing="mask").chunks(24))
    x[6, 2, 1] = 3.0
    chunks = list(Sequences(kind(x), missing="mask").chunks(24))  # of 2 sequences each
    np.testing.assert_array_equal(np.concatenate(chunks), x)


def test_large_values_are_finite():
    for dtype in (np.float16, np.float32, np.float64):
        Sequences(np.full((3, 4), np.finfo(dtype).max)).read(slice(0, 3))


@pytest.mark.parametrize(
    ("X", "error", "match"),
    [
        (
            np.zeros((2, 3), complex),
            ValueError,
            "Complex data not supported: X has dtype complex128",
        ),
        (torch.zeros(2, 3, dtype=torch.complex64), ValueError, "Complex data not supported: X"),
        ([[1j, 2.0]], ValueError, "Complex data not supported: X"),
        (np.array([["a", "b"]]), ValueError, "X must hold numbers, got dtype <U1"),
        (["ab", "cd"], ValueError, r"X\[0\] must hold numbers, got dtype <U2"),
        (np.array([[{}, 1]], object), TypeError, "X must hold numbers, got objects"),
        (np.array([["a", 1]], object), ValueError, "X must hold numbers, got objects"),
        (np.zeros((2, 3), "M8[s]"), ValueError, "X must hold numbers, got dtype datetime64"),
        (np.zeros((2, 3), [("a", "f4")]), ValueError, "X must hold numbers, got dtype"),
        ([np.zeros((3, 2)), np.zeros((3, 4))], ValueError, r"X\[1\] has shape \(3, 4\), unlike"),
        ([[1, 2], 3], ValueError, r"X\[1\] has shape \(\)"),
        ([[1, 2], []], ValueError, r"X\[1\] is empty"),
        ([[[1, 2], [3]]], ValueError, r"X\[0\] is no array of numbers"),
        ([], ValueError, r"X is empty: got shape \(0, 0\)"),
        (np.zeros((0, 4)), ValueError, r"X is empty: got shape \(0, 4\)"),
        (np.zeros((4, 0, 3)), ValueError, r"X is empty: got shape \(4, 0, 3\)"),
        (np.zeros((4, 3, 0)), ValueError, "X is empty"),
        (torch.zeros(4, 3, 0, 5), ValueError, "X is empty"),
        (np.zeros(4), ValueError, r"X must have 2 to 5 dimensions: .* got shape \(4,\)"),
        (np.float64(4), ValueError, "X must have 2 to 5 dimensions"),
        (np.zeros((1,) * 6), ValueError, r"X must have 2 to 5 dimensions"),
        (None, TypeError, "X must be an array of numbers or a list of arrays, got NoneType"),
        (3.0, TypeError, "X must be .* got float"),
        ({"a": 1}, TypeError, "X must be .* got dict"),
        ((i for i in range(3)), TypeError, "X must be .* got generator"),
        ("text", TypeError, "X must be .* got str"),
    ],
    ids=lambda value: None if not isinstance(value, str) else value[:20],
)
def test_errors_name_the_array_and_what_was_got(X, error, match):
    with pytest.raises(error, match=match):
        Sequences(X)
    with pytest.raises(error, match="Y"):
        Sequences(X, name="Y")


# On a device


@pytest.mark.parametrize("of", [np.asarray, torch.from_numpy], ids=["array", "tensor"])
@pytest.mark.parametrize("n_bytes", [0, 239, 240, 10**9])
def test_an_array_stays_on_a_device_if_it_fits(of, n_bytes):
    # Of 240 bytes, and integers: of a tensor on "meta" no values can be looked at.
    X = numbered(5, 4, 3, dtype=np.int32)
    kept, other = Sequences(of(X)), Sequences(X)
    kept.keep_on(torch.device("meta"), n_bytes)
    rows = np.array([0, 2, 3])
    device = "meta" if n_bytes >= 240 else "cpu"
    for some in (rows, slice(1, 4)):
        part = kept.read(some)
        assert part.device.type == device
        assert part.shape == other.read(some).shape
        if device == "cpu":
            assert torch.equal(part, other.read(some))


def test_what_a_device_holds_is_read_as_before():
    class Unread(np.ndarray):
        def __getitem__(self, rows):
            raise AssertionError("the array is read, and not what the device holds of it")

    X = numbered(5, 4, 3)
    kept = Sequences(X.view(Unread))
    kept.keep_on(torch.device("cpu"), X.nbytes)
    for rows in (np.array([1, 4]), slice(2, 5)):
        assert torch.equal(kept.read(rows), Sequences(X).read(rows))


@pytest.mark.parametrize("kind", ["list", "padded", "stored"])
def test_what_is_no_array_in_memory_stays_where_it_is(kind):
    X = numbered(5, 4, 3)
    sequences = {
        "list": lambda: Sequences([X[0], X[1, :2]]),
        "padded": lambda: Sequences(X, lengths=[4, 3, 2, 1, 4]),
        "stored": lambda: Sequences(Counting(X)),
    }[kind]()
    sequences.keep_on(torch.device("meta"), 10**9)
    assert sequences.read(slice(0, 2)).device.type == "cpu"


def test_values_are_looked_at_until_all_of_them_were():
    X = numbered(5, 4, 3)
    sequences = Sequences(X)
    assert sum(len(chunk) for chunk in sequences.chunks()) == 5
    X[3, 1, 2] = np.nan
    assert sequences.read(slice(0, 5)).isnan().any(), "in memory, and known"
    with pytest.raises(ValueError, match="sequence 3 has 1 values"):
        Sequences(X).read(slice(0, 5))
    stored = Sequences(Counting(X.copy()))
    with pytest.raises(ValueError, match="sequence 3 has 1 values"):
        list(stored.chunks())
    with pytest.raises(ValueError, match="sequence 3 has 1 values"):
        stored.read(slice(0, 5))


def test_arrays_of_some_sequences_have_no_padding():
    ragged = [numbered(length, 2) for length in (3, 1, 4)]
    for x, whole in zip(Sequences(ragged).arrays(np.array([0, 2])), ragged[::2], strict=True):
        np.testing.assert_array_equal(x, whole)
    X = numbered(4, 3, 2)
    np.testing.assert_array_equal(Sequences(X).arrays(np.array([1, 3])), X[[1, 3]])


def test_arrays_of_some_sequences_are_each_read_once():
    source = Counting(numbered(6, 3, 2))
    sequences = Sequences(source)
    source.reads.clear()
    sequences.arrays(np.array([1, 3, 4]))
    assert source.reads == [1, 1, 1]


@pytest.mark.parametrize("frame", [(), (2,), (3,), (2, 5, 4)])
def test_lengths_that_are_all_full_are_none(frame):
    X = numbered(4, 3, *frame)
    for whole in (Sequences(list(X)), Sequences(X, lengths=[3, 3, 3, 3])):
        assert whole.lengths is None
        assert whole.shape == X.shape
    for shorter in (Sequences([*X[:3], X[3, :2]]), Sequences(X, lengths=[3, 3, 3, 2])):
        assert shorter.lengths.tolist() == [3, 3, 3, 2]
