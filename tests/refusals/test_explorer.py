"""Bad arguments of the explorer: named, before anything is written."""

import inspect
import math

import numpy as np
import pytest
import scipy.sparse

from seqdisentangle import export_explorer
from tests.explorer._common import Sums, sequences
from tests.refusals._displays import BAD as OF_DISPLAYS
from tests.refusals._displays import LOOK
from tests.refusals._rows import check_named, shown

X = sequences("grey")
COUNTS = [0, -1, 1.5, "many", None, True, [3], math.nan]
# Bad values of an argument, by its name.
BAD = {
    "model": [None, 3, "model", object(), Sums],
    "X": [
        None,
        3.0,
        {"a": X},
        [],
        X[:0],
        X[:, :0],
        X + 0j,
        X.astype(str),
        [X[0], X[1, :, :4]],
        scipy.sparse.csr_array(np.eye(5)),
    ],
    "path": [None, 3, "", b"swap.html", "a\0b"],
    "labels": [
        3,
        True,
        "abc",
        b"abc",
        ["a"],
        ["a", "b", "c", "d"],
        [["a"], ["b"], ["c"]],
        (name for name in "abc"),
        {1, 2, 3},
        {"a": 0, "b": 1, "c": 2},
        np.array(0),
    ],
    "max_sequences": COUNTS,
    "n_walk": [2, *COUNTS],
    "method": ["", "lle", 3, None, ["pca"]],
    "title": [None, 3, ["a"]],
    "random_state": ["seed", -1, 1.5, []],
    "verbose": ["loud", -1, 1.5, None, [1]],
} | {name: OF_DISPLAYS[name][:2] for name in LOOK}  # of the rest a look alone
ARGUMENTS = {*inspect.signature(export_explorer).parameters, *LOOK} - {"look"}
ROWS = [
    pytest.param(argument, value, id=f"{argument}-{shown(value)[:40]}")
    for argument in sorted(ARGUMENTS)
    for value in BAD[argument]
]


@pytest.mark.parametrize(("argument", "value"), ROWS)
def test_the_explorer_names_a_bad_argument(argument, value, tmp_path):
    good = {"model": Sums((6, 7)), "X": X, "path": tmp_path / "a.html", "random_state": 0}
    check_named(lambda: export_explorer(**good | {argument: value}), argument)
    assert not list(tmp_path.iterdir())


def test_a_folder_is_no_file_to_write(tmp_path):
    with pytest.raises(IsADirectoryError, match="path="):
        export_explorer(Sums((6, 7)), X, tmp_path)
