"""The look of sequences: its arguments, and what an estimator tells of them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from seqdisentangle.display import Look, SwapDisplay
from seqdisentangle.display._look import look_of, names_of, one_of
from tests.display._common import Halves, donors


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("style", "bars"),
        ("n_frames", 0),
        ("n_frames", 1.5),
        ("n_frames", True),
        ("steps", "all"),
        ("steps", [0.5]),
        ("channels", "middle"),
        ("sampling_rate", 0),
        ("sampling_rate", "fast"),
        ("sampling_rate", np.nan),
        ("joints", 0),
        ("bones", [0, 1]),
        ("bones", [(0, 1), (2,)]),
        ("plane", (0, 1, 2)),
    ],
)
def test_a_bad_argument_is_named(argument, value):
    with pytest.raises(ValueError, match=argument):
        Look(**{argument: value})


def test_words_may_be_in_capitals():
    assert Look(style="HeatMap", channels="Last") == Look(style="heatmap", channels="last")
    display = SwapDisplay.from_estimator(Halves(), *donors("vector")).plot(style="Lanes")
    assert display.look.style == "auto"
    assert [text.get_text() for text in display.axes_[1, 0].get_yticklabels()] == ["0", "1", "2"]


@pytest.mark.parametrize("value", ["up ", "u-p", "ups", "", b"up", None, 3, ["up"]])
def test_a_word_that_is_no_choice_is_refused_with_those_that_are(value):
    assert one_of("UP", "way", ["up", "down"]) == one_of("rise", "way", ["up"], {"rise": "up"})
    with pytest.raises(ValueError, match=r"way must be one of 'up', 'down', got .+"):
        one_of(value, "way", ["up", "down"])


def test_an_unknown_argument_is_named_with_those_that_there_are():
    with pytest.raises(TypeError, match=r"no argument n_frame: .*n_frames"):
        SwapDisplay.from_estimator(Halves(), *donors("grey"), n_frame=3)


@pytest.mark.parametrize(("n_frames", "steps"), [(1, [0]), (3, [0, 2, 4]), (9, [0, 1, 2, 3, 4])])
def test_frames_are_spread_over_the_sequence(n_frames, steps):
    assert Look(n_frames=n_frames).chosen_steps(5).tolist() == steps


def test_chosen_steps_are_those_that_a_sequence_has():
    assert Look(steps=[0, 3, 8, -1]).chosen_steps(5).tolist() == [0, 3, -1]


def test_time_is_in_seconds_where_the_rate_is_known():
    assert Look(sampling_rate=4).seconds([0, 2]).tolist() == [0, 0.5]
    assert Look().unit_of_time(1000.0) == (1.0, "step")


@pytest.mark.parametrize(
    ("span", "unit"),
    [
        (0.1, "time (s)"),
        (119, "time (s)"),
        (120, "time (min)"),
        (7200, "time (h)"),
        (1e6, "time (d)"),
    ],
)
def test_the_unit_of_time_suits_the_length_of_the_axis(span, unit):
    assert Look(sampling_rate=4).unit_of_time(span)[1] == unit


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series, pd.Index])
def test_names_come_in_any_container(kind):
    assert names_of(kind(["a", "b"]), 2, "names") == ["a", "b"]
    assert names_of(kind([3, 4]), 2, "names") == ["3", "4"]


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (torch.tensor([3, 4]), ["3", "4"]),
        (np.array(["a", "b"], dtype="S"), ["a", "b"]),
        (np.array(["2026-01-01", "2026-01-02"], dtype="M8[D]"), ["2026-01-01", "2026-01-02"]),
        (pd.Categorical(["a", "b"]), ["a", "b"]),
        (pd.Series(["a", "b"], index=[7, 9]), ["a", "b"]),
    ],
)
def test_names_are_read_as_they_are_written(names, read):
    assert names_of(names, 2, "names") == read


UNORDERED = [{"a": 1, "b": 2}, {"a", "b"}]
TABLES = [[["a"], ["b"]], np.array([[0], [1]]), pd.DataFrame({"name": ["a", "b"]})]


@pytest.mark.parametrize("names", ["ab", b"ab", ["a"], 3, np.array(0), *UNORDERED, *TABLES])
def test_names_that_do_not_fit_are_refused_by_their_name(names):
    with pytest.raises(ValueError, match="row_names"):
        names_of(names, 2, "row_names")


def test_an_estimator_tells_channels_and_names_of_features():
    layout = SimpleNamespace(channels=None, kind="vector")
    seen = SimpleNamespace(layout_=layout, channels="auto", feature_names_in_=["x", "y"])
    assert look_of(seen, {}).feature_names == ["x", "y"]
    assert look_of(seen, {"feature_names": ["u", "v"]}).feature_names == ["u", "v"]
    layout.kind = "univariate"  # whose names are of steps
    assert look_of(seen, {}).feature_names is None
    layout.channels = "first"
    assert look_of(seen, {}).channels == "first"
