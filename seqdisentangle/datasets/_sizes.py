"""Sizes of frames, given as one number or two."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils import check_scalar

__all__ = ["height_and_width"]


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
    TypeError, ValueError
        If it is no such size.

    Examples
    --------
    >>> height_and_width("size", 64), height_and_width("size", (48, 64))
    ((64, 64), (48, 64))
    """
    pair = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"{name} must be an int or a pair (height, width), got {value!r}.")
    for side in pair:
        check_scalar(side, name, Integral, min_val=smallest)
    return int(pair[0]), int(pair[1])
