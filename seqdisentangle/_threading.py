"""Thread handling after a fork."""

from __future__ import annotations

import os
import threading

import torch

__all__ = ["leave_lost_threads"]

_forked = False


def leave_lost_threads() -> None:
    """Compute in one thread where a fork has left those of OpenMP behind.

    A fork copies none of the threads of its parent but the one that called it, and that one would
    wait for those of OpenMP for ever. Threads that are started after the fork get their own.
    """
    forking = threading.current_thread() is threading.main_thread()
    if _forked and forking and torch.get_num_threads() > 1:
        torch.set_num_threads(1)


def _note_fork() -> None:
    global _forked
    _forked = True


if hasattr(os, "register_at_fork"):  # Windows has no forks
    # Noted here and acted upon where the package computes: other code in the child is its own.
    os.register_at_fork(after_in_child=_note_fork)
