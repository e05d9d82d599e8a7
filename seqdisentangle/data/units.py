"""The units of the data: to the scale of the model and back."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..serialization import record
from .layout import Layout

__all__ = ["SCALES", "Scaling", "fit_scaling", "to_user"]

SCALES = ("auto", "unit", "standard", "none")


@record
@dataclass(frozen=True)
class Scaling:
    """An affine map per feature (or colour channel) from the user's units to the model's.

    Attributes
    ----------
    kind : {"unit", "standard", "none"}
        ``"unit"``: 8-bit values are divided by 255, float values are in [0, 1] already.
        ``"standard"``: zero mean and unit variance. ``"none"``: as they are.
    mean, std : tuple of float
        One number for each feature or channel with ``"standard"``, else empty.
    """

    kind: Literal["unit", "standard", "none"]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.mean) != len(self.std) or bool(self.mean) != (self.kind == "standard"):
            raise ValueError(
                "a scaling must have a mean and a std for each feature with kind='standard' and "
                f"none otherwise, got kind={self.kind!r}, {len(self.mean)} and {len(self.std)}"
            )
        if not (np.isfinite(self.mean).all() and np.isfinite(self.std).all()):
            raise ValueError(f"a scaling must be finite, got {self.mean} and {self.std}")
        if any(std <= 0 for std in self.std):
            raise ValueError(f"a scaling must have positive deviations, got {self.std}")

    @property
    def bounded(self) -> bool:
        """True where scaled values lie in [0, 1]."""
        return self.kind == "unit"

    def apply(self, x: Tensor, dtype: torch.dtype) -> Tensor:
        """Frames ``(..., *frame)`` of the user's units in the model's, features first in a frame.

        ``x`` has shape (n, T, D) or (n, T, C, H, W).
        """
        if self.kind == "standard":
            x, mean, std = self._in_double(x)
            return ((x - mean) / std).to(dtype)
        scaled = x.to(dtype)
        # In place: from 8-bit values it is a copy of its own, and the largest array of all.
        return scaled.div_(255) if self.kind == "unit" and x.dtype == torch.uint8 else scaled

    def undo(self, x: Tensor, dtype: np.dtype) -> Tensor:
        """The inverse of :meth:`apply`, in float; ``dtype`` says which units were meant."""
        if self.kind == "standard":
            x, mean, std = self._in_double(x)
            return x * std + mean
        return x * 255 if self.kind == "unit" and dtype == np.uint8 else x

    def _in_double(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The values and the moments in float64: 1e6 plus small noise must survive."""
        x = x.to(torch.float64 if x.device.type != "mps" else torch.float32)
        trailing = (1,) * (x.ndim - 3)
        mean, std = (part.view(-1, *trailing) for part in moments_on(x.device, x.dtype, self))
        return x, mean, std


@functools.lru_cache(maxsize=8)
def moments_on(device: torch.device, dtype: torch.dtype, scaling: Scaling) -> tuple[Tensor, Tensor]:
    """Mean and deviation on a device: sent there once, since a GPU is waited for."""
    mean = torch.tensor(scaling.mean, dtype=dtype, device=device)
    return mean, torch.tensor(scaling.std, dtype=dtype, device=device)


