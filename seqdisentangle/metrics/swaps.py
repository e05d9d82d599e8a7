"""Distances of swaps from their donors, by the user's own embedding and detector of keypoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.containers import numbers_of
from ._checks import checked
from ._made import counted
from ._rounding import exponent_of
from ._sequences import ReadSequences
from .tables import Estimate

__all__ = ["SwapDistance", "swap_distance"]


@dataclass(frozen=True)
class SwapDistance:
    """Distances of swaps from their donors; lower is better.

    Attributes
    ----------
    embedding : Estimate or None
        Average Euclidean distance (AED) of embeddings, from the content donor.
    keypoints : Estimate or None
        Average keypoint distance (AKD), from the motion donor.
    unswapped_embedding, unswapped_keypoints : Estimate or None
        The same of the other donor in place of the swap: of a model that exchanges nothing.
    """

    embedding: Estimate | None
    keypoints: Estimate | None
    unswapped_embedding: Estimate | None
    unswapped_keypoints: Estimate | None


@checked(model="swap")
def swap_distance(
    model: Any,
    pairs: Any,
    *,
    embed: Callable[[Any], Any] | None = None,
    keypoints: Callable[[Any], Any] | None = None,
    batch_size: int = 64,
) -> SwapDistance:
    r"""Distances of swaps from their donors, AED and AKD of the papers on real videos.

    A swap :math:`s` has the motion of a and the content of b. Frame by frame, as far as the shorter
    of the two goes,

    .. math:: \mathrm{AED} = \overline{\| e(s_t) - e(b_t) \|_2}, \qquad
              \mathrm{AKD} = \overline{\| p_k(s_t) - p_k(a_t) \|_2}

    Parameters
    ----------
    model : object
        Anything fitted with `swap`.
    pairs : tuple of two array-likes of n sequences
        Motion donors, and content donors.
    embed : callable, optional
        Given the frames of a sequence, (T, ...) in the layout of `pairs`, it returns what tells
        who or what is shown, (T, d): of a network that knows faces, say.
    keypoints : callable, optional
        Given the same, it returns the places of K points, (T, K, 2 or 3), NaN where one is not
        found; such are left out.
    batch_size : int, default=64
        Pairs swapped at a time.

    Returns
    -------
    SwapDistance
        Means over pairs and their standard errors, at least 0, in the units of the two callables;
        lower is better. None of what was not asked for.

    Raises
    ------
    ValueError
        If `pairs` are no two of equally many sequences, neither callable is given, or one returns
        something else.

    References
    ----------
    .. [1] A. Siarohin, S. Lathuilière, S. Tulyakov, E. Ricci, N. Sebe, "Animating Arbitrary Objects
       via Deep Motion Transfer", CVPR 2019, section 4.1.

    Examples
    --------
    Frames are (who, where), which an ideal model exchanges:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import swap_distance
    >>> def swap(a, b):
    ...     return SimpleNamespace(a_motion_b_content=np.dstack([b[..., :1], a[..., 1:]]))
    >>> a, b = np.zeros((4, 5, 3)), np.ones((4, 5, 3))
    >>> found = swap_distance(
    ...     SimpleNamespace(swap=swap),
    ...     (a, b),
    ...     embed=lambda x: x[:, :1],
    ...     keypoints=lambda x: x[:, None, 1:],
    ... )
    >>> found.embedding.mean, found.unswapped_embedding.mean
    (0.0, 1.0)
    >>> found.keypoints.mean, round(found.unswapped_keypoints.mean, 3)
    (0.0, 1.414)
    """
    if not isinstance(pairs, tuple | list) or len(pairs) != 2:
        raise ValueError("pairs must be a tuple of two: motion donors, and content donors")
    a, b = (ReadSequences.all_of(X, model, f"pairs[{k}]") for k, X in enumerate(pairs))
    if len(a) != len(b):
        raise ValueError(f"pairs must hold equally many sequences, got {len(a)} and {len(b)}")
    if embed is None and keypoints is None:
        raise ValueError("embed, keypoints or both must be given, got neither")
    swaps: list[NDArray] = []
    for start in range(0, len(a), batch_size):
        rows = np.arange(start, min(start + batch_size, len(a)))
        made = model.swap(a.take(rows), b.take(rows)).a_motion_b_content
        swaps += list(counted(made, len(rows), "model.swap"))
    found: dict[str, Estimate | None] = {}
    for name, measure, near, far in (("embedding", embed, b, a), ("keypoints", keypoints, a, b)):
        asked = "embed" if name == "embedding" else name
        for title, shown in ((name, swaps), (f"unswapped_{name}", list(far.X))):
            if measure is None:
                found[title] = None
            else:
                found[title] = mean_distance(measure, shown, list(near.X), asked)
    return SwapDistance(**found)


def mean_distance(
    measure: Callable[[Any], Any], shown: list[NDArray], donors: list[NDArray], name: str
) -> Estimate:
    """Distance of what is measured on two lists of sequences, over pairs that have any."""
    each = [
        distance(measured(measure, x, name), measured(measure, y, name))
        for x, y in zip(shown, donors, strict=True)
    ]
    known = [value for value in each if not np.isnan(value)]
    if not known:
        raise ValueError(f"{name} found nothing in any pair of sequences: all is NaN")
    return Estimate.of(known)


def measured(measure: Callable[[Any], Any], x: NDArray, name: str) -> NDArray[np.float64]:
    """Vectors or points of the frames of a sequence, by a callable of the user.

    Raises
    ------
    ValueError
        If it is no vector a frame, or no point or more a frame.
    """
    found = numbers_of(measure(x), name).astype(np.float64)
    shape = "(T, d)" if name == "embed" else "(T, K, 2 or 3)"
    if found.ndim != (2 if name == "embed" else 3) or len(found) != len(x):
        raise ValueError(f"{name} must return {shape} of T={len(x)} frames, got {found.shape}")
    return found


def distance(p: NDArray, q: NDArray) -> float:
    """Mean over frames and points of the distance along the last axis; NaN where none is known."""
    n = min(len(p), len(q))
    apart = p[:n] - q[:n]
    exponent = exponent_of(np.nan_to_num(apart))
    lengths = np.ldexp(np.linalg.norm(np.ldexp(apart, -exponent), axis=-1), exponent)
    known = lengths[~np.isnan(lengths)]
    return float(known.mean()) if len(known) else np.nan
