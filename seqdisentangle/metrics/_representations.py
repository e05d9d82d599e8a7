"""Tables of numbers that stand for sequences: their codes, and what is had without a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from ._rounding import deviation, in_range, together_in_range, without_rounding
from ._separation_codes import SequenceCodes
from ._sequences import ReadSequences, flat_frames

__all__ = [
    "courses",
    "means_and_deviations",
    "principal_components",
    "representations",
    "rotated",
    "standardised",
]

N_POINTS = 4  # of a course, evenly spaced: enough for its order, whatever its length


def representations(held: ReadSequences, codes: SequenceCodes) -> dict[str, NDArray[np.float64]]:
    """Content, motion and the data themselves, standardised, (n, d) each.

    Motion and data are their means and deviations over time, and their values at four points of
    the course, so that sequences of different lengths have equally many numbers.
    """
    return {
        "content": standardised(codes.content),
        "motion": standardised(courses(together_in_range(codes.motion))),
        "data": standardised(courses(flat_frames(held.frames))),
    }


def means_and_deviations(sequences: list[NDArray]) -> NDArray[np.float64]:
    """Mean and standard deviation over time, (n, 2 D), of sequences (T_i, D)."""
    found = np.stack([np.concatenate([x.mean(0), deviation(x)]) for x in sequences])
    return without_rounding(found, sequences)


def courses(sequences: list[NDArray]) -> NDArray[np.float64]:
    """Means, deviations, and the course at evenly spaced points, (n, 6 D)."""
    points = np.stack([at_points(x).reshape(-1) for x in sequences])
    return np.hstack([means_and_deviations(sequences), without_rounding(points, sequences)])


def at_points(x: NDArray) -> NDArray[np.float64]:
    """A course (T, D) at evenly spaced points, (4, D), interpolated between steps."""
    place = np.linspace(0, len(x) - 1, N_POINTS)
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, len(x) - 1)
    share = (place - before)[:, None]
    return np.asarray((1 - share) * x[before] + share * x[after])


def standardised(z: NDArray) -> NDArray[np.float64]:
    """Every number with mean 0 and deviation 1 over sequences; a constant one is 0."""
    return np.asarray(StandardScaler().fit_transform(in_range(z, 0)))


def rotated(z: NDArray) -> NDArray[np.float64]:
    """Fewer numbers where there are more than sequences: in the directions that these span.

    Distances and products stay as they are, so that neighbours and linear probes find the same.
    """
    if z.shape[1] <= len(z):
        return z
    # By the products of n sequences, which costs less than by those of all their numbers.
    squares, directions = eigh(z @ z.T)
    return np.asarray(directions * np.sqrt(squares.clip(0)))


def principal_components(z: NDArray, size: int) -> NDArray[np.float64]:
    """The first components of standardised numbers, at most `size`, as far as there are any."""
    return np.asarray(PCA(min(size, *z.shape), svd_solver="full").fit_transform(z))
