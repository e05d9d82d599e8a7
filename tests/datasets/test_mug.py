"""MUG, on a tree of its layout: expressions, sessions, clips, faces."""

import numpy as np
import pytest

from seqdisentangle.datasets import load_mug

pytest.importorskip("PIL.Image")
EXPRESSIONS = ["anger", "disgust", "fear", "happiness", "sadness", "surprise"]


@pytest.fixture
def root(tmp_path, save_frames):
    """Two subjects, one of them with sessions; frame t of a take has brightness t."""
    frames = np.arange(90, dtype=np.uint8)[:, None, None, None] * np.ones((1, 12, 12, 3), np.uint8)
    for expression in [*EXPRESSIONS, "neutral"]:
        save_frames(tmp_path / "001" / expression / "take000", frames, "img_{:04d}.jpg")
    save_frames(tmp_path / "002" / "session0" / "fear" / "take000", frames, "img_{:04d}.jpg")
    save_frames(tmp_path / "002" / "session1" / "fear" / "take000", frames[:20], "img_{:04d}.jpg")
    (tmp_path / "001" / "anger" / "take000" / "take000.avi").touch()
    (tmp_path / "README.txt").touch()
    return tmp_path


def test_clips_are_those_of_the_protocol(root):
    data = load_mug(root, size=8, crop="center")
    # Of 90 frames 45 are kept, and clips of 15 start every 4 within the first 40.
    assert data.X.shape == (7 * 7, 15, 8, 8, 3)
    starts = data.X[data.take == 0][:, 0, 0, 0, 0]
    np.testing.assert_array_equal(starts, np.arange(0, 56, 8))
    np.testing.assert_array_equal(data.X[0, :, 0, 0, 0], np.arange(0, 30, 2))


def test_labels_are_those_of_the_folders(root):
    data = load_mug(root, size=8, crop="center")
    assert data.expression_names == EXPRESSIONS
    assert data.subject_names == ["001", "002"]
    np.testing.assert_array_equal(data.expression, np.repeat([0, 1, 2, 3, 4, 5, 2], 7))
    np.testing.assert_array_equal(data.subject, np.repeat([0] * 6 + [1], 7))
    np.testing.assert_array_equal(data.groups, data.subject)
    assert data.paths[0] == "001/anger/take000"
    assert data.paths[-1] == "002/session1/fear/take000"  # too short for a clip
    assert "49 clips of 7 takes by 2 subjects" in data.DESCR


def test_frames_written_to_a_folder_give_the_same_clips(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("mug") / "out"
    for _ in range(2):
        data = load_mug(root, size=8, crop="center", out=out, stride=20)
        assert not isinstance(data.X, np.memmap)
        np.testing.assert_array_equal(data.X, load_mug(root, size=8, crop="center", stride=20).X)


def test_faces_are_cut_out(tmp_path, save_frames):
    person = pytest.importorskip("skimage.data").astronaut()
    save_frames(tmp_path / "001" / "fear" / "take000", np.stack([person] * 2))
    data = load_mug(tmp_path, n_steps=1, step=1)
    assert data.X.shape == (1, 1, 64, 64, 3)
    red, _, blue = data.X[0, 0, 16:48, 16:48].reshape(-1, 3).mean(axis=0)
    assert red > blue + 40  # skin, not the suit or the wall


@pytest.mark.parametrize("name", ["001", "."])
def test_another_folder_is_refused(root, name):
    with pytest.raises(ValueError, match=r"no takes of MUG, expected the folder 'subjects3'"):
        load_mug((root / name) if name != "." else root.parent, crop="center")


def test_no_folder(root):
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        load_mug(root / "none", crop="center")
    with pytest.raises(NotADirectoryError, match="expected the folder 'subjects3'"):
        load_mug(root / "README.txt", crop="center")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_steps": 41}, "n_steps=41 is more than 90% of the frames of every take, .* at most 45"),
        ({"n_steps": 0}, "'n_steps' parameter of load_mug must be an int .* Got 0"),
        ({"stride": 0}, "'stride' parameter of load_mug must be an int .* Got 0"),
    ],
)
def test_errors_name_the_parameter(root, arguments, message):
    with pytest.raises(ValueError, match=message):
        load_mug(root, crop="center", **arguments)
