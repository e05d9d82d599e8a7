"""What a process holds: memory, tensors, open files and threads."""

from __future__ import annotations

import ctypes
import gc
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import torch

__all__ = ["Held", "Memory"]


@dataclass(frozen=True)
class Held:
    """What a process holds at one time.

    Attributes
    ----------
    n_bytes : int
        In main memory.
    tensors, files, threads : int
    """

    n_bytes: int
    tensors: int
    files: int
    threads: int

    def __str__(self) -> str:
        return (
            f"{self.n_bytes / 2**20:>8.1f}  {self.tensors:>7}  {self.files:>5}  {self.threads:>7}"
        )


@dataclass
class Memory:
    """What this process holds, measured now and then.

    Attributes
    ----------
    measured : list of Held
    """

    measured: list[Held] = field(default_factory=list)
    heading = f"{'MB':>8}  {'tensors':>7}  {'files':>5}  {'threads':>7}"

    def measure(self) -> Held:
        """Take note of what is held now, after what nobody needs is gone."""
        gc.collect()
        give_back()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        # By type: an object that stands for another one may compute it when it is asked.
        tensors = sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())
        self.measured.append(
            Held(
                pages * os.sysconf("SC_PAGE_SIZE"),
                tensors,
                len(os.listdir("/proc/self/fd")),
                threading.active_count(),
            )
        )
        return self.measured[-1]

    def growth(self) -> int:
        """Bytes by which memory has grown since the first time."""
        return self.measured[-1].n_bytes - self.measured[0].n_bytes if self.measured else 0


def give_back() -> None:
    """Have the C library give back to the system what is free, where it can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
