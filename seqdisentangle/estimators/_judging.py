"""The end of a fit: a warning where it has not learned, and a line on whether codes separate."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from ..callbacks.progress import say
from ..data.batches import Batch, Batches
from ..data.packing import around_mean, real_values
from ..data.passes import EvenPasses, evenly_picked
from ..data.sequences import Sequences
from ..data.told import some_of_groups
from ..metrics import separation_scorer
from ..metrics._separation_words import verdict
from ._base import level_of_user
from ._passes import Predictor

__all__ = ["Learned", "judge_fit", "learned"]

# Sequences and frames that a fit is judged by.
MOST_SEQUENCES = 128
MOST_FRAMES = 4096
# Shares of the variance below which it is said that nothing much was learned.
LEAST_OF_ALL = 0.5
LEAST_OF_MOVEMENT = 0.2
# A variance of a value, in the model's scale, that is rounding.
RESOLUTION = 1e-10


class Learned(NamedTuple):
    """Shares of the variance of sequences that their reconstructions explain, at most 1.

    Attributes
    ----------
    of_all : float
        Of all values, around their mean over all sequences and steps.
    of_movement : float
        Of what moves, each frame less the mean of its sequence.
    """

    of_all: float
    of_movement: float


def judge_fit(
    estimator: Any,
    sequences: Sequences,
    n_updates: int,
    *,
    groups: NDArray[np.int64] | None = None,
    verbose: int,
) -> None:
    """Warn if a model has not learned the sequences that it was fitted to, and say what it has.

    Parameters
    ----------
    estimator : SequenceEstimator
        Fitted. One that does not reconstruct is not judged.
    sequences : Sequences
    n_updates : int
        Steps of the optimiser.
    groups : array of int and shape (n,), optional
        Which sequences share their content.
    verbose : int
        If not 0, find out whether the codes separate, and print a line on it.

    Warns
    -----
    ConvergenceWarning
        If reconstructions are not like the sequences yet.
    """
    if not hasattr(estimator, "reconstruct"):
        return
    predictor = estimator._predictor()
    found = learned(predictor, sequences, int(estimator._chosen("batch_size")))
    warn_unless_learned(found, n_updates)
    if verbose and (line := line_of_verdict(estimator, sequences, groups)):
        estimator._verdict = line  # for its picture in a notebook
        say(f"{type(estimator).__name__}: {line}")


def a_few(sequences: Sequences, groups: NDArray[np.int64] | None = None) -> NDArray[np.intp]:
    """The rows of some of the sequences, increasing; evenly picked, or of as many groups."""
    most = min(MOST_SEQUENCES, max(MOST_FRAMES // sequences.n_steps, 4))
    if groups is None:
        return evenly_picked(len(sequences), most)
    return some_of_groups(groups, most, np.random.RandomState(0))


@torch.no_grad()
def learned(predictor: Predictor, sequences: Sequences, batch_size: int) -> Learned:
    """Find the shares of the variance of some sequences that a model reconstructs.

    They are read and encoded in batches of at most so many.
    """
    size = max(min(predictor.frames_per_pass // sequences.n_steps, batch_size), 1)
    passes = EvenPasses(sequences, size, rows=a_few(sequences))
    batches = Batches(
        sequences,
        predictor.scaling,
        passes,
        device=predictor.device,
        dtype=predictor.precision,
    )
    sums = [sums_of(predictor, batch) for batch in batches]
    number, total, squares, missed, moving, moving_missed = (
        torch.stack(part).sum(0) for part in zip(*sums, strict=True)
    )
    variance = (squares - total.square() / number.clamp(min=1.0)).sum()
    least = RESOLUTION * number.sum()
    return Learned(explained(missed, variance, least), explained(moving_missed, moving, least))


def explained(missed: torch.Tensor, variance: torch.Tensor, least: torch.Tensor) -> float:
    """The share of a variance that is not missed; all of one that is nothing but rounding."""
    return 1.0 if variance <= least else 1 - float(missed / variance)


def sums_of(predictor: Predictor, batch: Batch) -> tuple[torch.Tensor, ...]:
    """Of a batch, value by value: number, sum, squares; and in all: what is missed, and moves."""
    packing = batch.packing
    made = predictor.model.decode(predictor.encode(batch), packing)
    made = made if packing is None else packing.pad(made)
    real = real_values(batch.x, packing, batch.observed).double()
    x, error = batch.x.double() * real, (made.double() - batch.x) * real
    _, moving, _ = around_mean(x, real)
    _, missed, _ = around_mean(error, real)
    return (
        real.sum((0, 1)),
        x.sum((0, 1)),
        x.square().sum((0, 1)),
        error.square().sum(),
        moving.square().sum(),
        missed.square().sum(),
    )


def warn_unless_learned(found: Learned, n_updates: int) -> None:
    """Warn of a training that has ended before reconstructions are like the sequences."""
    if found.of_all < LEAST_OF_ALL:
        what = f"reconstructions explain {found.of_all:.2f} of the variance of the sequences"
    elif found.of_movement < LEAST_OF_MOVEMENT:
        what = (
            f"reconstructions explain {found.of_movement:.2f} of the variance of what moves in the "
            "sequences"
        )
    else:
        return
    warnings.warn(
        f"fit has not learned these data: after {n_updates} steps of the optimiser {what}, and "
        "1.00 is all. Codes say little then. Train longer (max_epochs), in smaller batches "
        "(batch_size), or give motion more room (motion_size, motion_noise)",
        ConvergenceWarning,
        stacklevel=level_of_user(),
    )


def line_of_verdict(
    estimator: Any, sequences: Sequences, groups: NDArray[np.int64] | None = None
) -> str | None:
    """A line on whether the codes of some training sequences separate; None where none can tell."""
    rows = a_few(sequences, groups)
    told = None if groups is None else groups[rows]
    lengths = sequences.all_lengths[rows]
    values = sequences.read(rows).cpu().numpy()
    few = [x[:length] for x, length in zip(values, lengths, strict=True)]
    try:
        score = separation_scorer(estimator, few if np.ptp(lengths) else np.stack(few), groups=told)
    except ValueError:  # too few sequences, or too short ones
        return None
    return f"{verdict(score)} (on training sequences)"
