"""Bad parameters and arguments of the judge: named, and the trained judge stays as it was."""

import inspect
import math

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from seqdisentangle.metrics import SequenceJudge
from tests.refusals._rows import check_refused, public_methods, shown
from tests.refusals.test_verbs import PATHS, SEEDS, SEQUENCES, UNLIKE, N, X

Y = np.arange(N) % 2
COUNTS = [0, -1, 1.5, "many", None, True, [3], math.nan]
SIZES = [-0.1, math.nan, math.inf, "much", None, True, [1.0]]
PARAMETERS = {
    "n_channels": COUNTS,
    "n_features": COUNTS,
    "max_epochs": COUNTS,
    "batch_size": [*COUNTS, 1],
    "learning_rate": [*SIZES, 0],
    "noise": SIZES,
    "tol": SIZES,
    "channels": ["", "middle", 3, None, True, ["first"]],
    "device": ["", "unknown", "cuda:99", 3, None],
    "random_state": [value for value, *_ in SEEDS],
}
LABELS = [
    None,
    1,
    "text",
    [],
    Y[:3],
    [*Y, 0],
    [None] * N,
    [[0], [0, 1]] * 3,
    [Y, Y],
    [[[0]]] * N,
    {"a": 1},
    [math.nan, 1.0] * 3 + [0.0],
    [1, "a", *Y[2:]],
]
WEIGHTS = ["text", 1.0, {}, [1.0], [-1.0] * N, [0.0] * N, [math.nan] * N, [[1.0]] * N, ["a"] * N]
ARGUMENTS = {
    "y": [(value, ValueError, "") for value in LABELS],
    "sample_weight": [(value, ValueError, "") for value in WEIGHTS],
    "path": PATHS,
}
GOOD = {"X": X, "y": Y}
SMALL = {"n_channels": 2, "n_features": 4, "max_epochs": 1, "random_state": 0}


@pytest.fixture(scope="module")
def judge():
    return SequenceJudge(**SMALL).fit(X, Y)


@pytest.fixture(scope="module")
def judge_of_two():
    return SequenceJudge(**SMALL).fit(X, np.column_stack([Y, np.arange(N) % 3]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{name}-{shown(value)}")
        for name, values in PARAMETERS.items()
        for value in values
    ],
)
def test_fit_names_a_parameter_of_a_wrong_value(name, value):
    judge = SequenceJudge(**SMALL | {name: value})
    check_refused(judge, lambda: judge.fit(X, Y), name, (ValueError, TypeError))


def test_every_parameter_has_values_that_are_refused():
    assert set(inspect.signature(SequenceJudge).parameters) == set(PARAMETERS)


def rows():
    """Every bad value of every argument of every verb."""
    for verb, method in public_methods(SequenceJudge):
        for argument in sorted({*inspect.signature(method).parameters} - {"self"}):
            if argument == "X":
                bad = SEQUENCES | ({} if verb == "fit" else UNLIKE)
                bad = {k: v for k, v in bad.items() if verb == "fit" or k != "no sequence"}
            else:
                bad = {shown(value)[:40]: (value, *rest) for value, *rest in ARGUMENTS[argument]}
            for key, row in bad.items():
                yield pytest.param(verb, argument, *row, id=f"{verb}-{argument}-{key}")


@pytest.mark.parametrize(("verb", "argument", "value", "error", "told"), list(rows()))
def test_a_verb_names_a_bad_argument(verb, argument, value, error, told, judge):
    method = getattr(judge, verb)
    given = {k: v for k, v in GOOD.items() if k in inspect.signature(method).parameters}
    check_refused(judge, lambda: method(**given | {argument: value}), argument, error, told)


def test_labels_of_a_single_class_leave_nothing_to_judge(judge):
    check_refused(judge, lambda: judge.fit(X, [0] * N), "y", ValueError, "a single class")


def test_true_labels_are_of_the_kind_and_number_of_those_seen_in_fit(judge, judge_of_two):
    of_text = SequenceJudge(**SMALL).fit(X, ["left", "right"] * 3 + ["up"])
    for trained, y, told in [
        (judge, ["left"] * N, "y must hold numbers, as in fit, got text, such as 'left'"),
        (of_text, [0] * N, "y must hold text, such as '(left|right|up)', as in fit, got numbers"),
        (judge, np.column_stack([Y, Y]), r"y must have shape \(7,\), .* got shape \(7, 2\)"),
        (judge_of_two, Y, r"y must have shape \(7, 2\), .* got shape \(7,\)"),
        (judge_of_two, Y[:, None], r"got shape \(7, 1\)"),
    ]:
        check_refused(trained, lambda t=trained, y=y: t.score(X, y), "y", ValueError, told)


def test_a_judge_that_is_not_trained_says_so():
    for verb, given in {"predict": X, "predict_proba": X, "save": "new"}.items():
        with pytest.raises(NotFittedError, match="SequenceJudge instance is not fitted yet"):
            getattr(SequenceJudge(), verb)(given)
