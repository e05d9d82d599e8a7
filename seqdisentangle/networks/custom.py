"""The user's own encoder and decoder modules as a frame network."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from .base import CodeShape, FrameEncoder, FrameNetwork

__all__ = ["OwnModules"]


class OwnModules(FrameNetwork):
    """An encoder (N, ...) -> (N, F) or (N, C, h, w) and a decoder (N, d) -> (N, ...).

    The decoder reads the motion code and the content code side by side, so it takes
    ``generator="concat"`` and ``d = motion_size + content_size``. Content and motion each get a
    copy of the encoder.

    Parameters
    ----------
    encoder, decoder : nn.Module
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        self.encoder_module = encoder
        self.decoder_module = decoder

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
        if codes.generator != "concat":
            raise ValueError(
                "network: an own decoder reads both codes side by side and needs "
                f"generator='concat', got generator={codes.generator!r}"
            )
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
