"""Displays, what they are made of, and the bad values of each of their arguments."""

import math

import numpy as np
import scipy.sparse

from seqdisentangle.display import SwapDisplay
from seqdisentangle.metrics import Separation, Shown
from tests.display._common import Codes

X = np.random.RandomState(0).uniform(size=(4, 5, 6, 7))
PAIR = X[:2]
SWAPS = np.stack([PAIR, PAIR], axis=1)
CODES = np.random.RandomState(1).normal(size=(4, 3))
# A few of the kinds of bad sequences, of which the verbs of estimators are handed all.
SEQUENCES = [
    None,
    {"a": X},
    [],
    X[:, :0],
    X.astype(str),
    [X[0], X[1, :, :3]],
    [[[1, 2], [3]], [[1]]],
    scipy.sparse.csr_array(np.eye(5)),
]
OTHERS = [*SEQUENCES, X[:2, ..., :5], X[:2, :, 0]]  # than those that they belong to
COUNTS = [0, 1.5, "many", None, True, [3]]
# How many names are right depends on the display; sets, dicts and scalars never are.
UNORDERED = [{1, 2}, {"a": 0, "b": 1}, b"ab", np.array(0)]
NAMES = [3, "ab", ["a"], ["a", "b", "c", "d", "e"], (name for name in "ab"), *UNORDERED]
FIGURES = [3, "figure", (6, 4)]
MODELS = [None, 3, "model", object(), SwapDisplay]
TABLES = [None, 3.0, "text", [0.5], [[]], [["a"]], [[1, 2], [3]], [[1j]], [[[1.0]]]]
SEEDS = ["seed", -1, 1.5, []]
FLAGS = [None, "yes", 3, 1.0, []]

#: Arguments of a look, which every display of sequences takes.
LOOK = [
    "style",
    "n_frames",
    "steps",
    "channels",
    "cmap",
    "feature_names",
    "sampling_rate",
    "joints",
    "bones",
    "plane",
]
#: Bad values of an argument, by its name, or by a verb and its name.
BAD = {
    "estimator": MODELS,
    "X": SEQUENCES,
    "a": SEQUENCES,
    "b": OTHERS,
    "a_motion_b_content": [*OTHERS, X[:1]],
    "a_content_b_motion": [*OTHERS, X[:1]],
    "motion_donors": SEQUENCES,
    "content_donors": OTHERS,
    "swaps": [*SEQUENCES, X, SWAPS[:1], SWAPS[:, :1], SWAPS[..., :5]],
    "pasts": SEQUENCES,
    "futures": [*OTHERS, [X[:1]], [X, X[:1]]],
    "originals": SEQUENCES,
    "reconstructions": [*OTHERS, X[:1], X[:2, :3]],
    "samples": SEQUENCES,
    "motion": [*SEQUENCES, X, CODES],
    "stations": [*SEQUENCES[:-3], *SEQUENCES[-2:], [X, X[:1]], [X, X[..., :5]]],
    "sequences": [*[bad for bad in SEQUENCES if bad is not None], X[:3]],
    "history": [None, 3, "history", [], [3], [None], {"loss": 1.0}, [{"loss": "low"}]],
    "best_epoch": [bad for bad in COUNTS if bad is not None],
    "coordinates": [*TABLES, CODES, CODES[:, :2] + 0j, CODES[:, :2] * math.nan],
    ("ManifoldDisplay.from_codes", "codes"): [*TABLES, CODES[:3], CODES * math.nan, CODES[:, 0]],
    ("ManifoldDisplay.from_estimator", "codes"): ["", "both", 3, None, ["content"]],
    "groups": [3, "text", [0, 0], [0, 0, 1, 2], [0, 1, 2, 3], [[0]] * 4, [0, 0, {}, []]],
    "labels": [3, "text", [0, 1], [[0]] * 4, [None, {}, [], 1]],
    ("LeakDisplay.from_estimator", "groups"): [3, "text", [0, 0], [[0]] * 4, [0, 0, {}, []]],
    ("LeakDisplay.from_predictions", "labels"): [
        None,
        3,
        "text",
        {},
        [[0, 1]],
        {"speaker": 3},
        {"speaker": []},
        {"speaker": [[0], [1], [0], [1]]},
    ],
    "predictions": [
        None,
        3,
        "text",
        {},
        [[0, 1]],
        {"content": 3},
        {"content": [0, 1, 0, 1]},
        {"content": {"sound": [0, 1, 0, 1]}},
        {"content": {"speaker": 3}},
        {"content": {"speaker": [0, 1]}},
        {"content": {"speaker": ["a", "b", "a", "b"]}},
    ],
    "y": [None, 3, "text", {}, [0, 1], [0, 0, 0, 0], [[[0]]] * 4, {"speaker": [0, 1]}],
    "probe": ["", "forest", "neighbor", 3, None, ["linear"]],
    "values": [*TABLES, [[2j]], scipy.sparse.csr_array(np.eye(2))],
    "chance": [3, "text", [0.5], ["a", "b"], [[0.5, 0.5]], [0.5, 0.5, 0.5]],
    "separation": [None, 3, "text", Separation, {"score": 1.0}],
    "method": ["", "lle", "t-pca", "PCA ", 3, None, ["pca"]],
    "thumbnails": FLAGS,
    "title": [3, True, None, ["a"]],
    "n_thumbnails": COUNTS,
    "n_sequences": COUNTS,
    "n_samples": COUNTS,
    "n_futures": COUNTS,
    "n_steps": [bad for bad in COUNTS if bad is not None],
    "n_columns": [bad for bad in COUNTS if bad is not None],
    "n_directions": COUNTS,
    "n_stations": COUNTS,
    "extent": [0, -1.0, math.nan, math.inf, "far", None, True, [2.0]],
    "motion_of": [4, -5, 1.5, "first", None, True, [0]],
    "lengths": ["all", [5] * 3, [0] * 4, [6] * 4, [2.5] * 4],
    "random_state": SEEDS,
    "style": ["", "movie", "Line", 3, None, True, ["frames"]],
    "n_frames": COUNTS,
    "steps": ["all", 3, True, [], [0.5], ["a"], [[0]], [[0], [0, 1]]],
    "channels": ["", "middle", 3, None, True, ["first"], np.array(["first", "last"])],
    "cmap": [3, True, ["gray"], "unknown", ""],
    ("Look", "cmap"): [3, True, ["gray"]],
    "feature_names": ["ab", 3, True, (name for name in "ab"), *UNORDERED],
    "sampling_rate": [0, -1.0, math.nan, math.inf, "fast", True, [50]],
    "joints": [bad for bad in COUNTS if bad is not None],
    "bones": [3, True, None, "legs", [0], [(0,)], [(0.5, 1)], [("a", "b")], [(0, 1), (1,)]],
    "plane": [3, None, True, "xy", (0,), (0, 1, 2), (0.5, 1), [[0, 1]]],
    "row_names": NAMES,
    "column_names": NAMES,
    "names": NAMES,
    "a_names": NAMES,
    "b_names": NAMES,
    "figure": FIGURES,
    "ax": FIGURES,
    "verbose": ["loud", -1, 1.5, None, [1]],
    "interval": ["fast", 0, -1.0, None, True, math.nan, math.inf, [150]],
}
#: Handed on to the estimator, which names them itself.
NOT_CHECKED = {
    ("SampleDisplay.from_estimator", "n_steps"),
    ("SampleDisplay.from_estimator", "action"),
    ("SampleDisplay.from_estimator", "random_state"),
    ("ManifoldDisplay.from_estimator", "X"),
    ("TraversalDisplay.from_estimator", "X"),
}


