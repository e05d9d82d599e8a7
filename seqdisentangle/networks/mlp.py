"""Frame networks for feature vectors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise, repeat

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from .base import (
    LONG,
    SLOPE,
    CodeShape,
    FrameEncoder,
    FrameNetwork,
    StyleMap,
    check_settings,
    first_input,
    modulate,
)

__all__ = ["MLP"]

# Frames of long sequences whose layers are computed again at a time.
PIECE = 2**12


@dataclass
class MLP(FrameNetwork):
    """Perceptrons, for frames that are feature vectors or single numbers (``network="mlp"``).

    Parameters
    ----------
    width : int, default=128
        Units of each hidden layer.
    depth : int, default=2
        Hidden layers.
    generator : {"auto", "style", "concat"}, default="auto"
        The way of content into the decoder, see :class:`~seqdisentangle.networks.FrameNetwork`.

    Raises
    ------
    ValueError
        If a number is out of its range, or the generator is unknown.

    Examples
    --------
    >>> from seqdisentangle.networks import MLP
    >>> MLP(width=32).encoder((5,)).feature_shape
    (32,)
    """

    width: int = 128
    depth: int = 2
    generator: str = "auto"

    def __post_init__(self) -> None:
        check_settings(self, width=1, depth=1)

    def check(self, frame_shape: tuple[int, ...]) -> None:
        """Raise a ValueError if the frames are not vectors."""
        if len(frame_shape) != 1:
            raise ValueError(f"network={self!r} is for vectors, got frames of shape {frame_shape}")

    def encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Build an encoder (N, D) -> (N, width)."""
        sizes = chain([frame_shape[0]], repeat(self.width, self.depth))
        layers = nn.Sequential(
            *(
                layer
                for a, b in pairwise(sizes)
                for layer in (nn.Linear(a, b), nn.LeakyReLU(SLOPE, inplace=True))
            )
        )
        return FrameEncoder(layers, (self.width,))

    def decoder(self, frame_shape: tuple[int, ...], codes: CodeShape) -> nn.Module:
        """Build a decoder to vectors of D numbers."""
        return MLPDecoder(frame_shape[0], self.width, self.depth, codes)


class MLPDecoder(nn.Module):
    """Linear layers with modulated normalisation between them."""

    by_sequence = True

    def __init__(self, n_features: int, width: int, depth: int, codes: CodeShape) -> None:
        super().__init__()
        self.codes = codes
        sizes = [codes.input_size] + [width] * depth
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(depth))
        self.style = StyleMap(codes, [width] * depth) if codes.generator == "style" else None
        self.output = nn.Linear(width, n_features)

    def forward(self, motion: Tensor, content: Tensor, sequence: Tensor | None = None) -> Tensor:
        """(n, T, d_m), (n, d_c) -> (n, T, D), or (N, 1, d_m), (n, d_c), (N,) -> (N, 1, D)."""
        x, styles = first_input(motion, content, self.style, len(self.layers), sequence)
        n, n_steps = motion.shape[:2]
        if torch.compiler.is_compiling() or not torch.is_grad_enabled() or n_steps <= LONG:
            return self._decoded(x, styles).view(n, n_steps, -1)
        # Kept for the backward pass are the codes alone.
        pieces = x.unflatten(0, (n, n_steps)).split(max(PIECE // n, 1), dim=1)
        found = [
            checkpoint(self._decoded, piece.flatten(0, 1), styles, use_reentrant=False)
            for piece in pieces
        ]
        return torch.cat([part.unflatten(0, (n, -1)) for part in found], dim=1)

    def _decoded(self, x: Tensor, styles: list[tuple[Tensor, Tensor] | None]) -> Tensor:
        """The frames of what the first layer reads, (n * T, size) -> (n * T, D)."""
        for layer, norm, style in zip(self.layers, self.norms, styles, strict=True):
            x = nn.functional.leaky_relu_(modulate(norm(layer(x)), style), SLOPE)
        return self.codes.squash(self.output(x))
