"""Features of frames that measures without labels are taken of."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, unfold

from ._rounding import deviations, differ

__all__ = ["FrameFeatures"]

N_COMPONENTS = 16  # of frames with more numbers than that
GRID = 8  # pixels a side of a pooled image
LARGEST_SIDE, PATCH_SIDE, N_PATCHES = 32, 5, 48
N_FITTED = 4000  # frames, and patches, that features are fitted to


class FrameFeatures:
    """Features of frames, fitted to data and then the same for all that a model makes.

    Parameters
    ----------
    sequences : list of arrays (T_i, D) or (T_i, C, H, W)
    rng : RandomState

    Attributes
    ----------
    n_places : int
        The first features, which are linear in a frame: its values, standardised, or the pooled
        image, and of more than 16 numbers their principal components. The others, of images, tell
        how much of each of 48 typical patches there is anywhere [1]_: where a thing moves over the
        image, what it is stays the same.

    References
    ----------
    .. [1] A. Coates, H. Lee, A. Y. Ng, "An Analysis of Single-Layer Networks in Unsupervised
       Feature Learning", AISTATS 2011: the triangle encoding.
    """

    def __init__(self, sequences: list[NDArray], rng: np.random.RandomState) -> None:
        frames = np.concatenate(sequences)
        frames = frames[rng.permutation(len(frames))[:N_FITTED]]
        values = self._flat(frames)
        self.mean = values.mean(0)
        if frames.ndim == 2:
            self.scale = deviations(values)
        else:  # pixels are of one unit
            spread = values.std() if differ(values.reshape(-1, 1)).any() else np.inf
            self.scale = np.full(values.shape[1], spread)
        values = (values - self.mean) / self.scale
        too_many = min(values.shape) > N_COMPONENTS and values.any()
        self.components = PCA(N_COMPONENTS, random_state=rng).fit(values) if too_many else None
        self.n_places = N_COMPONENTS if too_many else values.shape[1]
        self.dictionary = Patches(frames, rng) if self._has_patches(frames) else None

    def __call__(self, x: NDArray) -> NDArray[np.float64]:
        """Features of frames: (T, D) or (T, C, H, W) to (T, k)."""
        values = (self._flat(x) - self.mean) / self.scale
        places = values if self.components is None else self.components.transform(values)
        if self.dictionary is None:
            return places
        return np.concatenate([places, self.dictionary.found(x)], axis=1)

    @staticmethod
    def _flat(frames: NDArray) -> NDArray[np.float64]:
        if frames.ndim == 4:
            height, width = (min(side, GRID) for side in frames.shape[2:])
            frames = adaptive_avg_pool2d(torch.from_numpy(frames), (height, width)).numpy()
        return frames.reshape(len(frames), -1)

    @staticmethod
    def _has_patches(frames: NDArray) -> bool:
        return frames.ndim == 4 and min(frames.shape[2:]) > PATCH_SIDE


class Patches:
    """A dictionary of the patches of images, and how much of each is anywhere in one."""

    def __init__(self, images: NDArray, rng: np.random.RandomState) -> None:
        patches = self._of(images[: N_FITTED // 8]).flatten(0, 1).numpy()
        patches = patches[patches.std(1) >= 0.1 * patches.std()]  # not of an even background
        patches = patches[rng.permutation(len(patches))[:N_FITTED]]
        self.mean = patches.mean(0)
        covariance = np.cov((patches - self.mean).T)
        least = max(0.1 * float(np.trace(covariance)) / len(covariance), np.finfo(float).tiny)
        variances, axes = np.linalg.eigh(covariance + least * np.eye(len(covariance)))
        self.whitening = axes / np.sqrt(variances) @ axes.T
        clusters = MiniBatchKMeans(min(N_PATCHES, len(patches)), n_init=1, random_state=rng)
        self.centres = clusters.fit((patches - self.mean) @ self.whitening).cluster_centers_

    def found(self, images: NDArray) -> NDArray[np.float64]:
        """Mean over places of how much nearer than usual each patch is: (T, n_patches)."""
        patches = (self._of(images) - torch.from_numpy(self.mean)) @ torch.from_numpy(
            self.whitening
        )
        away = torch.cdist(patches, torch.from_numpy(self.centres).expand(len(patches), -1, -1))
        return (away.mean(-1, keepdim=True) - away).relu().mean(1).numpy()

    @staticmethod
    def _of(images: NDArray) -> Tensor:
        """Patches of images, (T, n_places, C * 5 * 5)."""
        height, width = (min(side, LARGEST_SIDE) for side in images.shape[2:])
        pooled = adaptive_avg_pool2d(torch.from_numpy(images), (height, width))
        stride = 1 if min(height, width) <= LARGEST_SIDE // 2 else 2
        return unfold(pooled, PATCH_SIDE, stride=stride).transpose(1, 2)
