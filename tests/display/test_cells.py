"""Displays of many sequences: plates in rows and groups, and animations of all kinds."""

import numpy as np
import pytest

from seqdisentangle.display import SampleDisplay, SwapDisplay
from seqdisentangle.display._cells import Cells
from tests.display._common import KINDS, Halves, T, donors, frames_of, ragged
from tests.display.test_pens import pen_of


def test_groups_are_rows_or_stand_below_each_other():
    groups = [("a", "b"), ("c", "d")]
    rows = Cells.of_groups(groups, ["x", "y"], ["1", "2"], stacked=False)
    assert rows.plates == {(0, 0): "a", (0, 1): "b", (1, 0): "c", (1, 1): "d"}
    below = Cells.of_groups(groups, ["x", "y"], ["1", "2"], stacked=True)
    assert list(below.plates.values()) == list("abcd")
    assert below.shape == (4, 1)
    assert below.breaks == {2}
    assert below.row_names == ["1: x", "1: y", "2: x", "2: y"]


def test_wide_strips_stand_in_fewer_columns():
    pen, X = pen_of("grey", n_frames=5)
    narrow, _ = pen_of("grey", n_frames=1)
    columns = [
        Cells.in_rows(p, [p.sequence(x) for x in X * 10], None, None).shape[1]
        for p in (pen, narrow)
    ]
    assert columns[0] < columns[1]


@pytest.mark.parametrize("kind", KINDS)
def test_sequences_of_any_length_move_until_the_longest_ends(kind):
    frames = frames_of(SampleDisplay(ragged(kind)).animate(interval=20))
    assert len(frames) == T
    assert all(len(cells) == 3 for cells in frames)


def test_a_look_is_changed_for_one_drawing():
    display = SwapDisplay.from_estimator(Halves(), *donors("grey"), n_frames=2)
    wide = display.axes_[1, 1].get_images()[0].get_array().shape[1]
    display.plot(n_frames=4)
    assert display.axes_[1, 1].get_images()[0].get_array().shape[1] > wide
    assert display.look.n_frames == 2


def test_places_without_a_sequence_have_no_axes():
    display = SampleDisplay(np.zeros((3, 4)), n_columns=2).plot()
    assert display.axes_[1, 1] is None
    assert len(display.figure_.axes) == 3
