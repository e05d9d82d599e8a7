"""Skeletons: joints and the bones between them, strips of some steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._colours import CATEGORIES, MUTED
from ._look import Look
from ._pens import StripPen

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["SkeletonPen"]

_HEIGHT = 0.8  # inches of a skeleton
_MARGIN = 0.08  # around a skeleton, as a share of its height
Points = NDArray[np.float64]


class SkeletonPen(StripPen):
    """Skeletons; a plate is a list of layers (T, J, 2), grey ones below the last.

    Parameters
    ----------
    look : Look
        Says which joints bones connect, and which plane is seen.
    sequences : list of arrays (T_i, J, C) or (T_i, J * C)
        All that will be drawn.
    n_coordinates : int

    Raises
    ------
    ValueError
        If bones or plane name a joint or a coordinate that there is not.
    """

    def __init__(self, look: Look, sequences: list[NDArray[Any]], n_coordinates: int) -> None:
        super().__init__(look, max(map(len, sequences)))
        self.n_coordinates = n_coordinates
        n_joints = int(np.prod(sequences[0].shape[1:])) // n_coordinates
        self.bones = np.asarray(look.bones, dtype=np.intp).reshape(-1, 2)
        if self.bones.size and not (self.bones.min() >= 0 and self.bones.max() < n_joints):
            raise ValueError(
                f"bones must connect joints 0 to {n_joints - 1}, got {self.bones.tolist()}"
            )
        if not 0 <= min(look.plane) <= max(look.plane) < n_coordinates:
            raise ValueError(
                f"plane must be two of the coordinates 0 to {n_coordinates - 1}, got {look.plane!r}"
            )
        points = np.concatenate([self.points(x).reshape(-1, 2) for x in sequences])
        low, high = np.nanmin(points, 0), np.nanmax(points, 0)
        margin = _MARGIN * ((high - low)[1] or 1.0)
        self.low, self.high = low - margin, high + margin

    def points(self, x: NDArray[Any]) -> Points:
        """Joints (T, J, 2) in the plane that is seen."""
        joints = np.asarray(x, dtype=np.float64).reshape(len(x), -1, self.n_coordinates)
        return joints[..., list(self.look.plane)]

    def sequence(self, x: NDArray[Any]) -> list[Points]:
        return [self.points(x)]

    def difference(self, x: NDArray[Any], made: NDArray[Any]) -> list[Points]:
        """The sequence in grey below what was made of it: a difference has no body."""
        return [self.points(x), self.points(made)]

    def size(self, plates: Iterable[list[Points]], *, moving: bool) -> tuple[float, float]:
        width, height = self.high - self.low
        longest = max(map(self.length, plates))
        n = 1 if moving else len(self.look.chosen_steps(longest))
        return _HEIGHT * max(n, 1) * float(np.clip(width / height, 0.3, 3.0)), _HEIGHT

    def length(self, plate: list[Points]) -> int:
        return len(plate[-1])

    def still(self, ax: Axes, plate: list[Points]) -> None:
        steps = self.look.chosen_steps(self.length(plate))
        n = len(self.look.chosen_steps(self.n_steps))  # all strips of a figure on one scale
        self._frame(ax, max(n, len(steps)))
        for k, step in enumerate(steps):
            self._draw(ax, plate, step, k * (self.high - self.low)[0])

    def begin(self, ax: Axes, plate: list[Points]) -> list[Any]:
        self._frame(ax, 1)
        return self._draw(ax, plate, 0, 0.0)

    def move(self, drawn: list[Any], plate: list[Points], t: int) -> list[Artist]:
        for (lines, dots), layer in zip(drawn, plate, strict=True):
            points = layer[t % len(layer)]
            lines.set_segments(points[self.bones])
            dots.set_data(*points.T)
        return [artist for pair in drawn for artist in pair]

    def _frame(self, ax: Axes, n: int) -> None:
        """An axis without ticks that holds n skeletons side by side."""
        ax.set_axis_off()
        width = (self.high - self.low)[0]
        ax.set(xlim=(self.low[0], self.low[0] + n * width), ylim=(self.low[1], self.high[1]))
        ax.set_aspect("equal", anchor="W")

    def _draw(self, ax: Axes, plate: list[Points], step: int, shift: float) -> list[Any]:
        """The bones and joints of every layer at a step."""
        from matplotlib.collections import LineCollection

        drawn = []
        for k, layer in enumerate(plate):
            points = layer[step] + [shift, 0.0]
            upper = k == len(plate) - 1
            colour, width = (CATEGORIES[0], 1.2) if upper else (MUTED, 3.0)
            lines = LineCollection(list(points[self.bones]), colors=colour, linewidths=width)
            ax.add_collection(lines, autolim=False)
            size = 1.6 if len(self.bones) else 3.0
            dots = ax.plot(*points.T, "o", markersize=size * width / 1.2, color=colour)[0]
            drawn.append((lines, dots))
        return drawn
