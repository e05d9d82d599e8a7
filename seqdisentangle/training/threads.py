"""Threads of the CPU in a training: one, where its steps are too small to be shared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

import torch
from threadpoolctl import ThreadpoolController

__all__ = ["limited_threads", "numbers_in_step"]

#: Numbers that torch gives to a thread, at least: ``at::internal::GRAIN_SIZE``.
GRAIN = 2**15


def numbers_in_step(spec: Any, n: int, n_steps: int) -> int:
    """The numbers of a layer for all frames of n sequences, of the widest that vectors have.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> numbers_in_step(SimpleNamespace(frame_shape=(6,), hidden_size=128), n=64, n_steps=10)
    81920
    """
    return n * n_steps * max(spec.hidden_size, math.prod(spec.frame_shape))


@contextmanager
def limited_threads(threads: int | Literal["auto"] | None, numbers: int) -> Iterator[None]:
    """Compute in no more threads than that for as long as one is in this context.

    Threads wait for the slowest of them at the end of every operation. One whose core is taken by
    another process holds up all, for milliseconds, where the operation takes microseconds; and
    torch itself cuts no operation into pieces of less than 32,768 numbers. So ``"auto"`` is one
    thread where an operation has two such pieces at most, and as many as there are otherwise.

    Parameters
    ----------
    threads : int, "auto" or None
        None sets no limit.
    numbers : int
        The numbers of a large operation, as :func:`numbers_in_step` has them.

    Notes
    -----
    The limit is that of OpenMP for the thread that calls, and no other is touched: ones that train
    beside it have their own. It is never more than there was before. After a call of
    ``torch.set_num_threads`` products of matrices heed that alone.

    Examples
    --------
    >>> before = torch.get_num_threads()
    >>> with limited_threads("auto", numbers=1000):
    ...     torch.ones(10, 10).exp().shape
    torch.Size([10, 10])
    >>> torch.get_num_threads() == before
    True
    """
    if threads == "auto":
        threads = 1 if numbers <= 2 * GRAIN else None
    if threads is None or threads >= torch.get_num_threads():
        yield
        return
    with openmp().limit(limits=threads):
        yield


@cache
def openmp() -> ThreadpoolController:
    """The OpenMP libraries of the process; none where torch was built without."""
    return ThreadpoolController().select(user_api="openmp")
