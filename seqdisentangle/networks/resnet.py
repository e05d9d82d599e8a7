"""The "complex" image networks: residual blocks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, leaky_relu

from .base import (
    SLOPE,
    BottomMap,
    CodeShape,
    FrameEncoder,
    ImageNetwork,
    StyleMap,
    first_input,
    modulate,
    pyramid,
    widths,
)
from .palette import output_layer

__all__ = ["ResNet"]


@dataclass
class ResNet(ImageNetwork):
    """Residual blocks of two 3 x 3 convolutions at every size (``network="resnet"``).

    After the residual generators and critics of Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville:
    Improved Training of Wasserstein GANs, NeurIPS 2017. About four times the cost of
    :class:`~seqdisentangle.networks.Conv` of the same width, for images with more detail
    than it can draw.

    Parameters
    ----------
    width : int, default=16
        Channels at full size; they double at each halving of the image, up to eight times as many.
    palette : int, default=16
        Colours that the pixels of a sequence are mixtures of, as in
        :class:`~seqdisentangle.networks.Conv`.
    generator : {"auto", "style", "concat"}, default="auto"
        The way of content into the decoder, see :class:`~seqdisentangle.networks.FrameNetwork`.

    Raises
    ------
    ValueError
        If a number is out of its range, or the generator is unknown.

    Examples
    --------
    >>> from seqdisentangle.networks import ResNet
    >>> ResNet(width=8).encoder((3, 32, 32)).feature_shape
    (64, 4, 4)
    """

    def encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Build an encoder (N, C, H, W) -> (N, C', h, w)."""
        sizes = pyramid((frame_shape[1], frame_shape[2]))
        channels = widths(self.width, len(sizes))
        layers = nn.Sequential(
            nn.Conv2d(frame_shape[0], channels[0], 3, padding=1),
            *(DownBlock(a, b) for a, b in pairwise(channels)),
            nn.BatchNorm2d(channels[-1]),
            nn.LeakyReLU(SLOPE, inplace=True),
        )
        return FrameEncoder(layers, (channels[-1], *sizes[-1]))

    def decoder(self, frame_shape: tuple[int, ...], codes: CodeShape) -> nn.Module:
        """Build a decoder to images."""
        return ResNetDecoder(frame_shape, self.width, self.palette, codes)


class DownBlock(nn.Module):
    """Two convolutions and a halving, beside a linear way around them."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(c_in)
        self.conv1 = nn.Conv2d(c_in, c_in, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(c_in)
        self.conv2 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.around = nn.Conv2d(c_in, c_out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, c_in, h, w) -> (N, c_out, h // 2, w // 2)."""
        y = self.conv1(leaky_relu(self.norm1(x), SLOPE, inplace=True))
        y = self.conv2(leaky_relu(self.norm2(y), SLOPE, inplace=True))
        # Halving first and mixing channels after is the same map for a quarter of the cost.
        return avg_pool2d(y, 2) + self.around(avg_pool2d(x, 2))


class UpBlock(nn.Module):
    """A doubling and two convolutions with modulated norms, beside a linear way around them."""

    def __init__(self, c_in: int, c_out: int, size: tuple[int, int], affine: bool) -> None:
        super().__init__()
        self.size = size
        self.norm1 = nn.BatchNorm2d(c_in, affine=affine)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(c_out, affine=affine)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.around = nn.Conv2d(c_in, c_out, 1, bias=False)

    def forward(
        self,
        x: Tensor,
        style1: tuple[Tensor, Tensor] | None,
        style2: tuple[Tensor, Tensor] | None,
    ) -> Tensor:
        """``(N, c_in, h, w) -> (N, c_out, *size)``."""
        y = leaky_relu(modulate(self.norm1(x), style1), SLOPE, inplace=True)
        y = self.conv1(interpolate(y, self.size))
        y = leaky_relu(modulate(self.norm2(y), style2), SLOPE, inplace=True)
        return self.conv2(y) + interpolate(self.around(x), self.size)


class ResNetDecoder(nn.Module):
    """The encoder's mirror: a block at every doubling, then a convolution to the image."""

    def __init__(
        self, frame_shape: tuple[int, ...], width: int, palette: int, codes: CodeShape
    ) -> None:
        super().__init__()
        sizes = pyramid((frame_shape[1], frame_shape[2]))[::-1]
        channels = widths(width, len(sizes))[::-1]
        affine = codes.generator == "concat"
        self.bottom = BottomMap(codes, (channels[0], *sizes[0]))
        self.blocks = nn.ModuleList(
            UpBlock(a, b, size, affine)
            for a, b, size in zip(channels[:-1], channels[1:], sizes[1:], strict=True)
        )
        self.norm = nn.BatchNorm2d(channels[-1], affine=affine)
        modulated = [c for a, b in pairwise(channels) for c in (a, b)]
        modulated.append(channels[-1])
        self.style = None if affine else StyleMap(codes, modulated)
        self.output = output_layer(codes, palette, frame_shape[0])
        self.last = nn.Conv2d(channels[-1], self.output.n_maps, 3, padding=1)

    def forward(self, motion: Tensor, content: Tensor) -> Tensor:
        """(n, T, d_m), (n, d_c) -> (n, T, C, H, W)."""
        x, styles = first_input(motion, content, self.style, 2 * len(self.blocks) + 1)
        x = self.bottom(x)
        for block, style1, style2 in zip(self.blocks, styles[:-1:2], styles[1:-1:2], strict=True):
            x = block(x, style1, style2)
        x = self.last(leaky_relu(modulate(self.norm(x), styles[-1]), SLOPE, inplace=True))
        return self.output(x, content)
