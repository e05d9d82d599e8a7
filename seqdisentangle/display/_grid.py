"""A grid of cells with donors along its top and its left side, and room for their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._pyplot import import_pyplot

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

__all__ = ["DonorGrid"]

# Inches.
_DOT = 1 / 200  # every edge lies on a dot of a 200 dpi picture: pixels come out equally large
_GAP = 0.06  # between cells
_DONOR_GAP = 0.16  # between donors and cells
_HEADING = 0.26  # room for "motion of" and "content of"
_NAME = 0.2  # room for the names of rows and columns
_EDGE = 0.06
_WIDEST = 10.0

_TEXT: dict[str, Any] = {"fontsize": 9, "color": "0.15"}
_NAME_TEXT: dict[str, Any] = {"fontsize": 8, "color": "0.35"}


@dataclass(frozen=True)
class DonorGrid:
    """Layout of the figure, in inches, or in pixels of the frames where `pixels` is set.

    Pixels are enlarged by the largest whole number of dots that keeps the figure below ten inches
    and a cell's height below `largest` inches.
    """

    n_rows: int
    n_columns: int
    cell_width: float
    cell_height: float
    pixels: bool = True
    largest: float = 0.8

    def draw(
        self,
        figure: Figure | SubFigure | None,
        row_names: Sequence[str] | None,
        column_names: Sequence[str] | None,
    ) -> tuple[Any, NDArray[Any]]:
        """Axes of shape (1 + n_rows, 1 + n_columns), None in the corner, headings written."""
        _check_names(row_names, self.n_rows, "row_names")
        _check_names(column_names, self.n_columns, "column_names")
        w, h = self._cell()
        left = _on_dot(_EDGE + _HEADING + (_NAME if row_names is not None else 0.0))
        top = _on_dot(_EDGE + _HEADING + (_NAME if column_names is not None else 0.0))
        xs = left + _offsets(self.n_columns, w)
        ys = top + _offsets(self.n_rows, h)  # downwards
        width, height = xs[-1] + w + _EDGE, ys[-1] + h + _EDGE
        if figure is None:
            plt = import_pyplot("This display")
            figure = plt.figure(figsize=(width, height), facecolor="white")
        figure_width, figure_height = _inches(figure)
        # In a figure of another shape the grid keeps its own and stands in the middle.
        scale = min(figure_width / width, figure_height / height)
        x0, y0 = (figure_width - scale * width) / 2, (figure_height - scale * height) / 2

        def across(x: float) -> float:
            return float((x0 + scale * x) / figure_width)

        def up(y: float) -> float:
            return float(1 - (y0 + scale * y) / figure_height)

        axes = np.full((1 + self.n_rows, 1 + self.n_columns), None, dtype=object)
        for i, y in enumerate(ys):
            for j, x in enumerate(xs):
                if (i, j) != (0, 0):
                    place = (across(x), up(y + h), across(x + w) - across(x), up(y) - up(y + h))
                    axes[i, j] = figure.add_axes(place)

        right, bottom = xs[-1] + w, ys[-1] + h
        middle: dict[str, Any] = {"ha": "center", "va": "center"}
        figure.text(
            across((xs[1] + right) / 2), up(_EDGE + _HEADING / 2), "content of", **middle, **_TEXT
        )
        figure.text(
            across(_EDGE + _HEADING / 2),
            up((ys[1] + bottom) / 2),
            "motion of",
            rotation=90,
            **middle,
            **_TEXT,
        )
        for x, name in zip(xs[1:], column_names or (), strict=False):
            figure.text(across(x + w / 2), up(top - _NAME / 2), name, **middle, **_NAME_TEXT)
        for y, name in zip(ys[1:], row_names or (), strict=False):
            figure.text(
                across(left - _NAME / 2), up(y + h / 2), name, rotation=90, **middle, **_NAME_TEXT
            )
        self._rule(figure, [across(xs[1] - _DONOR_GAP / 2)] * 2, [up(ys[0]), up(bottom)])
        self._rule(figure, [across(xs[0]), across(right)], [up(ys[1] - _DONOR_GAP / 2)] * 2)
        return figure, axes

    def _cell(self) -> tuple[float, float]:
        """Width and height of a cell in inches."""
        if not self.pixels:
            return _on_dot(self.cell_width), _on_dot(self.cell_height)
        widest = _WIDEST / (1 + self.n_columns)
        fit = min(widest / self.cell_width, self.largest / self.cell_height)
        dots = max(1, int(fit / _DOT))
        dots -= dots % 2 if dots > 2 else 0  # whole dots at 100 dpi too, where animations are shown
        return dots * _DOT * self.cell_width, dots * _DOT * self.cell_height

    @staticmethod
    def _rule(figure: Any, x: list[float], y: list[float]) -> None:
        """A hairline between donors and swaps."""
        from matplotlib.lines import Line2D

        figure.add_artist(
            Line2D(x, y, linewidth=0.7, color="0.75", transform=figure.transSubfigure)
        )


def _offsets(n: int, size: float) -> NDArray[np.float64]:
    """Starts of the donor and of the n cells after it."""
    cells = size + _on_dot(_DONOR_GAP) + np.arange(n) * (size + _on_dot(_GAP))
    return np.concatenate([[0.0], cells])


def _on_dot(inches: float) -> float:
    return round(inches / _DOT) * _DOT


def _inches(figure: Any) -> tuple[float, float]:
    """Width and height of a figure or subfigure."""
    return figure.bbox.width / figure.dpi, figure.bbox.height / figure.dpi


def _check_names(names: Sequence[str] | None, n: int, what: str) -> None:
    if names is not None and len(names) != n:
        raise ValueError(f"{what} must have {n} names, got {len(names)}.")
