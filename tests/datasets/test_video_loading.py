"""Videos read together: resized, every so many frames, by threads, and left out with a warning."""

import numpy as np
import pytest

from seqdisentangle.datasets._video_loading import Reading, load_videos
from seqdisentangle.datasets._video_tree import Place

Image = pytest.importorskip("PIL.Image")


def load(places, root, reading, **given):
    return load_videos(
        places, root, reading, **{"out": None, "n_jobs": None, "verbose": False, **given}
    )


@pytest.fixture
def places(tmp_path, save_frames):
    """Three videos of 5, 6 and 7 frames of 12 x 16 whose brightness is 40 times their number."""
    found = []
    for i in range(3):
        path = tmp_path / f"video{i}"
        save_frames(path, np.full((5 + i, 12, 16, 3), 40 * i, np.uint8))
        found.append(Place(path, (path.name,)))
    return found


@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("in_memory", [True, False])
def test_videos_come_in_order(places, tmp_path, n_jobs, in_memory):
    out = None if in_memory else tmp_path / "out"
    stored = load(places, tmp_path, Reading.checked((6, 4), "center", 2), n_jobs=n_jobs, out=out)
    assert [video.shape for video in stored.videos] == [(3, 6, 4, 3), (3, 6, 4, 3), (4, 6, 4, 3)]
    assert [video[0, 0, 0, 0] for video in stored.videos] == [0, 40, 80]
    assert stored.numbers == [0, 1, 2]


def test_smaller_frames_are_smoothed(tmp_path, save_frames):
    stripes = np.zeros((1, 64, 64, 3), np.uint8)
    stripes[:, :, ::2] = 200  # one pixel of each 8 x 8 that become one would be 0 or 200
    save_frames(tmp_path / "video", stripes)
    (found,) = load(
        [Place(tmp_path / "video", ("video",))], tmp_path, Reading.checked(8, None, 1)
    ).videos
    assert abs(found.astype(int) - 100).max() <= 5


def test_what_has_been_read_is_written_on_the_way(tmp_path, save_frames):
    written = []

    def crop(frame):
        written.append(sum(file.stat().st_size for file in tmp_path.rglob("frames.npy")))
        return (0, 0, 4, 4)

    for i in range(20):
        save_frames(tmp_path / f"{i}", np.zeros((1, 4, 4, 3), np.uint8))
    places = [Place(tmp_path / f"{i}", (f"{i}",)) for i in range(20)]
    load(places, tmp_path, Reading.checked(4, crop, 1), out=tmp_path / "out", n_jobs=2)
    assert max(written) >= 15 * 4 * 4 * 3


def test_a_second_call_reads_what_was_written(places, tmp_path):
    reading = Reading.checked(4, "center", 1)
    load(places, tmp_path, reading, out=tmp_path / "out")
    for file in places[0].path.iterdir():
        file.write_bytes(b"no longer an image")
    assert len(load(places, tmp_path, reading, out=tmp_path / "out").videos) == 3
    (places[0].path / "more.png").touch()
    with pytest.raises(ValueError, match="was written with other videos"):
        load(places, tmp_path, reading, out=tmp_path / "out")


def test_videos_are_left_out_with_a_warning(places, tmp_path):
    def dark(frame):
        return (0, 0, 8, 8) if frame.max() < 70 else None

    with pytest.warns(UserWarning, match=r"1 of 3 videos are left out by crop=.*video2'\."):
        stored = load(places, tmp_path, Reading.checked(4, dark, 1))
    assert stored.numbers == [0, 1]
    with pytest.raises(ValueError, match="leaves out all 3 videos"):
        load(places, tmp_path, Reading.checked(4, lambda frame: None, 1))


def test_frames_of_other_sizes_are_refused(places, tmp_path):
    Image.new("RGB", (16, 14)).save(places[1].path / "img_9.png")
    with pytest.raises(
        ValueError, match=r"video1': frame 6 has width and height \(16, 14\), unlike"
    ):
        load(places, tmp_path, Reading.checked(4, "center", 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, None, 1), "size must be an int or a pair .* at least 4, got 3"),
        (((4, 4, 3), None, 1), r"size must be an int or a pair .*, got \(4, 4, 3\)"),
        ((4, "face box", 1), "crop must be 'center', 'face', None or a function"),
    ],
)
def test_parameters_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        Reading.checked(*arguments)


def test_settings_of_functions_are_their_names():
    assert Reading.checked(4, lambda frame: None, 1).about()["crop"].startswith("function test_")
    assert Reading.checked((4, 8), "center", 3).about() == {
        "size": [4, 8],
        "crop": "center",
        "step": 3,
    }
