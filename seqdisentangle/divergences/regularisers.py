"""The divergences of an objective, and how a `reg` parameter says them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._parts import Part
from ..serialization import record
from .base import Dependence, Divergence, FunctionDivergence
from .gaussian_kl import GaussianKL
from .hsic import HSIC
from .jensen_shannon import JensenShannon
from .mmd import MMD
from .scaled_mmd import ScaledMMD

__all__ = ["REGULARISERS", "Divergences", "Regularisers", "as_regularisers", "resolve"]

# Names of pairs: the divergence of the content codes and the one of the motion codes.
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


@record
@dataclass(eq=False)
class Regularisers(Part):
    """The divergences of content, of motion and of their independence as one part.

    Parameters
    ----------
    content, motion : str, Divergence or callable
        A name stands for its divergence of that code, see ``REGULARISERS``. A callable takes two
        (n, d) tensors and returns a scalar.
    independence : Divergence or callable, default=HSIC()
        Of draws of the joint distribution of both codes from the product of its marginals.

    Raises
    ------
    ValueError
        If a name is unknown, or ``"auto"``, or a divergence is not for its place.
    TypeError
        If one is none of the above.

    Examples
    --------
    >>> from seqdisentangle.divergences import MMD, Regularisers
    >>> reg = Regularisers("gan", MMD()).set_params(motion__bandwidth="median")
    >>> reg.motion.bandwidth
    'median'
    """

    content: Any
    motion: Any
    independence: Any = field(default_factory=HSIC)

    def __post_init__(self) -> None:
        if "auto" in [part for part in (self.content, self.motion) if isinstance(part, str)]:
            raise ValueError(
                "reg: 'auto' stands for both divergences, it cannot be one of content's and "
                f"motion's, got {(self.content, self.motion)!r}"
            )
        if isinstance(self.independence, str):
            raise ValueError(
                "reg: independence must be a Divergence or a callable, got the name "
                f"{self.independence!r}"
            )
        found = self.divergences()
        if isinstance(found.content, Dependence) or isinstance(found.motion, Dependence):
            raise ValueError(
                "reg: a measure of dependence (HSIC) does not compare codes with their prior, it "
                "serves as reg={'content': ..., 'motion': ..., 'independence': HSIC()}"
            )
        if not found.independence.sample_based:
            raise ValueError(
                "reg: independence must compare draws: the product of the codes' marginals has "
                f"no closed form for {type(found.independence).__name__}"
            )

    def divergences(self) -> Divergences:
        """The divergences themselves, those that were given as objects shared."""
        return Divergences(
            one_of_both(self.content, 0, "reg: content"),
            one_of_both(self.motion, 1, "reg: motion"),
            one_of_both(self.independence, 0, "reg: independence"),
        )

    def as_part(self, name: str, value: Any) -> Any:
        """The divergence that a name stands for."""
        return one_of_both(value, int(name == "motion"), f"reg: {name}")


def as_regularisers(reg: Any) -> Regularisers:
    """Turn a `reg` parameter into one part, whose divergences are objects.

    Parameters
    ----------
    reg : str, Divergence, callable, pair, dict or Regularisers
        As :func:`resolve` takes it. Objects are shared with it.

    Returns
    -------
    Regularisers

    Raises
    ------
    ValueError, TypeError
        As :func:`resolve` raises them.

    Examples
    --------
    >>> as_regularisers("mmd").set_params(content__penalty=2.0).content.penalty
    2.0
    """
    return Regularisers(*parts_of(reg).divergences())


def parts_of(reg: Any) -> Regularisers:
    """The parts of a `reg`, names within as they are."""
    if isinstance(reg, Regularisers):
        return reg
    if isinstance(reg, Mapping):
        if not {"content", "motion"} <= set(reg) <= {"content", "motion", "independence"}:
            raise ValueError(
                "reg as a dict must have the keys 'content' and 'motion', and may have "
                f"'independence', got {list(reg)!r}"
            )
        return Regularisers(**reg)
    if isinstance(reg, tuple | list):
        if len(reg) != 2:
            raise ValueError(f"reg as a pair must be (content, motion), got {len(reg)} items")
        return Regularisers(*reg)
    return Regularisers(*(one_of_both(reg, part) for part in (0, 1)))


def resolve(reg: Any) -> Divergences:
    """Turn a `reg` parameter into the divergences that it means.

    Parameters
    ----------
    reg : str, Divergence, callable, pair, dict or Regularisers
        A name (see ``REGULARISERS``) or a divergence for both codes; a pair (content, motion) or a
        dict with the keys ``"content"`` and ``"motion"`` sets them apart. A dict may also have the
        key ``"independence"``, which is HSIC otherwise. :class:`Regularisers` is such a dict as a
        part. A callable takes two (n, d) tensors and returns a scalar. Which of them is wanted
        where is not said here: ``"auto"`` is ``"mmd"``.

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
    return Divergences(*map(copy.deepcopy, as_regularisers(reg).divergences()))


def one_of_both(reg: Any, part: int = 0, parameter: str = "reg") -> Divergence:
    """The divergence that a name, an object or a function means, part 0 being content's."""
    whole = parameter == "reg"
    more = ", a pair or a dict of them" if whole else ""
    if isinstance(reg, str):
        if reg not in REGULARISERS:
            names = sorted(name for name in REGULARISERS if whole or name != "auto")
            raise ValueError(
                f"{parameter} must be one of {names}, a Divergence, a callable{more}, got {reg!r}"
            )
        return REGULARISERS[reg][part]()
    if isinstance(reg, Divergence):
        return reg
    if callable(reg) and not isinstance(reg, type):
        return FunctionDivergence(reg)
    raise TypeError(f"{parameter} must be a name, a Divergence, a callable{more}, got {reg!r}")
