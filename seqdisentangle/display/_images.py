"""Images: strips of frames, pixel by pixel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.layout import Layout
from ._colours import DIVERGING
from ._frames import as_pictures, brightness_range, strip
from ._look import Look
from ._pens import StripPen
from ._pyplot import import_pyplot

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["ImagePen"]

Pictures = NDArray[np.floating]


class ImagePen(StripPen):
    """Images as strips of frames; a plate is the pictures (T, H, W, 3) of all steps, in RGB.

    Parameters
    ----------
    look : Look
    real : sequence of arrays (T_i, ...)
        Their values say what is black and white; what a model makes is shown on the same scale.
    n_steps : int
    layout : Layout
    """

    pixels = True

    def __init__(
        self, look: Look, real: Sequence[NDArray[Any]], n_steps: int, layout: Layout
    ) -> None:
        super().__init__(look, n_steps)
        self.channels = layout.channels
        self.limits = brightness_range(real)
        self._maps = import_pyplot("This display").get_cmap
        _, self.height, self.width = layout.frame_shape

    def sequence(self, x: NDArray[Any]) -> Pictures:
        return as_pictures(x, self.limits, self.channels, self._maps(self.look.cmap or "gray"))

    def difference(self, x: NDArray[Any], made: NDArray[Any]) -> Pictures:
        """The mean over channels of what is left: orange where too dark, violet if too bright."""
        reach = self.limits[1] - self.limits[0]
        left = x.astype(np.float64) - made.astype(np.float64)
        if self.channels is not None:
            left = left.mean(-1 if self.channels == "last" else 1)
        return as_pictures(left, (-reach, reach), None, self._maps(DIVERGING + "_r"))

    def size(self, plates: Iterable[Pictures], *, moving: bool) -> tuple[float, float]:
        if moving:
            return self.width, self.height
        return max(self.strip(pictures).shape[1] for pictures in plates), self.height

    def strip(self, pictures: Pictures) -> Pictures:
        """The chosen steps side by side."""
        return strip(pictures[self.look.chosen_steps(len(pictures))], max(1, self.width // 32))

    def still(self, ax: Axes, plate: Pictures) -> None:
        show(ax, self.strip(plate))

    def begin(self, ax: Axes, plate: Pictures) -> Any:
        return show(ax, plate[0])

    def move(self, drawn: Any, plate: Pictures, t: int) -> list[Artist]:
        drawn.set_data(plate[t % len(plate)])
        return [drawn]

    def length(self, plate: Pictures) -> int:
        return len(plate)


def show(ax: Axes, picture: Pictures) -> Any:
    """Draw a picture pixel by pixel from the left, without frame or ticks."""
    ax.set_axis_off()
    ax.set_anchor("W")
    return ax.imshow(picture, interpolation="nearest", aspect="equal", vmin=0.0, vmax=1.0)
