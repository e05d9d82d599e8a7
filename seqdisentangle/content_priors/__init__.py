"""Content priors: distributions of whole appearances, fitted to the content codes of the data."""

from __future__ import annotations

from .._parts import Registry
from .base import ContentDistribution, ContentPrior
from .distribution import Factor, FactoredMixture
from .factored import FactoredContentPrior
from .flow import FlowContentPrior, FlowDistribution
from .mixture import MixtureContentPrior
from .normal import NormalContentPrior, StandardNormal
from .parts import PartsDistribution
from .selection import Selected, selected

__all__ = [
    "CONTENT_PRIORS",
    "ContentDistribution",
    "ContentPrior",
    "Factor",
    "FactoredContentPrior",
    "FactoredMixture",
    "FlowContentPrior",
    "FlowDistribution",
    "MixtureContentPrior",
    "NormalContentPrior",
    "PartsDistribution",
    "Selected",
    "StandardNormal",
    "resolve_content_prior",
    "selected",
]

#: Every content prior by its name.
CONTENT_PRIORS: Registry[ContentPrior] = Registry(
    "content prior",
    {
        "normal": NormalContentPrior,
        "mixture": MixtureContentPrior,
        "factored": FactoredContentPrior,
        "flow": FlowContentPrior,
    },
)


def resolve_content_prior(prior: object, parameter: str = "content_prior") -> ContentPrior:
    """Turn a `content_prior` parameter into an object.

    Parameters
    ----------
    prior : str or ContentPrior
    parameter : str
        The parameter that the user set, for messages.

    Raises
    ------
    ValueError
        If there is no prior of that name.
    TypeError
        If it is neither a name nor a prior.

    Examples
    --------
    >>> resolve_content_prior("mixture")
    MixtureContentPrior(n_components='auto')
    """
    if isinstance(prior, ContentPrior):
        return prior
    if isinstance(prior, str):
        return CONTENT_PRIORS.make(prior, parameter)
    what = f"the class {prior.__name__}" if isinstance(prior, type) else repr(prior)
    raise TypeError(
        f"{parameter} must be a ContentPrior object or one of {CONTENT_PRIORS.listed}, got {what}"
    )
