"""Last layers of decoders of images: maps to frames, by themselves or by a palette."""

from __future__ import annotations

from torch import Tensor, nn

from .base import SLOPE, CodeShape

__all__ = ["Palette", "Plain", "output_layer"]


class Palette(nn.Module):
    r"""Frames as mixtures of a few colours, which are the same throughout a sequence.

    .. math::

        x_{t,p} = \sum_k \pi_{t,p,k}\, c_k(z_c), \quad
        \pi_{t,p} = \mathrm{softmax}(h_{t,p}), \quad c(z_c) = \mathrm{MLP}(z_c)

    where the maps :math:`h_t` say which of the :math:`K` colours is at a pixel :math:`p`. What
    colour a part of the image has is then said by content alone, at once for all places that the
    part may be in; and a small part is as easily told apart from its neighbours as a large one.

    Parameters
    ----------
    codes : CodeShape
    n_colours : int
        ``K``.
    n_channels : int
        Numbers of a colour, ``C``.
    """

    def __init__(self, codes: CodeShape, n_colours: int, n_channels: int) -> None:
        super().__init__()
        self.codes = codes
        self.n_maps = n_colours
        self.n_channels = n_channels
        self.colours = nn.Sequential(
            nn.Linear(codes.content_size, codes.hidden_size),
            nn.LeakyReLU(SLOPE),
            nn.Linear(codes.hidden_size, n_channels * n_colours),
        )

    def forward(self, maps: Tensor, content: Tensor) -> Tensor:
        """Maps (n * T, K, H, W) and content (n, d_c) -> frames (n, T, C, H, W)."""
        colours = self.codes.squash(self.colours(content)).unflatten(-1, (self.n_channels, -1))
        shares = maps.softmax(1).unflatten(0, (content.shape[0], -1)).flatten(3)  # (n, T, K, H * W)
        frames = (colours.unsqueeze(1) @ shares).unflatten(-1, maps.shape[-2:])
        # Shares sum to one but for rounding, and costs may be defined on [0, 1] only.
        return frames.clamp(max=1) if self.codes.bounded else frames


class Plain(nn.Module):
    """Frames as the last layer paints them."""

    def __init__(self, codes: CodeShape, n_channels: int) -> None:
        super().__init__()
        self.codes = codes
        self.n_maps = n_channels

    def forward(self, maps: Tensor, content: Tensor) -> Tensor:
        """Maps (n * T, C, H, W) and content (n, d_c) -> frames (n, T, C, H, W)."""
        return self.codes.squash(maps).unflatten(0, (content.shape[0], -1))


def output_layer(codes: CodeShape, n_colours: int, n_channels: int) -> Palette | Plain:
    """The last layer of a decoder; a palette is a style, and needs a generator that has one."""
    if n_colours and codes.generator == "style":
        return Palette(codes, n_colours, n_channels)
    return Plain(codes, n_channels)
