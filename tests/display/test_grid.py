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


def test_names_stand_by_rows_and_columns():
    a, b = donors("grey")
    display = SwapDisplay.from_estimator(
        Halves(), a, b, row_names=["walk", "slash"], column_names=["A", "B", "C"]
    )
    texts = {text.get_text() for text in display.figure_.texts}
    assert texts == {"content of", "motion of", "walk", "slash", "A", "B", "C"}
