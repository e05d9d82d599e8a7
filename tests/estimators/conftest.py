"""Sequences of every kind for the tests of every estimator."""

import pytest


@pytest.fixture(params=["numbers", "vectors", "videos", "ragged"])
def X(request, vectors):
    if request.param == "ragged":
        return [vectors[i, : 3 + i % 3] for i in range(len(vectors))]
    return request.getfixturevalue(request.param)
