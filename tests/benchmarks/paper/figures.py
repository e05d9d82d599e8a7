"""Figures of the paper: swaps, the map of content codes, and long samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.manifold import TSNE

from .._common import draw_swaps
from ..digits import LONG
from .data import PaperData

MAPPED = 1000  # content codes of a map, at most
SAMPLES, SHOWN = 6, 20  # sequences of a figure of samples, and frames of each


def draw_figures(model: Any, data: PaperData, folder: Path, name: str, seed: int) -> None:
    """Write every figure that a fitted model can have; those of codes need an encoder."""
    folder.mkdir(parents=True, exist_ok=True)
    if hasattr(model, "transform"):
        draw_swaps(model, data.X_test, folder / f"{name}-swaps-{data.X_test.shape[1]}.png")
        if data.long is not None:
            path = folder / f"{name}-swaps-{data.long.shape[1]}.png"
            draw_swaps(model, data.long, path, n_frames=10)
        draw_map(model, data, folder / f"{name}-map.png", seed)
    draw_samples(model, folder / f"{name}-samples-{LONG}.png", seed)


def draw_map(model: Any, data: PaperData, path: Path, seed: int) -> None:
    """Write the t-SNE map of the content codes of test sequences, coloured by each label."""
    from matplotlib.figure import Figure

    codes = model.transform(data.X_test[:MAPPED]).content
    tsne = TSNE(perplexity=min(30, (len(codes) - 1) / 3), init="pca", random_state=seed)
    places = tsne.fit_transform(np.asarray(codes, np.float64))
    figure = Figure(figsize=(4 * len(data.labels), 4), layout="constrained")
    axes = figure.subplots(1, len(data.labels), squeeze=False)[0]
    for ax, (label, values) in zip(axes, data.labels.items(), strict=True):
        for value in np.unique(values):
            found = places[values[:MAPPED] == value]
            ax.scatter(*found.T, s=6, color=f"C{int(value)}", label=str(value))
        ax.set(title=label, xticks=[], yticks=[])
        ax.legend(fontsize="x-small", markerscale=2, frameon=False)
    figure.savefig(path, dpi=150)


def draw_samples(model: Any, path: Path, seed: int) -> None:
    """Write unconditional samples of 100 steps, a row each, of which every fifth is shown."""
    from matplotlib.figure import Figure

    samples = model.sample(SAMPLES, LONG, random_state=seed)
    steps = np.linspace(0, LONG - 1, SHOWN).round().astype(int)
    figure = Figure(figsize=(0.6 * SHOWN, 0.6 * SAMPLES + 0.3))
    axes = figure.subplots(SAMPLES, SHOWN, gridspec_kw={"wspace": 0.05, "hspace": 0.05})
    for row, sample in zip(axes, samples, strict=True):
        for ax, step in zip(row, steps, strict=True):
            ax.imshow(sample[step], cmap="gray", vmin=0, vmax=255)
            ax.set(xticks=[], yticks=[])
    for ax, step in zip(axes[0], steps, strict=True):
        ax.set_title(str(step + 1), fontsize="x-small", pad=2)
    figure.savefig(path, dpi=150, bbox_inches="tight")
