from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from seqdisentangle import RecurrentWAE
from seqdisentangle.cli._inputs import labels_in, model_in, sequences_in, spread
from seqdisentangle.persistence import save_file

VIDEOS = Namespace(crop="center", step=1, size=8, quiet=True)


@pytest.fixture(params=["{}", "{}/film", "person/{}/film"])
def videos(request, tmp_path):
    """Three videos of images, at several depths of folders."""
    image = pytest.importorskip("PIL.Image")
    for k in range(3):
        folder = tmp_path / "videos" / request.param.format(k)
        folder.mkdir(parents=True)
        for t in range(2 + k):
            image.new("RGB", (12, 10), (k, t, 0)).save(folder / f"{t}.png")
    return tmp_path / "videos"


def test_a_folder_of_videos_is_read_whatever_its_depth(videos):
    X = sequences_in(str(videos), VIDEOS)
    assert [x.shape for x in X] == [(2, 8, 8, 3), (3, 8, 8, 3), (4, 8, 8, 3)]
    np.testing.assert_array_equal(X[2][3, 4, 4], [2, 3, 0])


def test_videos_are_brought_to_the_size_that_a_model_has_seen(videos):
    X = sequences_in(str(videos), VIDEOS, Namespace(frame_shape_=(6, 4, 3)))
    assert X[0].shape == (2, 6, 4, 3)


@pytest.mark.parametrize("text", ["X.npy", "file.h5:/key", "arrays", "nothing"])
def test_all_other_paths_are_left_to_the_estimator(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("arrays").mkdir()
    np.save("arrays/0.npy", np.zeros(3))
    Path("nothing").mkdir()
    assert sequences_in(text, VIDEOS) == text


def test_sequences_are_picked_from_all_over_the_data(here, model_file, vectors):
    picked, names = spread("X.npy", 3, RecurrentWAE.load(model_file), "A")
    assert names == ["0", "3", "6"]
    np.testing.assert_array_equal(picked, vectors[[0, 3, 6]])
    assert len(spread("X.npy", 100, RecurrentWAE.load(model_file), "A")[0]) == len(vectors)


def test_a_file_of_another_kind_is_no_model(tmp_path):
    save_file(tmp_path / "other.safetensors", {}, {})
    with pytest.raises(ValueError, match="holds no estimator, expected one of RecurrentWAE"):
        model_in(tmp_path / "other.safetensors")


def test_labels_of_a_csv_are_columns_and_numbers_where_they_can_be(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("who,speed\nann,1.5\nbob,2\n\n")
    labels = labels_in(path)
    assert labels["who"].tolist() == ["ann", "bob"]
    assert labels["speed"].tolist() == [1.5, 2.0]


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_labels_in_a_pickle_are_refused(suffix, tmp_path):
    path, labels = tmp_path / f"labels{suffix}", np.array([{}], dtype=object)
    np.save(path, labels) if suffix == ".npy" else np.savez(path, y=labels)
    with pytest.raises(ValueError, match="no labels that can be read"):
        labels_in(path)


def test_a_row_of_a_csv_that_is_too_short_is_named(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("who,speed\nann\n")
    with pytest.raises(ValueError, match="1 values in row 0, expected 2"):
        labels_in(path)
