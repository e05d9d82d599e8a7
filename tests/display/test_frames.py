"""Frames as pictures: spread over a sequence, in one range, with their channels."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.display import SwapDisplay
from seqdisentangle.display._frames import brightness_range, resolve_channels, strip
from tests.display._common import H, Halves, T, W, donors, shown


@pytest.mark.parametrize(("n_frames", "steps"), [(1, [0]), (3, [0, 2, 4]), (9, [0, 1, 2, 3, 4])])
def test_frames_are_spread_over_the_sequence(n_frames, steps):
    a, b = donors("grey")
    strip = shown(SwapDisplay.from_estimator(Halves(), a, b, n_frames=n_frames).axes_[1, 0])
    assert strip.shape[1] == len(steps) * (W + 1) - 1
    np.testing.assert_allclose(strip[:, -W:, 0], a[0, steps[-1]], atol=1 / 250)


def test_floats_beyond_one_share_the_range_of_the_donors():
    a, b = donors("grey")
    display = SwapDisplay(10 * a - 5, 10 * b - 5, np.full((2, 3, T, H, W), 99.0)).plot(n_frames=T)
    assert shown(display.axes_[1, 1])[0, 0, 0] == 1.0  # clipped: swaps do not dim the data


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        (np.array([3, 7], np.uint8), (0, 255)),
        (np.array([0, 7], np.uint16), (0, 65535)),
        (np.array([0.25, 0.5]), (0, 1)),
        (np.array([-2.0, 0.5, np.nan]), (-2, 0.5)),
        (np.array([0.5, 3.0]), (0.5, 3)),
    ],
)
def test_black_and_white_are_the_ends_of_a_type_or_of_the_values(values, limits):
    assert brightness_range(values) == limits


@pytest.mark.parametrize(
    ("shape", "channels", "found"),
    [
        ((2, 5, 6, 7), "auto", "none"),
        ((2, 5, 6, 7, 3), "auto", "last"),
        ((2, 5, 3, 6, 7), "auto", "first"),
        ((2, 5, 4, 6, 4), "auto", "last"),
        ((2, 5, 4, 6, 4), "first", "first"),
        ((2, 5, 3, 6, 4), "auto", "first"),
        ((2, 5, 2, 6, 7), "auto", "first"),
        ((2, 5, 9, 6, 7), "first", "first"),
    ],
)
def test_channels_are_last_where_both_can_be(shape, channels, found):
    assert resolve_channels(shape, channels) == found


@pytest.mark.parametrize(
    ("shape", "channels"),
    [((2, 5, 9, 6, 7), "auto"), ((2, 5, 6, 7, 3), "first"), ((2, 5, 6, 7), "x")],
)
def test_channels_that_are_not_there_are_to_be_told(shape, channels):
    with pytest.raises(ValueError, match="channels"):
        resolve_channels(shape, channels)


@pytest.mark.parametrize("n_channels", [2, 9])
def test_of_channels_that_are_no_colours_the_mean_is_shown(n_channels):
    rng = np.random.RandomState(0)
    a, b = rng.uniform(size=(2, T, H, W, n_channels)), rng.uniform(size=(3, T, H, W, n_channels))
    model = Halves()
    model.layout_ = SimpleNamespace(channels="last")
    strip = shown(SwapDisplay.from_estimator(model, a, b, n_frames=T).axes_[1, 0])
    np.testing.assert_allclose(strip[:, -W:, 0], a[0, -1].mean(-1), atol=1 / 250)


def test_a_strip_has_see_through_gaps_between_its_pictures():
    pictures = np.random.RandomState(0).uniform(size=(3, 4, 5, 3))
    found = strip(pictures, gap=2)
    assert found.shape == (4, 3 * 5 + 2 * 2, 4)
    for i, picture in enumerate(pictures):
        np.testing.assert_array_equal(found[:, 7 * i : 7 * i + 5, :3], picture)
    np.testing.assert_array_equal(found[0, :, 3], ([1] * 5 + [0] * 2) * 2 + [1] * 5)
