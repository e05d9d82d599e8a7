"""The contract of a frame network, and the parts that several of them share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

__all__ = [
    "SLOPE",
    "BottomMap",
    "CodeShape",
    "FrameEncoder",
    "FrameNetwork",
    "ImageNetwork",
    "StyleMap",
    "first_input",
    "modulate",
    "pyramid",
    "widths",
]

SLOPE = 0.2  # of every leaky ReLU, as in DCGAN


@dataclass(frozen=True)
class CodeShape:
    """What a decoder is fed.

    Attributes
    ----------
    motion_size, content_size : int
        Numbers in a frame's motion code and in a sequence's content code.
    hidden_size : int
        Width of the layers between a code and the feature map.
    generator : {"style", "concat"}
        How content enters, see :class:`FrameNetwork`.
    bounded : bool
        Whether the values of a frame lie in [0, 1].
    """

    motion_size: int
    content_size: int
    hidden_size: int
    generator: Literal["style", "concat"]
    bounded: bool

    def squash(self, x: Tensor) -> Tensor:
        """What a decoder does last: bring its values to [0, 1] if the frames' are."""
        return x.sigmoid() if self.bounded else x

    @property
    def input_size(self) -> int:
        """Numbers that a decoder's first layer reads."""
        return self.motion_size + (self.content_size if self.generator == "concat" else 0)


class FrameEncoder(nn.Module):
    """An encoder of single frames.

    Parameters
    ----------
    layers : nn.Module
        Maps frames (N, ...) to feature maps (N, C, h, w) or to features (N, F).
    feature_shape : tuple of int
        (C, h, w) or (F,).
    """

    def __init__(self, layers: nn.Module, feature_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.layers = layers
        self.feature_shape = feature_shape

    def forward(self, x: Tensor) -> Tensor:
        """(N, ...) -> (N, *feature_shape)."""
        return self.layers(x)


class FrameNetwork:
    """A family of networks: an encoder of single frames and the decoder that mirrors it.

    A decoder maps motion codes (n, T, d_m) and content codes
    (n, d_c) to frames (n, T, ...), every frame by itself: a decoder that saw the other
    frames' codes could let content carry the whole sequence and motion be a clock. With the
    ``"style"`` generator motion makes the feature map and content scales and shifts its channels
    at every layer; with ``"concat"`` both codes enter side by side at the bottom.
    """

    def check(self, frame_shape: tuple[int, ...]) -> None:
        """Raise a ValueError if this network is not for frames of this shape."""

    def encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Build an encoder of frames of this shape."""
        raise NotImplementedError

    def decoder(self, frame_shape: tuple[int, ...], codes: CodeShape) -> nn.Module:
        """Build a decoder to frames of this shape."""
        raise NotImplementedError


class ImageNetwork(FrameNetwork):
    """A frame network that halves images until they are about 4 pixels high."""

    sides = (8, 512)

    def check(self, frame_shape: tuple[int, ...]) -> None:
        """Raise a ValueError if the frames are not images, or too small or too large."""
        if len(frame_shape) != 3:
            raise ValueError(
                f"network={self!r} is for images, got frames of {frame_shape[0]} numbers"
            )
        low, high = self.sides
        if not all(low <= side <= high for side in frame_shape[1:]):
            raise ValueError(
                f"network={self!r} takes images with sides of {low} to {high} pixels, got "
                f"{frame_shape[1]} x {frame_shape[2]}"
            )


class BottomMap(nn.Module):
    """Codes to the feature map at the bottom of a decoder of images.

    A motion code alone is a few numbers, with noise on them, and goes through a hidden layer: a
    linear map of so few would make every pose a mixture of the same maps.

    Parameters
    ----------
    codes : CodeShape
    shape : tuple of int
        (C, h, w).
    """

    def __init__(self, codes: CodeShape, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.shape = shape
        self.hidden: nn.Module = nn.Identity()
        size = codes.input_size
        if codes.generator == "style":
            self.hidden = nn.Sequential(nn.Linear(size, codes.hidden_size), nn.LeakyReLU(SLOPE))
            size = codes.hidden_size
        self.output = nn.Linear(size, math.prod(shape))

    def forward(self, x: Tensor) -> Tensor:
        """(N, d) -> (N, C, h, w)."""
        return self.output(self.hidden(x)).unflatten(-1, self.shape)


class StyleMap(nn.Module):
    """Content code to the scale and shift of every channel of every layer of a decoder.

    Parameters
    ----------
    codes : CodeShape
    channels : list of int
        Channels of each modulated layer.
    """

    def __init__(self, codes: CodeShape, channels: list[int]) -> None:
        super().__init__()
        self.channels = channels
        self.map = nn.Sequential(
            nn.Linear(codes.content_size, codes.hidden_size),
            nn.LeakyReLU(SLOPE),
            nn.Linear(codes.hidden_size, 2 * sum(channels)),
        )

    def forward(self, content: Tensor) -> list[tuple[Tensor, Tensor]]:
        """(n, d_c) -> for each layer the scale minus one and the shift, each (n, channels)."""
        scale_and_shift = self.map(content).split([2 * c for c in self.channels], dim=-1)
        return [
            (pair[:, :c], pair[:, c:])
            for pair, c in zip(scale_and_shift, self.channels, strict=True)
        ]


def modulate(x: Tensor, style: tuple[Tensor, Tensor] | None) -> Tensor:
    """Scale and shift the channels of N = n * T feature maps, one style for the T of a sequence.

    Parameters
    ----------
    x : Tensor of shape (N, C) or (N, C, h, w)
    style : pair of Tensors of shape (n, C), or None to leave ``x`` as it is
    """
    if style is None:
        return x
    scale, shift = (s.repeat_interleave(len(x) // len(s), 0) for s in style)
    ones = (1,) * (x.ndim - 2)
    return torch.addcmul(shift.view(*shift.shape, *ones), x, 1 + scale.view(*scale.shape, *ones))


def first_input(
    motion: Tensor, content: Tensor, style: StyleMap | None, n_layers: int
) -> tuple[Tensor, list[tuple[Tensor, Tensor] | None]]:
    """What a decoder's first layer reads, (n * T, size), and the style of each later layer."""
    x = motion.flatten(0, 1)
    if style is not None:
        return x, list(style(content))
    content = content.repeat_interleave(motion.shape[1], 0)
    return torch.cat([x, content], dim=-1), [None] * n_layers


def pyramid(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Heights and widths of a stack that halves an image until its short side is about 4.

    Examples
    --------
    >>> pyramid((64, 64))
    [(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)]
    >>> pyramid((21, 40))
    [(21, 40), (10, 20), (5, 10)]
    """
    levels = max(1, round(math.log2(min(size) / 4)))
    return [(size[0] >> i, size[1] >> i) for i in range(levels + 1)]


def widths(width: int, levels: int) -> list[int]:
    """Channels at each level: doubled at each halving, up to eight times the first.

    Examples
    --------
    >>> widths(16, 5)
    [16, 32, 64, 128, 128]
    """
    return [width * min(2**i, 8) for i in range(levels)]
