"""Reconstructions: originals, what a model makes of them, what is left."""

import numpy as np
import pytest

from seqdisentangle.display import ReconstructionDisplay
from tests.display._common import KINDS, Halves, T, donors, frames_of, joints, lines, ragged, shown


def test_vectors_stand_beside_what_is_left_of_them():
    X, _ = donors("vector")
    display = ReconstructionDisplay.from_estimator(Halves(), X)
    for row, x in zip(display.axes_, X, strict=True):
        for ax, values in zip(row, (x, 0.5 * x, 0.5 * x), strict=True):
            np.testing.assert_allclose(lines(ax), values)


def test_images_stand_above_what_is_left_of_them():
    X, _ = donors("grey")
    display = ReconstructionDisplay(X, X, names=["a", "b"]).plot()
    assert display.axes_.shape == (6, 1)
    np.testing.assert_array_equal(shown(display.axes_[0, 0]), shown(display.axes_[1, 0]))
    left = shown(display.axes_[2, 0])
    assert left[left[..., 3] == 1].min() > 0.95  # white


def test_skeletons_are_drawn_over_their_originals():
    X, _ = donors("joints")
    display = ReconstructionDisplay(X[:1], X[:1] + 0.5).plot(steps=[2])
    original, made = joints(display.axes_[2, 0])
    np.testing.assert_allclose(made - original, 0.5)


@pytest.mark.parametrize("kind", KINDS)
def test_sequences_of_any_kind_and_length_are_drawn_and_move(kind):
    display = ReconstructionDisplay.from_estimator(Halves(), ragged(kind), n_sequences=2)
    assert [len(x) for x in display.originals] == [3, 5]
    assert len(frames_of(display.animate())) == T


def test_lengths_that_differ_are_refused():
    X = ragged("vector")
    with pytest.raises(ValueError, match="reconstructions must have the lengths of originals"):
        ReconstructionDisplay(X, X[::-1])
