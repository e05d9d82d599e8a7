"""Networks are compiled for a while only; tests/integration trains by them."""

import torch
from torch import nn

from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.networks import MLP
from seqdisentangle.training.compiling import compiled


def test_frame_networks_alone_are_compiled_for_a_while_only(monkeypatch):
    modes = {}
    monkeypatch.setattr(nn.Module, "compile", lambda self, mode: modes.setdefault(self, mode))
    model = build_model(ModelSpec((3,), False, 3, 2, 4, MLP(4, 1), "style", 0.1, 0.3), 0)
    networks = {model.content.encoder, model.motion.encoder, model.decoder}
    with compiled(model, torch.device("cpu")):
        assert modes == dict.fromkeys(networks, "default")
    modes.clear()
    with compiled(model, torch.device("cuda")):
        assert modes == dict.fromkeys(networks, "reduce-overhead")
    modes.clear()
    with compiled(model, torch.device("cpu"), on=False):
        assert not modes
