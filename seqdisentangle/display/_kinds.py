"""The choice of a pen: which way of drawing suits sequences of a kind."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from ..data.layout import Layout
from ._heatmaps import HeatmapPen
from ._images import ImagePen
from ._lines import LanePen, LinePen, flat, ranges_of
from ._look import Look
from ._names import fitted
from ._pens import Pen
from ._skeletons import SkeletonPen

__all__ = ["pen_for"]

_MOST_LINES = 8  # that can be told apart
_LONGEST_NAME = 24  # letters of the name of a channel
_ALIKE = 5.0  # the largest range of channels that share an axis, in the smallest


def pen_for(
    look: Look,
    layout: Layout,
    real: list[NDArray[Any]],
    made: list[NDArray[Any]] | None = None,
    *,
    compared: bool = False,
) -> Pen:
    """Find the pen for sequences, by their layout and a look.

    Parameters
    ----------
    look : Look
    layout : Layout
    real : list of arrays (T_i, ...)
        Sequences that set the scale.
    made : list of arrays, optional
        Those that a model made of them; room is made for these too.
    compared : bool
        Room is made for the difference of each from the one that it was made of.

    Raises
    ------
    ValueError
        If sequences of this layout are not drawn in the style of the look.
    """
    drawn = [*real, *(made or [])]
    n_steps = max(map(len, drawn))
    style = style_of(look, layout)
    if style == "frames":
        return ImagePen(look, real, n_steps, layout)
    if style == "skeletons":
        return SkeletonPen(look, drawn, coordinates_of(layout, look))
    tables = [flat(x) for x in drawn]
    n_channels = tables[0].shape[1]
    ranges = ranges_of([flat(x) for x in real])
    widths = ranges[:, 1] - ranges[:, 0]
    moving = widths[widths > 0]
    alike = not moving.size or bool(moving.max() <= _ALIKE * moving.min())
    if style == "vectors":
        style = "heatmap" if n_channels > _MOST_LINES else "lines" if alike else "lanes"
    names = [fitted(name, _LONGEST_NAME, 1) for name in look.channel_names(n_channels)]
    if style == "heatmap":
        named = None if look.feature_names is None else names
        return HeatmapPen(look, tables, named, alike=alike)
    pairs = zip(real, made or [], strict=True) if compared else ()
    differences = [flat(x) - flat(y) for x, y in pairs]
    return (LanePen if style == "lanes" else LinePen)(look, tables, names, differences)


def style_of(look: Look, layout: Layout) -> str:
    """The style of a look, or the one of a layout; "vectors" leaves it to the values."""
    image, skeleton = layout.kind == "image", layout.coordinates is not None
    skeleton = skeleton or look.joints is not None
    own = "frames" if image else "skeletons" if skeleton else "vectors"
    if look.style in ("auto", own):
        return own
    if image or look.style == "frames" or (look.style == "skeletons" and not skeleton):
        hint = ": say joints" if look.style == "skeletons" else ""
        raise ValueError(
            f"style={look.style!r} does not suit frames of shape {layout.array_frame_shape}{hint}"
        )
    return look.style


def coordinates_of(layout: Layout, look: Look) -> int:
    """Coordinates of a joint, of skeletons or of vectors that a look says are such."""
    if layout.coordinates is not None:
        return layout.coordinates
    n_coordinates, rest = divmod(layout.frame_shape[0], look.joints or 1)
    if rest or n_coordinates not in (2, 3):
        raise ValueError(
            f"joints={look.joints} does not suit frames of shape {layout.array_frame_shape}: "
            "expected 2 or 3 numbers for each joint"
        )
    return n_coordinates