def fit_scaling(
    scale: str,
    chunks: Iterable[NDArray],
    *,
    image: bool,
    dtype: np.dtype,
    n_features: int,
    feature_axes: tuple[int, ...],
) -> Scaling:
    """Find the scaling of a data set in one pass over it, chunk by chunk.

    Parameters
    ----------
    scale : {"auto", "unit", "standard", "none"}
        ``"auto"`` is ``"unit"`` for 8-bit images and for float images in [0, 1], else
        ``"standard"``.
    chunks : iterable of arrays
        Consecutive parts of the data, finite or NaN for missing values. Those of floats are read to
        the end, so that a caller that checks them as they pass has checked all.
    image : bool
    dtype : numpy dtype
    n_features : int
    feature_axes : tuple of int
        The axes of a part over its features or channels, if it has such, negative.

    Raises
    ------
    ValueError
        If ``scale="unit"`` and a float value lies outside [0, 1].
    """
    unit_dtype = dtype == np.uint8 or dtype == np.bool_
    if unit_dtype and image and scale in ("auto", "unit"):
        return Scaling("unit")
    moments = Moments.none(n_features)
    for chunk in chunks:
        if scale == "none":
            continue  # read to be checked, and for nothing else
        values = np.moveaxis(np.asarray(chunk, np.float64), feature_axes, range(len(feature_axes)))
        moments = moments.with_more(values.reshape(n_features, -1))
    if scale == "none":
        return Scaling("none")
    low, high = moments.low.min(), moments.high.max()
    in_unit = unit_dtype or (low >= 0 and high <= 1)
    if scale == "unit" and not in_unit:
        raise ValueError(
            f"scale='unit' needs 8-bit values or values in [0, 1], got values from {low:g} to "
            f"{high:g}"
        )
    if scale == "unit" or (scale == "auto" and image and in_unit):
        return Scaling("unit")
    mean, std = moments.mean, np.sqrt(moments.squares / np.maximum(moments.number, 1))
    # A constant feature has no scale: it is shifted to zero and comes back as it was. It is known
    # by its extremes, since the sum that its mean is taken from is rounded.
    constant = moments.low == moments.high
    mean = np.where(constant, moments.low, mean)
    rounding = std <= 10 * np.finfo(np.float64).eps * np.abs(mean)
    std = np.where(constant | rounding, 1.0, std)
    return Scaling("standard", tuple(mean.tolist()), tuple(std.tolist()))


class Moments(NamedTuple):
    """Moments and extremes of the values of each feature, so far.

    Attributes
    ----------
    number, mean : array of shape (D,)
    squares : array of shape (D,)
        Summed squared deviations from the mean.
    low, high : array of shape (D,)
        Infinite where there is no value.
    """

    number: NDArray[np.int64]
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def none(cls, n_features: int) -> Moments:
        """The moments of no values."""
        zero, infinity = np.zeros(n_features), np.full(n_features, np.inf)
        return cls(np.zeros(n_features, np.int64), zero, zero, infinity, -infinity)

    def with_more(self, values: NDArray[np.float64]) -> Moments:
        """The moments with the values (D, N) as well, of which NaN do not count.

        Two parts are combined as by Chan, Golub, LeVeque, The American Statistician 1983.
        """
        known = ~np.isnan(values)
        n = known.sum(1)
        part = values.sum(1, where=known) / np.maximum(n, 1)
        delta, total = part - self.mean, self.number + n
        deviations = np.square(values - part[:, None]).sum(1, where=known)
        share = n / np.maximum(total, 1)
        return Moments(
            total,
            self.mean + delta * share,
            self.squares + deviations + delta**2 * (self.number * share),
            np.fmin(self.low, np.fmin.reduce(values, axis=1)),
            np.fmax(self.high, np.fmax.reduce(values, axis=1)),
        )


def to_user(x: Tensor, layout: Layout, scaling: Scaling, dtype: np.dtype) -> NDArray:
    """Frames of the model (n, T, ...) in the user's units, layout and dtype."""
    x = layout.from_frames(scaling.undo(x, dtype))
    if dtype == np.uint8:
        # On the device: a quarter of the traffic.
        return x.round().clamp(0, 255).to(torch.uint8).contiguous().cpu().numpy()
    values = x.cpu().numpy()
    if dtype.kind == "b":
        values = values > 0.5
    elif dtype.kind in "ui":
        info = np.iinfo(dtype)
        # In float64, rounded towards zero: the largest 64-bit integers are between two floats.
        high = float(info.max)
        high = high if int(high) <= info.max else float(np.nextafter(high, 0))
        values = np.clip(values.astype(np.float64).round(), info.min, high)
    elif dtype.itemsize < values.itemsize:  # what lies beyond the largest would become infinite
        values = np.clip(values, np.finfo(dtype).min, np.finfo(dtype).max)
    return np.ascontiguousarray(values, dtype=dtype)
