"""The contract of a frame network, and the parts that several of them share."""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from numbers import Integral
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from .._parts import Part

__all__ = [
    "GENERATORS",
    "SLOPE",
    "BottomMap",
    "CodeShape",
    "FrameEncoder",
    "FrameNetwork",
    "ImageNetwork",
    "StyleMap",
    "check_settings",
    "first_input",
    "modulate",
    "pyramid",
    "widths",
]

Self = TypeVar("Self", bound="FrameNetwork")

SLOPE = 0.2  # of every leaky ReLU, as in DCGAN

# Steps of a sequence above which layers are computed again in the backward pass, not kept for it:
# no smaller batch makes room for a single sequence.
LONG = 2**12

GENERATORS = ("auto", "style", "concat")


@dataclass(frozen=True)
class CodeShape:
    """The codes that a decoder is fed, and the range of its frames.

    Attributes
    ----------
    motion_size, content_size : int
        Numbers in a frame's motion code and in a sequence's content code.
    hidden_size : int
        Width of the layers between a code and the feature map.
    generator : {"style", "concat"}
        The way in which content enters, see :class:`FrameNetwork`.
    bounded : bool
        True where the values of a frame lie in [0, 1].
    n_actions : int
        Numbers of the one-hot action that a decoder reads beside each motion code; 0 where it
        reads none.
    """

    motion_size: int
    content_size: int
    hidden_size: int
    generator: str
    bounded: bool
    n_actions: int = 0

    def squash(self, x: Tensor) -> Tensor:
        """Bring values to [0, 1] if the frames' are: the last step of a decoder."""
        return x.sigmoid() if self.bounded else x

    @property
    def input_size(self) -> int:
        """Numbers that a decoder's first layer reads."""
        beside = self.content_size if self.generator == "concat" else 0
        return self.motion_size + self.n_actions + beside


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
        """``(N, ...) -> (N, *feature_shape)``."""
        return self.layers(x)


