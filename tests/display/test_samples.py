"""Samples: as a model has drawn them."""

import numpy as np
import pytest

from seqdisentangle.display import SampleDisplay
from tests.display._common import KINDS, Halves, donors, lines, ragged


def test_samples_are_those_of_the_model():
    display = SampleDisplay.from_estimator(Halves(), 5, 9, random_state=3, n_columns=2)
    expected = Halves().sample(5, 9, random_state=3)
    assert display.axes_.shape == (3, 2)
    for k, x in enumerate(expected):
        np.testing.assert_array_equal(lines(display.axes_[divmod(k, 2)]), x)


def test_lengths_and_layout_of_a_fitted_model_are_kept(video_model):
    display = SampleDisplay.from_estimator(video_model, 2, [3, 5], random_state=0)
    assert [len(x) for x in display.samples] == [3, 5]
    assert display.layout.kind == "image"


@pytest.mark.parametrize("kind", KINDS)
def test_sequences_of_any_kind_and_length_are_drawn(kind):
    display = SampleDisplay(ragged(kind), names=["a", "b", "c"]).plot()
    texts = [text.get_text() for text in display.figure_.texts]
    assert texts == ["a", "b", "c"]


@pytest.mark.parametrize("argument", ["n_samples", "n_columns"])
def test_counts_are_at_least_one(argument):
    with pytest.raises(ValueError, match=argument):
        SampleDisplay.from_estimator(Halves(), random_state=0, **{argument: 0})


def test_names_are_as_many_as_samples():
    with pytest.raises(ValueError, match="names must have 2 names, got 1"):
        SampleDisplay(donors("grey")[0], names=["one"])
