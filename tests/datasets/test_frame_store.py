"""Frames in a folder: written whole or not at all, read as they were, refused when others."""

import os

import numpy as np
import pytest

from seqdisentangle.data.sequences import Sequences
from seqdisentangle.datasets._frame_store import read_stored, write_stored

ABOUT = {"size": [4, 5], "videos": [["a", 1], ["b", 2], ["c", 3], ["d", 4]]}


@pytest.fixture
def videos():
    rng = np.random.RandomState(0)
    return [rng.randint(0, 256, (n, 4, 5, 3), dtype=np.uint8) for n in (3, 1, 1200)]


def test_what_is_written_is_read_and_streamed(tmp_path, videos):
    write_stored(tmp_path / "new" / "out", [videos[0], None, *videos[1:]], (4, 5, 3), ABOUT)
    stored = read_stored(tmp_path / "new" / "out", ABOUT)
    assert stored.numbers == [0, 2, 3]
    for found, expected in zip(stored.videos, videos, strict=True):
        assert isinstance(found, np.memmap)
        np.testing.assert_array_equal(found, expected)
    assert Sequences(stored.videos).streamed
    assert sorted(os.listdir(tmp_path / "new")) == ["out"]


def test_an_error_on_the_way_leaves_nothing(tmp_path, videos):
    def broken():
        yield videos[0]
        raise OSError("damaged")

    with pytest.raises(OSError, match="damaged"):
        write_stored(tmp_path / "out", broken(), (4, 5, 3), ABOUT)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({**ABOUT, "size": [8, 8]}, r"other size \(\[4, 5\] there, \[8, 8\] asked for\)"),
        (
            {**ABOUT, "videos": [*ABOUT["videos"][1:], ["e", 5], ["f", 6]]},
            r"other videos \(2 are new or changed, 1 are gone\): delete it, or name another",
        ),
    ],
)
def test_other_videos_or_settings_are_refused_by_their_difference(tmp_path, videos, about, message):
    write_stored(tmp_path / "out", videos, (4, 5, 3), ABOUT)
    with pytest.raises(ValueError, match=message):
        read_stored(tmp_path / "out", about)


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no videos that were written before"):
        read_stored(tmp_path, ABOUT)


def test_a_folder_that_lost_frames_is_refused(tmp_path, videos):
    write_stored(tmp_path / "out", videos, (4, 5, 3), ABOUT)
    np.save(tmp_path / "out" / "frames.npy", videos[0])
    with pytest.raises(ValueError, match="was written with other frames"):
        read_stored(tmp_path / "out", ABOUT)
