"""Sizes: of frames, given as one number or two, and of all of them, which memory must hold."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any

import numpy as np

from .._arguments import COUNT

__all__ = ["check_room", "height_and_width"]


def height_and_width(name: str, value: Any, smallest: int = 1) -> tuple[int, int]:
    """Return a size given as one number or two as (height, width).

    Parameters
    ----------
    name : str
        The name of the parameter in messages.
    value : int or (int, int)
    smallest : int, default=1
        The least that both may be.

    Returns
    -------
    size : (int, int)

    Raises
    ------
    ValueError
        If it is no such size.

    Examples
    --------
    >>> height_and_width("size", 64), height_and_width("size", (48, 64))
    ((64, 64), (48, 64))
    """
    pair = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value, value)
    proper = len(pair) == 2 and all(map(COUNT.is_satisfied_by, pair))
    if not proper or min(pair) < smallest:
        raise ValueError(
            f"{name} must be an int or a pair (height, width) of at least {smallest}, got {value!r}"
        )
    return int(pair[0]), int(pair[1])


def check_room(n_bytes: int, advice: str, *, share: float = 1.0) -> None:
    """Refuse frames that the memory of the machine does not hold, before any is made.

    Parameters
    ----------
    n_bytes : int
        Size of all frames, about.
    advice : str
        The parameters that would help.
    share : float, default=1
        Of the memory, which frames may take.

    Raises
    ------
    MemoryError
        If they take more.
    """
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows does not tell
        return
    if n_bytes > share * memory:
        raise MemoryError(
            f"The frames take about {Decimal(n_bytes) / 10**9:.1f} GB, and this machine has "
            f"{memory / 1e9:.1f} GB of memory: {advice}"
        )
