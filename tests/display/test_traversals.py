"""Traversals: content along its principal directions, one motion throughout."""

import numpy as np
import pytest

from seqdisentangle.display import TraversalDisplay
from tests.display._common import Halves, T, donors, frames_of, lines


def test_all_stations_have_one_motion_and_contents_on_a_line():
    X = np.concatenate(donors("vector"))
    display = TraversalDisplay.from_estimator(Halves(), X, n_directions=2, motion_of=1)
    assert display.axes_.shape == (2, 5)
    content, motion = Halves().transform(X)
    for row in display.stations:
        levels = np.array(row) - motion[1]  # what the model adds to the motion
        np.testing.assert_allclose(levels, levels[:, :1, :1] + 0 * levels, atol=1e-12)
        steps = np.diff(levels[:, 0, 0])
        np.testing.assert_allclose(steps, steps[0])
        np.testing.assert_allclose(levels[2], content[:, 0].mean())


def test_the_first_direction_varies_most_and_columns_say_how_far():
    X = np.concatenate(donors("vector"))
    display = TraversalDisplay.from_estimator(Halves(), X, n_stations=3, extent=1.5)
    assert display.column_names == ["-1.5 sd", "mean", "+1.5 sd"]
    shares = [int(name.split("(")[1].strip("%)")) for name in display.row_names]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("kind", ["numbers", "vector", "joints", "grey"])
def test_stations_of_any_kind_are_drawn_and_move(kind):
    a, b = donors(kind, n_a=3, n_b=3)
    display = TraversalDisplay([a, b]).plot()
    assert display.axes_.shape == (2, 3)
    assert len(frames_of(display.animate())) == T
    if kind == "vector":
        np.testing.assert_array_equal(lines(display.axes_[1, 2]), b[2])


def test_a_fitted_model_is_walked_through(video_model, videos):
    display = TraversalDisplay.from_estimator(video_model, videos, n_directions=2)
    assert np.shape(display.stations) == (2, 5, *videos.shape[1:])


@pytest.mark.parametrize(
    ("argument", "value"),
    [("n_directions", 0), ("n_stations", 0), ("extent", -1.0), ("motion_of", 9)],
)
def test_bad_arguments_are_named(argument, value):
    with pytest.raises(ValueError, match=argument):
        TraversalDisplay.from_estimator(Halves(), donors("vector")[0], **{argument: value})


def test_one_sequence_has_no_directions():
    with pytest.raises(ValueError, match="X must hold at least 2 sequences, got 1"):
        TraversalDisplay.from_estimator(Halves(), donors("vector")[0][:1])


def test_rows_are_of_one_length():
    a, _ = donors("vector")
    with pytest.raises(ValueError, match=r"rows of equally many sequences, got \[1, 2\]"):
        TraversalDisplay([a, a[:1]])


def test_a_single_sequence_is_told_how_many_directions_take(vector_model, vectors):
    with pytest.raises(ValueError, match=r"at least 2 sequences, got a single one, of shape \(5,"):
        TraversalDisplay.from_estimator(vector_model, vectors[0])
