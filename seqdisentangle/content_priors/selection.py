"""The content prior that ``"auto"`` stands for: the one by which held-out codes are likeliest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .base import ContentDistribution, ContentPrior
from .factored import FactoredContentPrior
from .fitting import blurred, parted
from .mixture import LEAST_CODES, MixtureContentPrior
from .normal import NormalContentPrior

__all__ = ["Selected", "selected"]

#: Codes below which nothing is fitted.
LEAST_FITTED = 5


class Selected(NamedTuple):
    """A prior that was chosen by the codes.

    Attributes
    ----------
    name : str
    distribution : ContentDistribution
        Fitted to all codes.
    reason : str
    """

    name: str
    distribution: ContentDistribution
    reason: str


def selected(
    codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
) -> Selected:
    """Choose a prior by codes held out, and fit it to all of them.

    A factored one must make them likelier than one mixture does by more than a standard error.

    Examples
    --------
    >>> selected(np.random.RandomState(0).normal(size=(12, 3)), 0, 0).reason
    '12 codes: one Gaussian'
    """
    n = len(codes)

    def with_all(name: str, prior: ContentPrior, reason: str) -> Selected:
        return Selected(name, prior.fit(codes, resolution, random_state), reason)

    if n < LEAST_FITTED:
        return with_all("normal", NormalContentPrior(), f"{n} codes: too few to fit one to")
    mixture, factored = MixtureContentPrior(), FactoredContentPrior()
    if n < LEAST_CODES:
        return with_all("mixture", mixture, f"{n} codes: one Gaussian")
    seen = blurred(codes, resolution, random_state)
    rows, held_out = parted(seen, random_state)
    each = [
        prior.fit(seen[rows], 0.0, random_state).log_density(seen[held_out])
        for prior in (mixture, factored)
    ]
    gain = each[1] - each[0]
    doubt = gain.std() / np.sqrt(len(gain))
    scores = [score.mean() for score in each]
    reason = (
        f"log-density of {len(held_out)} codes held out: {scores[0]:.1f} by one mixture, "
        f"{scores[1]:.1f} by independent parts"
    )
    if gain.mean() > doubt:
        return with_all("factored", factored, reason)
    return with_all("mixture", mixture, reason)
