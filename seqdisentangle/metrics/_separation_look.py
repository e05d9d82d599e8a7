"""The look of sequences without labels: what stays the same in them, and what changes."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._separation_frames import FrameFeatures
from ._separation_movement import course_of
from ._separation_retrieval import distances, retrieval
from ._separation_static import StaticSpace, statistics_of

__all__ = ["Eye", "Look", "joined"]


class Look(NamedTuple):
    """Of n sequences.

    Attributes
    ----------
    static : array of shape (n, k)
        What stays the same, in the space of the data.
    places : list of arrays (T_i, d)
        Features of frames.
    courses : list of arrays (T_i, d)
        The same less their mean: what changes.
    statistics : array of shape (n, p)
        Of everything, the order of frames included: for telling samples from data.
    """

    static: NDArray
    places: list[NDArray]
    courses: list[NDArray]
    statistics: NDArray


class Eye:
    """Features, and a space of what stays the same, fitted to data.

    Parameters
    ----------
    frames : list of arrays (T_i, D) or (T_i, C, H, W)
    rng : RandomState

    Attributes
    ----------
    data : Look
        The data themselves.
    """

    def __init__(self, frames: list[NDArray], rng: np.random.RandomState) -> None:
        self.features = FrameFeatures(frames, rng)
        features = [self.features(x) for x in frames]
        self.halves = np.stack([halves_of(f) for f in features])
        self.space = StaticSpace(self.halves)
        self.data = self._look(features)

    def __call__(self, frames: list[NDArray]) -> Look:
        """Look at sequences that a model made.

        Raises
        ------
        ValueError
            If a value is not finite.
        """
        wrong = [i for i, x in enumerate(frames) if not np.isfinite(x).all()]
        if wrong:
            raise ValueError(
                f"model made {len(wrong)} of {len(frames)} sequences with values that are not "
                "finite (NaN or infinity): train it again, with a smaller learning_rate"
            )
        return self._look([self.features(x) for x in frames])

    def told_apart(self) -> float:
        """Retrieval of second halves by the first, in spaces fitted to other sequences."""
        found = []
        for first in (0, 1):
            space, halves = StaticSpace(self.halves[first::2]), self.halves[1 - first :: 2]
            unlike = distances(space(halves[:, :1]), space(halves[:, 1:]))
            found.append(retrieval(unlike, np.arange(len(halves))))
        return float(np.mean(found))

    def _look(self, features: list[NDArray]) -> Look:
        halves = np.stack([halves_of(f) for f in features])
        places = [f[:, : self.features.n_places] for f in features]
        courses = [course_of(f) for f in places]
        going_on = np.stack([(c[1:] * c[:-1]).mean(0) for c in courses])
        statistics = np.concatenate([halves.mean(1), going_on], axis=1)
        return Look(self.space(halves), places, courses, statistics)


def halves_of(features: NDArray) -> NDArray[np.float64]:
    """Statistics of the first and of the second half of a sequence: (T, k) to (2, p)."""
    return np.stack([statistics_of(half) for half in np.array_split(features, 2)])


def joined(looks: list[Look]) -> Look:
    """The looks of batches as one."""
    static, places, courses, statistics = zip(*looks, strict=True)
    return Look(
        np.concatenate(static),
        list(chain(*places)),
        list(chain(*courses)),
        np.concatenate(statistics),
    )
