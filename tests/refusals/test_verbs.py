"""Bad arguments of every verb: the argument is named, and the fitted model stays as it was."""

import inspect
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from tests.refusals._rows import check_refused, public_methods, shown

N, T, D = 7, 5, 3  # of the sequences that the models were fitted to
X = np.random.RandomState(1).normal(size=(N, T, D)).cumsum(1).astype(np.float32)
CONTENT, MOTION = np.zeros((N, 4), np.float32), np.zeros((N, T, 2), np.float32)
OK = (CONTENT, MOTION)


def with_value(value):
    """The sequences with another value in step 2 of sequence 4."""
    changed = X.astype(np.float64)
    changed[4, 2, 1] = value
    return changed


# Sequences that no verb takes: what they are, the error, and what is said besides their name.
SEQUENCES = {
    "none": (None, TypeError, "array of numbers or a list of arrays, got NoneType"),
    "a number": (3.0, TypeError, "got float"),
    "text": ("abc", TypeError, "'file.npy' or a folder of .npy files, got str 'abc'"),
    "bytes": (b"abc", TypeError, "got bytes"),
    "no such file": ("none.npy", FileNotFoundError, "no such file"),
    "no data set": (Path("none.h5"), ValueError, "names no data set"),
    "dict": ({"a": X}, TypeError, "one of its values"),
    "set": ({1.0, 2.0}, TypeError, "Hand in a list"),
    "generator": ((x for x in X), TypeError, "Hand in a list"),
    "complex": (X + 0j, ValueError, "Complex data not supported"),
    "strings": (X.astype(str), ValueError, "must hold numbers, got dtype <U"),
    "dates": (X.astype("M8[s]"), ValueError, "must hold numbers, got dtype datetime64"),
    "records": (np.zeros((N, T), [("a", "f4")]), ValueError, "structured_to_unstructured"),
    "objects": (np.full((N, T, D), object()), TypeError, "must hold numbers, got objects"),
    "text in objects": (np.full((N, T, D), "1", object), ValueError, "'1' at .*0, 0, 0"),
    "sparse": (scipy.sparse.csr_array(np.eye(N)), TypeError, "sparse.*toarray"),
    "sparse tensor": (torch.eye(N).to_sparse(), TypeError, "sparse.*to_dense"),
    "sparse frame": (pd.DataFrame(np.eye(N)).astype("Sparse[float]"), TypeError, "sparse.to_dense"),
    "meta tensor": (torch.empty(N, T, D, device="meta"), ValueError, "meta device"),
    "matrix": (np.asmatrix(np.eye(N)), TypeError, "numpy.asarray"),
    "no sequence": (X[:0], ValueError, "empty: got shape"),
    "no list": ([], ValueError, "empty: got shape"),
    "no step": (X[:, :0], ValueError, "empty: got shape"),
    "no feature": (X[:, :, :0], ValueError, "empty: got shape|dimensions .* got shape"),
    "one axis": (X[0, :, 0], ValueError, r"got shape \(5,\)"),
    "six axes": (X[:, :, None, None, None], ValueError, "2 to 5 dimensions"),
    "missing": (with_value(math.nan), ValueError, "NaN: sequence 4 .* in step 2"),
    "infinite": (with_value(-math.inf), ValueError, "infinity .*sequence 4 .* in step 2"),
    "far": (with_value(1e300), ValueError, r"1e\+300 in step 2 of sequence 4"),
    "unlike frames": ([X[0], X[1, :, :2]], ValueError, r"\[1\] has shape \(5, 2\), unlike"),
    "unlike columns": (
        [pd.DataFrame(X[0], columns=list("abc")), pd.DataFrame(X[1], columns=list("acb"))],
        ValueError,
        r"\[1\] has column 'c' in place of column 'b'",
    ),
    "an empty one": ([X[0], X[1, :0]], ValueError, r"\[1\] is empty"),
    "ragged inside": ([[[1, 2], [3]], [[1]]], ValueError, r"\[0\] is no array of numbers"),
    "text in a list": ([X[0], X[1].astype(str)], ValueError, r"\[1\] must hold numbers"),
    "sparse in a list": ([scipy.sparse.csr_array(X[0])], TypeError, r"\[0\] is sparse"),
    "none in a list": ([X[0], None], TypeError, r"\[1\] must be an array of numbers"),
}
# That only what is fitted does not take.
UNLIKE = {
    "one sequence": (X[0], ValueError, r"\(n, T, 3\) .* handed in as X\[:1\]"),
    "fewer features": (X[:, :, :2], ValueError, r"\(n, T, 3\) of the sequences seen in fit"),
    "images": (np.zeros((2, 3, 8, 8)), ValueError, r"\(n, T, 3\) of the sequences seen in fit"),
}
LENGTHS = [
    ([5] * 6, ValueError, "7 whole numbers, one for each sequence of X"),
    ([0] + [5] * 6, ValueError, r"lengths\[0\] must be from 1 to 5"),
    ([5] * 6 + [6], ValueError, r"lengths\[6\] must be from 1 to 5"),
    ([2.5] * 7, ValueError, "whole numbers"),
    ([True] * 7, ValueError, "whole numbers"),
    ("all", ValueError, "whole numbers"),
    (5, ValueError, "whole numbers"),
    ([[5]] * 7, ValueError, "whole numbers"),
    ([None] * 7, ValueError, "whole numbers"),
]
PATHS = [
    (5, TypeError, "path"),
    (True, TypeError, "path"),
    ("", ValueError, "path"),
    ("a\0b", ValueError, "path"),
    (["a"], TypeError, "path"),
    (b"a", TypeError, "path"),
]
SEEDS = [(value, ValueError, "int from 0 to") for value in ("seed", -1, 1.5, [])]
STEPS = [
    (0, ValueError, "integer of at least 1"),
    (-3, ValueError, "integer of at least 1"),
    (2.5, ValueError, "integer of at least 1"),
    (True, ValueError, "integer of at least 1"),
    ("5", ValueError, "integer of at least 1"),
]
MANY_STEPS = [
    *STEPS,
    ([], ValueError, "integer of at least 1"),
    ([3, 0], ValueError, "integer of at least 1"),
    ([2.5], ValueError, "integer of at least 1"),
    ([[3]], ValueError, "integer of at least 1"),
]
CODES = [
    (None, ValueError, "pair"),
    (X, ValueError, "pair"),
    ((CONTENT,), ValueError, "pair"),
    ((CONTENT, MOTION, MOTION), ValueError, "pair"),
    ("ab", ValueError, "pair"),
]
CONTENTS = [
    (np.zeros((7, 3)), ValueError, "content_size=4"),
    (np.zeros((0, 4)), ValueError, "shape"),
    (np.zeros((2, 7, 4)), ValueError, "shape"),
    (np.full((7, 4), math.nan), ValueError, "finite"),
    (np.full((7, 4), "1"), ValueError, "numbers"),
    ([[1, 2], [3]], ValueError, "numbers"),
    (torch.zeros(7, 4).to_sparse(), TypeError, "sparse"),
    ({}, ValueError, "numbers"),
    (3.0, ValueError, "shape"),
]
MOTIONS = [
    (np.zeros((7, 5, 3)), ValueError, "motion_size=2"),
    (np.zeros((7, 0, 2)), ValueError, "shape"),
    (np.zeros(7), ValueError, "shape"),
    (np.full((7, 5, 2), math.inf), ValueError, "finite"),
    (np.full((7, 5, 2), "1"), ValueError, "numbers"),
    ([np.zeros((5, 2)), np.zeros((4, 3))], ValueError, r"motion\[1\]"),
    ([np.zeros((5, 2)), "text"], ValueError, r"motion\[1\]"),
    ([], ValueError, "shape"),
    ({}, ValueError, "numbers"),
]
NO_ACTION = "from 0 to 1|needs a model with actions"
ACTIONS = [
    (2, ValueError, NO_ACTION),
    (-1, ValueError, NO_ACTION),
    (0.5, ValueError, NO_ACTION),
    (True, ValueError, NO_ACTION),
    ("walk", ValueError, NO_ACTION),
    (["walk"], ValueError, NO_ACTION),
    ([1.5], ValueError, NO_ACTION),
    ([], ValueError, NO_ACTION),
    ([[0]], ValueError, NO_ACTION),
    ([0, None], ValueError, NO_ACTION),
    ([[0], [0, 1]], ValueError, f"no array|{NO_ACTION}"),
]
LABELS = [
    ([0, 1], ValueError, "7"),
    ([0.5] * 7, ValueError, ""),
    ([2] * 7, ValueError, "from 0 to 1|got n_actions=None"),
    ([-2] * 7, ValueError, "from 0 to 1|got n_actions=None"),
    (["walk"] * 7, ValueError, "numpy.unique|got n_actions=None"),
    ([math.nan] * 7, ValueError, "no action that is known|got n_actions=None"),
    ("walking", ValueError, ""),
    ([[0]] * 7, ValueError, ""),
    ([None] * 7, ValueError, ""),
    (0, ValueError, ""),
]
GROUPS = [
    ([0, 1], ValueError, "7"),
    (list(range(7)), ValueError, "of one sequence each"),
    ([None] * 7, ValueError, "of one sequence each"),
    ("walking", ValueError, "shape"),
    ([[0]] * 7, ValueError, "shape"),
    ([{}] * 7, ValueError, "numbers or names, got dict"),
    (0, ValueError, "shape"),
]
PARTS = [
    (value, ValueError, "from 0 to 0 or a list")
    for value in (1, -1, 0.5, True, "all", [], [[0], 1])
]
RESUME = [(True, ValueError, "checkpoint")]
# Bad values of each argument, by its name; and the good ones that are handed in beside.
BAD = {
    "lengths": LENGTHS,
    "n_steps": MANY_STEPS,
    "n_samples": STEPS,
    "n": [(1, ValueError, "at least 2"), (2.5, ValueError, ""), (True, ValueError, "")],
    "content": CONTENTS,
    "motion": MOTIONS,
    "action": ACTIONS,
    "actions": LABELS,
    "groups": GROUPS,
    "parts": PARTS,
    "random_state": SEEDS,
    "out": PATHS,
    "path": PATHS,
    "codes": CODES,
    "resume": RESUME,
    "format": [(value, ValueError, "torch.export") for value in ("pickle", "", 3, None)],
    "reg": [("kl", ValueError, "mmd"), (None, ValueError, "mmd"), (3, ValueError, "mmd")],
    "n_actions": [(1, ValueError, ""), (True, ValueError, ""), ("two", ValueError, "")],
}
GOOD = {
    "X": X,
    "a": X,
    "b": X,
    "codes": OK,
    "n_steps": 3,
    "path": "unwritten",
}
CLASSES = {"RecurrentWAE": RecurrentWAE, "DSVAE": DSVAE, "MoCoGAN": MoCoGAN}
# Arguments that are not looked at, or that are those of another verb or of a constructor.
NOT_CHECKED = {"y", "input_features", "fit_params", "params", "self"}


