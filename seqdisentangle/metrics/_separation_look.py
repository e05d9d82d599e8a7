"""The look of sequences without labels: what stays the same in them, and what changes."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._separation_frames import FrameFeatures
from ._separation_movement import course_of
from ._separation_retrieval import distances, retrieval
from ._separation_static import StaticSpace, mean_of_each, statistics_of

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
        The same less their mean, or the level of their group: what changes.
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
    groups : array of int and shape (n,), optional
        Sequences of a group share what stays the same; each by itself if not given.

    Attributes
    ----------
    data : Look
        The data themselves.
    anchors : array of shape (g, k)
        What stays the same in each group, in increasing order: the mean of its sequences.
    group_of : array of int and shape (n,)
        The group of each sequence, by its place among these.
    """

    def __init__(
        self,
        frames: list[NDArray],
        rng: np.random.RandomState,
        groups: NDArray[np.int64] | None = None,
    ) -> None:
        self.features = FrameFeatures(frames, rng)
        features = [self.features(x) for x in frames]
        self.halves = np.stack([halves_of(f) for f in features])
        self.groups = groups
        self.space = StaticSpace(self.halves, groups)
        each = np.arange(len(frames)) if groups is None else groups
        means = np.stack([f[:, : self.features.n_places].mean(0) for f in features])
        self.levels, self.group_of = mean_of_each(means, each)
        self.data = self._look(features, self.group_of)
        self.anchors, _ = mean_of_each(self.data.static, each)

    def __call__(self, frames: list[NDArray], of: NDArray[np.intp] | None = None) -> Look:
        """Look at sequences that a model made, with the content of these groups if they are known.

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
        return self._look([self.features(x) for x in frames], of)

    def told_apart(self) -> float:
        """Retrieval of what stays the same by other steps, in spaces fitted to other sequences.

        Of second halves by the first; with groups, of what other sequences of the group share.
        """
        if self.groups is not None:
            return self._groups_told_apart(self.groups)
        found = []
        for first in (0, 1):
            space, halves = StaticSpace(self.halves[first::2]), self.halves[1 - first :: 2]
            unlike = distances(space(halves[:, :1]), space(halves[:, 1:]))
            found.append(retrieval(unlike, np.arange(len(halves))))
        return float(np.mean(found))

    def _groups_told_apart(self, groups: NDArray[np.int64]) -> float:
        order = np.argsort(groups, kind="stable")
        odd = np.arange(len(groups)) % 2 == 1
        found = []
        for known, asked in ((order[~odd], order[odd]), (order[odd], order[~odd])):
            asked = asked[np.isin(groups[asked], groups[known])]
            space = StaticSpace(self.halves[known], groups[known])
            anchors, _ = mean_of_each(space(self.halves[known]), groups[known])
            right = np.searchsorted(np.unique(groups[known]), groups[asked])
            found.append(retrieval(distances(space(self.halves[asked]), anchors), right))
        return float(np.mean(found))

    def _look(self, features: list[NDArray], of: NDArray[np.intp] | None) -> Look:
        halves = np.stack([halves_of(f) for f in features])
        places = [f[:, : self.features.n_places] for f in features]
        courses = [course_of(f) for f in places]
        going_on = np.stack([(c[1:] * c[:-1]).mean(0) for c in courses])
        statistics = np.concatenate([halves.mean(1), going_on], axis=1)
        if self.groups is not None and of is not None:
            courses = [course_of(f, self.levels[k]) for f, k in zip(places, of, strict=True)]
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
