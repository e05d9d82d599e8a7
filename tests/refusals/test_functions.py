"""Bad arguments of the public functions of metrics and data: named, by an error of its type."""

import functools
import inspect
import math

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from seqdisentangle import data, metrics
from seqdisentangle.estimators.codes import Codes, Swap
from tests.refusals._rows import check_refused, shown

N, T = 8, 4
VIDEOS = np.random.RandomState(2).randint(256, size=(N, T, 8, 8, 1), dtype=np.uint8)
Y = np.arange(N) % 2
CODES = np.random.RandomState(3).normal(size=(N, 3))
TABLE = pd.DataFrame({"id": [0, 0, 1, 1], "t": [0, 1, 0, 1], "x": [1.0, 2.0, 3.0, 4.0]})
LIKE = data.from_table(TABLE, id="id", time="t")

SEQUENCES = [
    None,
    3.0,
    "text",
    VIDEOS[:0],
    VIDEOS.astype(str),
    scipy.sparse.csr_array(np.eye(N)),
    {"a": VIDEOS},
    [VIDEOS[0], VIDEOS[1, :, :4]],
]
LABELS = [
    None,
    1,
    "text",
    Y[:3],
    [[0], [1, 2]],
    [None] * N,
    [math.nan] * N,
    ["a", *Y[1:]],
    {"a": 1},
]
COUNTS = [0, -1, 1.5, "many", True, math.nan]
OBJECTS = [None, 3, "model", object()]
LARGE = CODES * 1e160  # whose squares are beyond float64
NUMBERS = ["text", [[1], [2, 3]], [[math.nan, 1.0]], [], 1.0]
FEATURES = [None, "text", [[1], [2, 3]], 1.0, CODES[:, 0], CODES[:1], CODES * math.nan]
# Bad values of an argument, by its name, whatever the function.
BAD = {
    "model": OBJECTS,
    "judge": OBJECTS,
    "X": SEQUENCES,
    "motion_labels": LABELS,
    "content_labels": LABELS,
    "y": LABELS,
    "y_true": LABELS,
    "y_pred": LABELS,
    "y_train": LABELS,
    "y_test": LABELS,
    "same": [*LABELS, np.where(Y, "yes", "no"), Y + 1, Y / 2],
    "scores": ["text", [[1], [2, 3]], [], 1.0, CODES, CODES[:, 0] * math.nan, LARGE[:, 0]],
    "utterances": [1, "text", Y[:3], np.arange(N) // 4],
    "groups": [1, "text", Y[:3], np.zeros(N)],
    "predictions": [None, 3, "text", [], [[]], [1, 2]],
    "measure": [*OBJECTS, str],
    "pairs": [None, 3, "text", (VIDEOS,), (VIDEOS, VIDEOS[:3]), (VIDEOS, None)],
    "embed": [*OBJECTS, len, str],
    "keypoints": [3, "model", len],
    "estimator": [3, "model", object()],
    "scoring": [3, "unknown"],
    "model_a": OBJECTS,
    "model_b": OBJECTS,
    "probabilities": [*NUMBERS, [[-0.5, 1.5]], [[0.5, 0.1]]],
    "codes": ["text", [[1], [2, 3]], 1.0, CODES[:, 0], CODES * math.inf, LARGE],
    "codes_train": ["text", [[1], [2, 3]], 1.0, CODES[:, 0], CODES * math.nan, LARGE],
    "codes_test": ["text", [[1], [2, 3]], 1.0, CODES[:, :2], CODES * math.nan, LARGE],
    "codes_a": FEATURES,
    "codes_b": FEATURES,
    "real": [*FEATURES, LARGE],
    "generated": [*FEATURES, LARGE],
    "batch_size": COUNTS,
    "max_iter": COUNTS,
    "n_actions": COUNTS,
    "n_bins": [1, 10**9, *COUNTS],
    "n_draws": [1, *COUNTS],
    "n_folds": [1, *COUNTS],
    "n_neighbours": COUNTS,
    "n_parts": [1, T + 1, *COUNTS],
    "n_permutations": COUNTS,
    "n_subsets": [1, *COUNTS],
    "subset_size": [1, *COUNTS],
    "subsets": [None, 3, "y", {}, {"other": [0]}, {"y": [9]}, {"y": [[0]]}, {"y": "text"}],
    "donors": [*SEQUENCES, VIDEOS[:3]],
    "dimensions": [None, 1.5, "text", [-1], [3], [0, 0], [0.5], [True], [[0]]],
    "n_samples": COUNTS,
    "n_sequences": COUNTS,
    "n_steps": COUNTS,
    "random_state": ["seed", -1, 1.5, []],
    "task": [-1, 5, 1.5, "first", True],
    "lengths": [[T] * 3, "all", [0] * N],
    "table": [None, 3, "table", TABLE.to_numpy(), {"id": [1]}],
    "sequences": [None, 3, "text", [], [["a", "b"], ["c", "d"]]],
    "like": [None, 3, (1, 2)],
    "x": [None, "text", [], np.zeros(()), [np.zeros((5, 2)), np.zeros((5, 3))], CODES.astype(str)],
    "length": [*COUNTS, 100],
    "step": COUNTS,
}
# Of the columns of a table, which are named instead.
COLUMNS = {"id", "time", "values", "ids", "times"}
NOT_CHECKED = {("separation_scorer", "y"), ("chance", "y"), ("from_channels_first", "X")}
GOOD = {
    "X": VIDEOS,
    "motion_labels": Y,
    "content_labels": Y,
    "n_actions": 2,
    "n_steps": T,
    "n_samples": N,
    "y": Y,
    "y_true": Y,
    "y_pred": Y,
    "y_train": Y,
    "y_test": Y,
    "same": Y,
    "scores": CODES[:, 0],
    "predictions": [[1, 1]],
    "measure": float,
    "pairs": (VIDEOS, VIDEOS),
    "codes_a": CODES,
    "codes_b": CODES,
    "real": CODES,
    "generated": CODES,
    "donors": VIDEOS,
    "dimensions": [0],
    "subsets": {"y": [0]},
    "probabilities": np.full((N, 2), 0.5),
    "codes": CODES,
    "codes_train": CODES,
    "codes_test": CODES,
    "table": TABLE,
    "id": "id",
    "sequences": LIKE.sequences,
    "like": LIKE,
    "x": CODES,
    "length": 3,
}
FUNCTIONS = {
    name: function
    for room in (metrics, data)
    for name, function in ((name, getattr(room, name)) for name in room.__all__)
    if inspect.isfunction(function)
}
ROWS = [
    pytest.param(name, argument, value, id=f"{name}-{argument}-{shown(value)[:40]}")
    for name, function in FUNCTIONS.items()
    for argument, parameter in inspect.signature(function).parameters.items()
    if argument not in COLUMNS and (name, argument) not in NOT_CHECKED
    for value in BAD[argument]
    if value is not parameter.default
]


class Model:
    """A model that decodes whatever it is given as blank frames."""

    def transform(self, X):
        return Codes(np.zeros((len(X), 3)), np.zeros((len(X), T, 2)))

    def inverse_transform(self, codes):
        return np.zeros((*codes[1].shape[:2], 8, 8, 1), np.uint8)

    def reconstruct(self, X):
        return X

    def swap(self, a, b):
        return Swap(a, b)

    def sample(self, n_samples, n_steps, **told):
        return np.zeros((n_samples, n_steps, 8, 8, 1), np.uint8)


class Judge:
    """A judge of two tasks that answers always the same."""

    def predict(self, X):
        return np.zeros((len(X), 2), int)

    def predict_proba(self, X):
        return [np.full((len(X), 2), 0.5)] * 2


@functools.cache
def helpers():
    return {"model": Model(), "model_a": Model(), "model_b": Model(), "judge": Judge()}


@pytest.mark.parametrize(("name", "argument", "value"), ROWS)
def test_a_function_names_a_bad_argument(name, argument, value):
    function = FUNCTIONS[name]
    needed = inspect.signature(function).parameters
    good = {k: v for k, v in (GOOD | helpers()).items() if k in needed}
    handed = {k: v for k, v in good.items() if needed[k].default is inspect.Parameter.empty}
    if "random_state" in needed:  # else the global generator is meant to be drawn from
        handed["random_state"] = 0
    model = helpers()["model"]
    call = functools.partial(function, **(handed | {argument: value}))
    check_refused(model, call, argument, (ValueError, TypeError))


@pytest.mark.parametrize("argument", ["id", "time", "values"])
@pytest.mark.parametrize("value", ["unknown", 3, ["unknown"], ["id", "unknown"]])
def test_a_column_that_is_not_there_is_named(argument, value):
    name = value[-1] if isinstance(value, list) else value
    with pytest.raises(ValueError, match=rf"no column .*{name}"):
        data.from_table(TABLE, **({"id": "id"} | {argument: value}))
