"""Files behind arrays: they are known, and a part that is missing is no fill value."""

import os
import re

import h5py
import numpy as np
import pytest

from seqdisentangle.data import windows
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.sources import files_behind

X = np.random.RandomState(0).normal(size=(4, 3, 2))


def write(path, **data):
    with h5py.File(path, "w") as file:
        for name, values in data.items():
            file[name] = values
    return path


@pytest.fixture
def virtual(tmp_path):
    """A virtual data set of two files."""
    layout = h5py.VirtualLayout(X.shape, X.dtype)
    for i in range(2):
        write(tmp_path / f"part-{i}.h5", X=X[2 * i : 2 * i + 2])
        layout[2 * i : 2 * i + 2] = h5py.VirtualSource(f"part-{i}.h5", "X", X[:2].shape)
    with h5py.File(tmp_path / "whole.h5", "w") as file:
        file.create_virtual_dataset("X", layout)
    return tmp_path / "whole.h5"


# Parts that are missing


def test_a_virtual_data_set_is_read_from_wherever_its_parts_are_found(virtual, monkeypatch):
    assert np.array_equal(Sequences(f"{virtual}:/X").read(slice(0, 4)), X)
    monkeypatch.chdir(virtual.parent)
    os.mkdir("elsewhere")
    os.rename("whole.h5", "elsewhere/whole.h5")  # the parts are in the current folder then
    assert np.array_equal(Sequences("elsewhere/whole.h5:/X").read(slice(0, 4)), X)


@pytest.mark.parametrize("open_it", [False, True])
def test_a_source_that_is_gone_is_an_error_that_names_it(open_it, virtual):
    (virtual.parent / "part-1.h5").unlink()
    with h5py.File(virtual) as file:
        data = file["X"] if open_it else f"{virtual}:/X"
        with pytest.raises(FileNotFoundError, match=r"whole\.h5:/X .* part in 'part-1\.h5:X'"):
            Sequences(data)


def test_a_source_without_its_data_set_is_an_error_that_names_it(virtual):
    write(virtual.parent / "part-1.h5", Y=X[2:])
    with pytest.raises(ValueError, match=r"part in '.*part-1\.h5:X', and that file has no such"):
        Sequences(f"{virtual}:/X")
    (virtual.parent / "part-1.h5").write_bytes(b"cut short")
    with pytest.raises(ValueError, match=r"part in 'part-1\.h5:X', which cannot be read"):
        Sequences(f"{virtual}:/X")


def test_a_part_of_a_part_that_is_gone_is_seen(virtual):
    layout = h5py.VirtualLayout(X.shape, X.dtype)
    layout[:] = h5py.VirtualSource("whole.h5", "X", X.shape)
    outer = virtual.parent / "outer.h5"
    with h5py.File(outer, "w") as file:
        file.create_virtual_dataset("X", layout)
    assert np.array_equal(Sequences(f"{outer}:/X").read(slice(0, 4)), X)
    (virtual.parent / "part-0.h5").unlink()
    with pytest.raises(FileNotFoundError, match=r"whole\.h5:/X .* part in 'part-0\.h5:X'"):
        Sequences(f"{outer}:/X")


def test_a_virtual_data_set_of_its_own_file(tmp_path):
    path = write(tmp_path / "own.h5", a=X)
    with h5py.File(path, "a") as file:
        layout = h5py.VirtualLayout(X.shape, X.dtype)
        layout[:] = h5py.VirtualSource(file["a"])
        file.create_virtual_dataset("X", layout)
    assert np.array_equal(Sequences(f"{path}:/X").read(slice(0, 4)), X)


def test_frames_of_many_lengths_are_looked_through_as_well(virtual):
    with h5py.File(virtual, "a") as file:
        file.move("X", "run/frames")
        file["run/offsets"] = [0, 1, 4]
    (virtual.parent / "part-0.h5").unlink()
    with pytest.raises(FileNotFoundError, match="part-0"):
        Sequences(f"{virtual}:/run")


def test_raw_data_that_are_cut_short_are_an_error(tmp_path):
    raw = tmp_path / "raw.bin"
    with h5py.File(tmp_path / "data.h5", "w") as file:
        external = [(os.fspath(raw), 0, h5py.h5f.UNLIMITED)]
        file.create_dataset("X", X.shape, X.dtype, external=external)[:] = X
    assert np.array_equal(Sequences(f"{tmp_path}/data.h5:/X").read(slice(0, 4)), X)
    os.truncate(raw, X.nbytes - 8)
    with pytest.raises(ValueError, match=r"data\.h5:/X needs 192 bytes .* there are 184 in .*raw"):
        Sequences(f"{tmp_path}/data.h5:/X")
    raw.unlink()
    with pytest.raises(OSError, match=r"data\.h5:/X: rows 0 to 3 cannot be read"):
        Sequences(f"{tmp_path}/data.h5:/X").read(slice(0, 4))


# Results in the place of what they are made of


@pytest.fixture
def fitted(small):
    return small().fit(X)


