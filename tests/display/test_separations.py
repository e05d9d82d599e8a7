"""The verdict in bars."""

import pytest
from matplotlib.colors import to_hex

from seqdisentangle.display import SeparationDisplay
from seqdisentangle.metrics import Separation, Shown

VERDICT = Separation(
    0.8, Shown(0.9, -0.05, 0.7, 0.02, 0.6), *[k / 11 for k in range(11)], n_sequences=40
)


def test_every_bar_is_as_long_as_a_part_of_the_verdict():
    display = SeparationDisplay(VERDICT).plot()
    bars = [bar.get_width() for bar in display.ax_.patches]
    parts = VERDICT.as_dict()
    left_out = {"score", "shown_moved", "n_sequences", "n_parts", "parts_used"}
    assert sorted(bars) == sorted(v for name, v in parts.items() if name not in left_out)
    assert len(bars) == len(display.ax_.get_yticklabels())


def test_the_title_is_the_verdict():
    display = SeparationDisplay(VERDICT).plot()
    assert display.ax_.get_title(loc="left") == VERDICT.verdict
    assert display.axes_.tolist() == [display.ax_]


def test_a_legend_says_which_bars_should_be_long():
    display = SeparationDisplay(VERDICT).plot()
    legend = display.ax_.get_legend()
    colours = {
        text.get_text(): to_hex(patch.get_facecolor())
        for text, patch in zip(legend.get_texts(), legend.get_patches(), strict=True)
    }
    drawn = {to_hex(bar.get_facecolor()) for bar in display.ax_.patches}
    assert set(colours.values()) == drawn
    assert colours["high is good"] == to_hex(display.ax_.patches[0].get_facecolor())


def test_a_fitted_model_is_judged(vector_model, vectors):
    display = SeparationDisplay.from_estimator(vector_model, vectors, random_state=0)
    assert 0 <= display.separation.score <= 1


def test_what_is_no_verdict_is_refused():
    with pytest.raises(TypeError, match="separation must be a Separation, got float"):
        SeparationDisplay(0.8)


def test_a_single_sequence_is_told_how_many_a_verdict_takes(vector_model, vectors):
    with pytest.raises(ValueError, match=r"at least 4 sequences, got a single one, of shape \(5,"):
        SeparationDisplay.from_estimator(vector_model, vectors[0])
