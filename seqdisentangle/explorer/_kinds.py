"""Sequences of each kind as the page draws them, by the pens of the displays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.layout import Layout
from ..display._heatmaps import HeatmapPen
from ..display._images import ImagePen
from ..display._kinds import pen_for
from ..display._lines import LanePen, flat, ranges_of
from ..display._look import Look
from ..display._skeletons import SkeletonPen
from ._sheets import picture_sheet, table_sheet

__all__ = ["Encoder", "kind_of"]

Encoder = Callable[[list[NDArray[Any]]], dict[str, Any]]


def kind_of(
    look: Look, layout: Layout, real: list[NDArray[Any]], made: list[NDArray[Any]]
) -> tuple[dict[str, Any], Encoder]:
    """The facts that a page needs to draw sequences, and the encoder of a sheet of them.

    Parameters
    ----------
    look : Look
    layout : Layout
    real : list of arrays (T_i, ...)
        Sequences that set the scale.
    made : list of arrays (T_i, ...)
        Those that a model made of them.

    Returns
    -------
    facts : dict
        Its ``kind`` is "frames", "skeletons", "lines", "lanes" or "heatmap".
    encode : callable
        Makes a sheet of a list of sequences.
    """
    pen = pen_for(look, layout, real, made)
    if isinstance(pen, ImagePen):
        facts: dict[str, Any] = {"kind": "frames", "height": pen.height, "width": pen.width}
        return facts, lambda each: picture_sheet([pen.sequence(x) for x in each])
    tables_of, facts = flat, {"kind": "lanes" if isinstance(pen, LanePen) else "lines"}
    if isinstance(pen, SkeletonPen):
        facts = {"kind": "skeletons", "bones": pen.bones.tolist()}
        facts |= {"box": [pen.low.tolist(), pen.high.tolist()]}

        def tables_of(x: NDArray[Any]) -> NDArray[np.float64]:
            return flat(pen.points(x))

    ranges = ranges_of([tables_of(x) for x in [*real, *made]])
    if isinstance(pen, HeatmapPen):
        facts = {"kind": "heatmap", "shades": [pen.low.tolist(), pen.span.tolist()]}
        facts |= {"named": pen.names is not None}
    n_channels = len(ranges)
    if not isinstance(pen, SkeletonPen):
        facts |= {"channels": look.channel_names(n_channels)}
    low, high = ranges.T
    facts |= {"low": low.tolist(), "high": high.tolist()}
    return facts, lambda each: table_sheet([tables_of(x) for x in each], low, high)
