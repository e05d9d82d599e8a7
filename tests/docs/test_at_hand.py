"""Examples that read data of no package: run where these are, and given back what was lent."""

import os
import re

import numpy as np
import pytest

from seqdisentangle import datasets


@pytest.fixture(scope="module")
def at_hand(extension):
    return extension("at_hand")


@pytest.fixture
def home(tmp_path, monkeypatch, at_hand):
    """A folder of data sets with two talking people and four utterances."""
    monkeypatch.setenv("SEQDISENTANGLE_DATA", str(tmp_path))
    monkeypatch.setenv("SEQDISENTANGLE_VIDEOS", "")  # so that it is as before after the test
    monkeypatch.delenv("SEQDISENTANGLE_VIDEOS")
    monkeypatch.setattr(at_hand, "VIDEOS", tmp_path / "videos")
    frames = np.random.RandomState(0).randint(0, 256, size=(5, 8, 8, 3), dtype=np.uint8)
    np.savez(tmp_path / at_hand.FACES, frames=frames, offsets=[0, 2, 5])
    np.savez(
        tmp_path / at_hand.SPEECH,
        frames=np.arange(20, dtype=np.float16).reshape(10, 2),
        offsets=[0, 1, 3, 6, 10],
        digit=[0, 0, 1, 1],
        speaker=["theo", "jackson", "theo", "jackson"],
        test=[False, True, False, True],
    )
    return tmp_path


def test_what_is_not_at_hand_is_not_run(at_hand, home):
    def runs(name):
        return re.search(at_hand.to_run(), f"/docs/../examples/{name}.py") is not None

    assert not runs("sprites")
    assert runs("talking_faces")
    assert runs("spoken_digits")
    assert runs("curves")
    (home / at_hand.SPEECH).unlink()
    assert not runs("spoken_digits")


def test_all_is_run_where_all_is_at_hand(at_hand, home):
    (home / "sprites" / "body").mkdir(parents=True)
    (home / "sprites" / "body" / "0.png").touch()
    assert re.search(at_hand.to_run(), "/examples/sprites.py")


def test_utterances_are_lent_for_one_example(at_hand, home):
    fetched = datasets.fetch_spoken_digits
    at_hand.lend({}, "examples/spoken_digits.py", when="before")
    train, test = (datasets.fetch_spoken_digits(subset=subset) for subset in ("train", "test"))
    at_hand.lend({}, "examples/spoken_digits.py", when="after")
    assert datasets.fetch_spoken_digits is fetched
    assert [len(x) for x in train.X] == [1, 3]
    assert [len(x) for x in test.X] == [2, 4]
    np.testing.assert_array_equal(test.X[0], [[2, 3], [4, 5]])
    assert train.X[0].dtype == np.float32
    assert train.digit.tolist() == [0, 1]
    assert [train.speaker_names[k] for k in train.speaker] == ["theo", "theo"]


def test_recordings_that_are_there_are_read(at_hand, home):
    fetched = datasets.fetch_spoken_digits
    (home / at_hand.RECORDINGS).parent.mkdir()
    (home / at_hand.RECORDINGS).touch()
    (home / at_hand.SPEECH).unlink()
    assert at_hand.is_at_hand("spoken_digits")
    at_hand.lend({}, "examples/spoken_digits.py", when="before")
    assert datasets.fetch_spoken_digits is fetched


def test_faces_are_lent_as_a_folder_of_videos(at_hand, home):
    at_hand.lend({}, "examples/talking_faces.py", when="before")
    videos = datasets.load_video_folder(
        os.environ["SEQDISENTANGLE_VIDEOS"], levels=["person"], size=8
    )
    assert [len(video) for video in videos.X] == [2, 3]
    assert videos.person_names == ["speaker 01", "speaker 02"]
    with np.load(home / at_hand.FACES) as file:
        np.testing.assert_array_equal(np.concatenate(videos.X), file["frames"])


def test_videos_of_ones_own_are_kept(at_hand, home, monkeypatch):
    monkeypatch.setenv("SEQDISENTANGLE_VIDEOS", "mine")
    at_hand.lend({}, "examples/talking_faces.py", when="before")
    assert os.environ["SEQDISENTANGLE_VIDEOS"] == "mine"


def test_no_example_is_lent_anything(at_hand, home):
    for name in ("examples/curves.py", None):
        at_hand.lend({}, name, when="before")
        assert "SEQDISENTANGLE_VIDEOS" not in os.environ
