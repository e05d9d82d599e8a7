"""The content prior of an estimator, fitted to the content codes of the sequences of a fit."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn import config_context
from threadpoolctl import threadpool_limits

from .._modes import without_gradients
from ..content_priors import (
    ContentDistribution,
    ContentPrior,
    NormalContentPrior,
    PartsDistribution,
    StandardNormal,
    resolve_content_prior,
    selected,
)
from ..data.batches import Batches
from ..data.passes import EvenPasses
from ..data.sequences import Sequences
from ..model.latent import LatentCodes
from ..training.loop import FitResult
from ._choices import Choice
from ._of_parts import n_parts_of
from ._passes import Predictor

__all__ = [
    "MOST_CODES",
    "FittedPrior",
    "content_codes",
    "content_prior_of",
    "content_prior_part",
    "fit_content_prior",
    "fitted_content_prior",
    "on_the_way",
]

#: Sequences whose codes a prior is fitted to, at most.
MOST_CODES = 4096


def content_prior_of(estimator: Any) -> ContentPrior | None:
    """The prior that an estimator is to have, None where the codes are to choose it.

    Raises
    ------
    ValueError, TypeError
        If ``content_prior`` is neither a prior nor the name of one.
    """
    prior = getattr(estimator, "content_prior", "normal")  # one without an encoder has no other
    if isinstance(prior, str) and prior == "auto":
        return None
    return resolve_content_prior(prior)


def content_prior_part(prior: Any) -> Any:
    """The content prior that a name stands for; "auto" is none before there are codes."""
    named = isinstance(prior, str) and prior != "auto"
    return resolve_content_prior(prior) if named else prior


def on_the_way(
    prior: ContentDistribution, a: LatentCodes, b: LatentCodes, share: float
) -> LatentCodes:
    """Codes between those of two batches, the content by its prior, and the rest straight."""
    first, last = (codes.content.cpu().double().numpy() for codes in (a, b))
    content = torch.from_numpy(prior.between(first, last, share)).to(a.content.dtype)
    return a.lerp(b, share)._replace(content=content.to(a.content.device))


class FittedPrior(NamedTuple):
    """A content prior that was fitted, and the choice of its kind where that was left to codes."""

    distribution: ContentDistribution
    choice: Choice | None = None


def fit_content_prior(fit: Any, result: FitResult) -> None:
    """Give a trained estimator its content prior, the same in all processes.

    Where Ctrl-C ends it, the training that is done is kept, with the prior of before.

    Parameters
    ----------
    fit : Fit
        In its phase after the fine-tuning.
    result : FitResult
        Noted as interrupted then.
    """
    estimator, fitted = fit.estimator, None
    try:
        if fit.communicator.rank == 0:
            # Codes are of NumPy, whatever X is of.
            with config_context(array_api_dispatch=False):
                fitted = fitted_content_prior(
                    estimator, fit.sequences, fit.rows, fit.seeds["codes"]
                )
    except KeyboardInterrupt:
        result.interrupted = True
    fitted = fit.communicator.broadcast(fitted)
    if fitted is not None:
        estimator.content_prior_, choice = fitted
        if choice is not None:
            estimator.choices_ = {**estimator.choices_, "content_prior": choice}
    if fit.checkpoints is not None and not result.cut_short:
        fit.checkpoints.save_last(estimator.save)


def fitted_content_prior(
    estimator: Any, sequences: Sequences, rows: NDArray[np.intp], seed: int
) -> FittedPrior:
    """Fit the content prior of a trained estimator to codes of some of its sequences.

    Parameters
    ----------
    estimator : SequenceEstimator
    sequences : Sequences
    rows : array of int
        Those to fit it to; of more than ``MOST_CODES`` so many, drawn at random.
    seed : int
    """
    prior, size = content_prior_of(estimator), estimator.model_.spec.content_size
    if isinstance(prior, NormalContentPrior):
        return FittedPrior(StandardNormal(size))
    random = np.random.RandomState(seed % 2**32)
    some = np.sort(random.permutation(rows)[:MOST_CODES])
    size = int(estimator._chosen("batch_size"))
    codes, variances = content_codes(estimator._predictor(), EvenPasses(sequences, size, rows=some))
    finite = np.isfinite(codes).all(1)
    if not finite.any():
        return FittedPrior(StandardNormal(size))
    resolution = np.sqrt(variances[finite].mean(0))
    seed = int(random.randint(2**31 - 1))
    n_parts = n_parts_of(estimator.network)
    each = codes[finite].reshape(-1, codes.shape[1] // n_parts)  # of all parts the same
    resolution = resolution.reshape(n_parts, -1).mean(0)
    choice = None
    # Of thousands of products of small matrices none is worth a second thread, and a thread whose
    # core is taken by another process holds up each of them.
    with threadpool_limits(1):
        if prior is not None:
            distribution = prior.fit(each, resolution, seed)
        else:
            name, distribution, reason = selected(each, resolution, seed)
            choice = Choice(name, reason)
    if n_parts > 1:
        distribution = PartsDistribution(distribution, n_parts)
    return FittedPrior(distribution, choice)


@without_gradients()
def content_codes(
    predictor: Predictor, passes: EvenPasses
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The codes that ``transform`` returns of some sequences, and their variances, each (n, d)."""
    moments = []
    for batch in Batches(
        passes.sequences,
        predictor.scaling,
        passes,
        device=predictor.device,
        dtype=predictor.precision,
    ):
        content = predictor.model.encode(
            batch.x, sample=False, packing=batch.packing, observed=batch.observed
        ).content
        parts = (content.mean, content.log_var.exp())
        moments.append([part.double().cpu().numpy() for part in parts])
    codes, variances = (np.concatenate(part) for part in zip(*moments, strict=True))
    return codes, variances
