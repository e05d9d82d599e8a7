"""Files: what is read is what stands there, where it stands; errors name file, data set and row."""

import os

import h5py
import numpy as np
import pytest

from seqdisentangle.data.files import Flat, open_path
from seqdisentangle.data.sequences import Sequences

X = np.random.RandomState(0).normal(size=(9, 5, 3)).astype(np.float32)
RAGGED = [np.random.RandomState(i).normal(size=(T, 2)) for i, T in enumerate((4, 1, 6, 2))]
ROWS = (slice(0, 3), slice(2, 4), np.array([0, 2, 3]), np.array([1]))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as f:
        f["train/X"] = X
        f["ragged/frames"] = np.concatenate(RAGGED)
        f["ragged/offsets"] = np.cumsum([0, *map(len, RAGGED)])
        f["labels"] = np.arange(9)
    return path


@pytest.mark.parametrize("rows", ROWS, ids=str)
def test_a_data_set_is_read_like_its_array(file, rows):
    sequences = Sequences(f"{file}:/train/X")
    assert (len(sequences), sequences.n_steps, sequences.dtype) == (9, 5, np.float32)
    assert np.array_equal(sequences.read(rows).numpy(), X[rows])


@pytest.mark.parametrize("rows", ROWS, ids=str)
@pytest.mark.parametrize("kind", ["group", "folder"])
def test_sequences_of_different_lengths_are_read_like_their_list(file, tmp_path, kind, rows):
    source = f"{file}:/ragged"
    if kind == "folder":
        source = tmp_path / "folder"
        source.mkdir()
        for i, x in enumerate(RAGGED):
            np.save(source / f"{i:03}.npy", x)
    sequences, expected = Sequences(source), Sequences(RAGGED)
    assert sequences.shape == expected.shape
    assert sequences.lengths.tolist() == [4, 1, 6, 2]
    assert np.array_equal(sequences.read(rows).numpy(), expected.read(rows).numpy())


def test_an_npy_file_is_mapped_and_not_loaded(tmp_path):
    np.save(tmp_path / "X.npy", X)
    assert isinstance(open_path(tmp_path / "X.npy", "X"), np.memmap)
    assert np.array_equal(Sequences(tmp_path / "X.npy").read(slice(0, 9)).numpy(), X)


def test_an_estimator_takes_a_path(file, small):
    model = small().fit(f"{file}:/train/X")
    assert np.array_equal(model.transform(X).motion, model.transform(f"{file}:/train/X").motion)
    assert np.array_equal(model.transform(X).motion, small().fit(X).transform(X).motion)
    ragged = small().fit(f"{file}:/ragged").transform(f"{file}:/ragged")
    assert [len(z) for z in ragged.motion] == [4, 1, 6, 2]


@pytest.mark.parametrize(
    ("path", "error", "match"),
    [
        ("{file}", ValueError, r"X='.*data.h5' names no data set: write '.*data.h5:/key'"),
        ("{file}:/valid", ValueError, r"no data set '/valid'.*data sets are .*'/train/X'"),
        ("{file}:/train", ValueError, "nor a group of that name with 'frames' and 'offsets'"),
        ("{folder}/missing.h5:/X", FileNotFoundError, r"missing\.h5': there is no such file"),
        ("{folder}/missing.npy", FileNotFoundError, r"missing\.npy': there is no such file"),
        ("{folder}/text.npy", ValueError, r"text\.npy' is no \.npy file that can be read"),
        ("{folder}/text.h5:/X", ValueError, r"text\.h5' is no HDF5 file that can be read"),
        ("{folder}/empty", ValueError, r"the folder holds no \.npy files"),
        ("{folder}/text.csv", TypeError, r"X must be .* or the path .* got str '.*text\.csv'"),
        ("{file}:/labels", ValueError, r"X must have 2 to 5 dimensions.*got shape \(9,\)"),
    ],
)
def test_what_cannot_be_opened_is_named(file, tmp_path, path, error, match):
    (tmp_path / "empty").mkdir()
    for name in ("text.npy", "text.h5", "text.csv"):
        (tmp_path / name).write_text("no numbers")
    with pytest.raises(error, match=match):
        Sequences(path.format(file=file, folder=tmp_path))


@pytest.mark.parametrize(
    ("offsets", "match"),
    [
        ([0, 3, 9], "rise from 0 to the number of frames, 8, got 0 to 9"),
        ([1, 8], "got 1 to 8"),
        ([0, 5, 5, 8], "sequences of 0 frames"),
        ([0, 6, 4, 8], "sequences of -2 frames"),
        ([0.0, 8.0], "whole numbers, got .* float64"),
        ([0], "at least 2 whole numbers"),
    ],
)
def test_offsets_that_do_not_fit_are_an_error(offsets, match):
    with pytest.raises(ValueError, match=f"here: .*{match}"):
        Flat(np.zeros((8, 2)), np.array(offsets), "here")


def test_a_file_that_is_closed_while_it_is_read_is_named_with_its_rows(file):
    with h5py.File(file) as f:
        sequences = Sequences(f["train/X"])
    with pytest.raises(OSError, match=r"data\.h5:/train/X: rows 2 to 4 .*closed while it was read"):
        sequences.read(slice(2, 5))


