"""Divergences between a batch of codes and its prior, and how a `reg` parameter names them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from .base import Divergence, FunctionDivergence, Samples, joint
from .kernels import Gaussian, InverseMultiquadratic, Kernel, RationalQuadratic
from .mmd import MMD

__all__ = [
    "MMD",
    "Divergence",
    "FunctionDivergence",
    "Gaussian",
    "InverseMultiquadratic",
    "Kernel",
    "RationalQuadratic",
    "Samples",
    "joint",
    "resolve",
]

# What a name means: the divergence of the content codes and the one of the motion codes.
REGULARISERS: dict[str, tuple[Callable[[], Divergence], Callable[[], Divergence]]] = {
    "mmd": (MMD, MMD),
}


def resolve(reg: Any) -> tuple[Divergence, Divergence]:
    """Turn a `reg` parameter into the divergence of content and the one of motion.

    Parameters
    ----------
    reg : str, Divergence, callable, pair or dict
        A name (see ``REGULARISERS``) or a divergence for both codes; a pair (content, motion) or a
        dict with the keys ``"content"`` and ``"motion"`` sets them apart. A callable takes two
        (n, d) tensors and returns a scalar.

    Returns
    -------
    content, motion : Divergence
        Copies: what is learned by them stays with the model that learned it.

    Raises
    ------
    ValueError
        If a name is unknown, or a pair or a dict does not have its two parts.
    TypeError
        If a part is none of the above.

    Examples
    --------
    >>> content, motion = resolve(("mmd", lambda q, p: (q.mean() - p.mean()) ** 2))
    >>> type(content).__name__, type(motion).__name__
    ('MMD', 'FunctionDivergence')
    """
    if isinstance(reg, Mapping):
        if set(reg) != {"content", "motion"}:
            raise ValueError(
                f"reg as a dict must have the keys 'content' and 'motion', got {list(reg)!r}"
            )
        reg = (reg["content"], reg["motion"])
    if isinstance(reg, tuple | list):
        if len(reg) != 2:
            raise ValueError(f"reg as a pair must be (content, motion), got {len(reg)} items")
        return _part(reg[0], 0), _part(reg[1], 1)
    return _part(reg, 0), _part(reg, 1)


def _part(reg: str | Divergence | Callable[[Tensor, Tensor], Tensor], part: int) -> Divergence:
    """One of the two divergences, 0 being content's."""
    if isinstance(reg, str):
        if reg not in REGULARISERS:
            raise ValueError(
                f"reg must be one of {sorted(REGULARISERS)}, a Divergence, a callable, a pair or a "
                f"dict of them, got {reg!r}"
            )
        return REGULARISERS[reg][part]()
    if isinstance(reg, Divergence):
        return copy.deepcopy(reg)
    if callable(reg) and not isinstance(reg, type):
        return FunctionDivergence(copy.deepcopy(reg))
    raise TypeError(
        f"reg must be a name, a Divergence, a callable, a pair or a dict of them, got {reg!r}"
    )
