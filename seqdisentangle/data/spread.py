"""The spread of a data set: how far sequences differ, and how far they move."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from .batches import to_model
from .packing import around_mean, real_values
from .passes import evenly_picked
from .sequences import Sequences
from .units import Scaling

__all__ = ["Spread", "spread_of"]


class Spread(NamedTuple):
    """Variances of the values of frames, in the model's scale.

    Attributes
    ----------
    between : float
        Of the means over time, between sequences.
    within : float
        Over time, within a sequence.
    """

    between: float
    within: float


def spread_of(sequences: Sequences, scaling: Scaling, n_read: int = 64) -> Spread:
    """Find the spread from a few sequences, evenly picked and read one at a time.

    Parameters
    ----------
    sequences : Sequences
    scaling : Scaling
    n_read : int, default=64

    Returns
    -------
    Spread

    Examples
    --------
    >>> import numpy as np
    >>> levels = np.array([[0.0], [2.0]])
    >>> spread_of(Sequences(levels + np.array([-3.0, 3.0])), Scaling("none"))
    Spread(between=1.0, within=9.0)
    """
    rows = evenly_picked(len(sequences), n_read)
    singles = [rows[i : i + 1] for i in range(len(rows))]
    means, within = [], []
    for row, x in zip(singles, sequences.read_all(singles), strict=True):
        batch = to_model(x, row, sequences, scaling, torch.device("cpu"), torch.float64)
        known = real_values(batch.x, batch.packing, batch.observed)
        mean, deviation, _ = around_mean(batch.x, known)
        means.append(mean.squeeze(1))
        within.append(float(deviation.square().sum() / known.sum().clamp(min=1.0)))
    between = torch.cat(means).var(0, correction=0).mean()
    return Spread(float(between), float(np.mean(within)))
