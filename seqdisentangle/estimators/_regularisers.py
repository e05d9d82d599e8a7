"""Companions of the divergences of ``reg``: their weights, the noise of codes, the prior."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from .._parts import same
from ..divergences import Divergence, Divergences
from ..model import PRIORS, MotionPrior
from ..model.priors import resolve_motion_prior
from ._base import level_of_user
from ._choices import Choice, Facts
from ._params import auto

__all__ = ["chosen_for_divergences", "in_words", "motion_prior_for", "prior_part"]

CODES = ("content", "motion")
#: Of the content posterior, around a mean that is whitened.
CONTENT_NOISE = 0.1


def prior_part(prior: Any) -> Any:
    """The motion prior that a name stands for."""
    name = auto(prior, "mixture")
    return PRIORS.make(name, "motion_prior") if isinstance(name, str) else name


def motion_prior_for(prior: Any, divergence: Divergence) -> MotionPrior:
    """The motion prior: a single Gaussian a step where these are compared in closed form.

    Parameters
    ----------
    prior : str or MotionPrior
        The parameter ``motion_prior``.
    divergence : Divergence
        That of motion.

    Raises
    ------
    ValueError
        If its steps are to be mixtures then.
    """
    closed_form = not divergence.sample_based
    found = resolve_motion_prior(auto(prior, "gaussian" if closed_form else "mixture"))
    if closed_form and found.n_components > 1:
        raise ValueError(
            f"motion_prior={prior!r}: {type(divergence).__name__}, the divergence of motion, needs "
            "a Gaussian for each time step, motion_prior='gaussian'"
        )
    return found


def chosen_for_divergences(
    params: Mapping[str, Any],
    divergences: Divergences,
    facts: Facts,
    before: Mapping[str, Choice],
    divergences_before: Divergences | None,
) -> dict[str, Choice]:
    """Choose the noise of the codes and the weights of the divergences, where these are "auto".

    Parameters
    ----------
    params : mapping of str to object
        The parameters of an estimator.
    divergences : Divergences
        Those of its ``reg``.
    facts : Facts
        Of the sequences to train on.
    before : mapping of str to Choice
        Choices of a model that is trained on. A weight stands as long as its divergence does.
    divergences_before : Divergences or None
        Those of that model.

    Warns
    -----
    UserWarning
        If a noise is fixed by which a divergence in closed form has nothing to act on.
    """
    choices = noises(params, divergences, before)
    left_out = needless(params, divergences, choices) if params["reg"] == "auto" else {}
    for code in CODES:
        name, divergence = f"{code}_weight", getattr(divergences, code)
        if params[name] != "auto":
            continue
        if code in left_out:
            choices[name] = Choice(0.0, left_out[code])
            continue
        stands = before.get(name, Choice(0.0, "")).value > 0
        if stands and same(divergence, getattr(divergences_before, code)):
            choices[name] = before[name]
            continue
        n_steps = float(facts.sequences.all_lengths.mean()) if code == "content" else 1.0
        choices[name] = weight_of(divergence, code, facts.variance, n_steps)
    warn_of_constants(params, divergences)
    return choices


def noises(
    params: Mapping[str, Any], divergences: Divergences, before: Mapping[str, Choice]
) -> dict[str, Choice]:
    """The noise of content; and that of motion, where it is to be learned."""
    choices = {}
    for code in CODES:
        name, divergence = f"{code}_noise", getattr(divergences, code)
        if params[name] != "auto":
            continue
        if name in before:
            choices[name] = before[name]
        elif not divergence.sample_based:
            reason = f"{type(divergence).__name__} is a price on what codes say, by their own noise"
            choices[name] = Choice(None, reason)
        elif code == "content":
            choices[name] = Choice(CONTENT_NOISE, "a little, around a mean that is whitened")
    return choices


def needless(
    params: Mapping[str, Any], divergences: Divergences, choices: Mapping[str, Choice]
) -> dict[str, str]:
    """The codes that something else brings to their prior, and what it is."""
    found = {}
    noise = choices["content_noise"].value if "content_noise" in choices else None
    if auto(params["content_noise"], noise) is not None:
        found["content"] = "reg='auto': content codes are whitened"
    if motion_prior_for(params["motion_prior"], divergences.motion).n_components > 1:
        found["motion"] = "reg='auto': the prior of motion learns by likelihood"
    return found


def weight_of(divergence: Divergence, code: str, variance: float, n_steps: float) -> Choice:
    """The weight of a divergence of a code beside the cost of so many frames of so much variance.

    Costs grow with the variance of the values, and that of a sequence with its frames; divergences
    have no units. Their ratio stays the same by a weight that grows as the cost does.
    """
    share = getattr(divergence, f"{code}_share")
    weight = float(f"{share * variance * n_steps:.3g}")
    steps = f", times {n_steps:.4g} steps" if code == "content" else ""
    reason = f"{share:g} of the variance of a value, which is {variance:.3g}{steps}"
    return Choice(weight, f"{type(divergence).__name__}: {reason}")


def warn_of_constants(params: Mapping[str, Any], divergences: Divergences) -> None:
    """Warn of codes of a fixed noise where a divergence is a price on what they say."""
    for code in CODES:
        noise, divergence = params[f"{code}_noise"], getattr(divergences, code)
        fixed = noise is not None and noise != "auto"
        if fixed and not divergence.sample_based and params[f"{code}_weight"] != 0:
            warnings.warn(
                f"{code}_noise={noise!r} leaves {type(divergence).__name__}, the divergence of "
                f"{code} by reg, next to nothing to act on: noise and scale of these codes are "
                f"fixed, and with them what they can say. Set {code}_noise=None, or 'auto', which "
                "is None with such a divergence",
                UserWarning,
                stacklevel=level_of_user(),
            )


def in_words(estimator: Any) -> str:
    """The divergences of a fitted estimator with their weights, in one line."""
    weights = {code: (estimator._chosen(f"{code}_weight"),) for code in CODES}
    weights["independence"] = tuple(dict.fromkeys(estimator._independence()))
    said = []
    for of, weight in weights.items():
        kind = type(getattr(estimator.divergences_, of)).__name__
        size = " to ".join(f"{number:g}" for number in weight)
        said.append(f"{size} x {kind} of {of}" if any(weight) else f"no divergence of {of}")
    return ", ".join(said)
