"""Bad arguments of displays: named, before anything is computed or drawn."""

import inspect
import math

import matplotlib as mpl
import numpy as np
import pytest
import scipy.sparse

from seqdisentangle.display import SwapDisplay
from tests.refusals._rows import check_named, shown

mpl.use("agg")

import matplotlib.pyplot as plt

X = np.random.RandomState(0).uniform(size=(2, 5, 6, 7))
SWAPS = np.stack([X, X], axis=1)
SEQUENCES = [
    None,
    3.0,
    {"a": X},
    [],
    X[:0],
    X[:, :0],
    X[0, 0, 0],
    X + 0j,
    X.astype(str),
    X.astype("M8[s]"),
    [X[0], X[1, :, :3]],
    [[[1, 2], [3]], [[1]]],
    scipy.sparse.csr_array(np.eye(5)),
]
COUNTS = [0, -1, 1.5, "many", None, True, [3], math.nan]
NAMES = [3, True, "ab", ["a"], ["a", "b", "c"], (name for name in "ab")]
FIGURES = [3, True, "figure", [], (6, 4), object()]
LOOK = ("channels", "cmap", "n_frames")  # of which every verb takes some more
# Bad values of an argument, by its name, whatever the verb.
BAD = {
    "estimator": [None, 3, "model", object(), SwapDisplay],
    "a": SEQUENCES,
    "b": [*SEQUENCES, X[..., :5], X[:, :, 0]],
    "motion_donors": SEQUENCES,
    "content_donors": [*SEQUENCES, X[..., :5], X[:, :, 0]],
    "swaps": [*SEQUENCES, X, SWAPS[:1], SWAPS[:, :1], SWAPS[..., :5]],
    "channels": ["", "middle", 3, None, True, ["first"], np.array(["first", "last"])],
    "n_frames": COUNTS,
    "cmap": ["unknown", "", 3, True, ["gray"]],
    "row_names": NAMES,
    "column_names": NAMES,
    "figure": FIGURES,
    "ax": FIGURES,
    "interval": ["fast", 0, -1.0, None, True, math.nan, math.inf, [150]],
}


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


class Swapping:
    """A model whose swaps are the donors of motion."""

    def swap(self, a, b):
        return type("Swap", (), {"a_motion_b_content": a})


GOOD = {
    "SwapDisplay": {"motion_donors": X, "content_donors": X, "swaps": SWAPS},
    "from_estimator": {"estimator": Swapping(), "a": X, "b": X},
    "plot": {},
    "animate": {},
}


def verbs():
    """The constructor and the verbs of a display."""
    drawn = SwapDisplay(X, X, SWAPS)
    return {
        "SwapDisplay": SwapDisplay,
        "from_estimator": SwapDisplay.from_estimator,
        "plot": drawn.plot,
        "animate": drawn.animate,
    }


def rows():
    """Every bad value of every argument of the verbs."""
    for verb, function in verbs().items():
        arguments = {*inspect.signature(function).parameters, *LOOK} - {"look"}
        for argument in sorted(arguments):
            if (verb, argument) == ("SwapDisplay", "cmap"):
                continue  # nothing is drawn there
            for value in BAD[argument]:
                yield pytest.param(
                    verb, argument, value, id=f"{verb}-{argument}-{shown(value)[:40]}"
                )


@pytest.mark.parametrize(("verb", "argument", "value"), list(rows()))
def test_a_display_names_a_bad_argument(verb, argument, value):
    check_named(lambda: verbs()[verb](**GOOD[verb] | {argument: value}), argument)
    assert not plt.get_fignums()
