"""The swap figure: every cell shows what it should, pixel by pixel."""

import numpy as np
import pandas as pd
import pytest

from seqdisentangle.display import SwapDisplay
from tests.display._common import (
    FRAMES,
    VIDEOS,
    H,
    Halves,
    T,
    W,
    channels_last,
    donors,
    frames_of,
    lines,
    mixed,
    ragged,
    shown,
)


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
            expected[1 + i, 1 + j] = mixed(a[i], b[j])
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
    np.testing.assert_array_equal(lines(display.axes_[1, 0]), a[0].reshape(T, -1))
    limits = {ax.get_ylim() for ax in display.axes_.ravel() if ax is not None}
    assert len(limits) == 1  # sizes can be compared between cells


@pytest.mark.parametrize(
    "kind", ["numbers", "vector", "spectrum", "joints", "grey", "colour_first"]
)
def test_donors_of_any_length_are_swapped(kind):
    X = ragged(kind)
    display = SwapDisplay.from_estimator(Halves(), X[:2], X)
    assert [[len(x) for x in row] for row in display.swaps] == [[3] * 3, [5] * 3]
    assert display.axes_.shape == (3, 4)
    assert len(frames_of(display.animate())) == 5


def test_donors_are_read_from_files(tmp_path):
    a, b = donors("vector")
    np.save(tmp_path / "a.npy", a)
    display = SwapDisplay.from_estimator(Halves(), tmp_path / "a.npy", b)
    np.testing.assert_array_equal(lines(display.axes_[1, 0]), a[0])


@pytest.mark.parametrize("kind", [np.array, pd.Series, list])
def test_labels_are_names_of_rows_and_columns(kind):
    a, b = donors("grey")
    display = SwapDisplay.from_estimator(
        Halves(), a, b, row_names=kind([0, 1]), column_names=kind(["x", "y", "z"])
    )
    texts = {text.get_text() for text in display.figure_.texts}
    assert texts == {"content of", "motion of", "0", "1", "x", "y", "z"}


def test_only_outer_cells_have_ticks():
    display = SwapDisplay.from_estimator(Halves(), *donors("vector"), sampling_rate=2)
    labelled = {
        place
        for place, ax in np.ndenumerate(display.axes_)
        if ax is not None and ax.get_xlabel() == "time (s)"
    }
    assert labelled == {(2, j) for j in range(4)}
    assert [len(ax.get_yticks()) > 0 for ax in display.axes_[1]] == [True, False, False, False]


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
    elif kind in ("numbers", "vector"):
        values = np.atleast_1d(b[0][3])
        np.testing.assert_array_equal(
            frames[3][0][-len(values) :], [(3, value) for value in values]
        )
    elif kind == "joints":
        np.testing.assert_array_equal(frames[3][0], b[0][3][:, :2])


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
    swaps = np.zeros((2, 3, T, H, W))
    with pytest.raises(ValueError, match="swaps must hold 2 rows of 3 sequences"):
        SwapDisplay(a, b, np.zeros((3, 2, T, H, W)))
    with pytest.raises(ValueError, match="content_donors must have"):
        SwapDisplay(a, b[:, :, 1:], swaps)
    with pytest.raises(ValueError, match="motion_donors is empty"):
        SwapDisplay(a[:0], b, swaps)
    with pytest.raises(ValueError, match="row_names"):
        SwapDisplay(a, b, swaps, row_names=["one"])
    with pytest.raises(ValueError, match="n_frames"):
        SwapDisplay(a, b, swaps).plot(n_frames=0)
    with pytest.raises(ValueError, match="interval"):
        SwapDisplay(a, b, swaps).animate(interval=0)


def test_sequences_alone_are_swapped_among_themselves():
    X, names = donors("vector")[1], ["p", "q", "r"]
    alone = SwapDisplay.from_estimator(Halves(), X, row_names=names)
    both = SwapDisplay.from_estimator(Halves(), X, X)
    np.testing.assert_array_equal(np.array(alone.swaps), np.array(both.swaps))
    assert alone.column_names == alone.row_names == names
    others = ["s", "t", "u"]
    told = SwapDisplay.from_estimator(Halves(), X, row_names=names, column_names=others)
    assert told.column_names == others
