"""CEBRA gives codes to sequences or, where it is not installed, says how to get it."""

import importlib.util

import numpy as np
import pytest

from tests.benchmarks.real import contrastive
from tests.benchmarks.real.contrastive import ContrastiveCodes

pytestmark = pytest.mark.integration


@pytest.mark.skipif(importlib.util.find_spec("cebra") is None, reason="cebra is not installed")
def test_each_sequence_has_content_and_each_frame_motion(monkeypatch):
    monkeypatch.setattr(contrastive, "ITERATIONS", 2)
    X = [np.random.RandomState(k).normal(size=(5 + k, 3)) for k in range(4)]
    codes = ContrastiveCodes().fit(X).transform(X)
    assert codes.content.shape == (4, 32)
    assert [z.shape for z in codes.motion] == [(5 + k, 6) for k in range(4)]


def test_without_it_there_is_a_message(monkeypatch):
    monkeypatch.setattr(contrastive, "CEBRA", None)
    with pytest.raises(ModuleNotFoundError, match="pip install --no-deps cebra"):
        ContrastiveCodes()
