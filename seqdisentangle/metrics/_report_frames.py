"""Rows of the report on frames: reconstructions, swaps and samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from ._batches import drawn_seed
from ._report_rows import row
from ._representations import means_and_deviations
from ._sequences import ReadSequences, flat_frames
from .distributions import (
    frechet_distance,
    kernel_distance,
    precision_recall,
    two_sample_test,
)
from .fidelity import reconstruction_quality, unit_of
from .separation import separation

__all__ = ["reconstruction_rows", "sample_rows", "swap_rows"]

FEWEST_A_FEATURE = 4  # sequences for each feature of a distribution
MOST_FEATURES = 16


def reconstruction_rows(model: Any, held: ReadSequences) -> list[dict[str, Any]]:
    """Errors of reconstructions; chance is to show the mean of all frames."""
    found = reconstruction_quality(model, held.X)
    frames = np.concatenate(held.frames) / unit_of(held)
    spread = held.squares(float(((frames - frames.mean(0)) ** 2).mean()))
    name = "reconstruction"
    return [
        row(name, "squared error", found.mean_squared, better="lower", chance=spread, data=0),
        row(name, "decibels", found.peak_signal_to_noise, better="higher"),
        row(name, "what stays, R2", found.still, better="higher", chance=0, data=1),
        row(name, "what moves, R2", found.moving, better="higher", chance=0, data=1),
    ]


def swap_rows(model: Any, held: ReadSequences, rng: np.random.RandomState) -> list[dict[str, Any]]:
    """Donors that swaps show, beside how far sequences can be told apart at all."""
    found = separation(model, held.X, random_state=drawn_seed(rng))
    right, wrong, shown = "swap, right donor", "swap, wrong donor", found.shown
    return [
        row(right, "content", shown.content, better="higher", chance=0, data=found.told_apart),
        row(right, "motion", shown.motion, better="higher", chance=0),
        row(wrong, "content", shown.content_of_motion_donor, better="lower", chance=0),
        row(wrong, "motion", shown.motion_of_content_donor, better="lower", chance=0),
        row("separation", "swaps", found.score, better="higher"),
    ]


def sample_rows(
    model: Any, held: ReadSequences, made: list[NDArray] | None, rng: np.random.RandomState
) -> list[dict[str, Any]]:
    """Samples against one half of the data, beside the other half and its reconstructions."""
    order = rng.permutation(len(held))
    half = len(held) // 2
    one, other = order[:half], order[half : 2 * half]
    data = means_and_deviations(flat_frames(held.frames))
    # Distances need more sequences than features, and the cubic kernel features of one scale.
    scaler = StandardScaler().fit(data)
    size = min(MOST_FEATURES, max(1, half // FEWEST_A_FEATURE), data.shape[1])
    axes = PCA(size, whiten=True, svd_solver="full").fit(scaler.transform(data))

    def features(frames: list[NDArray]) -> NDArray:
        found = axes.transform(scaler.transform(means_and_deviations(flat_frames(frames))))
        return np.asarray(found)

    lengths = [len(held.frames[i]) for i in other]
    n_steps = lengths if isinstance(held.X, list) else held.n_steps
    drawn = model.sample(half, n_steps, random_state=drawn_seed(rng))
    compared = {
        "samples": features(held.frames_made(drawn, "sample", lengths)),
        "data": features([held.frames[i] for i in other]),
    }
    if made is not None:
        compared["reconstructions"] = features([made[i] for i in other])
    real, seed = features([held.frames[i] for i in one]), drawn_seed(rng)
    return distribution_rows(real, compared, seed)


def distribution_rows(
    real: NDArray, compared: dict[str, NDArray], seed: int
) -> list[dict[str, Any]]:
    """Distances of features from the real ones, a row a measure, a column of what is compared."""
    kernel = {
        name: kernel_distance(real, z, subset_size=max(2, len(real) // 2), random_state=seed)
        for name, z in compared.items()
    }
    by = {name: precision_recall(real, z) for name, z in compared.items()}
    p = {name: two_sample_test(real, z, random_state=seed).p_value for name, z in compared.items()}
    measured: dict[str, tuple[dict[str, Any], str]] = {
        "Frechet distance": ({k: frechet_distance(real, z) for k, z in compared.items()}, "lower"),
        "kernel distance": (kernel, "lower"),
        "precision": ({k: found.precision for k, found in by.items()}, "higher"),
        "recall": ({k: found.recall for k, found in by.items()}, "higher"),
        "two-sample test, p": (p, "higher"),
    }
    rows = []
    for title, (found, better) in measured.items():
        beside = {
            name: value[0] if isinstance(value, tuple) else value
            for name, value in found.items()
            if name != "samples"
        }
        rows.append(row(title, "samples", found["samples"], better=better, **beside))
    return rows
