"""A grid of cells with names, headings and a legend around it, in any figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._bars import Bar, bar_room, boxes_of, draw_bar
from ._names import fitted, letters, names_width
from ._pyplot import import_pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["CellGrid", "Room"]

# Inches.
_DOT = 1 / 200  # every edge lies on a dot of a 200 dpi picture: pixels come out equally large
_GAP = 0.06  # between cells
_WIDE_GAP = 0.16  # between donors and cells, and between groups of rows
_HEADING = 0.26  # room for headings such as "motion of" and "content of"
_LINE = 0.15  # of a name
_EDGE = 0.06
_WIDEST = 10.0
_LEAST = 0.25  # side of a cell


class Room(NamedTuple):
    """The part of a figure that a grid stands in, in inches from the top left of the figure.

    Attributes
    ----------
    x, y : float
        The top left corner.
    scale : float
        Of all lengths.
    width, height : float
        Of the figure.
    """

    x: float
    y: float
    scale: float
    width: float
    height: float

    def across(self, x: float) -> float:
        """Inches from the left of the grid as a share of the figure."""
        return float((self.x + self.scale * x) / self.width)

    def up(self, y: float) -> float:
        """Inches from the top of the grid as a share of the figure, from its bottom."""
        return float(1 - (self.y + self.scale * y) / self.height)


class Host(NamedTuple):
    """A figure, and the room in it that a grid may take, in inches from its top left."""

    figure: Any
    width: float
    height: float
    x: float
    y: float
    room_width: float
    room_height: float

    def room_for(self, size: tuple[float, float]) -> Room:
        """The middle of the room, scaled so that a grid of such a size fits."""
        scale = min(self.room_width / size[0], self.room_height / size[1])
        x = self.x + (self.room_width - scale * size[0]) / 2
        y = self.y + (self.room_height - scale * size[1]) / 2
        return Room(x, y, scale, self.width, self.height)


class Plan(NamedTuple):
    """The places of a grid, in inches from its top left.

    Attributes
    ----------
    w, h : float
        Of a cell.
    xs, ys : arrays
        Left and upper edges of the cells.
    rows, columns : list of str
        Names, as they are written.
    legend_columns : int
        Entries in a row of the legend.
    size : pair of float
        Of the whole grid, with all that is around it.
    """

    w: float
    h: float
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    rows: list[str]
    columns: list[str]
    legend_columns: int
    size: tuple[float, float]


@dataclass(frozen=True)
class CellGrid:
    """Layout of the figure, in inches, or in pixels of the frames where `pixels` is set.

    Pixels are enlarged by the largest whole number of dots that keeps the figure below ten inches
    and a cell's height below `largest` inches.

    Parameters
    ----------
    n_rows, n_columns : int
    cell_width, cell_height : float
    pixels : bool
    rigid : bool
        Cells keep their shape where there is more or less room.
    largest : float
    row_names, column_names : list of str or None
    cell_names : dict from (row, column) to str
        Names above cells.
    left_heading, top_heading : str
    donors : bool
        The first row and the first column stand apart, and there is no cell in their corner.
    breaks : set of int
        Rows that stand apart from those above them.
    margins : pair of float
        Room for ticks left of the cells and below them.
    legend : list of (name, colour)
    bars : list of Bar
        Colour bars, right of the cells.
    """

    n_rows: int
    n_columns: int
    cell_width: float
    cell_height: float
    pixels: bool = True
    rigid: bool = True
    largest: float = 0.8
    row_names: list[str] | None = None
    column_names: list[str] | None = None
    cell_names: dict[tuple[int, int], str] = field(default_factory=dict)
    left_heading: str = ""
    top_heading: str = ""
    donors: bool = False
    breaks: frozenset[int] = field(default_factory=frozenset)
    margins: tuple[float, float] = (0.0, 0.0)
    legend: Sequence[tuple[str, str]] = ()
    bars: Sequence[Bar] = ()

    def draw(
        self, figure: Figure | SubFigure | None = None, ax: Axes | None = None
    ) -> tuple[Any, NDArray[Any]]:
        """Axes (n_rows, n_columns), None in the corner of donors; names and headings written.

        In a figure or an axes that is given, cells are stretched or shrunk to fill it; those that
        keep their shape stand in its middle.
        """
        plan = self._plan(*self._cell())
        host = host_of(figure, ax, plan.size)
        if not self.rigid:
            more = (host.room_width - plan.size[0]) / self.n_columns
            higher = (host.room_height - plan.size[1]) / self.n_rows
            plan = self._plan(max(plan.w + more, _LEAST), max(plan.h + higher, _LEAST))
        room = host.room_for(plan.size)
        axes = np.full((self.n_rows, self.n_columns), None, dtype=object)
        for i, y in enumerate(plan.ys):
            for j, x in enumerate(plan.xs):
                if not (self.donors and i == j == 0):
                    x0, y0 = room.across(x), room.up(y + plan.h)
                    width, height = room.across(x + plan.w) - x0, room.up(y) - y0
                    axes[i, j] = host.figure.add_axes((x0, y0, width, height))
        self._write(host.figure, room, plan)
        if self.donors:
            x = room.across(plan.xs[1] - _WIDE_GAP / 2)
            y = room.up(plan.ys[1] - _WIDE_GAP / 2)
            # Ticks of the first row stand in the way of the upright rule.
            start = plan.ys[1] if self.margins[0] else plan.ys[0]
            rule(host.figure, [x, x], [room.up(start), room.up(plan.ys[-1] + plan.h)])
            rule(host.figure, [room.across(plan.xs[0]), room.across(plan.xs[-1] + plan.w)], [y, y])
        right = float(plan.xs[-1] + plan.w)
        height = float(plan.ys[-1] + plan.h - plan.ys[0])
        for bar, (x, w, h) in zip(self.bars, boxes_of(self.bars, right, height), strict=True):
            x0, y0 = room.across(x), room.up(plan.ys[0] + h)
            draw_bar(host.figure, bar, (x0, y0, room.across(x + w) - x0, room.up(plan.ys[0]) - y0))
        if self.legend:
            middle = (plan.xs[0] + plan.xs[-1] + plan.w) / 2
            at = room.across(middle), room.up(plan.size[1] - 0.02)
            write_legend(host.figure, self.legend, at, plan.legend_columns)
        return host.figure, axes

    def _plan(self, w: float, h: float) -> Plan:
        """Places of cells and names, in inches from the top left, with cells of such a size."""
        columns = [fitted(name, letters(w), 2) for name in self.column_names or ()]
        rows = [fitted(name, 24, max(1, int(h / _LINE))) for name in self.row_names or ()]
        heading = _HEADING if self.left_heading else 0.0
        names = names_width(rows) if rows else 0.0
        left = _on_dot(_EDGE + heading + names + self.margins[0])
        above = _HEADING if self.top_heading else 0.0
        n_lines = max((name.count("\n") + 1 for name in columns), default=0)
        top = _on_dot(_EDGE + above + (0.05 + _LINE * n_lines if n_lines else 0.0))
        apart = {1} if self.donors else set()
        xs = left + offsets(self.n_columns, w, _GAP, apart)
        title = _LINE + 0.02 if self.cell_names else 0.0
        ys = top + title + offsets(self.n_rows, h, _GAP + title, self.breaks | apart)
        width = xs[-1] + w + 2 * _EDGE
        per_row = max(1, int(width / (0.35 + names_width([name for name, _ in self.legend]))))
        legend_rows = -(-len(self.legend) // per_row)
        legend_room = 0.18 * legend_rows + (0.06 if legend_rows else 0.0)
        size = width + bar_room(self.bars), ys[-1] + h + self.margins[1] + legend_room + _EDGE
        balanced = -(-len(self.legend) // max(legend_rows, 1))
        return Plan(w, h, xs, ys, rows, columns, balanced, size)

    def _write(self, figure: Any, room: Room, plan: Plan) -> None:
        """Headings, and the names of rows, columns and cells."""
        small = min(1.0, max(room.scale, 0.6))
        heading: dict[str, Any] = {"fontsize": 9 * small, "color": "0.15", "ha": "center"}
        name: dict[str, Any] = {"fontsize": 8 * small, "color": "0.35"}
        first = 1 if self.donors else 0
        xs, ys = plan.xs[first:], plan.ys[first:]
        if self.top_heading:
            x = room.across((xs[0] + xs[-1] + plan.w) / 2)
            y = room.up(_EDGE + _HEADING / 2)
            figure.text(x, y, self.top_heading, va="center", **heading)
        if self.left_heading:
            x = room.across(_EDGE + _HEADING / 2)
            y = room.up((ys[0] + ys[-1] + plan.h) / 2)
            figure.text(x, y, self.left_heading, va="center", rotation=90, **heading)
        for x, text in zip(xs, plan.columns, strict=False):
            at = room.across(x + plan.w / 2), room.up(plan.ys[0] - 0.04)
            figure.text(*at, text, ha="center", va="bottom", **name)
        for y, text in zip(ys, plan.rows, strict=False):
            at = room.across(plan.xs[0] - self.margins[0] - 0.05), room.up(y + plan.h / 2)
            figure.text(*at, text, ha="right", va="center", **name)
        for (i, j), text in self.cell_names.items():
            at = room.across(plan.xs[j]), room.up(plan.ys[i] - 0.02)
            figure.text(*at, fitted(text, letters(plan.w), 1), va="bottom", **name)

    def _cell(self) -> tuple[float, float]:
        """Width and height of a cell in inches."""
        widest = _WIDEST / self.n_columns
        if not self.pixels:
            shrink = min(1.0, widest / self.cell_width)
            higher = shrink if self.rigid else 1.0
            return _on_dot(self.cell_width * shrink), _on_dot(self.cell_height * higher)
        fit = min(widest / self.cell_width, self.largest / self.cell_height)
        dots = max(1, int(fit / _DOT))
        dots -= dots % 2 if dots > 2 else 0  # whole dots at 100 dpi too, where animations are shown
        return dots * _DOT * self.cell_width, dots * _DOT * self.cell_height


def host_of(figure: Figure | SubFigure | None, ax: Axes | None, size: tuple[float, float]) -> Host:
    """The figure to draw in, new if none is given, and the room in it."""
    drawn_in: Any = figure if ax is None else ax.get_figure()
    if drawn_in is None:
        plt = import_pyplot("This display")
        drawn_in = plt.figure(figsize=size, facecolor="white")
    width, height = drawn_in.bbox.width / drawn_in.dpi, drawn_in.bbox.height / drawn_in.dpi
    if ax is None:
        return Host(drawn_in, width, height, 0.0, 0.0, width, height)
    ax.set_axis_off()
    box = ax.get_position()
    x, y = box.x0 * width, (1 - box.y1) * height
    return Host(drawn_in, width, height, x, y, box.width * width, box.height * height)


def rule(figure: Any, x: list[float], y: list[float]) -> None:
    """A hairline between donors and swaps."""
    from matplotlib.lines import Line2D

    figure.add_artist(Line2D(x, y, linewidth=0.7, color="0.75", transform=figure.transSubfigure))


def write_legend(
    figure: Any, legend: Sequence[tuple[str, str]], at: tuple[float, float], per_row: int
) -> None:
    """Names and their colours, their lower edge at a place of the figure."""
    from matplotlib.lines import Line2D

    figure.legend(
        [Line2D([], [], color=colour, linewidth=1.6) for _, colour in legend],
        [name for name, _ in legend],
        loc="lower center",
        bbox_to_anchor=at,
        ncols=per_row,
        fontsize=8,
        frameon=False,
        labelcolor="0.35",
        handlelength=1.0,
        columnspacing=1.2,
        borderpad=0.0,
        labelspacing=0.2,
    )


def offsets(
    n: int, size: float, gap: float, wide: frozenset[int] | set[int]
) -> NDArray[np.float64]:
    """Starts of n cells of a size, with a gap between them and a wider one before some."""
    more = _WIDE_GAP - _GAP
    gaps = [_on_dot(gap + (more if k in wide else 0.0)) if k else 0.0 for k in range(n)]
    return np.asarray(np.arange(n) * size + np.cumsum(gaps))


def _on_dot(inches: float) -> float:
    return round(inches / _DOT) * _DOT
