"""Checks of sequences that a model made: as many as were asked for, with frames of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["check_frames", "counted"]


def counted(made: Any, n: int, verb: str) -> Any:
    """Sequences that a model made, as they are, where they are as many as were asked for.

    Raises
    ------
    ValueError
        If they are more, fewer, or no sequences.
    """
    try:
        found = len(made)
    except TypeError as error:
        raise ValueError(
            f"{verb} must give {n} sequences, got {type(made).__name__} without a length"
        ) from error
    if found != n:
        raise ValueError(f"{verb} must give {n} sequences, one for each asked for, got {found}")
    return made


def check_frames(
    made: Any, frame: tuple[int, ...], lengths: Sequence[int | None], verb: str
) -> None:
    """Raise a ValueError if sequences are not those that a model was asked for.

    Parameters
    ----------
    made : list of array-like
    frame : tuple of int
        The shape of a frame of the data.
    lengths : sequence of int or None
        Steps of each; None where any number will do.
    verb : str
        The method of the model, named in messages.
    """
    for i, (x, length) in enumerate(zip(counted(made, len(lengths), verb), lengths, strict=True)):
        shape, dtype = np.shape(x), np.asarray(x).dtype
        n_steps = shape[0] if length is None and shape else length
        if shape != (n_steps, *frame) or not n_steps:
            steps = "T" if length is None else str(length)
            raise ValueError(
                f"{verb} must give frames shaped as those of X, a sequence "
                f"({', '.join([steps, *map(str, frame)])}), got one of shape {shape} in place {i}"
            )
        if dtype.kind not in "buif":
            raise ValueError(f"{verb} must give real numbers, got dtype {dtype} in place {i}")
