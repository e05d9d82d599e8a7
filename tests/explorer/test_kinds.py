"""Kinds: the page draws sequences of a layout as the displays do."""

import numpy as np
import pytest

from seqdisentangle.data.layout import Layout
from seqdisentangle.display import Look
from seqdisentangle.explorer._kinds import kind_of

RNG = np.random.RandomState(0)
VECTOR = Layout("vector", (3,))
X = [RNG.uniform(size=(5, 3)) for _ in range(2)]


@pytest.mark.parametrize(
    ("layout", "frame", "look", "kind"),
    [
        (Layout("univariate", (1,)), (), {}, "lines"),
        (VECTOR, (3,), {}, "lines"),
        (VECTOR, (3,), {"style": "lanes"}, "lanes"),
        (Layout("vector", (12,)), (12,), {}, "heatmap"),
        (Layout("vector", (8,), coordinates=2), (4, 2), {"bones": [(0, 1)]}, "skeletons"),
        (Layout("image", (1, 4, 5)), (4, 5), {}, "frames"),
    ],
)
def test_a_layout_and_a_look_have_a_kind(layout, frame, look, kind):
    each = [RNG.uniform(size=(5, *frame)) for _ in range(2)]
    facts, encode = kind_of(Look(**look), layout, each, each)
    assert facts["kind"] == kind
    assert encode(each)["t"] == [5, 5]


def test_the_scale_holds_what_is_made_too():
    facts, _ = kind_of(Look(), VECTOR, X, [10 * x for x in X])
    np.testing.assert_allclose(facts["high"], 10 * np.max(X, axis=(0, 1)))


def test_channels_have_the_names_of_the_look():
    facts, _ = kind_of(Look(feature_names=["x", "y", "z"]), VECTOR, X, X)
    assert facts["channels"] == ["x", "y", "z"]
