"""The swap figure: every cell shows what it should, pixel by pixel."""

import numpy as np
import pytest
from matplotlib.animation import AbstractMovieWriter

from seqdisentangle.display import SwapDisplay
from tests.display._common import FRAMES, VIDEOS, H, Halves, T, W, channels_last, donors, shown


@pytest.mark.parametrize("dtype", [float, np.uint8])
@pytest.mark.parametrize("kind", VIDEOS)
def test_every_cell_is_the_strip_of_its_pair(kind, dtype):
    a, b = donors(kind, dtype)
    display = SwapDisplay.from_estimator(Halves(), a, b, n_frames=T)
    assert display.axes_.shape == (3, 4)
    assert display.axes_[0, 0] is None
    expected = {(0, 1 + j): x for j, x in enumerate(b)} | {(1 + i, 0): x for i, x in enumerate(a)}
    for i in range(2):
        for j in range(3):
            pair = Halves().swap(a[i : i + 1], b[j : j + 1]).a_motion_b_content[0]
            expected[1 + i, 1 + j] = pair
    for place, x in expected.items():
        strip = shown(display.axes_[place])
        assert strip.shape == (H, T * W + T - 1, 4)
        gaps = np.arange(T * W + T - 1) % (W + 1) == W
        assert (strip[:, gaps, 3] == 0).all()  # see-through between frames
        pixels = strip[:, ~gaps, :3].reshape(H, T, W, 3).swapaxes(0, 1)
        np.testing.assert_allclose(pixels, channels_last(x, kind), atol=1 / 250)


@pytest.mark.parametrize("kind", ["numbers", "vector", "joints"])
def test_vectors_and_numbers_are_lines(kind):
    a, b = donors(kind)
    display = SwapDisplay.from_estimator(Halves(), a, b)
    lines = display.axes_[1, 0].get_lines()
    drawn = np.column_stack([line.get_ydata() for line in lines])
    np.testing.assert_array_equal(drawn, a[0].reshape(T, -1))
    limits = {ax.get_ylim() for ax in display.axes_.ravel() if ax is not None}
    assert len(limits) == 1  # sizes can be compared between cells


class Frames(AbstractMovieWriter):
    """Keeps the picture of each cell, or the moving points (D, 2) of its lines."""

    def setup(self, fig, outfile, dpi=None):
        super().setup(fig, outfile, dpi)
        self.frames = []

    def grab_frame(self, **savefig_kwargs):
        self.frames.append([self.cell(ax) for ax in self.fig.axes])

    def finish(self):
        pass

    @staticmethod
    def cell(ax):
        if ax.get_images():
            return shown(ax).copy()
        points = [line.get_xydata() for line in ax.get_lines() if len(line.get_xdata()) == 1]
        return np.concatenate(points)


def frames_of(animation):
    """The cells of every frame, as they are written to a file."""
    writer = Frames()
    animation.save("none", writer=writer)
    return writer.frames


@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_of_the_animation_moves_every_cell(kind):
    a, b = donors(kind)
    display = SwapDisplay.from_estimator(Halves(), a, b)
    still = display.figure_
    frames = frames_of(display.animate())
    assert display.figure_ is still
    assert [len(cells) for cells in frames] == [2 + 3 + 6] * T
    assert all((one != other).any() for one, other in zip(frames[2], frames[3], strict=True))
    if kind in VIDEOS:
        pictures = np.stack(frames[3][:3])
        np.testing.assert_allclose(pictures, channels_last(b[:, 3], kind), atol=1 / 250)
    else:
        values = b[0].reshape(T, -1)[3]
        np.testing.assert_array_equal(frames[3][0], [(3, value) for value in values])


def test_animation_is_saved_as_a_gif_of_all_steps(tmp_path):
    image = pytest.importorskip("PIL.Image")
    display = SwapDisplay.from_estimator(Halves(), *donors("grey"))
    display.animate().save(tmp_path / "swap.gif", writer="pillow")
    with image.open(tmp_path / "swap.gif") as gif:
        assert gif.n_frames == T


def test_shorter_donors_begin_again():
    a, b = donors("grey")
    frames = frames_of(SwapDisplay.from_estimator(Halves(), a, b[:, :2]).animate())
    np.testing.assert_allclose(frames[3][0][..., 0], b[0, 1], atol=1 / 250)


def test_the_layout_an_estimator_was_told_is_kept():
    rng = np.random.RandomState(0)
    a, b = rng.uniform(size=(2, 2, T, 5, 6, 4))  # six rows of four, or five rows of six?
    told = Halves()
    told.channels = "first"
    assert shown(SwapDisplay.from_estimator(Halves(), a, b).axes_[1, 1]).shape[0] == 5
    assert shown(SwapDisplay.from_estimator(told, a, b).axes_[1, 1]).shape[0] == 6


def test_what_does_not_fit_is_refused():
    a, b = donors("grey")
    with pytest.raises(ValueError, match="swaps must have shape"):
        SwapDisplay(a, b, np.zeros((3, 2, T, H, W)))
    with pytest.raises(ValueError, match="frames of shape"):
        SwapDisplay(a, b[:, :, 1:], np.zeros((2, 3, T, H, W)))
    with pytest.raises(ValueError, match="must hold sequences"):
        SwapDisplay(a[:0], b, np.zeros((0, 3, T, H, W)))
    with pytest.raises(ValueError, match="channels"):
        SwapDisplay(*donors("colour_last"), np.zeros((2, 3, T, H, W, 3)), channels="first")
    display = SwapDisplay(a, b, np.zeros((2, 3, T, H, W)))
    with pytest.raises(ValueError, match="n_frames"):
        display.plot(n_frames=0)
    with pytest.raises(ValueError, match="row_names"):
        display.plot(row_names=["one"])
