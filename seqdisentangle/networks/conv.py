"""The "simple" image networks: strided convolutions, as in DCGAN."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

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

__all__ = ["Conv"]


@dataclass
class Conv(ImageNetwork):
    """Strided 4 x 4 convolutions with batch normalisation (``network="conv"``).

    After Radford, Metz, Chintala: Unsupervised Representation Learning with Deep Convolutional
    Generative Adversarial Networks, ICLR 2016.

    Parameters
    ----------
    width : int, default=16
        Channels after the first convolution; they double at each halving of the image, up to
        eight times as many.
    palette : int, default=16
        Colours that the pixels of a sequence are mixtures of, and that content chooses; 0 has the
        last layer paint by itself, as it does with ``generator="concat"``.
    generator : {"auto", "style", "concat"}, default="auto"
        The way of content into the decoder, see :class:`~seqdisentangle.networks.FrameNetwork`.

    Raises
    ------
    ValueError
        If a number is out of its range, or the generator is unknown.

    Examples
    --------
    >>> from seqdisentangle.networks import Conv
    >>> Conv(width=8).encoder((3, 32, 32)).feature_shape
    (32, 4, 4)
    """

    def encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Build an encoder (N, C, H, W) -> (N, C', h, w)."""
        sizes = pyramid((frame_shape[1], frame_shape[2]))
        channels = [frame_shape[0], *widths(self.width, len(sizes) - 1)]
        layers = nn.Sequential(
            *(
                layer
                for a, b in pairwise(channels)
                for layer in (
                    nn.Conv2d(a, b, 4, 2, 1, bias=False),
                    nn.BatchNorm2d(b),
                    nn.LeakyReLU(SLOPE, inplace=True),
                )
            )
        )
        return FrameEncoder(layers, (channels[-1], *sizes[-1]))

    def decoder(self, frame_shape: tuple[int, ...], codes: CodeShape) -> nn.Module:
        """Build a decoder to images."""
        return ConvDecoder(frame_shape, self.width, self.palette, codes)


class ConvDecoder(nn.Module):
    """The encoder's mirror: normalise, modulate, leaky ReLU, transposed convolution."""

    def __init__(
        self, frame_shape: tuple[int, ...], width: int, palette: int, codes: CodeShape
    ) -> None:
        super().__init__()
        self.output = output_layer(codes, palette, frame_shape[0])
        sizes = pyramid((frame_shape[1], frame_shape[2]))[::-1]
        channels = [*widths(width, len(sizes) - 1)[::-1], self.output.n_maps]
        self.bottom = BottomMap(codes, (channels[0], *sizes[0]))
        self.norms = nn.ModuleList(
            nn.BatchNorm2d(c, affine=codes.generator == "concat") for c in channels[:-1]
        )
        self.style = StyleMap(codes, channels[:-1]) if codes.generator == "style" else None
        self.layers = nn.ModuleList(
            nn.ConvTranspose2d(
                a, b, 4, 2, 1, output_padding=(above[0] % 2, above[1] % 2), bias=above == sizes[-1]
            )
            for a, b, above in zip(channels[:-1], channels[1:], sizes[1:], strict=True)
        )

    def forward(self, motion: Tensor, content: Tensor) -> Tensor:
        """(n, T, d_m), (n, d_c) -> (n, T, C, H, W)."""
        x, styles = first_input(motion, content, self.style, len(self.layers))
        x = self.bottom(x)
        for layer, norm, style in zip(self.layers, self.norms, styles, strict=True):
            x = layer(nn.functional.leaky_relu(modulate(norm(x), style), SLOPE, inplace=True))
        return self.output(x, content)
