"""Pens: the ways in which sequences of one kind are drawn in the cells of a figure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ._look import Look

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ._bars import Bar

__all__ = ["Pen", "StripPen", "TimePen", "bare", "light_ticks", "ticks_within", "width_of"]

TICK_TEXT = 7  # points
_LETTER = 0.054  # inches of a letter of such text
TIME_ROOM = 0.34  # below cells, for the ticks of time and their unit


class Pen(ABC):
    """The way in which sequences (T, ...) are drawn, all of a figure on the same scale.

    A pen first makes a *plate* of a sequence, which is what the picture shows of it, and then draws
    the plate in a cell, still or step by step.

    Parameters
    ----------
    look : Look
    n_steps : int
        Of the longest sequence.
    """

    #: Cells are measured in pixels of the frames, not in inches.
    pixels = False
    #: Still plates are strips of some steps, wide and low.
    strips = False

    def __init__(self, look: Look, n_steps: int) -> None:
        self.look = look
        self.n_steps = n_steps

    @property
    def margins(self) -> tuple[float, float]:
        """Room for ticks left of the cells and below them, in inches."""
        return 0.0, 0.0

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Names and their colours, which stand below the figure."""
        return []

    def bars(self, *, differences: bool) -> list[Bar]:
        """Colour bars, which stand right of the figure; of `differences` too if there are any."""
        return []

    @abstractmethod
    def sequence(self, x: NDArray[Any]) -> Any:
        """The plate of a sequence."""

    @abstractmethod
    def difference(self, x: NDArray[Any], made: NDArray[Any]) -> Any:
        """The plate of what is left between a sequence and another that was made of it."""

    def fan(self, past: NDArray[Any], futures: list[NDArray[Any]]) -> list[Any]:
        """The plates of a sequence and of several ways in which it goes on, side by side."""
        return [self.sequence(past), *map(self.sequence, futures)]

    @abstractmethod
    def size(self, plates: Iterable[Any], *, moving: bool) -> tuple[float, float]:
        """Width and height of a cell that holds any of the plates."""

    @abstractmethod
    def still(self, ax: Axes, plate: Any) -> None:
        """Draw a plate."""

    @abstractmethod
    def begin(self, ax: Axes, plate: Any) -> Any:
        """Draw a plate at its first step; return what :meth:`move` needs."""

    @abstractmethod
    def move(self, drawn: Any, plate: Any, t: int) -> list[Artist]:
        """Go to another step of a plate, shorter ones beginning again; return what has changed."""

    @abstractmethod
    def length(self, plate: Any) -> int:
        """Steps of a plate."""

    @abstractmethod
    def label_left(self, ax: Axes) -> None:
        """Write on the left of a cell that none stands left of."""

    @abstractmethod
    def label_below(self, ax: Axes) -> None:
        """Write below a cell that none stands below."""


class StripPen(Pen):
    """A pen whose still plates are strips of some steps, without ticks."""

    strips = True

    def label_left(self, ax: Axes) -> None:
        """Write nothing."""

    def label_below(self, ax: Axes) -> None:
        """Write nothing."""


class TimePen(Pen):
    """A pen whose cells have an axis of time."""

    def label_below(self, ax: Axes) -> None:
        low, high = ax.get_xlim()
        length, unit = self.look.unit_of_time(high - low)
        # A number at the right edge would touch the first one of the next cell.
        high = (high - 0.06 * (high - low)) / length
        ticks = ticks_within(low / length, high, 4, whole=self.look.sampling_rate is None)
        ax.set_xticks(ticks * length, [f"{tick:g}" for tick in ticks])
        light_ticks(ax, "x")
        ax.set_xlabel(unit, fontsize=TICK_TEXT, color="0.35", labelpad=1.0)


def width_of(names: Sequence[str]) -> float:
    """Inches that the longest of some names takes as the name of a tick."""
    return 0.12 + _LETTER * max(map(len, names), default=0)


def ticks_within(low: float, high: float, n: int, *, whole: bool = False) -> NDArray[np.float64]:
    """About n round numbers between two, integers alone if they are to be `whole`.

    At least two of them, which a scale is told by, if there are so many.
    """
    from matplotlib.ticker import MaxNLocator

    found = np.empty(0)
    for most in (n, 2 * n):
        locator = MaxNLocator(most, steps=[1, 2, 5, 10], integer=whole, min_n_ticks=1)
        ticks = np.asarray(locator.tick_values(low, high))
        found = ticks[(ticks >= low) & (ticks <= high)]
        if len(found) > 1:
            break
    return found


def light_ticks(ax: Axes, axis: Literal["x", "y"], length: float = 2.0) -> None:
    """Make ticks of an axis small and light."""
    ax.tick_params(
        axis, labelsize=TICK_TEXT, length=length, pad=1.5, color="0.6", labelcolor="0.35"
    )


def bare(ax: Axes) -> None:
    """Take the ticks off a cell and make its frame light."""
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(color="0.8", linewidth=0.6)
