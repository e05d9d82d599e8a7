"""Bad parameters of every estimator: fit names the parameter, and leaves all as it was."""

import inspect
import math

import pytest

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from tests.refusals._rows import check_refused

COUNTS = [0, -1, 1.5, "many", None, True, [3], math.nan]
POSITIVE = [0, -1.0, math.nan, math.inf, "small", None, True, [1e-3]]
WEIGHTS = [-0.1, math.nan, "much", None, True]
PAIRS = [-1.0, math.nan, "much", None, True, (1.0,), (1.0, -1.0), (1.0, "x"), (True, 1.0)]
NAMES = ["", "unknown", 3, True, ["x"]]
PARTS = ["unknown", 3, 1.5, True, object, {"x": 1}]

# Values that a parameter does not take; of every estimator that has it.
BAD = {
    "reg": ["unknown", 3, None, ("mmd",), ("mmd", "unknown"), {"content": "mmd"}, object()],
    "posterior": NAMES,
    "content_size": COUNTS,
    "motion_size": COUNTS,
    "hidden_size": COUNTS,
    "max_epochs": COUNTS,
    "batch_size": COUNTS,
    "clip_steps": COUNTS,
    "learning_rate": POSITIVE,
    "kl_weight": WEIGHTS,
    "gradient_penalty": WEIGHTS,
    "content_weight": WEIGHTS,
    "motion_weight": WEIGHTS,
    "movement_weight": WEIGHTS,
    "constancy_weight": PAIRS,
    "independence_weight": PAIRS,
    "content_noise": [0, -1.0, math.nan, "loud", True],
    "motion_noise": [0, -1.0, math.nan, "loud", True],
    "content_prior": ["unknown", 3, None, True],
    "n_actions": [0, 1, -2, 2.5, "three", True, [3]],
    "network": ["unknown", 3, None, True, (1, 2), {"x": 1}],
    "cost": ["unknown", 3, None, True],
    "motion_prior": ["unknown", 3, None, True],
    "content_view": ["unknown", 3, True, ["unknown"], [None], [[]], {"x": 1}],
    "motion_view": ["unknown", "auto", 3, True, ["shuffle", "unknown"]],
    "motion_input": NAMES,
    "posteriors": NAMES,
    "scale": NAMES,
    "channels": NAMES,
    "codes": NAMES,
    "missing": NAMES,
    "training": ["fast", 3, True, {"ema": 0.9}],
    "early_stopping": ["yes", 3, None, {"patience": 1}],
    "device": ["", "unknown", "cuda:99", 3, None],
    "checkpoint": ["", 3, True, ["folder"]],
    "callbacks": ["unknown", 3, [3], object()],
    "warm_start": ["yes", 2, None],
    "random_state": ["seed", -1, 1.5, [0]],
    "verbose": ["loud", -1, None, 1.5],
}
ESTIMATORS = [RecurrentWAE, DSVAE, MoCoGAN]
ROWS = [
    (cls, name, value)
    for cls in ESTIMATORS
    for name in inspect.signature(cls).parameters
    for value in BAD[name]
    # Of RecurrentWAE alone, "auto" is a number too.
]


def told(value):
    """A value in the name of a test, the same in every process."""
    return "object" if type(value) is object else getattr(value, "__name__", repr(value))


@pytest.mark.parametrize(
    ("cls", "name", "value"),
    ROWS,
    ids=[f"{cls.__name__}-{name}-{told(value)}" for cls, name, value in ROWS],
)
def test_fit_names_a_parameter_of_a_wrong_value(cls, name, value, small, vectors):
    model = small(cls, **{name: value})
    check_refused(model, lambda: model.fit(vectors), name, (ValueError, TypeError))


def test_every_parameter_has_values_that_are_refused():
    assert {name for cls in ESTIMATORS for name in inspect.signature(cls).parameters} == set(BAD)


VIEWS = {
    "images of vectors": ("mirror", "Mirror is for sequences of shape"),
    "a number": (lambda x: 3, "must return a tensor"),
    "fewer sequences": (lambda x: x[:1], "of the same n and frames"),
    "too many arguments": (lambda a, b, c, d: a, "also needs 'd'"),
    "one of a list": (["shuffle", "mirror"], "Mirror is for sequences of shape"),
}


@pytest.mark.parametrize("name", ["content_view", "motion_view"])
@pytest.mark.parametrize("case", VIEWS)
def test_a_view_that_does_not_fit_is_named_by_its_parameter(case, name, small, vectors):
    view, told = VIEWS[case]
    model = small(**{name: view})
    check_refused(model, lambda: model.fit(vectors), name, (ValueError, TypeError), told)
