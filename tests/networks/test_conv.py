"""The convolutions: channels double at each halving, and the decoder's colours are a palette's."""

import pytest
import torch

from seqdisentangle.networks import Conv
from seqdisentangle.networks.base import CodeShape
from seqdisentangle.networks.palette import Palette

CODES = CodeShape(motion_size=2, content_size=3, hidden_size=5, generator="style", bounded=True)


@pytest.mark.parametrize(
    ("side", "feature_shape"), [(8, (4, 4, 4)), (32, (16, 4, 4)), (128, (32, 4, 4))]
)
def test_channels_double_at_each_halving_up_to_eight_times(side, feature_shape):
    encoder = Conv(4).encoder((3, side, side))
    assert encoder.feature_shape == feature_shape
    assert encoder(torch.rand(2, 3, side, side)).shape[1:] == feature_shape


@pytest.mark.parametrize("palette", [0, 2])
def test_the_last_layer_is_a_palette_where_one_is_asked_for(palette):
    decoder = Conv(2, palette=palette).decoder((3, 16, 16), CODES)
    assert isinstance(decoder.output, Palette) == bool(palette)
