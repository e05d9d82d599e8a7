"""Vectors: their channels as lines over time, in one axis or in a lane each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._colours import MUTED, category
from ._look import Look
from ._pens import TIME_ROOM, TimePen, bare, light_ticks, ticks_within, width_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["Course", "LanePen", "LinePen", "ranges_of"]

Table = NDArray[np.float64]
_MARGIN = 0.08  # above and below values, as a share of their range
_GAP = 0.12  # between lanes, as a share of one


class Course(NamedTuple):
    """The plate of lines: some courses (T_i, D) in one cell, and the step that each begins at.

    Attributes
    ----------
    tables : list of arrays (T_i, D)
        As they are drawn.
    starts : list of int
    limits : pair of float
        Of the axis.
    muted : bool
        The first one is grey, as the past of the others.
    """

    tables: list[Table]
    starts: list[int]
    limits: tuple[float, float]
    muted: bool = False


class LinePen(TimePen):
    """All channels in one axis, in their own units; a plate is a :class:`Course`.

    Parameters
    ----------
    look : Look
    tables : list of arrays (T_i, D)
        All that will be drawn.
    names : list of str
        Of the channels.
    differences : sequence of arrays (T_i, D)
        Those that will be drawn beside them.
    """

    def __init__(
        self,
        look: Look,
        tables: list[Table],
        names: list[str],
        differences: Sequence[Table] = (),
    ) -> None:
        super().__init__(look, max(map(len, tables)))
        self.names = names
        self.ranges = ranges_of(tables)
        self.apart = ranges_of(list(differences)) if differences else None
        self.farthest: Table | None = None  # the least and the largest difference
        if self.apart is not None:
            self.farthest = np.array([self.apart[:, 0].min(), self.apart[:, 1].max()])

    @property
    def margins(self) -> tuple[float, float]:
        return width_of([f"{tick:g}" for tick in ticks_within(*self.limits, 3)]), TIME_ROOM

    @property
    def legend(self) -> list[tuple[str, str]]:
        if len(self.names) == 1:
            return []
        return [(name, category(d)[0]) for d, name in enumerate(self.names)]

    @property
    def limits(self) -> tuple[float, float]:
        """The ends of the axis of values."""
        low, high = float(self.ranges[:, 0].min()), float(self.ranges[:, 1].max())
        margin = _MARGIN * (high - low or 1.0)
        low, high = low - margin, high + margin
        if self.farthest is not None and low <= 0.0 <= high:  # differences are on it too
            least, most = (1 + _MARGIN) * self.farthest
            low, high = min(low, least), max(high, most)
        return low, high

    def drawn(self, x: NDArray[Any]) -> Table:
        """Values as they stand on the axis."""
        return flat(x)

    def sequence(self, x: NDArray[Any]) -> Course:
        return Course([self.drawn(x)], [0], self.limits)

    def difference(self, x: NDArray[Any], made: NDArray[Any]) -> Course:
        """The difference, on the axis of values if zero is on it, else on one as long around it."""
        low, high = self.limits
        half = (high - low) / 2
        if self.farthest is not None:
            half = max(half, (1 + _MARGIN) * float(np.abs(self.farthest).max()))
        limits = (low, high) if low <= 0.0 <= high else (-half, half)
        return Course([flat(x) - flat(made)], [0], limits)

    def fan(self, past: NDArray[Any], futures: list[NDArray[Any]]) -> list[Course]:
        """One plate: the past in grey, and all futures from its end."""
        continued = [self.drawn(np.concatenate([past[-1:], future])) for future in futures]
        starts = [0, *[len(past) - 1] * len(futures)]
        return [Course([self.drawn(past), *continued], starts, self.limits, muted=True)]

    def size(self, plates: Iterable[Course], *, moving: bool) -> tuple[float, float]:
        return width_for(plates, 1.6), 0.9

    def length(self, plate: Course) -> int:
        return max(a + len(table) for a, table in zip(plate.starts, plate.tables, strict=True))

    def still(self, ax: Axes, plate: Course) -> None:
        bare(ax)
        end = max(self.n_steps, self.length(plate)) - 0.5
        ax.set(xlim=tuple(self.look.seconds([-0.5, end])), ylim=plate.limits)
        several = len(plate.tables) > 2
        for k, (start, table) in enumerate(zip(plate.starts, plate.tables, strict=True)):
            time = self.look.seconds(start + np.arange(len(table)))
            for d, values in enumerate(table.T):
                # Futures of one channel are told apart by colour, channels otherwise.
                colour = category(k - 1 if several and table.shape[1] == 1 else d)[0]
                colour = MUTED if plate.muted and k == 0 else colour
                ax.plot(time, values, linewidth=1.1, color=colour, **dots_of(values))

    def begin(self, ax: Axes, plate: Course) -> list[Any]:
        """Pale lines, and a point on each that moves along it."""
        self.still(ax, plate)
        lines = list(ax.get_lines())
        for line in lines:
            line.set_alpha(0.5)
        points = []
        for line in lines:
            x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
            points += ax.plot(x[:1], y[:1], "o", markersize=3.5, color=line.get_color())
        return points

    def move(self, drawn: list[Any], plate: Course, t: int) -> list[Artist]:
        step = t % self.length(plate)
        points = iter(drawn)
        for start, table in zip(plate.starts, plate.tables, strict=True):
            at = int(np.clip(step - start, 0, len(table) - 1))
            for value in table[at]:
                next(points).set_data(self.look.seconds([start + at]), [value])
        return list(drawn)

    def label_left(self, ax: Axes) -> None:
        ticks = ticks_within(*ax.get_ylim(), 3)
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        light_ticks(ax, "y")


class LanePen(LinePen):
    """Every channel in a lane of its own, the first on top, from its least value to its largest.

    A lane is wider where differences would leave it otherwise: they are on the scale of the values.
    """

    @property
    def margins(self) -> tuple[float, float]:
        return width_of(self.names), TIME_ROOM

    @property
    def legend(self) -> list[tuple[str, str]]:
        return []

    @property
    def limits(self) -> tuple[float, float]:
        return 0.0, float(len(self.names))

    def drawn(self, x: NDArray[Any]) -> Table:
        low, high = self.ranges.T
        return self._in_lanes((flat(x) - low) / span(low, high) - 0.5)

    def difference(self, x: NDArray[Any], made: NDArray[Any]) -> Course:
        left = (flat(x) - flat(made)) / span(*self.ranges.T)
        return Course([self._in_lanes(left)], [0], self.limits)

    def size(self, plates: Iterable[Course], *, moving: bool) -> tuple[float, float]:
        return width_for(plates, 1.8), 0.3 + 0.24 * len(self.names)

    def _in_lanes(self, shares: Table) -> Table:
        """Shares of the range of each channel, from the middle, as places in its lane."""
        middles = np.arange(len(self.names))[::-1] + 0.5
        return np.asarray(middles + shares * (1 - _GAP) / self._widths)

    @property
    def _widths(self) -> Table:
        """The widths of the lanes, in ranges of their channels."""
        widths = np.ones(len(self.names))
        if self.apart is None:
            return widths
        return np.maximum(widths, 2 * np.abs(self.apart).max(1) / span(*self.ranges.T))

    def label_left(self, ax: Axes) -> None:
        n = len(self.names)
        ax.set_yticks(np.arange(n)[::-1] + 0.5, self.names)
        light_ticks(ax, "y", length=0.0)


def dots_of(values: Table) -> dict[str, Any]:
    """Arguments of a line that mark values without a neighbour, of which it would show nothing."""
    known = np.concatenate([[False], np.isfinite(values), [False]])
    alone = known[1:-1] & ~known[:-2] & ~known[2:]
    return {"marker": "o", "markersize": 2.5, "markevery": alone.tolist()} if alone.any() else {}


def width_for(plates: Iterable[Course], width: float) -> float:
    """The width of a cell in inches: one with futures stands alone in its row, and is wider."""
    return 2 * width if any(plate.muted for plate in plates) else width


def flat(x: NDArray[Any]) -> Table:
    """Frames of any shape as (T, D)."""
    return np.asarray(x.reshape(len(x), -1), dtype=np.float64)


def ranges_of(tables: list[Table]) -> Table:
    """The least and the largest value of each channel: (D, 2)."""
    values = np.concatenate(tables)
    known = np.isfinite(values).any(0)
    values = np.where(known, values, 0.0)
    return np.stack([np.nanmin(values, 0), np.nanmax(values, 0)], axis=1)


def span(low: Table, high: Table) -> Table:
    """The width of each range, one where it has none."""
    width = high - low
    return np.where(width > 0, width, 1.0)
