"""The frame network that suits the frames."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from .base import CodeShape, FrameEncoder, FrameNetwork, check_settings
from .conv import Conv
from .mlp import MLP

__all__ = ["AutoNetwork"]


@dataclass
class AutoNetwork(FrameNetwork):
    """:class:`Conv` for images, :class:`MLP` for vectors (``network="auto"``).

    Parameters
    ----------
    width : int or None, default=None
        That of the network; None for the default of each.
    generator : {"auto", "style", "concat"}, default="auto"
        The way of content into the decoder, see :class:`~seqdisentangle.networks.FrameNetwork`.

    Raises
    ------
    ValueError
        If the width is out of its range, or the generator is unknown.

    Examples
    --------
    >>> from seqdisentangle.networks import AutoNetwork
    >>> AutoNetwork(width=8).chosen((3, 64, 64))
    Conv(width=8, palette=16, generator='auto')
    >>> AutoNetwork().chosen((5,))
    MLP(width=128, depth=2, generator='auto')
    """

    width: int | None = None
    generator: str = "auto"

    def __post_init__(self) -> None:
        check_settings(self, **({} if self.width is None else {"width": 1}))

    def chosen(self, frame_shape: tuple[int, ...]) -> FrameNetwork:
        """The network for frames of this shape."""
        kind = Conv if len(frame_shape) == 3 else MLP
        if self.width is None:
            return kind(generator=self.generator)
        return kind(width=self.width, generator=self.generator)

    def check(self, frame_shape: tuple[int, ...]) -> None:
        """Raise a ValueError if images are too small or too large."""
        self.chosen(frame_shape).check(frame_shape)

    def encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Build an encoder of frames of this shape."""
        return self.chosen(frame_shape).encoder(frame_shape)

    def decoder(self, frame_shape: tuple[int, ...], codes: CodeShape) -> nn.Module:
        """Build a decoder to frames of this shape."""
        return self.chosen(frame_shape).decoder(frame_shape, codes)

    def resolved(self, frame_shape: tuple[int, ...], generator: str) -> FrameNetwork:
        """The chosen network, with a form of generator."""
        return self.chosen(frame_shape).resolved(frame_shape, generator)