class Model:
    """A model that gives back what it is given, and blank frames where it is given none."""

    history_ = ({"epoch": 1, "loss": 2.0},)

    def transform(self, X):
        return Codes(CODES[: len(X)], np.zeros((len(X), 5, 2)))

    def swap(self, a, b):
        return type("Swap", (), {"a_motion_b_content": a, "a_content_b_motion": b})

    def reconstruct(self, X):
        return X

    def extend(self, X, n_steps, random_state=None):
        return X[:, :n_steps]

    def sample(self, n_samples=None, n_steps=None, *, content=None, motion=None, random_state=None):
        return np.zeros((len(content) if n_samples is None else n_samples, 5, 6, 7))


#: Of each constructor, and good arguments of the other verbs.
MADE = {
    "ExtensionDisplay": {"pasts": PAIR, "futures": [PAIR]},
    "HistoryDisplay": {"history": Model.history_},
    "LeakDisplay": {"values": np.eye(2)},
    "Look": {},
    "ManifoldDisplay": {"coordinates": CODES[:, :2], "sequences": X},
    "MotionDisplay": {"motion": CODES[None].repeat(2, axis=0)},
    "ReconstructionDisplay": {"originals": PAIR, "reconstructions": PAIR},
    "SampleDisplay": {"samples": PAIR},
    "SeparationDisplay": {"separation": Separation(0.5, Shown(*[0.5] * 5), *[0.5] * 11, 4)},
    "SwapDisplay": {"motion_donors": PAIR, "content_donors": PAIR, "swaps": SWAPS},
    "SwapPairsDisplay": {
        "a": PAIR,
        "b": PAIR,
        "a_motion_b_content": PAIR,
        "a_content_b_motion": PAIR,
    },
    "TraversalDisplay": {"stations": SWAPS},
}
MODEL = {"estimator": Model(), "X": X}
GOOD = {
    "ExtensionDisplay.from_estimator": MODEL | {"n_steps": 2, "X": PAIR},
    "HistoryDisplay.from_estimator": {"estimator": Model()},
    "LeakDisplay.from_estimator": MODEL | {"y": [0, 0, 1, 1], "random_state": 0},
    "LeakDisplay.from_matrix": {"values": np.eye(2)},
    "LeakDisplay.from_predictions": {
        "labels": {"speaker": [0, 1, 0, 1]},
        "predictions": {"content": {"speaker": [0, 1, 1, 1]}},
    },
    "ManifoldDisplay.from_codes": {"codes": CODES, "sequences": X, "method": "pca"},
    "ManifoldDisplay.from_estimator": MODEL | {"method": "pca"},
    "MotionDisplay.from_estimator": MODEL | {"n_sequences": 2},
    "ReconstructionDisplay.from_estimator": MODEL | {"n_sequences": 2},
    "SampleDisplay.from_estimator": {"estimator": Model(), "n_samples": 2},
    "SeparationDisplay.from_estimator": MODEL | {"random_state": 0},
    "SwapDisplay.from_estimator": {"estimator": Model(), "a": PAIR, "b": PAIR},
    "SwapPairsDisplay.from_estimator": {"estimator": Model(), "a": PAIR, "b": PAIR},
    "TraversalDisplay.from_estimator": MODEL,
}