def test_a_truncated_file_is_named(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as f:
        f["X"] = np.random.RandomState(0).rand(100, 50, 20)
    path.write_bytes(path.read_bytes()[: -(10**5)])
    with pytest.raises((OSError, ValueError), match=r"data\.h5"):
        Sequences(f"{path}:/X").read(slice(90, 100))


# Results in files


@pytest.mark.parametrize("source", ["fixed", "ragged"])
def test_codes_in_a_file_are_those_in_memory(source, tmp_path, small):
    data = X if source == "fixed" else RAGGED
    model = small().fit(data)
    out = tmp_path / "codes.h5"
    assert model.transform(data, out=out) == out
    content, motion = model.transform(data)
    with h5py.File(out) as file:
        assert np.array_equal(file["content"][:], content)
    stored = Sequences(f"{out}:/motion")
    expected = Sequences(motion)
    assert stored.shape == expected.shape
    assert np.array_equal(stored.read(slice(0, 9)), expected.read(slice(0, 9)))


@pytest.mark.parametrize("n_steps", [4, [3, 1, 7]], ids=["fixed", "ragged"])
def test_samples_in_a_file_are_those_in_memory_and_can_be_read_again(n_steps, tmp_path, small):
    model = small().fit(X)
    out = str(tmp_path / "samples.h5")
    assert model.sample(3, n_steps, random_state=0, out=out) == out
    expected = Sequences(model.sample(3, n_steps, random_state=0)).read(slice(0, 3))
    assert np.array_equal(Sequences(f"{out}:/X").read(slice(0, 3)), expected)
    assert model.transform(f"{out}:/X").content.shape == (3, 4)


def test_a_failure_leaves_what_was_there_and_nothing_half_written(tmp_path, small):
    model = small().fit(X)
    out = tmp_path / "codes.h5"
    out.write_text("as it was")
    bad = X.copy()
    bad[8, 2, 1] = np.nan
    with pytest.raises(ValueError, match="X contains NaN: sequence 8"):
        model.transform(bad, out=out)
    assert out.read_text() == "as it was"
    assert [p.name for p in tmp_path.iterdir()] == ["codes.h5"]


def test_a_header_that_numpy_cannot_read_is_an_error_that_names_the_file(tmp_path):
    np.save(tmp_path / "X.npy", X)
    content = (tmp_path / "X.npy").read_bytes()
    (tmp_path / "X.npy").write_bytes(content.replace(b"), }", b"(, }"))
    with pytest.raises(ValueError, match=r"X\.npy' is no \.npy file that can be read"):
        open_path(tmp_path / "X.npy", "X")


def test_a_table_of_contents_that_is_damaged_is_an_error_that_names_the_file(tmp_path):
    with h5py.File(tmp_path / "X.h5", "w", libver="latest") as file:
        file["X"] = X
    content = bytearray((tmp_path / "X.h5").read_bytes())
    content[content.index(b"OHDR") + 8] ^= 1  # of the root group, which has a checksum
    (tmp_path / "X.h5").write_bytes(content)
    with pytest.raises(ValueError, match=r"X\.h5' is no HDF5 file that can be read"):
        open_path(f"{tmp_path}/X.h5:/X", "X")


# More files than a process may open, and files that change


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folder").mkdir()
    for i, x in enumerate(RAGGED):
        np.save(tmp_path / "folder" / f"{i}.npy", x)
    return tmp_path / "folder"


def test_a_folder_has_more_files_than_a_process_may_open(folder):
    resource = pytest.importorskip("resource", reason="limits of this system cannot be set")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for i in range(100):
        np.save(folder / f"more-{i}.npy", RAGGED[0])
    with open(folder / "0.npy") as file:
        resource.setrlimit(resource.RLIMIT_NOFILE, (file.fileno() + 20, hard))
    try:
        sequences = Sequences(folder)
        assert len(sequences.read(slice(0, 104))) == 104
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert sequences.files == {str(path) for path in folder.iterdir()}


def test_a_folder_stays_where_it_is_when_the_working_directory_changes(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    sequences = Sequences("folder")
    monkeypatch.chdir("/")
    assert np.array_equal(sequences.read(slice(1, 2))[0], RAGGED[1])


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        (lambda path: path.unlink(), FileNotFoundError, "there is no such file"),
        (lambda path: os.truncate(path, 130), ValueError, r"no \.npy file that can be read"),
        (lambda path: np.save(path, RAGGED[0]), ValueError, r"X\[2\] has shape \(4, 2\) now"),
    ],
    ids=["gone", "cut short", "another one"],
)
def test_a_file_of_a_folder_that_changes_is_named(folder, change, error, match):
    sequences = Sequences(folder)
    change(folder / "2.npy")
    with pytest.raises(error, match=match):
        sequences.read(slice(0, 4))


def test_keys_may_have_colons(tmp_path):
    path = tmp_path / "session.h5"
    with h5py.File(path, "w") as file:
        file["2024:01/12:30"] = X
    assert np.array_equal(Sequences(f"{path}:/2024:01/12:30").read(slice(0, 9)), X)


def test_few_of_many_keys_are_listed(tmp_path):
    path = tmp_path / "many.h5"
    with h5py.File(path, "w") as file:
        for i in range(3000):
            file[f"trial{i:04}"] = 0
    with pytest.raises(
        ValueError, match=r"its 3000 data sets are '/trial0000', .*, \.\.\.$"
    ) as error:
        open_path(f"{path}:/X", "X")
    assert len(str(error.value)) < 1000
