"""Bad arguments of the functions of data sets: named, before anything is read or written."""

import inspect
import math
import os

import numpy as np
import pytest
import scipy.sparse

from seqdisentangle import datasets
from tests.refusals._rows import check_named, shown

COUNTS = [0, -1, 1.5, "many", True, math.nan, [3], 2j]
SIZES = [0, -8, 8.0, "large", True, math.nan, (8,), (8, 8, 3), (8, True), (0, 8), [8, None], {}]
PATHS = [3, True, b"folder", ["folder"], "", "a\0b"]
FLAGS = [None, "yes", 3, 1.0, []]
IMAGES = np.ones((4, 5, 5))
# Bad values of an argument, by its name, whatever the function.
BAD = {
    "n_sequences": [*COUNTS, None],
    "n_samples": COUNTS,
    "n_steps": [*COUNTS, None],
    "n_digits": [*COUNTS, None],
    "size": [*SIZES, None],
    "digit_size": SIZES,
    "speed": COUNTS,
    "step": [*COUNTS, None],
    "stride": [*COUNTS, None],
    "subset": ["valid", "", None, 3, True, ["train"], np.array(["train", "test"])],
    "images": [
        3,
        "text",
        [],
        IMAGES[0],
        IMAGES[:0],
        IMAGES * 2,
        IMAGES - 2,
        IMAGES * math.nan,
        IMAGES * 1j,
        IMAGES.astype(str),
        IMAGES.astype(bool),
        [IMAGES[0], IMAGES[1, :3]],
        scipy.sparse.csr_array(np.eye(4)),
    ],
    "labels": [3, "text", [0, 1], [0.5] * 4, ["a"] * 4, [None] * 4, [[0], [0, 1]], [True] * 4],
    "random_state": ["seed", -1, 1.5, [], 2**32],
    "data_home": PATHS,
    "root": [*PATHS, None],
    "out": PATHS,
    "download_if_missing": FLAGS,
    "levels": [
        None,
        3,
        "subject",
        (),
        ("a", "a"),
        ("a", 3),
        ("a", "X"),
        ("a", "no name"),
        ("a", "groups"),
        ("a", "a_names"),
        {"a": 1},
    ],
    "crop": ["middle", 3, True, (0, 0, 4, 4), np.array(["face", "center"]), []],
    "n_jobs": [1.5, "many", True, [2]],
    "verbose": ["loud", -1, None, 1.5],
}
FUNCTIONS = {name: getattr(datasets, name) for name in datasets.__all__}
ROWS = [
    pytest.param(name, argument, value, id=f"{name}-{argument}-{shown(value)[:40]}")
    for name, function in FUNCTIONS.items()
    for argument in inspect.signature(function).parameters
    for value in BAD[argument]
]


@pytest.mark.parametrize(("name", "argument", "value"), ROWS)
def test_a_function_names_a_bad_argument(name, argument, value, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    needs_root = "root" in inspect.signature(FUNCTIONS[name]).parameters
    given = {"root": "no such folder"} if needs_root else {}
    given |= {"images": IMAGES} if argument == "labels" else {}
    check_named(lambda: FUNCTIONS[name](**given | {argument: value}), argument)
    assert not os.listdir()


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("make_moving_digits", {"n_sequences": 2**70}, "n_sequences"),
        ("make_moving_digits", {"n_steps": 10**12}, "n_steps"),
        ("make_moving_digits", {"n_digits": 10**12}, "n_digits"),
        ("make_moving_digits", {"size": 10**8}, "size"),
        ("make_moving_digits", {"speed": 10**8}, "speed"),
        ("make_moving_shapes", {"n_steps": 10**12}, "n_steps"),
        ("make_moving_shapes", {"size": 10**6}, "size"),
    ],
)
def test_more_than_memory_holds_is_refused_before_it_is_made(name, given, told):
    check_named(lambda: FUNCTIONS[name](**given), told, MemoryError, "this machine has .* GB")
