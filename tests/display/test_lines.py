"""Lines and lanes: values where they belong, in units that can be read."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqdisentangle.data.layout import Layout
from seqdisentangle.display import Look, SampleDisplay
from seqdisentangle.display._kinds import pen_for
from tests.display._common import lines
from tests.display.test_pens import pen_of

UNLIKE = np.random.RandomState(0).uniform(size=(4, 9, 2)) * [1.0, 2000.0]


def drawn(pen, plate):
    ax = plt.figure().add_subplot()
    pen.still(ax, plate)
    return ax


def test_lines_show_the_values_themselves():
    pen, X = pen_of("vector", "lines")
    ax = drawn(pen, pen.sequence(X[1]))
    np.testing.assert_array_equal(lines(ax), X[1])
    assert ax.get_ylim()[0] < min(x.min() for x in X)


def test_every_lane_holds_its_channel_from_least_to_largest():
    pen = pen_for(Look(style="lanes"), Layout("vector", (2,)), list(UNLIKE))
    values = np.concatenate([lines(drawn(pen, pen.sequence(x))) for x in UNLIKE])
    low, high = values.min(0), values.max(0)
    assert 1 < low[0] < high[0] < 2
    assert 0 < low[1] < high[1] < 1
    np.testing.assert_allclose(high - low, (high - low)[0])
    np.testing.assert_allclose(np.corrcoef(values[:, 1], UNLIKE.reshape(-1, 2)[:, 1])[0, 1], 1.0)


def test_lanes_and_lines_bear_the_names_of_channels():
    look = {"feature_names": ["hours", "price (EUR)"]}
    lanes = pen_for(Look(style="lanes", **look), Layout("vector", (2,)), list(UNLIKE))
    ax = drawn(lanes, lanes.sequence(UNLIKE[0]))
    lanes.label_left(ax)
    assert [text.get_text() for text in ax.get_yticklabels()] == look["feature_names"]
    in_one = pen_for(Look(style="lines", **look), Layout("vector", (2,)), list(UNLIKE))
    assert [name for name, _ in in_one.legend] == look["feature_names"]
    assert len({colour for _, colour in in_one.legend}) == 2


@pytest.mark.parametrize("style", ["lines", "lanes", "heatmap"])
def test_long_names_of_channels_are_cut_short(style):
    long = Look(style=style, feature_names=["short", "a name that goes on and on and on"])
    pen = pen_for(long, Layout("vector", (2,)), list(UNLIKE))
    assert pen.names == ["short", "a name that goes on and…"]


def test_names_that_are_not_as_many_as_channels_are_refused():
    with pytest.raises(ValueError, match="feature_names must have 2 names, got 3"):
        pen_for(Look(feature_names=["a", "b", "c"]), Layout("vector", (2,)), list(UNLIKE))


def test_time_goes_by_the_sampling_rate():
    pen, X = pen_of("vector", "lines", sampling_rate=4)
    ax = drawn(pen, pen.sequence(X[1]))
    assert ax.get_lines()[0].get_xdata().tolist() == [0, 0.25, 0.5, 0.75, 1]
    pen.label_below(ax)
    assert ax.get_xlabel() == "time (s)"


@pytest.mark.parametrize(("level", "same_axis"), [(0.0, True), (-0.5, True), (9.0, False)])
def test_what_is_left_is_on_the_axis_of_the_values_if_that_has_zero(level, same_axis):
    X = list(UNLIKE[..., 0] + level)
    pen = pen_for(Look(), Layout("univariate", (1,)), X)
    ax = drawn(pen, pen.difference(X[0], X[0] - 0.1))
    np.testing.assert_allclose(lines(ax), 0.1)
    low, high = ax.get_ylim()
    assert low < 0 < high
    assert ((low, high) == pen.limits) == same_axis


@pytest.mark.parametrize("level", [0.0, -0.5, 9.0])
def test_no_difference_is_cut_off(level):
    X = list(UNLIKE[..., 0] + level)
    for far in (-3.0, 3.0):
        made = [x - far for x in X]
        pen = pen_for(Look(), Layout("univariate", (1,)), X, made, compared=True)
        for x, y in zip(X, made, strict=True):
            low, high = drawn(pen, pen.difference(x, y)).get_ylim()
            assert low < far < high
    close = pen_for(Look(), Layout("univariate", (1,)), X, [x - 1e-3 for x in X], compared=True)
    alone = pen_for(Look(), Layout("univariate", (1,)), X, [x - 1e-3 for x in X])
    assert close.limits == alone.limits  # no room is lost where none is needed


def test_what_is_left_of_a_lane_is_around_its_middle():
    pen, X = pen_of("vector", "lanes")
    np.testing.assert_allclose(lines(drawn(pen, pen.difference(X[0], X[0]))), [[2.5, 1.5, 0.5]] * 3)


@pytest.mark.parametrize("far", [0.1, 3.0])
def test_no_difference_leaves_its_lane(far):
    X = list(UNLIKE)
    made = [x + far * np.array([1.0, -2000.0]) for x in X]
    pen = pen_for(Look(style="lanes"), Layout("vector", (2,)), X, made, compared=True)
    for x, y in zip(X, made, strict=True):
        values, left = (
            lines(drawn(pen, plate)) for plate in (pen.sequence(x), pen.difference(x, y))
        )
        for lane, bottom in enumerate((1, 0)):
            assert (np.abs(left[:, lane] - bottom - 0.5) < 0.5).all()
        # Differences are on the scale of the values: a step of these is as long as one of those.
        scale = np.ptp(values, axis=0) / np.ptp(x, axis=0)
        np.testing.assert_allclose(left - [1.5, 0.5], scale * (x - y), atol=1e-9)


def test_lanes_are_no_wider_than_differences_need():
    X = list(UNLIKE)
    close = pen_for(Look(style="lanes"), Layout("vector", (2,)), X, X, compared=True)
    alone = pen_for(Look(style="lanes"), Layout("vector", (2,)), X, X)
    for x in X:
        np.testing.assert_array_equal(close.sequence(x).tables[0], alone.sequence(x).tables[0])


def test_futures_go_on_from_the_last_step():
    pen, X = pen_of("numbers", "lines")
    (plate,) = pen.fan(X[0], [X[1], X[2]])
    past, first, second = drawn(pen, plate).get_lines()
    np.testing.assert_array_equal(past.get_ydata(), X[0])
    for line, future in ((first, X[1]), (second, X[2])):
        assert line.get_xdata()[0] == len(X[0]) - 1
        np.testing.assert_array_equal(line.get_ydata(), [X[0][-1], *future])
    assert first.get_color() != second.get_color()
    assert pen.size([plate], moving=False)[0] == 2 * pen.size([pen.sequence(X[0])], moving=False)[0]


def test_values_that_are_missing_leave_gaps():
    X = UNLIKE.copy()
    X[:, 3], X[..., 1] = np.nan, np.nan  # a channel that is never known
    pen = pen_for(Look(style="lanes"), Layout("vector", (2,)), list(X))
    values = lines(drawn(pen, pen.sequence(X[0])))
    assert np.isnan(values[3]).all()
    assert np.isfinite(values[[0, 1, 2, 4], 0]).all()


@pytest.mark.parametrize("style", ["lines", "lanes"])
def test_values_without_a_neighbour_are_dots(style):
    X = UNLIKE[:1, :5].copy()
    X[0, [1, 3], 0] = np.nan  # of five steps the first, the third and the last stay, each alone
    pen = pen_for(Look(style=style), Layout("vector", (2,)), list(X))
    with_gaps, whole = drawn(pen, pen.sequence(X[0])).get_lines()
    assert np.flatnonzero(with_gaps.get_markevery()).tolist() == [0, 2, 4]
    assert with_gaps.get_marker() == "o"
    assert whole.get_marker() == "None"
    single = pen_for(Look(style=style), Layout("vector", (2,)), [X[0, :1]])
    assert {line.get_marker() for line in drawn(single, single.sequence(X[0, :1])).get_lines()} == {
        "o"
    }


@pytest.mark.parametrize("n_steps", [1, 2, 3, 20])
def test_steps_on_the_axis_of_time_are_whole(n_steps):
    pen = pen_for(Look(), Layout("vector", (1,)), [np.ones((n_steps, 1))])
    ax = drawn(pen, pen.sequence(np.ones((n_steps, 1))))
    pen.label_below(ax)
    ticks = ax.get_xticks()
    assert len(ticks) >= 1
    assert (ticks == ticks.round()).all()
    assert 0 <= ticks.min() <= ticks.max() < n_steps


@pytest.mark.parametrize("factor", [1e-4, 1.0, 1e6])
def test_numbers_of_the_axis_have_room_beside_it(factor):
    X = list(UNLIKE[..., 0] * factor)
    display = SampleDisplay(X, n_columns=1).plot()
    display.figure_.canvas.draw()
    labels = [text.get_window_extent() for text in display.axes_[0, 0].get_yticklabels()]
    assert len(labels) >= 2
    assert all(label.x0 >= 0 for label in labels)
