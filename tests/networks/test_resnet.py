"""The residual blocks: shapes at every depth, and a way around the convolutions."""

import pytest
import torch

from seqdisentangle.networks import ResNet
from seqdisentangle.networks.resnet import DownBlock, UpBlock


@pytest.mark.parametrize(("side", "feature_shape"), [(8, (8, 4, 4)), (32, (32, 4, 4))])
def test_channels_double_at_each_halving_from_full_size_on(side, feature_shape):
    assert ResNet(4).encoder((3, side, side)).feature_shape == feature_shape


def test_without_its_convolutions_a_block_is_linear_and_halves():
    block = DownBlock(2, 3)
    for parameter in (block.conv2.weight, block.conv2.bias):
        torch.nn.init.zeros_(parameter)
    x = torch.randn(4, 2, 6, 6)
    y = block(x)
    assert y.shape == (4, 3, 3, 3)
    torch.testing.assert_close(block(2 * x), 2 * y)


@pytest.mark.parametrize("size", [(6, 6), (7, 6)])
def test_without_its_convolutions_a_block_repeats_each_pixel(size):
    block = UpBlock(2, 3, size, affine=True)
    for parameter in (block.conv2.weight, block.conv2.bias):
        torch.nn.init.zeros_(parameter)
    y = block(torch.randn(4, 2, 3, 3), None, None)
    assert y.shape == (4, 3, *size)
    torch.testing.assert_close(y[..., 1, :], y[..., 0, :])
