"""The codes of sequences, each a vector, whatever parts they are of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["FlatCodes", "both_codes", "checked_codes", "flat_codes"]


class FlatCodes(NamedTuple):
    """Content codes (n, d_c) and motion codes (n, T, d_m), a list where lengths differ."""

    content: NDArray
    motion: NDArray | list[NDArray]


def both_codes(model: Any, X: Any) -> Any:
    """Encode sequences.

    Raises
    ------
    ValueError
        If the model does not return both codes.
    """
    codes = model.transform(X)
    if any(getattr(codes, name, None) is None for name in ("content", "motion")):
        raise ValueError(
            f"model.transform must return both codes, got {type(codes).__name__}: set codes='both'"
        )
    return codes


def flat_codes(codes: Any) -> FlatCodes:
    """Codes with those of all parts side by side, (n, K, d) as (n, K * d).

    Examples
    --------
    >>> flat_codes(FlatCodes(np.zeros((5, 2, 3)), np.zeros((5, 7, 2, 4)))).motion.shape
    (5, 7, 8)
    """
    content, each = np.asarray(codes.content), [np.asarray(z) for z in codes.motion]
    if content.ndim == 3 and all(z.ndim == 3 for z in each):
        content = content.reshape(len(content), -1)
        each = [z.reshape(len(z), -1) for z in each]
    ragged = isinstance(codes.motion, list | tuple) or len({z.shape for z in each}) != 1
    return FlatCodes(content, each if ragged else np.stack(each))


def checked_codes(codes: FlatCodes, n: int) -> FlatCodes:
    """Codes as they are, where they are of n sequences and finite.

    Raises
    ------
    ValueError
        If they are not.
    """
    content, motion = codes
    are_motions = {z.ndim for z in motion} == {2} and all(map(len, motion))
    one_a_sequence = content.ndim == 2 and len(content) == len(motion) == n
    if not (one_a_sequence and are_motions) or len({z.shape[1] for z in motion}) > 1:
        first = np.shape(motion[0]) if len(motion) else "of none"
        raise ValueError(
            f"model.transform must return content of shape (n, d) and n motions (T, d) of {n} "
            f"sequences, got content of shape {content.shape} and {len(motion)} motions, the first "
            f"of shape {first}"
        )
    for name, some in (("content", [content]), ("motion", motion)):
        for z in some:
            if z.dtype.kind not in "buif" or not np.isfinite(z).all():
                raise ValueError(
                    "model.transform must return finite numbers, got NaN, infinity or others in "
                    f"{name}, of dtype {z.dtype}"
                )
    return codes
