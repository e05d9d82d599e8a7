"""The device of a training: which one, in what precision, with how much room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = [
    "PRECISIONS",
    "naming_batch_size",
    "resolve_device",
    "resolve_precision",
    "room_for_data",
]

PRECISIONS = ("auto", "float32", "bfloat16")

# The weight of movement up to which bfloat16 is known to learn it; of talking faces, whose movement
# weighs 150, it learns neither that nor who they are.
MOST_MOVEMENT = 10.0

# Of the messages by which devices say that there is no more room.
OF_MEMORY = ("DefaultCPUAllocator", "out of memory")


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


def resolve_precision(precision: str, device: torch.device, movement_weight: float = 0.0) -> str:
    """Turn a `precision` parameter into that of a device and of the weight that movement has.

    ``"auto"`` is bfloat16 on GPUs that have it, except where movement weighs much since it is a
    small part of the values: eight bits lose it.
    """
    if precision != "auto":
        return precision
    gpu = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return "bfloat16" if gpu and movement_weight <= MOST_MOVEMENT else "float32"


def room_for_data(device: torch.device) -> int:
    """Bytes of a data set that may stay on a device: half of what is free on a GPU, else none."""
    # By its number: torch before 2.5 refuses a device without one, which stands for the current.
    return torch.cuda.mem_get_info(device.index)[0] // 2 if device.type == "cuda" else 0


@contextmanager
def naming_batch_size(batch_size: int, device: torch.device) -> Iterator[None]:
    """Name ``batch_size`` in an error of a device that has too little memory for a step.

    No smaller batch is taken in its place: divergences are statistics of the whole batch, so that
    steps on parts of it are others.

    Raises
    ------
    MemoryError
        In place of the device's own error.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not any(words in str(error) for words in OF_MEMORY):
            raise
        smaller = f"batch_size={batch_size // 2}, or " if batch_size > 1 else ""
        raise MemoryError(
            f"a step on batch_size={batch_size} sequences does not fit into the memory of {device}"
            f": try {smaller}training__frames_per_step, the frames whose error is taken in a step, "
            f"or a smaller network. {error}"
        ) from error
