"""Compiled networks: the same training but for rounding, and nothing left of them afterwards."""

import pickle
import shutil

import numpy as np
import pytest

from seqdisentangle.networks import MLP

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        shutil.which("g++") is None and shutil.which("clang++") is None, reason="no C++ compiler"
    ),
]


def test_compiled_trainings_differ_by_rounding(small, vectors):
    # Without swaps: their gradient is next to nothing for some weights, and Adam makes much of it.
    parameters = {
        "network": MLP(8, 1),
        "max_epochs": 1,
        "batch_size": len(vectors),
        "constancy_weight": 0,
    }
    eager = small(**parameters).fit(vectors)
    compiled = small(**parameters, training__compile=True).fit(vectors)
    for name, value in eager.model_.state_dict().items():
        other = compiled.model_.state_dict()[name]
        np.testing.assert_allclose(other, value, rtol=1e-4, atol=1e-5, err_msg=name)
    assert all(module._compiled_call_impl is None for module in compiled.model_.modules())
    copy = pickle.loads(pickle.dumps(compiled))
    np.testing.assert_array_equal(
        copy.transform(vectors).content, compiled.transform(vectors).content
    )
