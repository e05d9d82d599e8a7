"""Motion codes over time."""

import numpy as np
import pytest

from seqdisentangle.display import MotionDisplay
from tests.display._common import KINDS, Halves, lines, ragged


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "numbers"])
def test_the_codes_of_sequences_of_any_kind_and_length_are_lines(kind):
    X = ragged(kind)
    display = MotionDisplay.from_estimator(Halves(), X, n_sequences=2, sampling_rate=2)
    for ax, code in zip(display.axes_[0], Halves().transform(X).motion, strict=False):
        np.testing.assert_array_equal(lines(ax), code)
    assert [text.get_text() for text in display.figure_.legends[0].get_texts()] == [
        "motion 0",
        "motion 1",
    ]


def test_codes_of_a_fitted_model_are_those_of_transform(video_model, videos):
    display = MotionDisplay.from_estimator(video_model, videos, n_sequences=3)
    np.testing.assert_allclose(display.motion, video_model.transform(videos[:3]).motion)


def test_codes_that_are_none_are_refused():
    with pytest.raises(ValueError, match="motion must hold codes"):
        MotionDisplay(np.zeros((3, 4)))
