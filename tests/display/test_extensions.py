"""Extensions: a past and its futures."""

import numpy as np
import pytest

from seqdisentangle.display import ExtensionDisplay
from tests.display._common import KINDS, Halves, T, donors, frames_of, ragged, shown


def test_a_cell_has_the_past_and_all_futures_of_a_curve():
    X, _ = donors("numbers")
    display = ExtensionDisplay.from_estimator(Halves(), X, 4, n_futures=3, random_state=0)
    past, *futures = display.axes_[1, 0].get_lines()
    np.testing.assert_array_equal(past.get_ydata(), X[1])
    assert len({tuple(line.get_ydata()) for line in futures}) == 3  # draws of their own
    for line, drawn in zip(futures, display.futures, strict=True):
        np.testing.assert_array_equal(line.get_ydata()[1:], drawn[1])


def test_futures_of_images_stand_below_their_past():
    X, _ = donors("grey")
    display = ExtensionDisplay(X, [X, 1 - X]).plot(n_frames=5)
    assert display.axes_.shape == (6, 1)
    np.testing.assert_allclose(shown(display.axes_[3, 0])[:, -7:, 0], X[1, -1], atol=1 / 250)
    np.testing.assert_allclose(shown(display.axes_[5, 0])[:, -7:, 0], 1 - X[1, -1], atol=1 / 250)


@pytest.mark.parametrize("kind", KINDS)
def test_pasts_of_any_kind_and_length_go_on_and_move(kind):
    display = ExtensionDisplay.from_estimator(Halves(), ragged(kind), 4, n_futures=2)
    assert [len(x) for x in display.pasts] == [3, 5, 4]
    assert len(frames_of(display.animate())) in (T, T + 4)  # beside the past, or after it


def test_futures_are_as_long_as_the_longest_past_shown_unless_told():
    shown_pasts = ExtensionDisplay.from_estimator(Halves(), ragged("vector"), n_sequences=1)
    assert {len(x) for x in shown_pasts.futures[0]} == {3}
    whole = ExtensionDisplay.from_estimator(Halves(), ragged("vector"))
    assert {len(x) for x in whole.futures[0]} == {5}
    told = ExtensionDisplay.from_estimator(Halves(), ragged("vector"), 2)
    assert {len(x) for x in told.futures[0]} == {2}


def test_one_seed_gives_one_figure(vector_model, vectors):
    first, second = (
        ExtensionDisplay.from_estimator(vector_model, vectors[:2], 3, random_state=5).futures
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first[0], first[1])


def test_futures_must_be_there_and_as_many():
    X, _ = donors("vector")
    with pytest.raises(ValueError, match="futures must hold at least one"):
        ExtensionDisplay(X, [])
    with pytest.raises(ValueError, match=r"futures\[1\] must hold 2 sequences, got 1"):
        ExtensionDisplay(X, [X, X[:1]])
    with pytest.raises(ValueError, match="n_futures"):
        ExtensionDisplay.from_estimator(Halves(), X, 4, n_futures=0)
