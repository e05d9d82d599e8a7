"""Frames of any layout and type made into pictures, and pictures into strips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._colours import MISSING

__all__ = ["as_pictures", "brightness_range", "strip"]

_COLOURS = (3, 4)  # numbers of channels that are red, green, blue (and opacity)


def brightness_range(sequences: Sequence[NDArray[Any]]) -> tuple[float, float]:
    """Values to show as black and as white, the same for a whole figure.

    Integers have the range of their type; floats [0, 1] where they keep to it, else their own.
    """
    dtype = sequences[0].dtype
    if np.issubdtype(dtype, np.integer):
        return 0.0, float(np.iinfo(dtype).max)
    known = [x for x in sequences if not np.isnan(x).all()] or [np.zeros(1)]
    low = min(float(np.nanmin(x)) for x in known)
    high = max(float(np.nanmax(x)) for x in known)
    return (0.0, 1.0) if low >= 0.0 and high <= 1.0 else (low, high)


def as_pictures(
    X: NDArray[Any], limits: tuple[float, float], channels: str | None, cmap: Any
) -> NDArray[np.floating]:
    """Frames (..., H, W), (..., H, W, C) or (..., C, H, W) as RGB (..., H, W, 3) in [0, 1].

    `channels` is None, "last" or "first"; `cmap` colours frames of a single channel, and the mean
    over channels where these are no colours. Pixels that are missing are pale pink.
    """
    low, high = limits
    x = np.clip((X.astype(np.float64) - low) / max(high - low, 1e-12), 0.0, 1.0)
    if channels is None:
        x = x[..., None]
    elif channels == "first":
        x = np.moveaxis(x, -3, -1)
    missing = np.isnan(x).any(-1, keepdims=True)
    if x.shape[-1] not in _COLOURS:
        x = np.asarray(cmap(x.mean(-1)))
    return np.where(missing, MISSING, x[..., :3])


def strip(pictures: NDArray[np.floating], gap: int) -> NDArray[np.floating]:
    """Pictures (n, H, W, 3) side by side with transparent gaps: RGBA (H, n W + (n - 1) gap, 4)."""
    n, H, W, _ = pictures.shape
    out = np.zeros((H, n * (W + gap) - gap, 4))
    for k, picture in enumerate(pictures):
        left = k * (W + gap)
        out[:, left : left + W, :3] = picture
        out[:, left : left + W, 3] = 1.0
    return out
