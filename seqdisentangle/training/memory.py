"""Memory that the steps of a training hand on to each other, rather than back to the kernel."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

__all__ = ["kept_memory"]

# Of malloc.h.
TRIM_THRESHOLD, MMAP_THRESHOLD, MMAP_MAX = -1, -3, -4
#: By these the user has settled what becomes of freed memory.
SETTLED = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")
#: Bytes of a block that glibc asks the kernel for by itself, the most that it ever takes for that.
LARGE = 32 * 2**20


@contextmanager
def kept_memory(*, on: bool = True) -> Iterator[None]:
    """Keep memory that is freed for the next to ask for it, for as long as one is in this context.

    Every step of a training asks for the same large blocks. The C library of most Linux systems,
    glibc, hands them back to the kernel, which then clears them page by page for the next step: up
    to a fifth of the time of large images. Nothing is done elsewhere, nor where an environment
    variable of glibc (``MALLOC_MMAP_MAX_``, ``GLIBC_TUNABLES``, ...) has settled it. At the end all
    memory that is free goes back.

    Parameters
    ----------
    on : bool
        False does nothing.

    Notes
    -----
    The settings are those of the whole process. glibc does not tell what they were, so they are
    left as it leaves them itself in programs that use large blocks.

    Examples
    --------
    >>> import torch
    >>> with kept_memory():
    ...     for _ in range(3):
    ...         _ = torch.ones(2**22)
    """
    keeping = keeping_of_process() if on else None
    if keeping is None or any(name in os.environ for name in SETTLED):
        yield
        return
    keeping.begin()
    try:
        yield
    finally:
        keeping.end()


class Keeping:
    """The settings of glibc, changed while any thread asks for it.

    Parameters
    ----------
    library : ctypes.CDLL
        The C library of the process.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library = library
        self.lock = threading.Lock()
        self.n_inside = 0

    def begin(self) -> None:
        """Hand nothing back from now on."""
        with self.lock:
            self.n_inside += 1
            if self.n_inside == 1:
                self._set(mmap_max=0, trim_threshold=2**31 - 1)

    def end(self) -> None:
        """Hand back what is free, if this was the last to keep it."""
        with self.lock:
            self.n_inside -= 1
            if self.n_inside == 0:
                self._set(mmap_max=2**16, trim_threshold=2 * LARGE)
                self.library.mallopt(MMAP_THRESHOLD, LARGE)
                self.library.malloc_trim(0)

    def _set(self, *, mmap_max: int, trim_threshold: int) -> None:
        self.library.mallopt(MMAP_MAX, mmap_max)
        self.library.mallopt(TRIM_THRESHOLD, trim_threshold)


@cache
def keeping_of_process() -> Keeping | None:
    """The settings of this process; None where its C library is not glibc."""
    if os.name != "posix":
        return None
    library = ctypes.CDLL(None)
    return Keeping(library) if hasattr(library, "gnu_get_libc_version") else None
