"""Matplotlib, imported when a picture is drawn and not before."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes_in", "import_pyplot"]


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


def axes_in(ax: Axes | None, size: tuple[float, float], what: str) -> Axes:
    """The axes to draw `what` in: those given, or new ones in a figure of a size in inches."""
    plt = import_pyplot(what)
    if ax is None:
        _, ax = plt.subplots(figsize=size, facecolor="white", layout="constrained")
    found: Axes = ax
    return found
