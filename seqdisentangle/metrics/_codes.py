"""The codes of sequences, each a vector, whatever parts they are of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["FlatCodes", "flat_codes"]


class FlatCodes(NamedTuple):
    """Content codes (n, d_c) and motion codes (n, T, d_m), a list where lengths differ."""

    content: NDArray
    motion: NDArray | list[NDArray]


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
    return FlatCodes(content, each if isinstance(codes.motion, list) else np.stack(each))
