"""Colour bars: round numbers at their places, beside every grid of heat maps."""

import numpy as np
import pytest

from seqdisentangle.display import ReconstructionDisplay, SampleDisplay
from seqdisentangle.display._bars import Bar, bar_room, boxes_of
from tests.display._common import COLOUR_BAR

X = np.random.RandomState(0).normal(size=(3, 6, 12))


def ticks(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def bars_of(display):
    return [ax for ax in display.figure_.axes if ax.get_label() == COLOUR_BAR]


def test_numbers_stand_at_their_places():
    bar = Bar.of_values("cividis", -50.0, 50.0)
    values = np.array([float(name) for name in bar.names])
    np.testing.assert_allclose(bar.places, (values + 50) / 100)
    assert {0.0, 50.0} <= set(values)


def test_bars_stand_side_by_side_in_their_room():
    bars = [Bar.of_values("cividis", 0.0, 1.0)] * 2
    (x, width, height), (after, _, _) = boxes_of(bars, left=2.0, height=9.0)
    assert 2.0 < x < x + width < after < 2.0 + bar_room(bars)
    assert height < 9.0


def test_heat_maps_of_one_scale_have_its_values():
    display = SampleDisplay(X).plot()
    (bar,) = bars_of(display)
    values = np.array([float(tick) for tick in ticks(bar)])
    assert X.min() <= values.min() < values.max() <= X.max()
    assert bar.get_position().x0 > max(ax.get_position().x1 for ax in display.axes_.ravel())


def test_channels_of_their_own_scales_have_no_common_values():
    (bar,) = bars_of(SampleDisplay(X * np.logspace(0, 4, 12)).plot())
    assert ticks(bar) == ["least", "most"]


def test_what_is_left_of_a_reconstruction_has_a_scale_around_zero():
    _, bar = bars_of(ReconstructionDisplay(X, 0.9 * X).plot())
    assert float(ticks(bar)[0]) == -float(ticks(bar)[-1])


@pytest.mark.parametrize("shape", [(3, 6, 2), (3, 6, 8, 8)])
def test_lines_and_images_have_none(shape):
    x = np.random.RandomState(0).uniform(size=shape)
    assert bars_of(SampleDisplay(x).plot()) == []
