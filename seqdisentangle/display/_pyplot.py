"""Matplotlib, imported when a picture is drawn and not before."""

from __future__ import annotations

from numbers import Integral
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from ._look import check_positive

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes_in", "check_drawing", "import_pyplot"]


def import_pyplot(what: str) -> ModuleType:
    """Return `matplotlib.pyplot`, or say how to get it to who wants to draw `what`."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{what} draws with matplotlib, which is not installed: "
            "pip install 'seqdisentangle[plot]'"
        ) from error
    return plt


def axes_in(ax: Axes | None, size: tuple[float, float], what: str, cmap: Any = None) -> Axes:
    """The axes to draw `what` in: those given, or new ones in a figure of a size in inches.

    Raises
    ------
    TypeError, ValueError
        If these are no axes, or the colour map is none.
    """
    plt = import_pyplot(what)
    check_drawing(ax=ax, cmap=cmap)
    if ax is None:
        _, ax = plt.subplots(figsize=size, facecolor="white", layout="constrained")
    found: Axes = ax
    return found


def check_drawing(
    *,
    cmap: Any = None,
    ax: Any = None,
    figure: Any = None,
    interval: Any = 1.0,
    verbose: Any = 0,
) -> None:
    """Raise an error that names the argument unless these can be drawn with."""
    plt = import_pyplot("This display")
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import FigureBase

    is_name = isinstance(cmap, str) and cmap in plt.colormaps()
    if not (cmap is None or is_name or isinstance(cmap, Colormap)):
        # Matplotlib minds capitals, by which "Viridis" is none.
        meant = [name for name in plt.colormaps() if name.lower() == str(cmap).lower()]
        hint = f": write {meant[0]!r}" if meant else ""
        raise ValueError(f"cmap must be the name of a colour map of matplotlib, got {cmap!r}{hint}")
    for name, value, kind in (("ax", ax, Axes), ("figure", figure, FigureBase)):
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name} must be of matplotlib, {kind.__name__}, got {value!r}")
    check_positive(interval, "interval")
    if not isinstance(verbose, (Integral, np.bool_)) or verbose < 0:
        raise ValueError(f"verbose must be a whole number from 0 on, got {verbose!r}")