class FrameNetwork(Part, ABC):
    """A family of networks: an encoder of single frames and the decoder that mirrors it.

    A decoder maps motion codes (n, T, d_m) and content codes (n, d_c) to frames (n, T, ...), every
    frame by itself: a decoder that saw the other frames' codes could let content carry the whole
    sequence and motion be a clock. In a model with K actions it reads d_m + K numbers of motion,
    the one-hot action last. With the ``"style"`` generator motion makes the feature map and content
    scales and shifts its channels at every layer, which suits an appearance that does not depend on
    the place; with ``"concat"`` both codes enter side by side at the bottom. Of padded sequences it
    is given the real frames, as (N, 1, d_m) and (N, d_c); one with a true attribute ``by_sequence``
    is given (n, d_c) and the sequence (N,) of each frame instead, and reads each content once.

    A subclass is a dataclass of its parameters and is registered by a name in ``NETWORKS``.

    Attributes
    ----------
    generator : {"auto", "style", "concat"}
        The way in which content enters the decoder; ``"auto"`` is the estimator's own form.
    n_parts : int
        Parts of a frame that have codes of their own, side by side: 1 where a frame is a whole.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from torch import nn
    >>> from seqdisentangle.networks import CodeShape, FrameEncoder, FrameNetwork
    >>> @dataclass
    ... class Linear(FrameNetwork):
    ...     width: int = 8
    ...     generator: str = "concat"
    ...
    ...     def check(self, frame_shape):
    ...         if len(frame_shape) != 1:
    ...             raise ValueError(f"network={self!r} is for vectors, got frames {frame_shape}")
    ...
    ...     def encoder(self, frame_shape):
    ...         return FrameEncoder(nn.Linear(frame_shape[0], self.width), (self.width,))
    ...
    ...     def decoder(self, frame_shape, codes):
    ...         return Decoder(nn.Linear(codes.input_size, frame_shape[0]))
    >>> class Decoder(nn.Module):
    ...     def __init__(self, layer):
    ...         super().__init__()
    ...         self.layer = layer
    ...
    ...     def forward(self, motion, content):
    ...         content = content.unsqueeze(1).expand(-1, motion.shape[1], -1)
    ...         return self.layer(torch.cat([motion, content], -1))
    >>> codes = CodeShape(2, 4, hidden_size=8, generator="concat", bounded=False)
    >>> Linear().decoder((3,), codes)(torch.zeros(5, 7, 2), torch.zeros(5, 4)).shape
    torch.Size([5, 7, 3])
    """

    generator: str = "auto"
    n_parts = 1  # no annotation: of the class, not a field

    @abstractmethod
    def check(self, frame_shape: tuple[int, ...]) -> None:
        """Raise a ValueError if this network is not for frames of this shape."""

    @abstractmethod
    def encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Build an encoder of frames of this shape."""

    @abstractmethod
    def decoder(self, frame_shape: tuple[int, ...], codes: CodeShape) -> nn.Module:
        """Build a decoder to frames of this shape: ``(motion, content) -> frames``."""

    def resolved(self, frame_shape: tuple[int, ...], generator: str) -> FrameNetwork:
        """The network that is built for frames of this shape, with a form of generator.

        Parameters
        ----------
        frame_shape : tuple of int
        generator : {"style", "concat"}
            The form where the network's own is ``"auto"``.

        Raises
        ------
        ValueError
            If the network is not for such frames.
        """
        self.check(frame_shape)
        return self.with_generator(generator)

    def with_generator(self: Self, generator: str) -> Self:
        """The network itself or, where its generator is ``"auto"``, one with this generator."""
        if self.generator != "auto":
            return self
        filled = copy.copy(self)
        filled.generator = generator
        return filled


def check_settings(network: FrameNetwork, **least: int) -> None:
    """Raise a ValueError unless parameters are ints of at least so much, and the generator one.

    Parameters
    ----------
    network : FrameNetwork
    **least : int
        The smallest allowed value of each parameter.
    """
    name = type(network).__name__
    for parameter, low in least.items():
        value: Any = getattr(network, parameter)
        if isinstance(value, bool) or not isinstance(value, Integral) or value < low:
            raise ValueError(f"{name}: {parameter} must be an int of at least {low}, got {value!r}")
    if network.generator not in GENERATORS:
        raise ValueError(
            f"{name}: generator must be one of {list(GENERATORS)}, got {network.generator!r}"
        )


@dataclass
class ImageNetwork(FrameNetwork):
    """A frame network that halves images until they are about 4 pixels high, once at least.

    Parameters
    ----------
    width : int, default=16
        Channels at the first size.
    palette : int, default=16
        Colours that the pixels of a sequence are mixtures of; 0 for none.
    generator : {"auto", "style", "concat"}, default="auto"
    """

    width: int = 16
    palette: int = 16
    generator: str = "auto"

    sides = (4, 1024)  # no annotation: of the class, not a field

    def __post_init__(self) -> None:
        check_settings(self, width=1)
        palette: Any = self.palette
        if not isinstance(palette, Integral) or palette < 0 or palette == 1:
            raise ValueError(
                f"{type(self).__name__}: palette must be at least 2, or 0 for none, got {palette!r}"
            )

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
            self.hidden = nn.Sequential(
                nn.Linear(size, codes.hidden_size), nn.LeakyReLU(SLOPE, inplace=True)
            )
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
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.Linear(codes.hidden_size, 2 * sum(channels)),
        )

    def forward(
        self, content: Tensor, sequence: Tensor | None = None
    ) -> list[tuple[Tensor, Tensor]]:
        """(n, d_c) -> for each layer the scale minus one and the shift, each (n, channels).

        With ``sequence`` (N,) those of the sequence of each of N frames.
        """
        styles = self.map(content)
        if sequence is not None:
            styles = styles.index_select(0, sequence)
        scale_and_shift = styles.split([2 * c for c in self.channels], dim=-1)
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
    if x.ndim == 2:  # as small as its styles, which are then not repeated
        scale, shift = (s.unsqueeze(1) for s in style)
        by_sequence = x.unflatten(0, (scale.shape[0], -1))  # len() would be traced as a constant
        return torch.addcmul(shift, by_sequence, 1 + scale).flatten(0, 1)
    scale, shift = (repeated(s, x.shape[0] // s.shape[0]) for s in style)
    ones = (1,) * (x.ndim - 2)
    return torch.addcmul(shift.view(*shift.shape, *ones), x, 1 + scale.view(*scale.shape, *ones))


def first_input(
    motion: Tensor,
    content: Tensor,
    style: StyleMap | None,
    n_layers: int,
    sequence: Tensor | None = None,
) -> tuple[Tensor, list[tuple[Tensor, Tensor] | None]]:
    """The input of a decoder's first layer, (n * T, size), and the style of each later layer.

    With ``sequence`` (N,) motion is that of N frames, (N, 1, d_m), of so many sequences.
    """
    x = motion.flatten(0, 1)
    if style is not None:
        return x, list(style(content, sequence))
    if sequence is not None:
        content = content.index_select(0, sequence)
    content = repeated(content, motion.shape[1])
    return torch.cat([x, content], dim=-1), [None] * n_layers


def repeated(x: Tensor, n_steps: int) -> Tensor:
    """The values of each sequence for each of its steps, (n, d) -> (n * T, d)."""
    if n_steps == 1:
        return x
    # No `repeat_interleave`, which in a program that is traced rules out a single step.
    return x.unsqueeze(1).expand(-1, n_steps, -1).flatten(0, 1)


def pyramid(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Heights and widths of a stack that halves an image, once or until its short side is about 4.

    Examples
    --------
    >>> pyramid((64, 64))
    [(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)]
    >>> pyramid((21, 40))
    [(21, 40), (10, 20), (5, 10)]
    >>> pyramid((4, 6))
    [(4, 6), (2, 3)]
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
