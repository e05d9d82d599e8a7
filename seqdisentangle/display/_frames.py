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

_COORDINATES = (2, 3)  # sizes of a last axis that is no side of an image
_COLOUR_COUNTS = (1, 3, 4)  # sizes an axis may have to be read as channels


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

    `channels` is "none", "last" or "first"; `cmap` colours frames of a single channel.
    """
    low, high = limits
    x = np.clip((X.astype(np.float64) - low) / max(high - low, 1e-12), 0.0, 1.0)
    if channels == "none":
        x = x[..., None]
    elif channels == "first":
        x = np.moveaxis(x, -3, -1)
    if x.shape[-1] == 1:
        return np.asarray(cmap(x[..., 0]))[..., :3]
    return x[..., :3]


def resolve_channels(shape: tuple[int, ...], channels: str) -> str:
    """Place of the channels of sequences (n, T, ...): "none", "last" or "first"."""
    if channels not in ("auto", "first", "last"):
        raise ValueError(f"channels must be 'auto', 'first' or 'last', got {channels!r}.")
    if len(shape) == 4:
        return "none"
    if channels == "auto":
        channels = "last" if shape[-1] in _COLOUR_COUNTS else "first"
    count = shape[-1] if channels == "last" else shape[2]
    if count not in _COLOUR_COUNTS:
        raise ValueError(
            f"frames of shape {shape[2:]} with channels {channels} have {count} channels; "
            f"only {_COLOUR_COUNTS} can be shown."
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
