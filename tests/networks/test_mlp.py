"""The perceptrons: as deep and as wide as they are told, for vectors alone."""

import pytest
import torch
from torch import nn

from seqdisentangle.networks import MLP, CodeShape
from seqdisentangle.networks.base import LONG


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


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
@pytest.mark.parametrize("generator", ["style", "concat"])
def test_a_long_sequence_is_decoded_as_its_parts_are(generator, dtype, atol):
    torch.manual_seed(0)
    codes = CodeShape(2, 4, hidden_size=8, generator=generator, bounded=False)
    decoder = MLP(16, generator=generator).decoder((3,), codes).to(dtype)
    motion, content = torch.randn(2, LONG + 9, 2, dtype=dtype), torch.randn(2, 4, dtype=dtype)
    given = [part.requires_grad_() for part in (motion, content)]
    found = decoder(*given)
    expected = torch.cat([decoder(part, content) for part in motion.split(LONG, 1)], 1)
    torch.testing.assert_close(found, expected, atol=atol, rtol=atol)
    learns = [*given, *decoder.parameters()]
    gradients = (torch.autograd.grad(x.sin().mean(), learns) for x in (found, expected))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=atol, rtol=atol)


def numbers_kept(function, *given):
    """Numbers that autograd keeps for a backward pass."""
    kept = []
    keep = torch.autograd.graph.saved_tensors_hooks(
        lambda x: kept.append(x.numel()) or x, lambda x: x
    )
    with keep:
        function(*given)
    return sum(kept)


def test_of_a_long_sequence_no_layer_is_kept():
    codes = CodeShape(2, 4, hidden_size=8, generator="style", bounded=False)
    decoder = MLP(16).resolved((3,), "style").decoder((3,), codes)
    motion, content = torch.randn(1, LONG + 1, 2), torch.randn(1, 4)
    layers = numbers_kept(decoder, motion[:, :-1], content)
    assert numbers_kept(decoder, motion, content) < 0.1 * layers
