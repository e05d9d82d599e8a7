"""The device of a training: which one, in what precision, with how much room."""

from __future__ import annotations

import torch

__all__ = ["PRECISIONS", "resolve_device", "resolve_precision", "room_for_data"]

PRECISIONS = ("auto", "float32", "bfloat16")


def resolve_device(device: str, *, fall_back: bool = False) -> torch.device:
    """Turn a `device` parameter into a device.

    ``"auto"`` is CUDA where there is such a GPU, else MPS if it can do all that a training does,
    else the CPU.
    """
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
    mps = torch.device("mps")
    return mps if torch.backends.mps.is_available() and can_train(mps) else torch.device("cpu")


def can_train(device: torch.device) -> bool:
    """Try what a training needs and not every version of torch can do on every device."""
    try:
        with torch.autocast(device.type, enabled=False):  # not on MPS before torch 2.5
            factor, _ = torch.linalg.cholesky_ex(torch.eye(2, device=device))  # of whitening
            torch.linalg.solve_triangular(factor, factor, upper=False)
            factor.nanmedian(-1)  # of the bandwidth of a kernel
    except RuntimeError:  # among them NotImplementedError, for a missing kernel
        return False
    return True


def resolve_precision(precision: str, device: torch.device) -> str:
    """Turn a `precision` parameter into that of a device: bfloat16 on GPUs that have it."""
    if precision != "auto":
        return precision
    gpu = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return "bfloat16" if gpu else "float32"


def room_for_data(device: torch.device) -> int:
    """Bytes of a data set that may stay on a device: half of what is free on a GPU, else none."""
    # By its number: torch before 2.5 refuses a device without one, which stands for the current.
    return torch.cuda.mem_get_info(device.index)[0] // 2 if device.type == "cuda" else 0
