"""Vectors of many channels: heat maps, with time across."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._bars import Bar
from ._colours import DIVERGING, MISSING, SEQUENTIAL, WRONG
from ._lines import Table, flat, ranges_of, span
from ._look import Look
from ._pens import TIME_ROOM, TimePen, bare, light_ticks, width_of
from ._pyplot import import_pyplot

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["HeatmapPen"]

_PALE = 0.35  # of the ink of a map
_DIFFERENCES = DIVERGING + "_r"


class HeatmapPen(TimePen):
    """Heat maps; a plate is a picture (D, T, 3) in RGB.

    Channels with names are read from the top, as the lines of a table; numbers count upwards, as on
    an axis, so that a spectrogram has its low bands at the bottom. Values that are missing are pale
    pink.

    Parameters
    ----------
    look : Look
    tables : list of arrays (T_i, D)
        All that will be drawn.
    names : list of str or None
        Of the channels, in place of their numbers.
    alike : bool
        Channels share one scale; else each has its own, from its least value to its largest.
    """

    def __init__(
        self, look: Look, tables: list[Table], names: list[str] | None, *, alike: bool
    ) -> None:
        super().__init__(look, max(map(len, tables)))
        self.names = names
        self.alike = alike
        low, high = ranges_of(tables).T
        self.low, self.span = low, span(low, high)
        if alike:
            self.low = np.full_like(low, low.min())
            self.span = np.full_like(low, span(low.min(), high.max()))
        self._maps = import_pyplot("This display").get_cmap

    @property
    def margins(self) -> tuple[float, float]:
        return width_of(self.names or ["00"]), TIME_ROOM

    def sequence(self, x: NDArray[Any]) -> NDArray[np.floating]:
        shares = (flat(x) - self.low) / self.span
        return self._picture(shares, self._sequential)

    def difference(self, x: NDArray[Any], made: NDArray[Any]) -> NDArray[np.floating]:
        return self._picture(0.5 + (flat(x) - flat(made)) / self.span / 2, _DIFFERENCES)

    def fan(self, past: NDArray[Any], futures: list[NDArray[Any]]) -> list[NDArray[np.floating]]:
        """The past, and each future after it, where the past is pale."""
        before = self.sequence(past)
        pale = 1.0 - _PALE * (1.0 - before)
        return [before, *(np.hstack([pale, self.sequence(future)]) for future in futures)]

    def bars(self, *, differences: bool) -> list[Bar]:
        """The scale of all channels, or that each has its own; and that of differences."""
        low, span = float(self.low[0]), float(self.span[0])
        if not self.alike:
            values = Bar(self._sequential, (0.0, 1.0), ["least", "most"])
            apart = Bar(_DIFFERENCES, (0.0, 0.5, 1.0), ["−range", "0", "+range"])
        else:
            values = Bar.of_values(self._sequential, low, low + span)
            apart = Bar.of_values(_DIFFERENCES, -span, span)
        return [values, apart] if differences else [values]

    @property
    def _sequential(self) -> str:
        return self.look.cmap or SEQUENTIAL

    def _picture(self, shares: Table, cmap: str) -> NDArray[np.floating]:
        known = np.isfinite(shares.T)
        colours = np.asarray(self._maps(cmap)(np.where(known, shares.T, 0.0)))[..., :3]
        return np.where(known[..., np.newaxis], colours, MISSING)

    def size(self, plates: Iterable[Any], *, moving: bool) -> tuple[float, float]:
        return 1.6, 0.9 if self.names is None else max(0.9, 0.13 * len(self.names))

    def length(self, plate: NDArray[np.floating]) -> int:
        return plate.shape[1]

    def still(self, ax: Axes, plate: NDArray[np.floating]) -> None:
        bare(ax)
        n, n_steps, _ = plate.shape
        left, right, end = self.look.seconds([-0.5, n_steps - 0.5, self.n_steps - 0.5])
        ax.imshow(
            plate,
            extent=(left, right, n - 0.5, -0.5),
            aspect="auto",
            interpolation="nearest",
        )
        ylim = (-0.5, n - 0.5) if self.names is None else (n - 0.5, -0.5)
        ax.set(xlim=(left, max(right, end)), ylim=ylim)

    def begin(self, ax: Axes, plate: NDArray[np.floating]) -> Any:
        """The whole map, and a line at the step that is reached."""
        self.still(ax, plate)
        return ax.axvline(0.0, color=WRONG, linewidth=1.4)

    def move(self, drawn: Any, plate: NDArray[np.floating], t: int) -> list[Artist]:
        time = float(self.look.seconds(t % plate.shape[1]))
        drawn.set_xdata([time, time])
        return [drawn]

    def label_left(self, ax: Axes) -> None:
        if self.names is not None:
            ax.set_yticks(np.arange(len(self.names)), self.names)
        else:
            ax.set_yticks([0, len(self.low) - 1])
            first, last = ax.get_yticklabels()
            first.set_verticalalignment("bottom")  # those of two cells would touch
            last.set_verticalalignment("top")
        light_ticks(ax, "y")
