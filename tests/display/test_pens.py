"""The contract of pens, the same for all."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqdisentangle.data.layout import find_layout
from seqdisentangle.display import Look
from seqdisentangle.display._kinds import pen_for
from seqdisentangle.display._pens import ticks_within
from tests.display._common import FRAMES, ragged

STYLES = [(kind, "auto") for kind in FRAMES] + [
    (kind, style)
    for kind in ("numbers", "vector", "joints")
    for style in ("lines", "lanes", "heatmap")
]


def pen_of(kind, style="auto", **look):
    X = ragged(kind)
    layout = find_layout((len(X), 5, *FRAMES[kind]), "auto", "X")
    return pen_for(Look(style=style, **look), layout, X), X


@pytest.mark.parametrize(("kind", "style"), STYLES)
def test_a_plate_is_as_long_as_its_sequence_and_moves(kind, style):
    pen, X = pen_of(kind, style)
    ax = plt.figure().add_subplot()
    plate = pen.sequence(X[0])
    assert pen.length(plate) == len(X[0])
    drawn = pen.begin(ax, plate)
    assert pen.move(drawn, plate, 1)
    pen.move(drawn, plate, 1 + len(X[0]))  # begins again
    assert min(pen.size([plate], moving=True)) > 0


@pytest.mark.parametrize(("kind", "style"), STYLES)
def test_sequences_that_agree_leave_the_same_picture_everywhere(kind, style):
    pen, X = pen_of(kind, style)
    ax, other = plt.figure().subplots(2)
    pen.still(ax, pen.difference(X[1], X[1]))
    pen.still(other, pen.difference(X[1] * 0.5, X[1] * 0.5))
    if ax.get_images():
        first, second = (axes.get_images()[0].get_array() for axes in (ax, other))
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("low", "high"), [(-4.5, 4.5), (0.1, 0.9), (-0.9, 6.0), (-300, 10)])
def test_a_scale_has_two_numbers_at_least(low, high):
    ticks = ticks_within(low, high, 3)
    assert 2 <= len(ticks) <= 7
    assert low <= ticks.min() < ticks.max() <= high


@pytest.mark.parametrize(("kind", "style"), STYLES)
def test_a_fan_has_the_past_and_all_futures(kind, style):
    pen, X = pen_of(kind, style)
    plates = pen.fan(X[0], [X[1], X[2]])
    assert len(plates) in (1, 3)
    longest = max(map(pen.length, plates))
    assert longest == (5 if pen.strips else len(X[0]) + len(X[1]))
