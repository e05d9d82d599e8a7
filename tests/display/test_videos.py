"""Videos of animations: all frames, at their pace, and the pictures that were drawn."""

import matplotlib.animation
import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqdisentangle.display import SwapDisplay, _moving, _videos
from seqdisentangle.display._moving import Moving
from seqdisentangle.display._videos import PyAVWriter
from tests.display._common import Halves, T, donors

av = pytest.importorskip("av")


def frames_of(path):
    """The frames (T, H, W, 3) of a video, and their number a second."""
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        rate = float(stream.average_rate)
        return np.stack([frame.to_ndarray(format="rgb24") for frame in video.decode(stream)]), rate


def greys():
    """An animation of five plain frames, each brighter, 10 a second, and the figure's size."""
    figure = plt.figure(figsize=(1.01, 0.83), dpi=100)
    image = figure.add_axes((0, 0, 1, 1)).imshow(
        [[0.0]], vmin=0, vmax=1, cmap="gray", aspect="auto"
    )
    image.axes.axis("off")
    return Moving(figure, lambda t: image.set_data([[t / 4]]), frames=5, interval=100)


@pytest.fixture
def without_ffmpeg(monkeypatch):
    there = matplotlib.animation.writers.is_available
    monkeypatch.setattr(
        matplotlib.animation.writers, "is_available", lambda name: name != "ffmpeg" and there(name)
    )


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
@pytest.mark.parametrize("codecs", [_videos.CODECS, _videos.CODECS[1:]], ids=lambda x: x[0])
def test_a_video_shows_every_frame_at_its_pace(
    suffix, codecs, without_ffmpeg, monkeypatch, tmp_path
):
    monkeypatch.setattr(_videos, "CODECS", codecs)
    greys().save(tmp_path / f"greys.{suffix}")
    frames, rate = frames_of(tmp_path / f"greys.{suffix}")
    assert frames.shape == (5, 82, 100, 3)
    assert rate == 10
    np.testing.assert_allclose(frames.mean((1, 2, 3)), 255 * np.arange(5) / 4, atol=6)


def test_frames_a_second_may_be_chosen(without_ffmpeg, tmp_path):
    greys().save(tmp_path / "greys.mp4", fps=25, bitrate=100)
    frames, rate = frames_of(tmp_path / "greys.mp4")
    assert (len(frames), rate) == (5, 25)


def test_the_writer_may_be_handed_in(tmp_path):
    greys().save(tmp_path / "greys.mp4", PyAVWriter(fps=12.5, codec="mpeg4"), dpi=200)
    frames, rate = frames_of(tmp_path / "greys.mp4")
    assert (frames.shape, rate) == ((5, 166, 202, 3), 12.5)


def test_a_display_is_written_as_an_mp4(without_ffmpeg, tmp_path):
    display = SwapDisplay.from_estimator(Halves(), *donors("grey", n_a=1, n_b=1))
    display.animate().save(tmp_path / "swap.mp4", dpi=40)
    assert len(frames_of(tmp_path / "swap.mp4")[0]) == T


def test_pyav_is_found():
    assert _moving.is_installed()
