"""Frames of a video: the same from images and from files, upright, and errors that name them."""

import sys

import numpy as np
import pytest

from seqdisentangle.datasets._video_frames import open_video

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def frames():
    return np.random.RandomState(0).randint(0, 256, (12, 20, 32, 3), dtype=np.uint8)


@pytest.fixture(params=["folder", "file"])
def video(request, frames, tmp_path, save_frames):
    if request.param == "folder":
        save_frames(tmp_path / "video", frames)
        return open_video(tmp_path / "video")
    request.getfixturevalue("save_video")(tmp_path / "video.mkv", frames)
    return open_video(tmp_path / "video.mkv")


def test_frames_are_read_in_order(video, frames):
    np.testing.assert_array_equal([np.asarray(frame) for frame in video.frames()], frames)
    np.testing.assert_array_equal([np.asarray(frame) for frame in video.frames(5)], frames[::5])
    assert video.n_frames() in (0, 12)
    assert video.size() > 0


def test_single_frames(video, frames):
    np.testing.assert_array_equal(np.asarray(video.at(0)), frames[0])
    middle = np.asarray(video.at(0.5))
    assert any((middle == frame).all() for frame in frames)


def test_a_file_is_turned_as_it_is_to_be_shown(frames, tmp_path, save_video):
    pytest.importorskip("av", minversion="17")  # writes the rotation
    save_video(tmp_path / "video.mov", frames, rotation=90)
    shown = np.asarray(open_video(tmp_path / "video.mov").at(0))
    np.testing.assert_array_equal(shown, np.rot90(frames[0]))


def test_a_photograph_is_turned_as_it_is_to_be_shown(frames, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    Image.fromarray(frames[0]).save(tmp_path / "0.png", exif=exif)
    (shown,) = open_video(tmp_path).frames()
    np.testing.assert_array_equal(np.asarray(shown), np.rot90(frames[0], -1))


def test_grey_images_have_three_equal_channels(tmp_path):
    Image.new("L", (4, 4), 9).save(tmp_path / "0.png")
    (shown,) = open_video(tmp_path).frames()
    assert (np.asarray(shown) == 9).all()
    assert shown.mode == "RGB"


def test_a_damaged_image_is_named(tmp_path):
    (tmp_path / "0.jpg").write_bytes(b"no image")
    with pytest.raises(OSError, match=r"0\.jpg' cannot be read as an image"):
        open_video(tmp_path).at(0)


def test_images_of_more_than_8_bits_are_refused(tmp_path):
    Image.fromarray(np.full((4, 4), 40000, np.uint16)).save(tmp_path / "0.png")
    with pytest.raises(ValueError, match=r"0\.png' has values of mode I.*, expected 8 bits"):
        open_video(tmp_path).at(0)


def test_a_damaged_file_is_named(tmp_path):
    pytest.importorskip("av")
    (tmp_path / "a.mp4").write_bytes(b"no video" * 100)
    with pytest.raises(OSError, match=r"a\.mp4' cannot be read as a video"):
        open_video(tmp_path / "a.mp4").n_frames()


def test_a_file_of_sound_alone_is_named(tmp_path):
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    with pytest.raises(OSError, match=r"a\.mkv' holds no stream of pictures"):
        open_video(tmp_path / "a.mkv").at(0)


@pytest.mark.parametrize(("module", "name"), [("PIL", "folder"), ("av", "a.mp4")])
def test_errors_say_what_to_install(monkeypatch, tmp_path, module, name):
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ImportError, match=r"pip install 'seqdisentangle\[video\]'"):
        open_video(tmp_path / name)
