"""The choice of a pen, by kind and by ranges."""

import numpy as np
import pytest

from seqdisentangle.data.layout import Layout
from seqdisentangle.display._heatmaps import HeatmapPen
from seqdisentangle.display._images import ImagePen
from seqdisentangle.display._kinds import pen_for
from seqdisentangle.display._lines import LanePen, LinePen
from seqdisentangle.display._look import Look
from seqdisentangle.display._skeletons import SkeletonPen
from tests.display.test_pens import pen_of


@pytest.mark.parametrize(
    ("kind", "pen"),
    [
        ("numbers", LinePen),
        ("vector", LinePen),
        ("spectrum", HeatmapPen),
        ("joints", SkeletonPen),
        ("grey", ImagePen),
        ("colour_first", ImagePen),
    ],
)
def test_every_kind_has_its_pen(kind, pen):
    assert type(pen_of(kind)[0]) is pen


@pytest.mark.parametrize(("factor", "pen"), [(3.0, LinePen), (2000.0, LanePen)])
def test_channels_of_unlike_units_get_lanes(factor, pen):
    X = list(np.random.RandomState(0).uniform(size=(5, 20, 2)) * [1.0, factor])
    assert type(pen_for(Look(), Layout("vector", (2,)), X)) is pen


@pytest.mark.parametrize(
    ("kind", "style"), [("grey", "lines"), ("vector", "frames"), ("vector", "skeletons")]
)
def test_a_style_that_does_not_suit_is_refused(kind, style):
    with pytest.raises(ValueError, match=f"style='{style}' does not suit"):
        pen_of(kind, style)
