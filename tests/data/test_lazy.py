"""Arrays outside of memory: read in runs, ahead, shuffled by block, and errors that name rows."""

import itertools
import threading
import time

import dask.array
import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import Dataset, TensorDataset

from seqdisentangle.data.batches import Batches
from seqdisentangle.data.lazy import Stored, place_of, read_ahead, runs
from seqdisentangle.data.passes import EvenPasses
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.units import Scaling

X = np.random.RandomState(0).normal(size=(23, 4, 3)).astype(np.float32)


def as_hdf5(x, folder):
    file = h5py.File(folder / "x.h5", "w")
    return file.create_dataset("X", data=x, chunks=(5, *x.shape[1:]), compression="gzip")


def as_zarr(x, folder):
    zarr = pytest.importorskip("zarr")
    return zarr.create_array(str(folder / "x.zarr"), data=x, chunks=(5, *x.shape[1:]))


def as_dask(x, folder):
    return dask.array.from_array(x, chunks=(5, *x.shape[1:]))


def as_memmap(x, folder):
    np.save(folder / "x.npy", x)
    return np.load(folder / "x.npy", mmap_mode="r")


def as_dataset(x, folder):
    return TensorDataset(torch.from_numpy(x), torch.arange(len(x)))


FORMS = [as_hdf5, as_zarr, as_dask, as_memmap, as_dataset]
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)


@each_form
def test_rows_are_those_of_the_array(form, tmp_path):
    sequences = Sequences(form(X, tmp_path))
    assert (sequences.shape, sequences.dtype, sequences.streamed) == (X.shape, X.dtype, True)
    for rows in (slice(2, 9), slice(20, 40), np.array([0]), np.array([1, 2, 3, 11, 22])):
        assert np.array_equal(sequences.read(rows).numpy(), X[rows])
    assert np.array_equal(np.concatenate(list(sequences.chunks(30))), X)


@pytest.mark.parametrize("form", [as_hdf5, as_zarr, as_dask, as_memmap])
def test_lengths_of_a_padded_array_hold_outside_of_memory(form, tmp_path):
    lengths = np.random.RandomState(0).randint(1, 4, len(X))
    sequences = Sequences(form(X, tmp_path), lengths=lengths)
    rows = np.array([3, 4, 17])
    part = sequences.read(rows).numpy()
    for x, i in zip(part, rows, strict=True):
        assert np.array_equal(x[: lengths[i]], X[i, : lengths[i]])
        assert not x[lengths[i] :].any()


@given(rows=st.sets(st.integers(0, 40), min_size=1))
@settings(deadline=None)
def test_runs_are_the_longest_stretches_of_neighbours(rows):
    rows = np.array(sorted(rows))
    stretches = [rows[start:stop] for start, stop in runs(rows)]
    assert np.array_equal(np.concatenate(stretches), rows)
    assert all(np.array_equal(s, np.arange(s[0], s[-1] + 1)) for s in stretches)
    assert all(a[-1] + 1 < b[0] for a, b in itertools.pairwise(stretches))


def test_the_next_part_is_read_while_one_is_in_use():
    reading = threading.Semaphore(0)

    def read(key):
        assert threading.current_thread() is not threading.main_thread()
        reading.release()
        return key

    parts = read_ahead(read, range(3))
    for expected in range(3):
        assert next(parts) == expected
        for _ in range(2 if expected == 0 else expected < 2):
            assert reading.acquire(timeout=10)  # this one's, and that of the next
    assert next(parts, None) is None


def test_a_failure_ahead_comes_in_its_turn_and_the_reader_ends():
    def read(key):
        if key == 1:
            raise OSError("row 1")
        return key

    parts = read_ahead(read, range(5))
    assert next(parts) == 0
    with pytest.raises(OSError, match="row 1"):
        next(parts)
    left = read_ahead(lambda key: key, range(5))
    next(left)
    left.close()
    for _ in range(100):
        if not any("seqdisentangle-read" in thread.name for thread in threading.enumerate()):
            return
        time.sleep(0.05)
    raise AssertionError("a reader is still there")


class Recorder:
    """An array that is not known to be in memory, and remembers which rows it was asked for."""

    def __init__(self, x):
        self.x, self.shape, self.dtype = x, x.shape, x.dtype
        self.asked = []

    def __getitem__(self, key):
        rows = key[0] if isinstance(key, tuple) else key
        self.asked.append(range(len(self.x))[rows])
        return self.x[key]


def loader(source, batch_size=7, seed=0, rows=None):
    sequences = source if isinstance(source, Sequences) else Sequences(source)
    rng = torch.Generator().manual_seed(seed)
    passes = EvenPasses(sequences, batch_size, rows=rows, rng=rng)
    return Batches(sequences, Scaling("none"), passes, device=torch.device("cpu"))


def numbers(batches):
    return [batch.x[:, 0, 0].int().tolist() for batch in batches]


NUMBERED = np.broadcast_to(np.arange(1000, dtype=np.float32)[:, None, None], (1000, 2, 2)).copy()


@pytest.fixture
def small_stretches(monkeypatch):
    """Blocks of 10 sequences, stretches of about 100."""
    monkeypatch.setattr("seqdisentangle.data.passes.BLOCK_BYTES", 10 * 16)
    monkeypatch.setattr("seqdisentangle.data.passes.STRETCH_BYTES", 100 * 16)


