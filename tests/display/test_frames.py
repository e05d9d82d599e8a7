"""Frames as pictures: in one range, with their channels."""

import matplotlib
import numpy as np
import pytest

from seqdisentangle.data.layout import Layout
from seqdisentangle.display import SwapDisplay
from seqdisentangle.display._colours import MISSING
from seqdisentangle.display._frames import as_pictures, brightness_range, strip
from tests.display._common import H, Halves, T, W, donors, shown


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
        (np.array([np.nan, 3.0]), (3, 3)),
        (np.array([np.nan, np.nan]), (0, 1)),
    ],
)
def test_black_and_white_are_the_ends_of_a_type_or_of_the_values(values, limits):
    assert brightness_range([values[:1], values[1:]]) == limits


@pytest.mark.parametrize("channels", [None, "first", "last"])
@pytest.mark.parametrize("n_channels", [2, 3])
def test_pixels_that_are_missing_are_none_of_the_greys(channels, n_channels):
    x = np.full((2, H, W), 0.5)
    x[0, 1, 2] = np.nan
    if channels is not None:
        axis = 1 if channels == "first" else -1
        x = np.stack([x, *[np.full((2, H, W), 0.5)] * (n_channels - 1)], axis)
    picture = as_pictures(x, (0.0, 1.0), channels, matplotlib.colormaps["gray"])
    missing = (picture == MISSING).all(-1)
    assert missing[0, 1, 2]
    assert missing.sum() == 1
    assert len(set(MISSING)) > 1
    np.testing.assert_allclose(picture[~missing], 0.5, atol=1 / 250)


@pytest.mark.parametrize("n_channels", [2, 9])
def test_of_channels_that_are_no_colours_the_mean_is_shown(n_channels):
    rng = np.random.RandomState(0)
    a, b = rng.uniform(size=(2, T, H, W, n_channels)), rng.uniform(size=(3, T, H, W, n_channels))
    model = Halves()
    model.layout_ = Layout("image", (n_channels, H, W), channels="last")
    strip = shown(SwapDisplay.from_estimator(model, a, b, n_frames=T).axes_[1, 0])
    np.testing.assert_allclose(strip[:, -W:, 0], a[0, -1].mean(-1), atol=1 / 250)


def test_a_strip_has_see_through_gaps_between_its_pictures():
    pictures = np.random.RandomState(0).uniform(size=(3, 4, 5, 3))
    found = strip(pictures, gap=2)
    assert found.shape == (4, 3 * 5 + 2 * 2, 4)
    for i, picture in enumerate(pictures):
        np.testing.assert_array_equal(found[:, 7 * i : 7 * i + 5, :3], picture)
    np.testing.assert_array_equal(found[0, :, 3], ([1] * 5 + [0] * 2) * 2 + [1] * 5)
