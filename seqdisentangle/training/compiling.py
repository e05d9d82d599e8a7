"""Networks compiled for the time of a training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..model import SequenceModel

__all__ = ["compiled"]


@contextmanager
def compiled(model: SequenceModel, device: torch.device, *, on: bool = True) -> Iterator[None]:
    """Have a model's frame networks compiled, on CUDA as graphs of all their kernels.

    They hold nearly all of a step's work and draw nothing at random; the recurrences are one fused
    call already, or too small. The model has the same modules and weights before and after.
    """
    networks = model.frame_networks if on else []
    mode = "reduce-overhead" if device.type == "cuda" else "default"
    for network in networks:
        network.compile(mode=mode)
    try:
        yield
    finally:
        for network in networks:
            network._compiled_call_impl = None  # torch has no public way back
