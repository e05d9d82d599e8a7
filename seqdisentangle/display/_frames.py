"""Frames of any layout and type made into pictures, and pictures into strips."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "as_pictures",
    "brightness_range",
    "evenly_spaced",
    "is_video",
    "resolve_channels",
    "strip",
]

_LEAST_SIDE = 4  # of an image
_COORDINATES = (2, 3)  # sizes of a last axis that is no side of an image
_FOUND = range(1, 5)  # sizes of an axis that is found to hold channels
_COLOURS = (3, 4)  # numbers of channels that are red, green, blue (and opacity)


def is_video(X: NDArray[Any]) -> bool:
    """True of videos, (n, T, H, W), (n, T, H, W, C) or (n, T, C, H, W), not of skeletons."""
    return X.ndim == 5 or (X.ndim == 4 and X.shape[-1] not in _COORDINATES)


def brightness_range(X: NDArray[Any]) -> tuple[float, float]:
    """Values to show as black and as white, the same for a whole figure.

    Integers have the range of their type; floats [0, 1] where they keep to it, else their own.
    """
    if np.issubdtype(X.dtype, np.integer):
        return 0.0, float(np.iinfo(X.dtype).max)
    low, high = float(np.nanmin(X)), float(np.nanmax(X))
    return (0.0, 1.0) if low >= 0.0 and high <= 1.0 else (low, high)


def as_pictures(
    X: NDArray[Any], limits: tuple[float, float], channels: str, cmap: Any
) -> NDArray[np.floating]:
    """Frames (..., H, W), (..., H, W, C) or (..., C, H, W) as RGB (..., H, W, 3) in [0, 1].

    `channels` is "none", "last" or "first"; `cmap` colours frames of a single channel, and the mean
    over channels where these are no colours.
    """
    low, high = limits
    x = np.clip((X.astype(np.float64) - low) / max(high - low, 1e-12), 0.0, 1.0)
    if channels == "none":
        x = x[..., None]
    elif channels == "first":
        x = np.moveaxis(x, -3, -1)
    if x.shape[-1] not in _COLOURS:
        return np.asarray(cmap(x.mean(-1)))[..., :3]
    return x[..., :3]


def resolve_channels(shape: tuple[int, ...], channels: str) -> str:
    """Place of the channels of sequences (n, T, ...): "none", "last" or "first"."""
    if channels not in ("auto", "first", "last"):
        raise ValueError(f"channels must be 'auto', 'first' or 'last', got {channels!r}.")
    if len(shape) == 4:
        return "none"
    counts = {}
    if min(shape[2:4]) >= _LEAST_SIDE:
        counts["last"] = shape[-1]
    if min(shape[3:]) >= _LEAST_SIDE:
        counts["first"] = shape[2]
    if channels == "auto":
        channels = next((place for place, count in counts.items() if count in _FOUND), "auto")
    if channels not in counts:
        raise ValueError(
            f"frames of shape {shape[2:]} have no 1 to 4 channels to be found, or sides below "
            f"{_LEAST_SIDE}, with channels={channels!r}: say channels='first' or channels='last'."
        )
    return channels


def evenly_spaced(n_steps: int, n_frames: int) -> NDArray[np.intp]:
    """At most `n_frames` steps, the first and the last among them."""
    return np.linspace(0, n_steps - 1, min(n_frames, n_steps)).round().astype(np.intp)


def strip(pictures: NDArray[np.floating], gap: int) -> NDArray[np.floating]:
    """Pictures (n, H, W, 3) side by side with transparent gaps: RGBA (H, n W + (n - 1) gap, 4)."""
    n, H, W, _ = pictures.shape
    out = np.zeros((H, n * (W + gap) - gap, 4))
    for k, picture in enumerate(pictures):
        left = k * (W + gap)
        out[:, left : left + W, :3] = picture
        out[:, left : left + W, 3] = 1.0
    return out
