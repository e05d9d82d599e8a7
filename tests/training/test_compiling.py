"""Compiled networks: the same training but for rounding, and nothing left of them afterwards."""

import pickle
import shutil

import numpy as np
import pytest
import torch
from torch import nn

from seqdisentangle.model import ModelSpec, build_model
from seqdisentangle.networks import MLP
from seqdisentangle.training import compiled

needs_a_compiler = pytest.mark.skipif(
    shutil.which("g++") is None and shutil.which("clang++") is None, reason="no C++ compiler"
)


def test_frame_networks_alone_are_compiled_for_a_while_only(monkeypatch):
    modes = {}
    monkeypatch.setattr(nn.Module, "compile", lambda self, mode: modes.setdefault(self, mode))
    model = build_model(ModelSpec((3,), False, 3, 2, 4, MLP(4, 1), "style", 0.1, 0.3), 0)
    networks = {model.content.encoder, model.motion.encoder, model.generator}
    with compiled(model, torch.device("cpu")):
        assert modes == dict.fromkeys(networks, "default")
    modes.clear()
    with compiled(model, torch.device("cuda")):
        assert modes == dict.fromkeys(networks, "reduce-overhead")
    modes.clear()
    with compiled(model, torch.device("cpu"), on=False):
        assert not modes


@needs_a_compiler
def test_compiled_trainings_differ_by_rounding(small, vectors):
    parameters = {"network": MLP(8, 1), "max_epochs": 1, "batch_size": len(vectors)}
    eager = small(**parameters).fit(vectors)
    compiled = small(**parameters, compile=True).fit(vectors)
    for name, value in eager.model_.state_dict().items():
        other = compiled.model_.state_dict()[name]
        np.testing.assert_allclose(other, value, rtol=1e-4, atol=1e-5, err_msg=name)
    assert all(module._compiled_call_impl is None for module in compiled.model_.modules())
    copy = pickle.loads(pickle.dumps(compiled))
    np.testing.assert_array_equal(
        copy.transform(vectors).content, compiled.transform(vectors).content
    )
