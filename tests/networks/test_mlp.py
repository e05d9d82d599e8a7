"""The perceptrons: as deep and as wide as they are told, for vectors alone."""

import pytest
import torch
from torch import nn

from seqdisentangle.networks import MLP, CodeShape


@pytest.mark.parametrize(("width", "depth"), [(3, 1), (5, 3)])
def test_the_encoder_has_so_many_layers_of_so_many_units(width, depth):
    encoder = MLP(width, depth).encoder((7,))
    sizes = [m.out_features for m in encoder.modules() if isinstance(m, nn.Linear)]
    assert sizes == [width] * depth
    assert encoder(torch.rand(2, 7)).shape == (2, width)


def test_it_is_for_vectors():
    MLP().check((1,))
    with pytest.raises(ValueError, match=r"is for vectors, got frames of shape \(3, 16, 16\)"):
        MLP().check((3, 16, 16))


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
@pytest.mark.parametrize("generator", ["style", "concat"])
def test_content_that_is_read_once_for_a_sequence_decodes_as_one_beside_each_frame(
    generator, dtype, atol
):
    torch.manual_seed(0)
    codes = CodeShape(2, 4, hidden_size=8, generator=generator, bounded=False)
    decoder = MLP(16, generator=generator).decoder((3,), codes).to(dtype)
    motion, content = torch.randn(6, 1, 2, dtype=dtype), torch.randn(3, 4, dtype=dtype)
    sequence = torch.tensor([0, 0, 0, 1, 2, 2])
    given = [part.requires_grad_() for part in (motion, content)]
    found, expected = decoder(*given, sequence), decoder(motion, content[sequence])
    torch.testing.assert_close(found, expected, atol=atol, rtol=atol)
    learns = [*given, *decoder.parameters()]
    gradients = (torch.autograd.grad(x.sin().sum(), learns) for x in (found, expected))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=atol, rtol=atol)
