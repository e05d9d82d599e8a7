"""Codes without labels: read back from swaps, and each predicted from the other."""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ._codes import both_codes, checked_codes, flat_codes
from ._rounding import (
    deviation,
    deviations,
    differ,
    in_range,
    together_in_range,
    without_rounding,
)
from ._separation_movement import unlike_courses
from ._separation_retrieval import distances, retrieval
from ._separation_static import mean_of_each

__all__ = ["SequenceCodes", "in_order_of", "joined_codes", "predicted", "r2_of", "read_back"]

N_FOLDS = 5


class SequenceCodes(NamedTuple):
    """Content (n, d_c) and the motion of each of n sequences, (T_i, d_m)."""

    content: NDArray
    motion: list[NDArray]

    @classmethod
    def of(cls, model: Any, X: Any) -> SequenceCodes:
        """Encode sequences.

        Raises
        ------
        ValueError
            If the model does not return both codes, one a sequence, of finite numbers.
        """
        content, motion = checked_codes(flat_codes(both_codes(model, X)), len(X))
        return cls(content.astype(np.float64), [z.astype(np.float64) for z in motion])


def joined_codes(batches: list[SequenceCodes]) -> SequenceCodes:
    """The codes of batches as one."""
    content, motion = zip(*batches, strict=True)
    return SequenceCodes(np.concatenate(content), list(chain(*motion)))


def in_order_of(swaps: SequenceCodes, donors: list[NDArray], n_parts: int) -> SequenceCodes:
    """The codes of swaps with their parts in the order of those of their motion donors.

    Parts have no order of their own: which of a swap is which, their motions say.
    """
    if n_parts == 1:
        return swaps
    content, motion = [], []
    for z_c, z_m, given in zip(swaps.content, swaps.motion, donors, strict=True):
        parts, theirs = (z.reshape(len(z), n_parts, -1) for z in (z_m, given))
        apart = ((parts[:, None] - theirs[:, :, None]) ** 2).sum((0, 3))  # (theirs, parts)
        order = linear_sum_assignment(apart)[1]
        content.append(z_c.reshape(n_parts, -1)[order].ravel())
        motion.append(parts[:, order].reshape(z_m.shape))
    return SequenceCodes(np.stack(content), motion)


def read_back(
    swaps: SequenceCodes,
    data: SequenceCodes,
    a: NDArray[np.intp],
    b: NDArray[np.intp],
    group_of: NDArray[np.intp],
) -> tuple[float, float]:
    """Retrieval of the group of b by the content code of a swap, and of a by its motion code."""
    size = deviations(data.content)
    contents, _ = mean_of_each(data.content / size, group_of)
    content = retrieval(distances(swaps.content / size, contents), group_of[b])
    steps = np.concatenate(data.motion)
    mean, size = steps.mean(0), deviations(steps)
    courses = ([(z - mean) / size for z in codes.motion] for codes in (swaps, data))
    return content, retrieval(unlike_courses(*courses), a)


def predicted(codes: SequenceCodes, rng: np.random.RandomState) -> tuple[float, float]:
    """The shares of the variance of content codes that motion foretells, and the reverse.

    By held-out ridge regression, of the content code from means and deviations of the motion codes
    of a sequence, and of these from the content code. All that motion codes vary by counts, from
    step to step too: means that hardly vary are no matter, well as they may be foretold.
    """
    each = together_in_range(codes.motion)
    moments = np.stack([np.concatenate([z.mean(0), deviation(z)]) for z in each])
    motion = without_rounding(moments, each)
    steps = np.concatenate(each)
    told = motion.var(0).sum() / steps.var(0).sum() if differ(steps).any() else 0.0
    return r2_of(motion, codes.content, rng), float(told * r2_of(codes.content, motion, rng))


def r2_of(
    x: NDArray,
    y: NDArray,
    rng: np.random.RandomState,
    groups: NDArray[np.intp] | None = None,
) -> float:
    """Share of the variance of `y` that a linear function of `x` predicts, held out by groups.

    Of numbers that differ by rounding alone there is none to predict.
    """
    y = y[:, differ(y)]
    if not y.size:
        return 0.0
    x, y = in_range(x, 0), in_range(y)
    folds: KFold | GroupKFold
    if groups is None:
        folds = KFold(min(N_FOLDS, len(x)), shuffle=True, random_state=rng)
    else:
        folds = GroupKFold(min(N_FOLDS, len(np.unique(groups))))
    model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-1, 5, 13)))
    missed = float(
        ((y - cross_val_predict(model, x, y, groups=groups, cv=folds).reshape(y.shape)) ** 2).sum()
    )
    return max(0.0, 1 - missed / float(((y - y.mean(0)) ** 2).sum()))
