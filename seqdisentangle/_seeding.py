"""Initial weights from a seed, whatever else goes on in the process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["seeded"]

# Reentrant, as a network of the user's own may fork, or build another model, while it is built.
_SEEDING = threading.RLock()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw initial weights from a seed, leaving torch's global generator as it was."""
    # torch's initialisers know the global generator only; two builds must not share it at a time.
    with _SEEDING, torch.random.fork_rng(devices=[]), torch.device("cpu"):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed the GPUs too
        yield


if hasattr(os, "register_at_fork"):  # Windows has no forks
    # Else a fork while another thread holds it would leave the child one that nobody gives back.
    os.register_at_fork(
        before=_SEEDING.acquire,
        after_in_parent=_SEEDING.release,
        after_in_child=_SEEDING.release,
    )
