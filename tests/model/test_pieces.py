"""Frames in pieces: the same values, and in pieces where no frame depends on another alone."""

import pytest
import torch

from seqdisentangle.data.packing import Packing
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.model.pieces import VECTORS, in_pieces


class Counting(torch.nn.Module):
    """A layer that keeps how many frames it was given at a time."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 2)
        self.numbers = []

    def forward(self, x):
        self.numbers.append(len(x))
        return self.layer(x.flatten(1)[:, :3])


@pytest.mark.parametrize("n", [0, 1, VECTORS, VECTORS + 1, 3 * VECTORS - 1])
def test_values_are_those_of_all_frames_at_once(n):
    network, frames = Counting(), torch.randn(n, 3)
    with torch.no_grad():
        torch.testing.assert_close(in_pieces(network, frames, alone=True), network(frames))
    *pieces, whole = network.numbers
    assert sum(pieces) == whole == n
    assert max(pieces) <= VECTORS


@pytest.mark.parametrize("shape", [(3,), (3, 1, 1)])
@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("gradients", [True, False])
def test_frames_are_together_where_they_must_be_or_gain_nothing(shape, alone, gradients):
    network = Counting()
    with torch.set_grad_enabled(gradients):
        in_pieces(network, torch.zeros(VECTORS + 1, *shape), alone=alone)
    cut = alone and not gradients and len(shape) == 1
    assert network.numbers == ([VECTORS, 1] if cut else [VECTORS + 1])


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
@pytest.mark.parametrize("lengths", [None, [VECTORS, 9, 700]], ids=["even", "ragged"])
@pytest.mark.parametrize("posteriors", ["framewise", "recurrent"])
def test_codes_are_those_of_a_pass_with_gradients(posteriors, lengths, dtype, atol):
    spec = ModelSpec((3,), False, 4, 2, 8, "mlp", "style", 0.1, 0.3, posteriors=posteriors)
    model = build_model(spec, 0).to(dtype).eval()
    x = torch.randn(3, VECTORS, 3, dtype=dtype)
    packing = None
    if lengths is not None:
        packing = Packing.of(torch.tensor(lengths), VECTORS, x.device)
    codes = [model.encode(x, sample=False, packing=packing).codes]
    with torch.no_grad():
        codes.append(model.encode(x, sample=False, packing=packing).codes)
    for one, other in zip(*(some[:2] for some in codes), strict=True):
        torch.testing.assert_close(one, other, atol=atol, rtol=atol)