def inputs(folder):
    """Sequences in files, and the file that results must not take the place of."""
    da = pytest.importorskip("dask.array")
    path = write(folder / "keep.h5", X=X)
    with h5py.File(path, "a") as file:
        file["run/frames"], file["run/offsets"] = X.reshape(12, 2), [0, 5, 12]
    opened = h5py.File(path)["X"]
    (folder / "link.h5").symlink_to(path)
    folder.joinpath("many").mkdir()
    for i, x in enumerate(X):
        np.save(folder / f"many/{i}.npy", x[: 3 - i % 2])
    array = folder / "keep.npy"
    np.save(array, X)
    mapped = np.load(array, mmap_mode="r")
    yield f"{path}:/X", path
    yield f"{path}:/X", folder / "link.h5"
    yield f"{folder / 'link.h5'}:/X", path
    yield f"{path}:/run", path
    yield opened, path
    yield da.from_array(opened), path
    yield da.from_array(opened)[1:] + 1, path
    yield array, array
    yield mapped[1:], array
    yield list(mapped), array
    yield folder / "many", folder / "many/2.npy"


@pytest.mark.parametrize("i", range(11))
def test_results_never_take_the_place_of_the_sequences_they_are_made_of(i, fitted, tmp_path):
    data, out = list(inputs(tmp_path))[i]
    before = out.read_bytes()
    with pytest.raises(ValueError, match=r"out='.*' is a file that X is read from"):
        fitted.transform(data, out=out)
    assert out.read_bytes() == before
    other = tmp_path / "other.h5"
    assert fitted.transform(data, out=other) == other


def test_results_never_take_the_place_of_a_part_of_a_virtual_data_set(fitted, virtual):
    part = virtual.parent / "part-0.h5"
    with pytest.raises(ValueError, match="is a file that X is read from"):
        fitted.transform(f"{virtual}:/X", out=part)
    assert np.array_equal(Sequences(f"{virtual}:/X").read(slice(0, 4)), X)


def test_padded_sequences_know_their_file(tmp_path):
    path = write(tmp_path / "keep.h5", X=X)
    sequences = Sequences(f"{path}:/X", lengths=[1, 2, 3, 3])
    assert sequences.files == {str(path)}
    assert list(files_behind(X)) == []


# Files that are cut short, which to read ends the interpreter, or gives zeros


MAPS = {
    "map": lambda m: m,
    "view": lambda m: m[1:, ::-1],
    "array": np.asarray,
    "numbers": lambda m: m[..., 0],
    "list": list,
    "ragged": lambda m: [x[: 1 + i % 3] for i, x in enumerate(m)],
    "windows": lambda m: windows(m.reshape(-1, 2), 3, 3)[0],
}


@pytest.mark.parametrize("of", MAPS)
@pytest.mark.parametrize("lengths", [None, [3, 1, 2]], ids=["whole", "padded"])
def test_a_memory_map_that_is_cut_short_is_an_error_that_names_the_file(of, lengths, tmp_path):
    path = tmp_path / "X.npy"
    np.save(path, X)
    data = MAPS[of](np.load(path, mmap_mode="r"))
    if lengths is not None and (isinstance(data, list) or len(data) != len(lengths)):
        lengths = None
    sequences = Sequences(data, lengths=lengths)
    sequences.read(slice(0, 3))
    os.truncate(path, 150)
    with pytest.raises(OSError, match=rf"{re.escape(str(path))}.* has 150 bytes, and had 320"):
        sequences.read(slice(0, 3))


@pytest.mark.parametrize("chunks", [None, (1, 3, 2)])
@pytest.mark.parametrize("key", ["X", "ragged"])
def test_hdf5_that_is_cut_short_is_an_error_that_names_the_file(key, chunks, tmp_path):
    path = tmp_path / "X.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("X", data=X, chunks=chunks)
        file["ragged/frames"], file["ragged/offsets"] = X.reshape(-1, 2), [0, 3, 12]
    sequences = Sequences(f"{path}:/{key}")
    os.truncate(path, 1000)
    with pytest.raises(OSError, match=rf"{re.escape(str(path))}.* has 1000 bytes, and had"):
        sequences.read(slice(0, 2))


def test_hdf5_that_is_still_being_written_can_be_read(tmp_path):
    with h5py.File(tmp_path / "X.h5", "w") as file:
        file["X"] = X
        assert np.array_equal(Sequences(file["X"]).read(slice(0, 4)), X)
    with h5py.File(tmp_path / "X.h5", "r", driver="core") as file:
        assert np.array_equal(Sequences(file["X"]).read(slice(0, 4)), X)


def test_what_is_behind_the_end_of_a_map_may_go(tmp_path):
    path = tmp_path / "raw"
    path.write_bytes(bytes(100) + X.tobytes() + bytes(10000))
    sequences = Sequences(np.memmap(path, X.dtype, "r", offset=100, shape=X.shape))
    os.truncate(path, 100 + X.nbytes)
    assert np.array_equal(sequences.read(slice(0, 4)), X)
    path.unlink()  # the map keeps what it has
    assert np.array_equal(sequences.read(slice(0, 4)), X)
