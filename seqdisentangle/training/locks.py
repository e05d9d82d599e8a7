"""A folder that one training at a time writes to."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .._termination import raised_at_end_of_process

try:
    import fcntl

    LOCKS = True
except ImportError:  # on Windows and in browsers, where nothing is locked
    LOCKS = False

__all__ = ["kept_to_itself"]

NAME = ".seqdisentangle.lock"


@contextmanager
def kept_to_itself(folder: Path) -> Iterator[None]:
    """Keep a folder to this training, for as long as it is in this context.

    The lock is a file that the system holds locked: it is free again once the process has ended, in
    whatever way. Nothing is locked where the system or the file system has no locks, Windows say.

    Parameters
    ----------
    folder : Path
        Made if it is not there, and removed again if nothing was put into it.

    Raises
    ------
    ValueError
        If another training has it, in this process, in another one, or on another machine.
    """
    with raised_at_end_of_process():
        was_there = folder.exists()
        descriptor = acquired(folder)
        try:
            yield
        finally:
            if descriptor is not None:
                with suppress(OSError):
                    (folder / NAME).unlink()
                os.close(descriptor)
            if not was_there:
                with suppress(OSError):  # it is not empty
                    folder.rmdir()


def acquired(folder: Path) -> int | None:
    """The descriptor of a lock; None where there cannot be one."""
    if not LOCKS:
        return None
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:  # as that of the first checkpoint will be, with a warning
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with os.fdopen(descriptor) as file:
                holder = file.read()
            raise ValueError(
                f"checkpoint={str(folder)!r} is in use by another training{holder}: wait for its "
                "end, or name another folder"
            ) from None
        except OSError:
            os.close(descriptor)
            return None
        if is_there(folder / NAME, descriptor):
            os.write(descriptor, f", of process {os.getpid()} on {socket.gethostname()}".encode())
            return descriptor
        os.close(descriptor)  # the training before has just ended, and removed it


def is_there(path: Path, descriptor: int) -> bool:
    """Tell whether an open file still has its place."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
