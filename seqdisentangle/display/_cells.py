"""Displays of many sequences: a grid with one in each cell, still or moving."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ._grid import CellGrid
from ._look import Look
from ._pens import Pen
from ._pyplot import check_drawing, import_pyplot

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["CellDisplay", "Cells"]

Self = TypeVar("Self", bound="CellDisplay")
_PAGE = 7.5  # inches or so of a figure whose number of columns is left to it
_STRIP_HEIGHT = 0.6  # inches of a strip of images in it


@dataclass
class Cells:
    """The plates of a figure, and the names around them.

    Attributes
    ----------
    plates : dict from (row, column) to plate
    row_names, column_names : list of str or None
    cell_names : dict from (row, column) to str
        Names above the cells.
    left_heading, top_heading : str
    donors : bool
        The first row and the first column give what the others are made of.
    breaks : set of int
        Rows that stand apart from those above them.
    differences : bool
        Some plates are of differences.
    """

    plates: dict[tuple[int, int], Any]
    row_names: list[str] | None = None
    column_names: list[str] | None = None
    cell_names: dict[tuple[int, int], str] = field(default_factory=dict)
    left_heading: str = ""
    top_heading: str = ""
    donors: bool = False
    breaks: frozenset[int] = field(default_factory=frozenset)
    differences: bool = False

    @classmethod
    def in_rows(
        cls, pen: Pen, plates: list[Any], names: list[str] | None, n_columns: int | None
    ) -> Cells:
        """Plates row by row, with names above each; as many in a row as a page is wide."""
        if n_columns is None:
            width, height = pen.size(plates, moving=False)
            width = _STRIP_HEIGHT * width / height if pen.pixels else width
            n_columns = max(1, int(_PAGE / width))
        n_columns = min(n_columns, len(plates))
        places = [divmod(k, n_columns) for k in range(len(plates))]
        above = dict(zip(places, names, strict=True)) if names is not None else {}
        return cls(dict(zip(places, plates, strict=True)), cell_names=above)

    @classmethod
    def of_groups(
        cls,
        groups: Sequence[Sequence[Any]],
        parts: Sequence[str],
        names: list[str] | None,
        *,
        stacked: bool,
    ) -> Cells:
        """Groups of plates that belong together: each a row, or its plates below each other."""
        n = len(parts)
        plates = {(i, k): plate for i, group in enumerate(groups) for k, plate in enumerate(group)}
        if not stacked:
            return cls(plates, names, list(parts))
        below = {(n * i + k, 0): plate for (i, k), plate in plates.items()}
        beside = [
            f"{names[i]}: {part}" if names else part for i in range(len(groups)) for part in parts
        ]
        return cls(below, beside, breaks=frozenset(range(n, n * len(groups), n)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, those of donors included."""
        return max(i for i, _ in self.plates) + 1, max(j for _, j in self.plates) + 1


class CellDisplay(ABC):
    """A display that has a sequence in each cell of a grid.

    Parameters
    ----------
    look : Look
    """

    figure_: Any
    axes_: NDArray[Any]

    def __init__(self, look: Look) -> None:
        self.look = look

    @abstractmethod
    def _cells(self, look: Look) -> tuple[Pen, Cells]:
        """The pen, and the plates that it has made."""

    def plot(
        self: Self,
        *,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        **look: Any,
    ) -> Self:
        """Draw the figure.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            An axes whose place the figure takes.
        figure : matplotlib Figure or SubFigure, default=None
            A figure to draw in, in full; None makes a figure of the right size.
        **look
            Arguments of :class:`Look` to change.

        Returns
        -------
        object
            The display itself, with `figure_` and `axes_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If an argument of the look is unknown, or does not suit the sequences.
        """
        import_pyplot(type(self).__name__)
        changed = self.look.changed(look)
        check_drawing(cmap=changed.cmap, ax=ax, figure=figure)
        pen, cells = self._cells(changed)
        self.figure_, self.axes_ = grid_of(pen, cells, moving=False).draw(figure, ax)
        for at, plate in cells.plates.items():
            pen.still(self.axes_[at], plate)
        label_outer(pen, cells, self.axes_)
        return self

    def animate(
        self,
        interval: float = 150.0,
        *,
        figure: Figure | None = None,
        verbose: int = 0,
        **look: Any,
    ) -> FuncAnimation:
        """Let the whole grid move: one frame a cell, or a point on each line, all in step.

        Parameters
        ----------
        interval : float, default=150
            Milliseconds a frame.
        figure : matplotlib Figure, default=None
            A figure to draw in, in full; None makes a figure of the right size. `figure_`, the
            still picture, is left as it is.
        verbose : int, default=0
            If not 0, a progress bar shows how many frames are drawn when it is saved or shown.
        **look
            Arguments of :class:`Look` to change.

        Returns
        -------
        matplotlib.animation.FuncAnimation
            As long as the longest sequence; shorter ones begin again. Keep a reference to it while
            it plays. ``animation.save("swap.gif")`` writes it to a file, ``"swap.mp4"`` by the
            program ffmpeg, or PyAV of the extra ``video``; a notebook shows it.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If an argument is unknown, or does not suit the sequences.
        """
        import_pyplot(type(self).__name__)
        from ._moving import Moving

        changed = self.look.changed(look)
        check_drawing(cmap=changed.cmap, figure=figure, interval=interval, verbose=verbose)
        pen, cells = self._cells(changed)
        drawn_in, axes = grid_of(pen, cells, moving=True).draw(figure)
        drawn = {at: pen.begin(axes[at], plate) for at, plate in cells.plates.items()}
        label_outer(pen, cells, axes)

        def move(t: int) -> list[Any]:
            changed = [pen.move(drawn[at], plate, t) for at, plate in cells.plates.items()]
            return [artist for artists in changed for artist in artists]

        longest = max(map(pen.length, cells.plates.values()))
        return Moving(
            drawn_in,
            move,
            frames=longest,
            interval=round(interval),
            blit=False,
            verbose=verbose,
        )


def grid_of(pen: Pen, cells: Cells, *, moving: bool) -> CellGrid:
    """The grid that holds the plates of a pen."""
    width, height = pen.size(cells.plates.values(), moving=moving)
    n_rows, n_columns = cells.shape
    return CellGrid(
        n_rows,
        n_columns,
        width,
        height,
        pixels=pen.pixels,
        rigid=pen.strips,
        largest=1.1 if moving else 0.8,
        row_names=cells.row_names,
        column_names=cells.column_names,
        cell_names=cells.cell_names,
        left_heading=cells.left_heading,
        top_heading=cells.top_heading,
        donors=cells.donors,
        breaks=cells.breaks,
        margins=pen.margins,
        legend=pen.legend,
        bars=pen.bars(differences=cells.differences),
    )


def label_outer(pen: Pen, cells: Cells, axes: NDArray[Any]) -> None:
    """Write ticks on the cells that stand leftmost in their row, or lowest in their column.

    Axes that no plate is in are taken away.
    """
    rows, columns = axes.shape
    filled = np.zeros(axes.shape, dtype=bool)
    for at in cells.plates:
        filled[at] = True
    for i, j in np.ndindex(rows, columns):
        ax: Any = axes[i, j]
        if not filled[i, j]:
            axes[i, j] = None
            if ax is not None:
                ax.remove()
            continue
        if not filled[i, :j].any():
            pen.label_left(ax)
        if not filled[i + 1 :, j].any():
            pen.label_below(ax)
