"""Trees of videos: what is found, in which order, and what is said of trees of other forms."""

import pytest

from seqdisentangle.datasets._video_tree import entries, find_videos, frame_files, natural

LEVELS = ("subject", "action")


def touch(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_folders_of_frames_and_files_are_found_in_natural_order(tmp_path):
    touch(tmp_path, "bob10/wave.MP4", "bob9/run/2.jpg", "bob9/jump.avi", "README.txt")
    touch(tmp_path, ".cache/x/1.jpg", "bob9/notes.csv")
    found = find_videos(tmp_path, LEVELS)
    assert [place.names for place in found] == [
        ("bob9", "jump"),
        ("bob9", "run"),
        ("bob10", "wave"),
    ]
    assert [place.path.name for place in found] == ["jump.avi", "run", "wave.MP4"]


def test_frames_come_in_the_order_of_their_numbers(tmp_path):
    touch(tmp_path, *(f"img_{t}.jpg" for t in (10, 9, 100)), "Thumbs.db", ".img_1.jpg")
    assert [path.name for path in frame_files(tmp_path)] == [
        "img_9.jpg",
        "img_10.jpg",
        "img_100.jpg",
    ]
    assert len(entries(tmp_path)) == 4


def test_names_without_and_with_numbers_have_an_order():
    names = ["b", "a10b2", "a9", "A1", "10", "9", "a10b"]
    assert sorted(names, key=natural) == ["9", "10", "A1", "a9", "a10b", "a10b2", "b"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("ada/1.jpg", r"ada/1\.jpg' lies where a folder of frames or a video file is expected for"),
        ("ada.mp4", r"ada\.mp4' lies where a folder is expected for each subject by levels=\('sub"),
        ("ada/run/take0/1.jpg", r"ada/run' holds no frames \(\.jpg.* for each action by levels"),
        (
            "notes.txt",
            r"holds no videos, expected folders for each subject, in it for each action:",
        ),
    ],
)
def test_other_trees_are_refused_with_the_place_and_what_is_expected(tmp_path, path, message):
    touch(tmp_path, path)
    with pytest.raises(ValueError, match=message):
        find_videos(tmp_path, LEVELS)


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        find_videos(tmp_path / "none", LEVELS)
    touch(tmp_path, "file")
    with pytest.raises(NotADirectoryError, match="is a file, expected a folder"):
        find_videos(tmp_path / "file", LEVELS)
