"""The swap figure: every cell shows what it should, pixel by pixel."""

import sys
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from seqdisentangle.display import SwapDisplay

T, H, W = 5, 6, 7
FRAMES = {
    "numbers": (),
    "vector": (3,),
    "grey": (H, W),
    "grey_last": (H, W, 1),
    "colour_last": (H, W, 3),
    "colour_first": (3, H, W),
}
VIDEOS = ["grey", "grey_last", "colour_last", "colour_first"]


class Halves:
    """Motion is the sequence itself, content its brightness in the first frame."""

    def swap(self, a, b):
        level = b[:, :1].reshape(len(b), -1).mean(axis=1).reshape(-1, *[1] * (b.ndim - 1))
        mixed = (a * 0.5 + level * 0.5).astype(a.dtype)
        return SimpleNamespace(a_motion_b_content=mixed, a_content_b_motion=mixed)


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def donors(kind, dtype=float, n_a=2, n_b=3):
    rng = np.random.RandomState(0)
    X = rng.uniform(size=(n_a + n_b, T, *FRAMES[kind]))
    X = (255 * X).astype(np.uint8) if dtype is np.uint8 else X
    return X[:n_a], X[n_a:]


def channels_last(x, kind):
    """Frames as they should be shown: (..., H, W, 3) in 0 to 1."""
    x = x / 255 if x.dtype == np.uint8 else x
    if kind == "colour_first":
        return np.moveaxis(x, -3, -1)
    x = x[..., None] if kind == "grey" else x
    return np.broadcast_to(x, (*x.shape[:-1], 3))


def shown(ax):
    (image,) = ax.get_images()
    return np.asarray(image.get_array())


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


@pytest.mark.parametrize("kind", ["numbers", "vector"])
def test_vectors_and_numbers_are_lines(kind):
    a, b = donors(kind)
    display = SwapDisplay.from_estimator(Halves(), a, b)
    lines = display.axes_[1, 0].get_lines()
    drawn = np.column_stack([line.get_ydata() for line in lines])
    np.testing.assert_array_equal(drawn, a[0].reshape(T, -1))
    limits = {ax.get_ylim() for ax in display.axes_.ravel() if ax is not None}
    assert len(limits) == 1  # sizes can be compared between cells


@pytest.mark.parametrize(("n_frames", "steps"), [(1, [0]), (3, [0, 2, 4]), (9, [0, 1, 2, 3, 4])])
def test_frames_are_spread_over_the_sequence(n_frames, steps):
    a, b = donors("grey")
    strip = shown(SwapDisplay.from_estimator(Halves(), a, b, n_frames=n_frames).axes_[1, 0])
    assert strip.shape[1] == len(steps) * (W + 1) - 1
    np.testing.assert_allclose(strip[:, -W:, 0], a[0, steps[-1]], atol=1 / 250)


def test_pixels_are_whole_and_axes_bare():
    a, b = donors("colour_last", np.uint8)
    figure = SwapDisplay.from_estimator(Halves(), a, b).figure_
    figure.set_dpi(200)
    figure.canvas.draw()
    for ax in figure.axes:
        assert not ax.axison
        assert ax.get_images()[0].get_interpolation() == "nearest"
        rows, columns = shown(ax).shape[:2]
        box = ax.get_window_extent()
        assert box.width / columns == pytest.approx(round(box.width / columns), abs=1e-6)
        assert box.height / rows == pytest.approx(box.width / columns)


@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_of_the_animation_moves_every_cell(kind):
    a, b = donors(kind)
    display = SwapDisplay.from_estimator(Halves(), a, b)
    still = display.figure_
    animation = display.animate()
    animation._draw_was_started = True  # matplotlib warns of animations that were never shown
    assert display.figure_ is still
    artists = animation._func(3)
    if kind in VIDEOS:
        assert len(artists) == 2 + 3 + 6
        pictures = np.stack([artist.get_array() for artist in artists[:3]])
        np.testing.assert_allclose(pictures, channels_last(b[:, 3], kind), atol=1 / 250)
    else:
        assert artists[0].get_xdata() == [3]
        assert artists[0].get_ydata() == [b[0].reshape(T, -1)[3, 0]]


def test_animation_is_saved_as_a_gif_of_all_steps(tmp_path):
    image = pytest.importorskip("PIL.Image")
    display = SwapDisplay.from_estimator(Halves(), *donors("grey"))
    display.animate().save(tmp_path / "swap.gif", writer="pillow")
    with image.open(tmp_path / "swap.gif") as gif:
        assert gif.n_frames == T


def test_shorter_donors_begin_again():
    a, b = donors("grey")
    animation = SwapDisplay.from_estimator(Halves(), a, b[:, :2]).animate()
    animation._draw_was_started = True
    np.testing.assert_allclose(animation._func(3)[0].get_array()[..., 0], b[0, 1], atol=1 / 250)


def test_floats_beyond_one_share_the_range_of_the_donors():
    a, b = donors("grey")
    display = SwapDisplay(10 * a - 5, 10 * b - 5, np.full((2, 3, T, H, W), 99.0)).plot(n_frames=T)
    assert shown(display.axes_[1, 1])[0, 0, 0] == 1.0  # clipped: swaps do not dim the data


def test_the_layout_an_estimator_was_told_is_kept():
    rng = np.random.RandomState(0)
    a, b = rng.uniform(size=(2, 2, T, 3, 6, 4))  # six rows of four, or three rows of six?
    told = Halves()
    told.channels = "first"
    assert shown(SwapDisplay.from_estimator(Halves(), a, b).axes_[1, 1]).shape[0] == 3
    assert shown(SwapDisplay.from_estimator(told, a, b).axes_[1, 1]).shape[0] == 6


def test_given_figures_and_subfigures_are_used_and_keep_their_size():
    a, b = donors("grey")
    figure = plt.figure(figsize=(7, 5))
    halves = figure.subfigures(1, 2)
    display = SwapDisplay.from_estimator(Halves(), a, b, figure=halves[1])
    assert display.figure_ is halves[1]
    assert tuple(figure.get_size_inches()) == (7, 5)
    assert plt.get_fignums() == [figure.number]
    figure.canvas.draw()
    half = halves[1].bbox
    for ax in halves[1].axes:
        box = ax.get_window_extent()
        assert half.x0 - 1 <= box.x0 <= box.x1 <= half.x1 + 1
        assert half.y0 - 1 <= box.y0 <= box.y1 <= half.y1 + 1


def test_names_stand_by_rows_and_columns():
    a, b = donors("grey")
    display = SwapDisplay.from_estimator(
        Halves(), a, b, row_names=["walk", "slash"], column_names=["A", "B", "C"]
    )
    texts = {text.get_text() for text in display.figure_.texts}
    assert texts == {"content of", "motion of", "walk", "slash", "A", "B", "C"}


def test_settings_of_pyplot_are_left_alone():
    before = dict(plt.rcParams)
    SwapDisplay.from_estimator(Halves(), *donors("grey"))
    assert dict(plt.rcParams) == before


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"seqdisentangle\[plot\]"):
        SwapDisplay.from_estimator(Halves(), *donors("grey"))


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
