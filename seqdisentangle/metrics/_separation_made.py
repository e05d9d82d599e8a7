"""Frames that a model makes: reconstructions of what stays and what moves, and samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ._rounding import deviations

__all__ = ["Reconstructed", "energy_coefficient", "indistinguishable", "use_of_codes"]

N_FOLDS = 5
ABSENT = 1e-4  # the share of the variance by which what stays or what moves is not there
LEAST_SHARE = 0.01  # of the variance, that it is taken to have then


class Reconstructed:
    r"""Reconstruction as :math:`R^2`: of means over time, and of frames less these means.

    Parameters
    ----------
    frames : list of arrays (T_i, D) or (T_i, C, H, W)
        The data; vectors count in units of each feature's standard deviation.
    """

    def __init__(self, frames: list[NDArray]) -> None:
        self.frames = frames
        vectors = frames[0].ndim == 2
        self.scale = deviations(np.concatenate(frames)) if vectors else np.ones(())
        self.still_missed: list[float] = []
        self.moving_missed: list[float] = []

    def add(self, reconstructions: list[NDArray]) -> None:
        """Compare the next reconstructions, in the order of the data."""
        first = len(self.still_missed)
        for x, made in zip(self.frames[first:], reconstructions, strict=False):
            mean, of_made = x.mean(0), made.mean(0)
            self.still_missed.append(self._square(mean - of_made))
            self.moving_missed.append(self._square((x - mean) - (made - of_made)) / len(x))

    def r2(self, absent: float = ABSENT) -> tuple[float, float]:
        """Of what stays, and of what moves.

        What has a share of the variance of less than `absent` counts as 1% of it, so that what
        the data do not have is not missed.
        """
        means = np.stack([x.mean(0) for x in self.frames])
        still = sum(self._square(m - means.mean(0)) for m in means)
        moving = sum(self._square(x - m) / len(x) for x, m in zip(self.frames, means, strict=True))
        total = still + moving or 1.0  # of data all alike
        still, moving = (
            part if part >= absent * total else LEAST_SHARE * total for part in (still, moving)
        )
        return 1 - sum(self.still_missed) / still, 1 - sum(self.moving_missed) / moving

    def _square(self, x: NDArray) -> float:
        return float(((x / self.scale) ** 2).sum())


def use_of_codes(
    swaps: list[NDArray],
    reconstructions: list[NDArray],
    a: NDArray[np.intp],
    b: NDArray[np.intp],
) -> tuple[float, float]:
    """Share of what two reconstructions differ in that goes with content, and with motion.

    Squared distances of features of frames, step by step: of a swap from the reconstruction of its
    motion donor, and from that of its content donor, by that of the two reconstructions.
    """
    by_content = by_motion = by_both = 0.0
    for made, i, j in zip(swaps, a, b, strict=True):
        x, y = reconstructions[i], reconstructions[j]
        n = min(len(made), len(x), len(y))
        by_content += float(((made[:n] - x[:n]) ** 2).sum())
        by_motion += float(((made[:n] - y[:n]) ** 2).sum())
        by_both += float(((x[:n] - y[:n]) ** 2).sum())
    if by_both == 0:
        return 0.0, 0.0
    return min(1.0, by_content / by_both), min(1.0, by_motion / by_both)


def indistinguishable(samples: NDArray, data: NDArray, rng: np.random.RandomState) -> float:
    """Two-sample test by a classifier: 1 where samples cannot be told from data, 0 where all can.

    Twice what the area under the held-out ROC curve lacks to 1, at most 1.

    References
    ----------
    .. [1] D. Lopez-Paz, M. Oquab, "Revisiting Classifier Two-Sample Tests", ICLR 2017.
    """
    x = np.concatenate([samples, data])
    real = np.repeat([0, 1], [len(samples), len(data)])
    folds = StratifiedKFold(min(N_FOLDS, len(samples)), shuffle=True, random_state=rng)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    scores = cross_val_predict(model, x, real, cv=folds, method="decision_function")
    return min(1.0, 2 * (1 - float(roc_auc_score(real, scores))))


def energy_coefficient(samples: NDArray, data: NDArray) -> float:
    r"""Distance of two distributions, from 0 where they are one to 1.

    .. math:: 1 - \frac{E|x - x'| + E|y - y'|}{2\, E|x - y|}

    in units of the standard deviations of the data.

    References
    ----------
    .. [1] G. J. Székely, M. L. Rizzo, "Energy statistics: A class of statistics based on
       distances", Journal of Statistical Planning and Inference 143(8), 2013.
    """
    scaler = StandardScaler().fit(data)
    x, y = scaler.transform(samples), scaler.transform(data)
    across = float(cdist(x, y).mean())
    if across == 0:
        return 0.0
    return max(0.0, 1 - float(pdist(x).mean() + pdist(y).mean()) / (2 * across))
