"""The error of reconstructions, in the units of the frames."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.containers import as_array
from ._batches import batches
from ._checks import checked, sequences_in

__all__ = ["ReconstructionError", "reconstruction_error"]


@dataclass(frozen=True)
class ReconstructionError:
    """Squared distance of reconstructions from the data; uint8 frames count from 0 to 1.

    Attributes
    ----------
    mean_squared : float
        Mean over all numbers of all frames.
    per_frame : float
        Squared error summed over a frame, mean over frames.
    """

    mean_squared: float
    per_frame: float


@checked(model="reconstruct")
def reconstruction_error(model: Any, X: Any, *, batch_size: int = 256) -> ReconstructionError:
    """Squared error of a model's reconstructions.

    Parameters
    ----------
    model : object
        Anything fitted with `reconstruct`, which gives frames in the units of `X`.
    X : array-like of shape (n, T, ...)
        Sequences; sliced batch by batch. uint8 frames are divided by 255, others taken as given.
        Values that are missing (NaN) are left out.
    batch_size : int, default=256
        Sequences reconstructed at a time.

    Returns
    -------
    ReconstructionError
        Per number and per frame.

    Raises
    ------
    ValueError
        If there is no sequence, or no value, or a reconstruction is shaped otherwise than its
        original, or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import reconstruction_error
    >>> blank = SimpleNamespace(reconstruct=np.zeros_like)
    >>> reconstruction_error(blank, np.full((4, 3, 2, 2), 255, dtype=np.uint8))
    ReconstructionError(mean_squared=1.0, per_frame=4.0)
    """
    data = sequences_in(X)
    total, n_known = 0.0, 0
    for _, batch in batches(data, batch_size):
        x = as_array(batch)
        x_hat = np.asarray(model.reconstruct(x))
        if x_hat.shape != x.shape:
            raise ValueError(
                f"model.reconstruct must give frames shaped as those of X, {x.shape}, got "
                f"{x_hat.shape}"
            )
        expected = _unit(x)
        error = (expected - _unit(x_hat))[~np.isnan(expected)]
        if not np.isfinite(error).all():
            raise ValueError("X and model.reconstruct must have finite values, but for NaN in X")
        total += float((error**2).sum())
        n_known += error.size
    if not n_known:
        raise ValueError("X holds no value: all of them are NaN")
    mean_squared = total / n_known
    return ReconstructionError(mean_squared, mean_squared * math.prod(data.shape[2:]))


def _unit(x: np.ndarray) -> np.ndarray:
    """Frames in float64; uint8 in [0, 1]."""
    return x.astype(np.float64) / (255.0 if x.dtype == np.uint8 else 1.0)