def rows():
    """Every bad value of every argument of every verb."""
    for name, cls in CLASSES.items():
        for verb, method in public_methods(cls):
            for argument in inspect.signature(method).parameters:
                if argument in NOT_CHECKED:
                    continue
                if argument in ("a", "b") and cls is MoCoGAN:
                    bad = {shown(value): (value, *rest) for value, *rest in CODES}
                elif argument in ("X", "a", "b"):
                    bad = SEQUENCES | ({} if "fit" in verb else UNLIKE)
                else:
                    bad = {shown(value): (value, *rest) for value, *rest in BAD[argument]}
                for key, row in bad.items():
                    yield pytest.param(
                        name, verb, argument, *row, id=f"{name}-{verb}-{argument}-{key}"
                    )


@pytest.fixture(scope="module")
def models(small):
    made = {"RecurrentWAE": {"n_actions": 2}, "DSVAE": {}, "MoCoGAN": {"n_actions": 2}}
    return {name: small(CLASSES[name], max_epochs=1, **kw).fit(X) for name, kw in made.items()}


@pytest.mark.parametrize(("name", "verb", "argument", "value", "error", "told"), list(rows()))
def test_a_verb_names_a_bad_argument(name, verb, argument, value, error, told, models):
    model = models[name]
    method = getattr(model, verb)
    parameters = inspect.signature(method).parameters
    good = {"a": OK, "b": OK} if name == "MoCoGAN" else {}
    needed = [name for name, p in parameters.items() if p.default is p.empty]
    handed = {name: v for name, v in (GOOD | good).items() if name in needed} | {argument: value}
    check_refused(model, lambda: method(**handed), argument, error, told)
