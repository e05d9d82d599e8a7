"""The user's own encoder and decoder modules as a frame network."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .base import CodeShape, FrameEncoder, FrameNetwork

__all__ = ["OwnModules"]


@dataclass(eq=False)
class OwnModules(FrameNetwork):
    """An encoder (N, ...) -> (N, F) or (N, C, h, w) and a decoder (N, d) -> (N, ...).

    The decoder reads the motion code and the content code side by side:
    ``d = motion_size + content_size``. In a model with K actions the one-hot action is between
    them: ``d = motion_size + K + content_size``. Content and motion each get a copy of the encoder.

    Parameters
    ----------
    encoder_module, decoder_module : nn.Module

    Examples
    --------
    >>> from torch import nn
    >>> from seqdisentangle.networks import OwnModules
    >>> own = OwnModules(nn.Linear(3, 8), nn.Linear(6, 3))
    >>> own.encoder((3,)).feature_shape
    (8,)
    """

    encoder_module: nn.Module
    decoder_module: nn.Module

    generator = "concat"  # no annotation: of the class, not a field

    def __post_init__(self) -> None:
        pair = (self.encoder_module, self.decoder_module)
        if not all(isinstance(module, nn.Module) for module in pair):
            raise TypeError(f"network as a pair must be two torch modules, got {pair!r}")

    def check(self, frame_shape: tuple[int, ...]) -> None:
        """Nothing to check yet: each module is tried when it is built."""

    def encoder(self, frame_shape: tuple[int, ...]) -> FrameEncoder:
        """Copy the user's encoder and find the shape of its features by running it once."""
        module = copy.deepcopy(self.encoder_module)
        shape = probe(module, frame_shape, "encoder", f"frames {frame_shape}")
        if len(shape) not in (1, 3):
            raise ValueError(
                f"network: the encoder must map frames to (N, F) or (N, C, h, w), got "
                f"(N, {', '.join(map(str, shape))})"
            )
        return FrameEncoder(module, shape)

    def decoder(self, frame_shape: tuple[int, ...], codes: CodeShape) -> nn.Module:
        """Copy the user's decoder, having seen that it makes frames of the right shape."""
        module = copy.deepcopy(self.decoder_module)
        shape = probe(module, (codes.input_size,), "decoder", f"codes ({codes.input_size},)")
        if shape != frame_shape:
            raise ValueError(f"network: the decoder must make frames {frame_shape}, got {shape}")
        return ConcatDecoder(module)


class ConcatDecoder(nn.Module):
    """A decoder of single code vectors, given one for each frame."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, motion: Tensor, content: Tensor) -> Tensor:
        """(n, T, d_m), (n, d_c) -> (n, T, ...)."""
        content = content.unsqueeze(1).expand(-1, motion.shape[1], -1)
        codes = torch.cat([motion, content], dim=-1).flatten(0, 1)
        return self.module(codes).unflatten(0, motion.shape[:2])


def probe(module: nn.Module, shape: tuple[int, ...], name: str, what: str) -> tuple[int, ...]:
    """Shape that a module makes of one input; in evaluation mode, so that nothing is learned."""
    training = module.training
    try:
        with torch.no_grad():
            return tuple(module.eval()(torch.zeros(2, *shape)).shape[1:])
    except Exception as error:
        raise ValueError(f"network: the {name} fails on two {what}: {error}") from error
    finally:
        module.train(training)
