"""Movement: what changes within a sequence, as the course of features over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["course_of", "unlike_courses"]


def course_of(features: NDArray, level: NDArray | None = None) -> NDArray[np.float64]:
    """Deviations from a level (k,), or the mean of a sequence, step by step: (T, k) to (T, k)."""
    return np.asarray(features - (features.mean(0) if level is None else level))


def unlike_courses(a: list[NDArray], b: list[NDArray]) -> NDArray[np.float64]:
    """One less the correlation of every a with every b, over the steps that both have: (m, n).

    Correlations do not depend on how large a movement is, which may be content.
    """
    x, in_x = padded(a)
    y, in_y = padded(b)
    n_steps = min(x.shape[1], y.shape[1])
    x, y, in_x, in_y = x[:, :n_steps], y[:, :n_steps], in_x[:, :n_steps], in_y[:, :n_steps]
    together = x.reshape(len(x), -1) @ y.reshape(len(y), -1).T
    size = np.sqrt(((x**2).sum(2) @ in_y.T) * (in_x @ (y**2).sum(2).T))
    return np.asarray(1 - np.divide(together, size, out=np.zeros_like(size), where=size > 0))


def padded(courses: list[NDArray]) -> tuple[NDArray, NDArray]:
    """Courses in one array (n, T, k), zero after their ends, and where there is one, (n, T)."""
    lengths = np.array([len(course) for course in courses])
    there = np.arange(lengths.max()) < lengths[:, None]
    values = np.zeros((*there.shape, courses[0].shape[1]))
    values[there] = np.concatenate(courses)
    return values, there.astype(float)