def test_an_epoch_outside_of_memory_is_mostly_read_in_a_row_and_well_mixed(small_stretches):
    source = Recorder(NUMBERED)
    batches = loader(source)
    epochs = [numbers(batches), numbers(batches)]
    for epoch in epochs:
        assert sorted(i for batch in epoch for i in batch) == list(range(1000))
        assert {len(batch) for batch in epoch} == {6, 7}
    assert epochs[0] != epochs[1]
    assert epochs[0] == numbers(loader(Recorder(NUMBERED)))
    assert epochs[0] != numbers(loader(Recorder(NUMBERED), seed=1))
    # 1,000 rows in blocks of 10, of which a stretch's edge cuts a few.
    assert len(source.asked) <= 2 * (100 + 2 * 11)
    # No more than a block's share of neighbours in a batch: a stretch mixes ten of its blocks.
    assert np.mean([np.ptp(batch) > 100 for batch in epochs[0]]) > 0.95
    together = [np.mean(np.diff(batch) == 1) for batch in epochs[0]]
    assert np.mean(together) < 0.2


def test_some_rows_of_what_is_outside_are_each_read_once(small_stretches):
    rows = np.arange(0, 1000, 3)
    epoch = numbers(loader(Recorder(NUMBERED), rows=rows))
    assert sorted(i for batch in epoch for i in batch) == rows.tolist()


def test_what_fits_in_one_stretch_is_shuffled_as_in_memory():
    assert numbers(loader(Recorder(NUMBERED))) == numbers(loader(NUMBERED))


@each_form
def test_blocks_are_whole_chunks(form, tmp_path, monkeypatch):
    monkeypatch.setattr("seqdisentangle.data.passes.BLOCK_BYTES", 1)
    monkeypatch.setattr("seqdisentangle.data.passes.STRETCH_BYTES", 10 * X[0].nbytes)
    sequences = Sequences(form(X, tmp_path))
    assert sequences.rows_together == {as_memmap: 1, as_dataset: 1}.get(form, 5)
    found = torch.cat([batch.x for batch in loader(sequences, batch_size=5)]).numpy()
    assert np.array_equal(np.sort(found.ravel()), np.sort(X.ravel()))


def test_different_lengths_outside_of_memory_come_with_their_like(small_stretches):
    lengths = np.random.RandomState(0).randint(1, 12, size=300)
    arrays = [np.full((T, 1), i, np.float32) for i, T in enumerate(lengths)]

    class Items(Dataset):
        def __len__(self):
            return len(arrays)

        def __getitem__(self, i):
            return arrays[i]

    found = []
    for batch in loader(Items()):
        x, of_batch = batch.x, batch.lengths
        rows = x[:, 0, 0].int().numpy()
        expected = lengths[rows]
        assert x.shape[1] == expected.max()
        assert of_batch is None or of_batch.tolist() == expected.tolist()
        found += rows.tolist()
    assert sorted(found) == list(range(300))


# ---- errors --------------------------------------------------------------------------------------


def test_a_closed_file_is_named_with_its_data_set_and_rows(tmp_path):
    dataset = as_hdf5(X, tmp_path)
    sequences = Sequences(dataset)
    dataset.file.close()
    with pytest.raises(OSError, match=r"x\.h5:/X: rows 2 to 6 cannot be read: .*closed"):
        sequences.read(slice(2, 7))
    with pytest.raises(ValueError, match="the file was closed before it was read"):
        Sequences(dataset)


def test_an_array_is_named_by_its_place_or_else_by_its_package(tmp_path):
    np.save(tmp_path / "x.npy", X)
    assert place_of(np.load(tmp_path / "x.npy", mmap_mode="r")) == str(tmp_path / "x.npy")
    assert place_of(as_hdf5(X, tmp_path)) == f"{tmp_path / 'x.h5'}:/X"
    assert place_of(dask.array.from_array(X, name="steps")) == "dask array steps"
    for held, place in [
        ({}, "store array"),
        ({"name": "steps"}, "store array steps"),
        ({"name": "steps", "store_path": "file://steps"}, "store array file://steps"),
    ]:
        assert place_of(type("Array", (), {"__module__": "store.core", **held})()) == place


def test_rows_that_change_shape_are_named(tmp_path):
    class Changing(Recorder):
        def __getitem__(self, key):
            return super().__getitem__(key)[..., :2]

    with pytest.raises(OSError, match=r"rows 3 to 5 cannot be read: .*\(3, 4, 2\) .*\(23, 4, 3\)"):
        Stored(Changing(X))[slice(3, 6)]
    file = as_hdf5(X, tmp_path).file
    file.close()
    with h5py.File(tmp_path / "x.h5", "a") as file:
        file.create_dataset("R", data=X, maxshape=(None, 4, 3))
        sequences = Sequences(file["R"])
        file["R"].resize(10, 0)
        with pytest.raises(OSError, match=r"x\.h5:/R: rows 8 to 19 cannot be read"):
            sequences.read(slice(8, 20))


class DataArray:
    """An array of xarray over one of dask: it tells of all chunks, and not of their usual size."""

    def __init__(self, array):
        self.array = array
        self.shape, self.dtype, self.chunks = array.shape, array.dtype, array.chunks

    def __getitem__(self, key):
        return DataArray(self.array[key])

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.array)


def test_an_array_of_xarray_is_read_by_its_chunks():
    x = DataArray(dask.array.from_array(X, chunks=(5, *X.shape[1:])))
    stored = Stored(x)
    assert stored.rows_together == 5
    np.testing.assert_array_equal(stored[np.array([1, 3])], X[[1, 3]])


def test_a_dask_array_of_unknown_length_is_refused():
    x = dask.array.from_array(X, chunks=5)
    with pytest.raises(ValueError, match=r"compute_chunk_sizes\(\)"):
        Sequences(x[x[:, 0, 0] > 0])
