"""Codes and swaps without a network: what a learned model has to beat.

Each has those verbs of an estimator that it can have. Content is what it takes for constant, motion
the frames without that.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.linalg import eigh
from scipy.stats import rankdata
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier

from seqdisentangle import Codes

from .data import RealData
from .heads import scores


class Baseline:
    """Content (d,) and motion (T, d) of the frames (T, D) of one sequence after the other."""

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, X: Any) -> Any:
        return self

    def transform(self, X: Any) -> Codes:
        content, motion = zip(*(self.coded(_flat(x)) for x in X), strict=True)
        return Codes(np.stack(content), list(motion))

    def swap(self, a: Any, b: Any) -> SimpleNamespace:
        found = [_like(self.moved(_flat(x), _flat(y)), x) for x, y in zip(a, b, strict=True)]
        return SimpleNamespace(a_motion_b_content=_in_the_form_of(a, found))

    def coded(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError

    def moved(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Frames of `a` with the content of `b`."""
        raise NotImplementedError


class Mean(Baseline):
    """Content is the mean frame, motion the frames without it."""

    def coded(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean = standardised(x)[0]
        return mean, np.nan_to_num(x - mean)

    def moved(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a - standardised(a)[0] + standardised(b)[0]


class MeanAndDeviation(Baseline):
    """Content is mean and deviation of every value over time, motion the standardised frames."""

    def coded(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, deviation, motion = standardised(x)
        return np.concatenate([mean, deviation]), np.nan_to_num(motion)

    def moved(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        mean, deviation, _ = standardised(b)
        return standardised(a)[2] * deviation + mean


class MeanAndCovariance(Baseline):
    """Content is mean, deviation and correlations of the values, motion the whitened frames.

    A swap is whitened by its own and coloured by its donor's, as styles of images are exchanged
    (Li et al., NeurIPS 2017). Sequences have few frames, so correlations are shrunk (Ledoit and
    Wolf, 2004): wholly, this is `MeanAndDeviation`.
    """

    def coded(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, deviation, z = standardised(x)
        z = np.nan_to_num(z)
        found = correlations(z)
        upper = found[np.triu_indices(len(found), 1)]
        return np.concatenate([mean, deviation, upper]), z @ power(found, -0.5)

    def moved(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        mean, deviation, z = standardised(b)
        colour = power(correlations(np.nan_to_num(z)), 0.5)
        return self.coded(a)[1] @ colour * deviation + mean


class Distribution(Baseline):
    """Content is the values that a curve takes, motion their order: the rank of each, 0 to 1."""

    def coded(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.quantile(x, np.linspace(0, 1, 11), axis=0).ravel(), ranks(x)

    def moved(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        pairs = zip(b.T, ranks(a).T, strict=True)
        return np.column_stack([np.quantile(values, rank) for values, rank in pairs])


class MeanOfComponents(Baseline):
    """Content is the mean over time of the principal components of frames, motion the rest."""

    n_components = 32  # as many as content has numbers, by default

    def fit(self, X: Any) -> MeanOfComponents:
        frames = np.concatenate([_known(x) for x in X])
        n_components = min(self.n_components, *frames.shape)
        self.pca_ = PCA(n_components, random_state=self.random_state).fit(frames)
        return self

    def reconstruct(self, X: Any) -> Any:
        found = [_like(self.pca_.inverse_transform(self.pca_.transform(_known(x))), x) for x in X]
        return _in_the_form_of(X, found)

    def coded(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = self.pca_.transform(np.nan_to_num(x))
        return z.mean(axis=0), z - z.mean(axis=0)

    def moved(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return self.pca_.inverse_transform(self.coded(b)[0] + self.coded(a)[1])


class Frames:
    """Content is all frames, or 50 of them, evenly spaced; there is no motion."""

    most_steps = 50

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, X: Any) -> Frames:
        self.n_steps_ = min(self.most_steps, max(len(x) for x in X))
        return self

    def transform(self, X: Any) -> Codes:
        content = [
            _known(x)[np.linspace(0, len(x) - 1, self.n_steps_).round().astype(int)] for x in X
        ]
        return Codes(np.stack(content).reshape(len(X), -1), [np.zeros((len(x), 1)) for x in X])


def forest(model: MeanAndDeviation, data: RealData) -> dict[str, float]:
    """Held-out scores of random forests on mean and deviation, which know all labels."""
    content, content_test = (model.transform(X).content for X in (data.X, data.X_test))
    measures = {}
    for prefix, (y, y_test) in data.prefixed_labels:
        found = RandomForestClassifier(500, random_state=model.random_state).fit(content, y)
        for score, value in scores(found, content_test, y_test, foretold=data.foretold).items():
            measures[f"{prefix}{score}_content"] = value
        measures[f"{prefix}probe_content"] = measures[f"{prefix}head_content"]
    return measures


def standardised(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (D,), deviation (D,), and the frames (T, D) without them; 0 where nothing is known."""
    n_known = np.maximum((~np.isnan(x)).sum(axis=0), 1)
    mean = np.nansum(x, axis=0) / n_known
    deviation = np.sqrt(np.nansum((x - mean) ** 2, axis=0) / n_known)
    return mean, deviation, (x - mean) / np.where(deviation > 1e-6, deviation, np.inf)


def correlations(z: np.ndarray) -> np.ndarray:
    """Correlations (D, D) of standardised frames, shrunk towards none."""
    found: np.ndarray = LedoitWolf(assume_centered=True).fit(z).covariance_
    return found


def power(covariance: np.ndarray, exponent: float) -> np.ndarray:
    """Of a symmetric matrix; directions in which nothing varies stay 0."""
    variances, directions = eigh(covariance)
    varies = variances > 1e-9
    return (directions[:, varies] * variances[varies] ** exponent) @ directions[:, varies].T


def ranks(x: np.ndarray) -> np.ndarray:
    """Of the values (T, D) among those of their column, from 0 to 1."""
    return (rankdata(x, axis=0) - 1) / max(len(x) - 1, 1)


def _flat(x: np.ndarray) -> np.ndarray:
    """Frames (T, D) of a sequence (T, ...)."""
    return np.asarray(x, np.float64).reshape(len(x), -1)


def _known(x: np.ndarray) -> np.ndarray:
    """The same with the mean of the data, zero, in the place of what is missing."""
    return np.nan_to_num(_flat(x))


def _like(found: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Frames (T, D) in the units and the shape of a sequence."""
    if x.dtype == np.uint8:
        found = found.round().clip(0, 255)
    return found.reshape(x.shape).astype(x.dtype)


def _in_the_form_of(X: Any, found: list[np.ndarray]) -> Any:
    return np.stack(found) if isinstance(X, np.ndarray) else found
