"""The perceptrons: as deep and as wide as they are told, for vectors alone."""

import pytest
import torch
from torch import nn

from seqdisentangle.networks import MLP


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
