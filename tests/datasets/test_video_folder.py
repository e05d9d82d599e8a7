"""Folders of videos: labels, groups, paths, and a model that learns from what is read."""

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import windows
from seqdisentangle.datasets import load_video_folder
from seqdisentangle.networks import Conv

pytest.importorskip("PIL.Image")


@pytest.fixture
def root(tmp_path, save_frames):
    """Subjects 9 and 10, with actions and takes; the brightness is the number of the video."""
    takes = [(s, a, t) for s in (9, 10) for a in ("jump", "wave") for t in (1, 2)]
    for number, (subject, action, take) in enumerate(takes):
        folder = tmp_path / "tree" / f"subject{subject}" / action / f"take{take}"
        save_frames(folder, np.full((6 + number, 20, 20, 3), number, np.uint8))
    return tmp_path / "tree"


def test_labels_say_what_the_folders_say(root):
    data = load_video_folder(root, size=16)
    assert [x.shape for x in data.X] == [(n, 16, 16, 3) for n in range(6, 14)]
    assert [int(x[0, 0, 0, 0]) for x in data.X] == list(range(8))
    assert data.subject_names == ["subject9", "subject10"]
    assert data.action_names == ["jump", "wave"]
    np.testing.assert_array_equal(data.subject, np.repeat([0, 1], 4))
    np.testing.assert_array_equal(data.action, np.tile([0, 0, 1, 1], 2))
    np.testing.assert_array_equal(data.take, np.tile([0, 1], 4))
    assert data.paths[0] == "subject9/jump/take1"


def test_groups_keep_a_subject_on_one_side(root):
    data = load_video_folder(root, size=16)
    for train, test in GroupKFold(2).split(data.X, groups=data.groups):
        assert not set(data.subject[train]) & set(data.subject[test])


def test_levels_name_the_labels(root):
    data = load_video_folder(root / "subject9", levels=("gesture", "video"), size=16)
    assert data.gesture_names == ["jump", "wave"]
    assert data.video_names == ["take1", "take2"]
    assert "groups" not in data


def test_a_folder_of_files(tmp_path, save_video):
    frames = np.full((5, 24, 32, 3), 7, np.uint8)
    save_video(tmp_path / "ada" / "run.mkv", frames)
    save_video(tmp_path / "bob" / "walk.mkv", frames)
    data = load_video_folder(tmp_path, levels=("subject", "action"), size=(6, 8))
    assert data.action_names == ["run", "walk"]
    np.testing.assert_array_equal(data.X, np.full((2, 5, 6, 8, 3), 7))


def test_videos_left_out_have_no_label(root):
    with pytest.warns(UserWarning, match="2 of 8 videos are left out") as found:
        data = load_video_folder(root, crop=lambda x: (0, 0, 9, 9) if x.max() > 1 else None)
    assert len(data.X) == len(data.subject) == len(data.paths) == 6
    assert data.subject_names == ["subject9", "subject10"]
    assert found[0].filename == __file__


@pytest.mark.integration
def test_a_model_learns_from_a_folder_larger_than_memory(root, tmp_path):
    data = load_video_folder(root, size=8, out=tmp_path / "out")
    model = RecurrentWAE(network=Conv(width=2), max_epochs=1, random_state=0).fit(data.X)
    content, motion = model.transform(data.X)
    assert len(content) == len(motion) == 8
    clips, video = windows(data.X, length=4)
    assert len(clips) == len(data.subject[video])


@pytest.mark.parametrize("levels", ["subject", (), ("a", "a"), ("X",), ("my level",), None])
def test_levels_must_be_names(root, levels):
    with pytest.raises(ValueError, match="levels must be different names"):
        load_video_folder(root, levels=levels)
