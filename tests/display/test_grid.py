"""The grid of cells: whole pixels, names beside it, in any figure."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqdisentangle.display import SwapDisplay
from tests.display._common import Halves, donors, shown


def test_pixels_are_whole_and_axes_bare():
    a, b = donors("colour_last", np.uint8)
    figure = SwapDisplay.from_estimator(Halves(), a, b).figure_
    figure.set_dpi(200)
    figure.canvas.draw()
    for ax in figure.axes:
        assert not ax.axison
        assert ax.get_images()[0].get_interpolation() == "nearest"
        rows, columns = shown(ax).shape[:2]
        box = ax.get_window_extent()
        assert box.width / columns == pytest.approx(round(box.width / columns), abs=1e-6)
        assert box.height / rows == pytest.approx(box.width / columns)


def test_given_figures_and_subfigures_are_used_and_keep_their_size():
    a, b = donors("grey")
    figure = plt.figure(figsize=(7, 5))
    halves = figure.subfigures(1, 2)
    display = SwapDisplay.from_estimator(Halves(), a, b, figure=halves[1])
    assert display.figure_ is halves[1]
    assert tuple(figure.get_size_inches()) == (7, 5)
    assert plt.get_fignums() == [figure.number]
    figure.canvas.draw()
    half = halves[1].bbox
    for ax in halves[1].axes:
        box = ax.get_window_extent()
        assert half.x0 - 1 <= box.x0 <= box.x1 <= half.x1 + 1
        assert half.y0 - 1 <= box.y0 <= box.y1 <= half.y1 + 1


def test_an_axes_gives_its_place_to_the_grid():
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 4))
    display = SwapDisplay(*donors("grey"), np.zeros((2, 3, 5, 6, 7))).plot(ax=right)
    assert display.figure_ is figure
    assert not right.axison
    edge = left.get_position().x1
    assert all(ax.get_position().x0 > edge for ax in display.axes_.ravel() if ax is not None)


def test_lines_fill_the_figure_that_they_are_given():
    a, b = donors("vector")
    figure = plt.figure(figsize=(14, 6))
    axes = SwapDisplay(a, b, np.zeros((2, 3, 5, 3))).plot(figure=figure).axes_
    assert axes[1, 3].get_position().x1 - axes[1, 0].get_position().x0 > 0.9
    assert axes[0, 1].get_position().y1 - axes[2, 1].get_position().y0 > 0.8


def test_many_columns_do_not_make_the_figure_wider_than_a_page():
    figure = SwapDisplay(*donors("vector", n_b=12), np.zeros((2, 12, 5, 3))).plot().figure_
    assert figure.get_size_inches()[0] < 12


def test_long_names_stay_within_the_figure_and_apart():
    a, b = donors("grey", n_a=2, n_b=3)
    display = SwapDisplay.from_estimator(
        Halves(), a, b, row_names=["walks " * 9] * 2, column_names=["a name " * 9] * 3, n_frames=3
    )
    display.figure_.canvas.draw()
    boxes = [text.get_window_extent() for text in display.figure_.texts]
    whole = display.figure_.bbox
    assert all(whole.x0 <= box.x0 and box.x1 <= whole.x1 for box in boxes)
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])
