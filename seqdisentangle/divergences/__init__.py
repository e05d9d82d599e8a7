"""Divergences between a batch of codes and its prior, and how a `reg` parameter names them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import Tensor

from .base import Dependence, Divergence, FunctionDivergence, Samples, joint
from .energy_distance import EnergyDistance
from .gaussian_kl import GaussianKL
from .hsic import HSIC
from .jensen_shannon import JensenShannon
from .kernels import (
    KERNELS,
    Gaussian,
    InverseMultiquadratic,
    Kernel,
    KernelSum,
    Laplacian,
    RationalQuadratic,
)
from .mmd import MMD
from .scaled_mmd import ScaledMMD
from .sinkhorn import Sinkhorn
from .sliced_wasserstein import SlicedWasserstein

__all__ = [
    "BUILT_IN",
    "HSIC",
    "KERNELS",
    "MMD",
    "Dependence",
    "Divergence",
    "Divergences",
    "EnergyDistance",
    "FunctionDivergence",
    "Gaussian",
    "GaussianKL",
    "InverseMultiquadratic",
    "JensenShannon",
    "Kernel",
    "KernelSum",
    "Laplacian",
    "RationalQuadratic",
    "Samples",
    "ScaledMMD",
    "Sinkhorn",
    "SlicedWasserstein",
    "joint",
    "resolve",
]

# Those that a file can hold by name.
BUILT_IN: dict[str, type[Divergence]] = {
    divergence.__name__: divergence
    for divergence in (
        MMD,
        ScaledMMD,
        JensenShannon,
        GaussianKL,
        SlicedWasserstein,
        Sinkhorn,
        EnergyDistance,
        HSIC,
    )
}

# What a name means: the divergence of the content codes and the one of the motion codes.
REGULARISERS: dict[str, tuple[Callable[[], Divergence], Callable[[], Divergence]]] = {
    "auto": (ScaledMMD, MMD),  # which the estimator has weigh where there is a need
    "mmd": (ScaledMMD, MMD),
    "gan": (JensenShannon, MMD),
    "kl": (GaussianKL, GaussianKL),
}


class Divergences(NamedTuple):
    """The divergences of an objective.

    Attributes
    ----------
    content, motion : Divergence
        Of the codes from their priors.
    independence : Divergence
        Of the two codes' joint distribution from the product of its marginals.
    """

    content: Divergence
    motion: Divergence
    independence: Divergence


def resolve(reg: Any) -> Divergences:
    """Turn a `reg` parameter into the divergences that it means.

    Parameters
    ----------
    reg : str, Divergence, callable, pair or dict
        A name (see ``REGULARISERS``) or a divergence for both codes; a pair (content, motion) or a
        dict with the keys ``"content"`` and ``"motion"`` sets them apart. A dict may also have the
        key ``"independence"``, which is HSIC otherwise. A callable takes two (n, d) tensors and
        returns a scalar. Which of them is wanted where is not said here: ``"auto"`` is ``"mmd"``.

    Returns
    -------
    Divergences
        Copies: what is learned by them stays with the model that learned it.

    Raises
    ------
    ValueError
        If a name is unknown, or a pair or a dict does not have its parts, or has ``"auto"`` as one.
    TypeError
        If a part is none of the above.

    Examples
    --------
    >>> found = resolve(("mmd", lambda q, p: (q.mean() - p.mean()) ** 2))
    >>> type(found.content).__name__, type(found.motion).__name__
    ('ScaledMMD', 'FunctionDivergence')
    """
    independence: Any = HSIC()
    if isinstance(reg, Mapping):
        if not {"content", "motion"} <= set(reg) <= {"content", "motion", "independence"}:
            raise ValueError(
                "reg as a dict must have the keys 'content' and 'motion', and may have "
                f"'independence', got {list(reg)!r}"
            )
        independence = reg.get("independence", independence)
        reg = (reg["content"], reg["motion"])
    if not isinstance(reg, tuple | list):
        reg = (reg, reg)
    elif any(isinstance(part, str) and part == "auto" for part in reg):
        raise ValueError(
            "reg: 'auto' stands for both divergences, it cannot be one of content's and motion's, "
            f"got {reg!r}"
        )
    if len(reg) != 2:
        raise ValueError(f"reg as a pair must be (content, motion), got {len(reg)} items")
    if isinstance(independence, str):
        raise ValueError(
            f"reg['independence'] must be a Divergence or a callable, got the name {independence!r}"
        )
    found = Divergences(_part(reg[0], 0), _part(reg[1], 1), _part(independence, 0))
    if isinstance(found.content, Dependence) or isinstance(found.motion, Dependence):
        raise ValueError(
            "reg: a measure of dependence (HSIC) does not compare codes with their prior, it "
            "serves as reg={'content': ..., 'motion': ..., 'independence': HSIC()}"
        )
    if not found.independence.sample_based:
        raise ValueError(
            "reg['independence'] must compare draws: the product of the codes' marginals has no "
            f"closed form for {type(found.independence).__name__}"
        )
    return found


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
