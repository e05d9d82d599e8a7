"""Colour bars: the values that the colours of heat maps stand for, right of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ._pens import TICK_TEXT, ticks_within, width_of
from ._pyplot import import_pyplot

__all__ = ["Bar", "bar_room", "boxes_of", "draw_bar"]

# Inches.
_WIDTH = 0.09
_GAP = 0.14  # left of a bar
_TALLEST = 1.8


class Bar(NamedTuple):
    """A colour map with the names of some places along it.

    Attributes
    ----------
    cmap : str
    places : sequence of float
        From 0, the lowest colour, to 1.
    names : list of str
        One for each place.
    """

    cmap: str
    places: Sequence[float]
    names: list[str]

    @classmethod
    def of_values(cls, cmap: str, low: float, high: float) -> Bar:
        """The bar of colours that go from one value to another, with round numbers beside it."""
        ticks = ticks_within(low, high, 4)
        places = (ticks - low) / ((high - low) or 1.0)
        return cls(cmap, places.tolist(), [f"{tick:.6g}" for tick in ticks])


def bar_room(bars: Sequence[Bar]) -> float:
    """Inches that bars take, side by side."""
    return sum(_GAP + _WIDTH + width_of(bar.names) for bar in bars)


def draw_bar(figure: Any, bar: Bar, box: tuple[float, float, float, float]) -> None:
    """Draw a bar into a box of the figure: left, bottom, width and height, in shares of it."""
    ax = figure.add_axes(box, label="<colorbar>")  # as matplotlib calls its own
    colours = import_pyplot("This display").get_cmap(bar.cmap)(np.linspace(0, 1, 256))
    ax.imshow(colours[:, np.newaxis, :3], extent=(0, 1, 0, 1), origin="lower", aspect="auto")
    ax.set_xticks([])
    ax.set_yticks(list(bar.places), bar.names)
    ax.yaxis.tick_right()
    ax.tick_params("y", labelsize=TICK_TEXT, length=2.0, pad=3.0, color="0.6", labelcolor="0.35")
    ax.spines[:].set_visible(False)


def boxes_of(bars: Sequence[Bar], left: float, height: float) -> list[tuple[float, float, float]]:
    """Left edge, width and height of each bar in inches, from the right edge of the cells on."""
    boxes, x = [], left
    for bar in bars:
        boxes.append((x + _GAP, _WIDTH, min(height, _TALLEST)))
        x += _GAP + _WIDTH + width_of(bar.names)
    return boxes
