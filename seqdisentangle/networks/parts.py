"""Frames of a few things, each drawn by itself in a window and put in its place."""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import grid_sample

from .auto import AutoNetwork
from .base import SLOPE, CodeShape, FrameEncoder, FrameNetwork, pyramid

__all__ = ["Parts", "PartsDecoder", "Windows"]

#: Cells along the short side of the map in which parts are looked for, about.
CELLS = 16
#: Logits that a window is transparent by before anything is learned.
TRANSPARENT = 2.0
#: The background that a training starts from is so far from the bounds of values in [0, 1].
INSIDE = 0.01
#: A step of Adam moves a number by the learning rate, and the background has far to go.
BACKGROUND_GAIN = 30.0
#: Deviation of the places of things that may be anywhere, as a share of half the frame.
SPREAD = 0.35


@dataclass(frozen=True)
class Windows:
    """Windows of frames, around places in coordinates from -1 to 1.

    Attributes
    ----------
    frame : tuple of int
        Height and width of a frame.
    share : float
        Side of a window, as a share of the frame's.
    """

    frame: tuple[int, int]
    share: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of a window, in pixels."""
        height, width = (max(round(side * self.share), 4) for side in self.frame)
        return height, width

    def cut(self, x: Tensor, places: Tensor) -> Tensor:
        """Windows of frames (N, C, H, W) around places (N, 2), row and column: (N, C, h, w)."""
        at = cells(self.shape, x).flip(-1) * self.share + places.flip(-1)[:, None, None]
        return grid_sample(x, at, align_corners=False)

    def put(self, windows: Tensor, places: Tensor) -> Tensor:
        """Frames (N, C, H, W) with windows (N, C, h, w) at places (N, 2), zero elsewhere."""
        at = (cells(self.frame, windows).flip(-1) - places.flip(-1)[:, None, None]) / self.share
        return grid_sample(windows, at, align_corners=False)


@dataclass
class Parts(FrameNetwork):
    """Frames of several things that move, each with codes of its own (``network=Parts(2)``).

    A part has a content code, its appearance, and a motion code a frame, which begins with its
    place. It is followed from frame to frame, seen in a window around its place, drawn in such a
    window by a network that all parts share, and put where its motion code says. Behind the parts
    is one background, the same in all sequences.

    Parameters
    ----------
    n_parts : int, default=2
        Things in a frame, at most. Which is which has no order.
    window : float, default=0.5
        Side of a window, as a share of the frame's: the largest that a thing may be.
    width : int, default=32
        Channels of the map in which parts are looked for.
    network : FrameNetwork, default=AutoNetwork(generator="concat")
        Reads and draws the windows.

    Raises
    ------
    ValueError
        If a number is out of its range.
    TypeError
        If the network is none.

    Notes
    -----
    Parts are found by competition: at each place of a map of the frame those that it may belong to
    share it, by their distance from where they were and by what was seen of them before. It is a
    soft k-means, whose centres go on from frame to frame. They are looked for where frames differ
    from the usual one, the median of some frames of the data, which ``fit`` finds. Parts that move
    as one and keep close to each other are one thing: the first of them draws it, and the others
    stay empty.

    References
    ----------
    Hsieh, Liu, Huang, Fei-Fei, Niebles: Learning to Decompose and Disentangle Representations for
    Video Prediction, NeurIPS 2018.

    Locatello et al.: Object-Centric Learning with Slot Attention, NeurIPS 2020.

    Kosiorek, Kim, Posner, Teh: Sequential Attend, Infer, Repeat, NeurIPS 2018.

    Examples
    --------
    >>> from seqdisentangle.networks import Parts
    >>> Parts(2).encoder((1, 64, 64)).feature_shape
    (32, 16, 16)
    >>> Parts(2, window=0.25).windows((1, 64, 64)).shape
    (16, 16)
    """

    n_parts: int = 2
    window: float = 0.5
    width: int = 32
    network: Any = field(default_factory=lambda: AutoNetwork(generator="concat"))

    generator = "style"  # no annotation: of the class; the way into the windows is their network's

    def __post_init__(self) -> None:
        for name in ("n_parts", "width"):
            value: Any = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
                raise ValueError(f"Parts: {name} must be an int of at least 1, got {value!r}")
        share: Any = self.window
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 < float(share) <= 1:
            raise ValueError(f"Parts: window must be above 0 and at most 1, got {share!r}")
        if not isinstance(self.network, FrameNetwork) or isinstance(self.network, Parts):
            raise TypeError(
                f"Parts: network must be a FrameNetwork, of single windows, got {self.network!r}"
            )

    def check(self, frame_shape: tuple[int, ...]) -> None:
        """Raise a ValueError if the frames are no images, or their windows too small."""
        if len(frame_shape) != 3:
            raise ValueError(
                f"network={self!r} is for images, got frames of {frame_shape[0]} numbers"
            )
        if min(frame_shape[1:]) < 8:
            raise ValueError(
                f"network={self!r} takes images with sides of at least 8 pixels, got "
                f"{frame_shape[1]} x {frame_shape[2]}"
            )
        self.network.check(self.window_shape(frame_shape))

    def resolved(self, frame_shape: tuple[int, ...], generator: str) -> Parts:
        """The same, with the network that is built for its windows."""
        self.check(frame_shape)
        filled = copy.copy(self)
        filled.network = self.network.resolved(self.window_shape(frame_shape), generator)
        return filled

    def windows(self, frame_shape: tuple[int, ...]) -> Windows:
        """The windows of frames of this shape."""
        return Windows((frame_shape[1], frame_shape[2]), float(self.window))

    def window_shape(self, frame_shape: tuple[int, ...]) -> tuple[int, int, int]:
        """The shape (C, h, w) of a window of frames of this shape."""
        return (frame_shape[0], *self.windows(frame_shape).shape)

    def window_encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Build the encoder of windows."""
        return self.network.encoder(self.window_shape(frame_shape))

    def encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Build the encoder of frames to the map in which parts are looked for."""
        size = (frame_shape[1], frame_shape[2])
        halvings = max(1, round(math.log2(min(size) / CELLS)))
        sizes = pyramid(size)[: halvings + 1]
        first = min(halvings, 2)  # at once: a map of half the size would take most of the time
        channels = [max(self.width >> i, 8) for i in reversed(range(halvings - first + 1))]
        layers: list[nn.Module] = [
            nn.Conv2d(frame_shape[0], channels[0], 4 * first, 2 * first, first, bias=False),
            *normalised(channels[0]),
        ]
        for a, b in pairwise(channels):
            layers += [nn.Conv2d(a, b, 4, 2, 1, bias=False), *normalised(b)]
        layers += [
            nn.Conv2d(channels[-1], self.width, 3, 1, 1, bias=False),
            *normalised(self.width),
        ]
        return FrameEncoder(nn.Sequential(*layers), (self.width, *sizes[-1]))

    def decoder(self, frame_shape: tuple[int, ...], codes: CodeShape) -> PartsDecoder:
        """Build a decoder to frames of this shape."""
        return PartsDecoder(self, frame_shape, codes)


class PartsDecoder(nn.Module):
    r"""Frames of parts that are drawn in windows and put in their places.

    .. math::

        x = s\, \frac{\sum_k a_k c_k}{\sum_k a_k} + (1 - s)\, b, \quad
        s = 1 - \prod_k (1 - a_k)

    where :math:`c_k` is the drawing of part :math:`k` at its place, :math:`a_k` how far it covers
    what is behind it, and :math:`b` the background. No part is in front of another.

    Parameters
    ----------
    network : Parts
    frame_shape : tuple of int
        (C, H, W).
    codes : CodeShape
        Of all parts together.
    """

    def __init__(self, network: Parts, frame_shape: tuple[int, ...], codes: CodeShape) -> None:
        super().__init__()
        self.codes = codes
        self.n_parts = network.n_parts
        self.windows = network.windows(frame_shape)
        of_one = CodeShape(
            motion_size=codes.motion_size // network.n_parts,
            content_size=codes.content_size // network.n_parts,
            hidden_size=codes.hidden_size,
            generator=network.network.generator,
            bounded=False,
        )
        n_channels, *window = network.window_shape(frame_shape)
        self.drawing = network.network.decoder((n_channels + 1, *window), of_one)
        self.background = nn.Parameter(torch.zeros(frame_shape))
        self.scale = nn.Parameter(torch.full((2,), SPREAD))
        self.shift = nn.Parameter(torch.zeros(2))

    @torch.no_grad()
    def start_from(self, usual: Tensor) -> None:
        """Have the background show the usual frame (C, H, W) before anything is learned."""
        if self.codes.bounded:
            usual = usual.clamp(INSIDE, 1 - INSIDE).logit()
        self.background.copy_(usual / BACKGROUND_GAIN)

    def places(self, motion: Tensor) -> Tensor:
        """The places of parts by their motion codes, (n, T, K * d_m) -> (n, T, K, 2)."""
        first: Tensor = motion.unflatten(-1, (self.n_parts, -1))[..., :2]
        return first * self.scale + self.shift

    def forward(self, motion: Tensor, content: Tensor) -> Tensor:
        """(n, T, K * d_m), (n, K * d_c) -> (n, T, C, H, W)."""
        n, n_steps = motion.shape[:2]
        places = self.places(motion).flatten(0, 2)
        z_m = motion.unflatten(-1, (self.n_parts, -1)).transpose(1, 2).flatten(0, 1)
        z_c = content.unflatten(-1, (self.n_parts, -1)).flatten(0, 1)
        drawn = self.drawing(z_m, z_c).unflatten(0, (n, self.n_parts)).transpose(1, 2)
        colour, cover = drawn.flatten(0, 2).tensor_split([-1], dim=1)
        cover = (cover - TRANSPARENT).sigmoid()
        premultiplied = torch.cat([self.codes.squash(colour) * cover, cover], 1)
        put = self.windows.put(premultiplied, places).unflatten(0, (n, n_steps, self.n_parts))
        colour, cover = put.tensor_split([-1], dim=3)
        # Step by step: the derivative of torch's own product looks for zeros, and waits for it.
        total = 1 - functools.reduce(torch.mul, (1 - cover).unbind(2))  # (n, T, 1, H, W)
        share = total / cover.sum(2).clamp(min=1e-6)
        background = self.codes.squash(BACKGROUND_GAIN * self.background)
        return colour.sum(2) * share + (1 - total) * background


def normalised(channels: int) -> list[nn.Module]:
    """The layers after a convolution."""
    return [nn.BatchNorm2d(channels), nn.LeakyReLU(SLOPE, inplace=True)]


def cells(shape: Sequence[int], like: Tensor) -> Tensor:
    """The places of the cells of a map, row and column of their centres, (h, w, 2)."""
    rows, columns = (centres(side, like) for side in shape)
    return torch.stack(torch.meshgrid(rows, columns, indexing="ij"), -1)


def centres(side: int, like: Tensor) -> Tensor:
    """The centres of so many cells between -1 and 1."""
    return (2 * torch.arange(side, dtype=like.dtype, device=like.device) + 1) / side - 1
