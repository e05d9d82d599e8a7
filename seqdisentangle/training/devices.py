"""The device of a training: which one, in what precision, with how much room."""

from __future__ import annotations

import torch

__all__ = ["PRECISIONS", "resolve_device", "resolve_precision", "room_for_data"]

PRECISIONS = ("auto", "float32", "bfloat16")


def resolve_device(device: str, *, fall_back: bool = False) -> torch.device:
    """Turn a `device` parameter into a device: CUDA, then MPS, then CPU with ``"auto"``."""
    if device != "auto":
        try:
            return torch.empty(0, device=device).device
        except (RuntimeError, AssertionError) as error:
            # An AssertionError is how torch says that it was built without CUDA.
            if not fall_back:
                raise ValueError(
                    f"device={device!r} is not available on this machine: {error}"
                ) from error
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def resolve_precision(precision: str, device: torch.device) -> str:
    """Turn a `precision` parameter into that of a device: bfloat16 on GPUs that have it."""
    if precision != "auto":
        return precision
    gpu = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return "bfloat16" if gpu else "float32"


def room_for_data(device: torch.device) -> int:
    """Bytes of a data set that may stay on a device: half of what is free on a GPU, else none."""
    return torch.cuda.mem_get_info(device)[0] // 2 if device.type == "cuda" else 0
