"""Modes of torch and NumPy: the package computes in its own, whatever a program has set."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import numpy as np
import torch
from torch import nn

__all__ = ["full_precision", "ordinary", "ordinary_modes", "without_gradients"]

Module = TypeVar("Module", bound=nn.Module)


@contextmanager
def ordinary_modes() -> Iterator[None]:
    """Compute as in a program that has set nothing: in float32, on the CPU, with gradients.

    That is what a tensor gets of which nothing else is said. The default dtype is that of the whole
    process, as torch has no other, and is given back when the last thread is done. NumPy warns of
    what overflows, and nothing is cast on its way.

    Examples
    --------
    >>> with torch.no_grad(), torch.device("meta"), ordinary_modes():
    ...     torch.ones(2, requires_grad=True).sum().requires_grad
    True
    """
    with ExitStack() as modes:
        modes.enter_context(torch.inference_mode(False))
        modes.enter_context(torch.enable_grad())
        modes.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        # Functions of torch take longer in these two: only where they are needed.
        if torch.empty(0).device.type != "cpu":
            modes.enter_context(torch.device("cpu"))
        for kind in ("cpu", "cuda"):
            if torch.is_autocast_enabled(kind):
                modes.enter_context(torch.autocast(kind, enabled=False))
        modes.enter_context(FLOAT32)
        yield


@contextmanager
def without_gradients() -> Iterator[None]:
    """Compute as in :func:`ordinary_modes`, without gradients."""
    with ordinary_modes(), torch.no_grad():
        yield


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Compute on a device without autocast; nothing is switched, or traced, where there is none.

    Examples
    --------
    >>> layer, x = torch.nn.Linear(2, 2), torch.ones(1, 2)
    >>> with torch.autocast("cpu", torch.bfloat16), full_precision(x.device):
    ...     layer(x).dtype
    torch.float32
    """
    if not torch.is_autocast_enabled(device.type):
        yield
        return
    with torch.autocast(device.type, enabled=False):
        yield


class DefaultDtype:
    """A default dtype, for as long as a thread is in this context.

    Parameters
    ----------
    dtype : torch.dtype
    """

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self.lock = threading.Lock()
        self.n_inside = 0
        self.before = dtype

    def __enter__(self) -> None:
        with self.lock:
            if self.n_inside == 0:
                self.before = torch.get_default_dtype()
                torch.set_default_dtype(self.dtype)
            self.n_inside += 1

    def __exit__(self, *error: object) -> None:
        with self.lock:
            self.n_inside -= 1
            if self.n_inside == 0:
                torch.set_default_dtype(self.before)


def ordinary(module: Module) -> Module:
    """A module that can be trained, though it was made in inference mode: a copy if need be."""
    tensors = [*module.parameters(), *module.buffers()]
    if not any(tensor.is_inference() for tensor in tensors):
        return module
    with torch.inference_mode(False):
        return copy.deepcopy(module)


FLOAT32 = DefaultDtype(torch.float32)

if hasattr(os, "register_at_fork"):  # Windows has no forks
    # Else a fork while another thread holds it would leave the child one that nobody gives back.
    os.register_at_fork(
        before=FLOAT32.lock.acquire,
        after_in_parent=FLOAT32.lock.release,
        after_in_child=FLOAT32.lock.release,
    )
