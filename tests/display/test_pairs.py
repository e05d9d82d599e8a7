"""The figure of pairs: both originals, and what they exchange."""

import numpy as np
import pytest

from seqdisentangle.display import SwapPairsDisplay
from tests.display._common import Halves, T, channels_last, donors, lines, mixed, ragged, shown


def test_rows_of_images_are_a_both_swaps_and_b():
    a, b = donors("colour_last", n_a=2, n_b=2)
    display = SwapPairsDisplay.from_estimator(Halves(), a, b, steps=[1, 3])
    expected = [x for i in range(2) for x in (a[i], mixed(a[i], b[i]), mixed(b[i], a[i]), b[i])]
    assert display.axes_.shape == (8, 1)
    for ax, x in zip(display.axes_[:, 0], expected, strict=True):
        np.testing.assert_allclose(
            shown(ax)[:, -x.shape[2] :, :3], channels_last(x, "colour_last")[3], atol=1 / 250
        )


def test_a_pair_of_vectors_is_a_row():
    a, b = donors("vector", n_a=2, n_b=2)
    display = SwapPairsDisplay.from_estimator(Halves(), a, b, a_names=["x", "y"])
    assert display.axes_.shape == (2, 4)
    for ax, x in zip(
        display.axes_[1], (a[1], mixed(a[1], b[1]), mixed(b[1], a[1]), b[1]), strict=True
    ):
        np.testing.assert_array_equal(lines(ax), x)


def test_pairs_of_any_length_are_drawn():
    a, b = ragged("joints"), ragged("joints", (5, 2, 4))
    display = SwapPairsDisplay.from_estimator(Halves(), a, b)
    assert display.axes_.shape == (12, 1)
    assert [len(x) for x in display.a_content_b_motion] == [5, 2, 4]


def test_names_stand_in_the_rows():
    a, b = donors("grey", n_a=1, n_b=1)
    display = SwapPairsDisplay.from_estimator(Halves(), a, b, a_names=["walk"], b_names=["run"])
    texts = [text.get_text() for text in display.figure_.texts]
    assert texts == [
        "walk",
        "motion of walk\ncontent of run",
        "content of walk\nmotion of run",
        "run",
    ]


def test_what_is_not_as_many_is_refused():
    a, b = donors("vector", n_a=2, n_b=2)
    with pytest.raises(ValueError, match="a_content_b_motion must hold 2 sequences, got 1"):
        SwapPairsDisplay(a, b, a, b[:1])
    with pytest.raises(ValueError, match="b_names must have 2 names"):
        SwapPairsDisplay(a, b, a, b, b_names=["x"])
    assert a.shape[1] == T
