"""The history of a training, part by part."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqdisentangle.display import HistoryDisplay

RECORDS = [
    {"epoch": k, "loss": 1 / k, "cost": 0.5 / k, "motion": 0.0, "seconds": 1.0, "val_loss": 2 / k}
    for k in range(1, 6)
]


def test_every_part_that_is_not_zero_has_a_panel_with_its_values():
    display = HistoryDisplay(RECORDS).plot()
    assert [ax.get_title() for ax in display.axes_] == ["loss", "cost"]
    train, validation = display.axes_[0].get_lines()
    np.testing.assert_allclose(train.get_xydata(), [(r["epoch"], r["loss"]) for r in RECORDS])
    np.testing.assert_allclose(validation.get_ydata(), [r["val_loss"] for r in RECORDS])
    assert train.get_color() != validation.get_color()


def test_epochs_without_a_part_leave_a_gap():
    display = HistoryDisplay([{"loss": 1.0}, {"loss": 2.0, "cost": 3.0}])
    np.testing.assert_array_equal(display.parts["cost"], [np.nan, 3.0])


def test_a_fitted_model_shows_its_parts_and_its_best_epoch(vector_model):
    display = HistoryDisplay.from_estimator(vector_model)
    assert display.best_epoch == vector_model.best_epoch_
    np.testing.assert_allclose(
        display.parts["loss"], [record["loss"] for record in vector_model.history_]
    )


@pytest.mark.parametrize(("best_epoch", "marks"), [(None, []), (1, [1]), (2, [])])
def test_the_best_epoch_is_marked_unless_it_is_the_last(best_epoch, marks):
    history = [{"epoch": 1, "loss": 1.0}, {"epoch": 2, "loss": 2.0}]
    display = HistoryDisplay(history, best_epoch=best_epoch).plot()
    vertical = [line for line in display.axes_.flat[0].lines if len(set(line.get_xdata())) == 1]
    assert [line.get_xdata()[0] for line in vertical] == marks


def test_epochs_on_the_axis_are_whole():
    for n in (1, 2, 5):
        display = HistoryDisplay(RECORDS[:n]).plot()
        for ax in display.axes_:
            low, high = ax.get_xlim()
            ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
            assert ticks
            assert all(float(tick).is_integer() for tick in ticks)


def test_panels_take_the_place_of_an_axes():
    figure, axes = plt.subplots(1, 2)
    display = HistoryDisplay(RECORDS).plot(ax=axes[1])
    assert display.figure_ is figure
    figure.canvas.draw()
    left = axes[0].get_window_extent().x1
    assert all(ax.get_window_extent().x0 > left for ax in display.axes_)


@pytest.mark.parametrize("history", [[], [1.0]])
def test_what_is_no_history_is_refused(history):
    with pytest.raises(ValueError, match="history must be a list of dicts"):
        HistoryDisplay(history)


def test_a_model_that_is_not_fitted_is_refused(small):
    with pytest.raises(TypeError, match="estimator must be a fitted model with history_"):
        HistoryDisplay.from_estimator(small())


def test_narrow_axes_have_fewer_panels_beside_each_other():
    _, ax = plt.subplots(figsize=(3, 6))
    display = HistoryDisplay([{"loss": 1.0, "cost": 2.0, "swap": 3.0}]).plot(ax=ax)
    assert len({round(panel.get_window_extent().x0) for panel in display.axes_}) == 1
