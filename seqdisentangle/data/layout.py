"""The layout of an array of sequences, and of their frames in the model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from ..serialization import record

__all__ = ["CHANNELS", "IMAGE_CHANNELS", "Layout", "find_layout", "image_layouts", "told"]

CHANNELS = ("auto", "first", "last")
IMAGE_CHANNELS = range(1, 5)  # that are found
COORDINATES = (2, 3)  # of a joint
LEAST_SIDE = 4  # pixels of an image


@record
@dataclass(frozen=True)
class Layout:
    """The axes of an array of sequences, and the shape of its frames in the model.

    Attributes
    ----------
    kind : {"univariate", "vector", "image"}
        Arrays of shape (n, T), (n, T, D) or (n, T, J, 2 or 3), or (n, T, H, W) and with channels.
    frame_shape : tuple of int
        Shape of a frame in the model: (D,) or (C, H, W).
    channels : {"first", "last"} or None
        The place of an image's channels in the array; None if it has no such axis.
    coordinates : int or None
        Coordinates of each joint of a skeleton, whose frames (J, C) are vectors of J * C numbers;
        None of any other.
    """

    kind: Literal["univariate", "vector", "image"]
    frame_shape: tuple[int, ...]
    channels: Literal["first", "last"] | None = None
    coordinates: int | None = None

    def __post_init__(self) -> None:
        n_axes = 3 if self.kind == "image" else 1
        single = self.kind == "univariate" or (self.kind == "image" and self.channels is None)
        per_joint = 1 if self.coordinates is None else self.coordinates
        if (
            len(self.frame_shape) != n_axes
            or (single and self.frame_shape[0] != 1)
            or (self.channels is not None and self.kind != "image")
            or (self.coordinates is not None and self.kind != "vector")
            or per_joint not in (1, *COORDINATES)
            or self.frame_shape[0] % per_joint
        ):
            raise ValueError(f"no frames have the layout {self}")

    @property
    def feature_axes(self) -> tuple[int, ...]:
        """The axes of an array over features or channels, negative; none without such."""
        if self.coordinates is not None:
            return (-2, -1)
        if self.kind == "vector":
            return (-1,)
        return {None: (), "first": (-3,), "last": (-1,)}[self.channels]

    @property
    def array_frame_shape(self) -> tuple[int, ...]:
        """Shape of a frame in the user's array."""
        if self.kind == "univariate":
            return ()
        if self.coordinates is not None:
            return (self.frame_shape[0] // self.coordinates, self.coordinates)
        if self.kind == "vector" or self.channels == "first":
            return self.frame_shape
        c, h, w = self.frame_shape
        return (h, w) if self.channels is None else (h, w, c)

    def to_frames(self, x: Tensor) -> Tensor:
        """Frames ``(n, T, ...)`` of the user as ``(n, T, *frame)``, a view where there is one."""
        if self.kind == "univariate":
            return x.unsqueeze(-1)
        if self.coordinates is not None:
            return x.flatten(2)
        if self.kind == "image" and self.channels is None:
            return x.unsqueeze(2)
        return x.movedim(-1, 2) if self.channels == "last" else x

    def from_frames(self, x: Tensor) -> Tensor:
        """The inverse of :meth:`to_frames`."""
        if self.kind == "univariate":
            return x.squeeze(-1)
        if self.coordinates is not None:
            return x.unflatten(2, self.array_frame_shape)
        if self.kind == "image" and self.channels is None:
            return x.squeeze(2)
        return x.movedim(2, -1) if self.channels == "last" else x


def find_layout(shape: tuple[int, ...], channels: str, name: str) -> Layout:
    """Tell the kind of sequences, and where their channels are, from the shape of the array.

    Sides of images are at least 4. So an axis of 2 or 3 at the end of four holds the coordinates of
    joints, and one of 1 to 3 among five the channels.

    Parameters
    ----------
    shape : tuple of int
    channels : {"auto", "first", "last"}
        With ``"auto"`` there are 1 to 4 channels; any number where their place is told.
    name : str
        The name of the array in messages.

    Raises
    ------
    ValueError
        If the shape has no reading, or several.

    Examples
    --------
    >>> find_layout((100, 16, 64, 64, 3), "auto", "X")
    Layout(kind='image', frame_shape=(3, 64, 64), channels='last', coordinates=None)
    >>> find_layout((100, 16, 64, 64, 12), "last", "X").frame_shape
    (12, 64, 64)
    """
    if len(shape) == 2:
        return Layout("univariate", (1,))
    if len(shape) == 3:
        return Layout("vector", shape[2:])
    if len(shape) == 5:
        return image_layout(shape, channels, name)
    if shape[-1] in COORDINATES:
        return Layout("vector", (math.prod(shape[2:]),), coordinates=shape[-1])
    if min(shape[2:]) < LEAST_SIDE:
        raise ValueError(
            f"{name} must be grey images (n, T, H, W) with sides of at least {LEAST_SIDE}, or "
            f"skeletons (n, T, J, 2) or (n, T, J, 3), got shape {shape}. Move coordinates to the "
            "end by numpy.moveaxis(X, 2, 3), or make vectors (n, T, D) by "
            "X.reshape(*X.shape[:2], -1)"
        )
    return Layout("image", (1, *shape[2:]))


def image_layout(shape: tuple[int, ...], channels: str, name: str) -> Layout:
    """The layout of an array of five axes, images with channels."""
    readings = image_layouts(shape)
    if not readings:
        raise ValueError(
            f"{name} must be images (n, T, H, W, C) or (n, T, C, H, W) with sides of at least "
            f"{LEAST_SIDE}, got shape {shape}. Skeletons of M people, (n, T, M, J, 2 or 3), are "
            "read as one: reshape to (n, T, M * J, 2 or 3)"
        )
    if channels == "auto":
        likely = [r for r in readings.values() if r.frame_shape[0] in IMAGE_CHANNELS]
        if len(likely) != 1:
            choices = " or ".join(f"{where!r} for {told(r)}" for where, r in readings.items())
            raise ValueError(
                f"channels='auto' cannot tell where the channels of {name} are, got shape {shape}: "
                f"say channels={choices}"
            )
        return likely[0]
    if channels not in readings:
        (other,) = readings
        raise ValueError(
            f"channels={channels!r} makes images of {name} with a side below {LEAST_SIDE}, got "
            f"shape {shape}: expected channels={other!r}, {told(readings[other])}"
        )
    return readings[channels]


def image_layouts(shape: tuple[int, ...]) -> dict[str, Layout]:
    """The readings of five axes whose sides are long enough, by the place of the channels."""
    _, _, a, b, c = shape
    readings = {
        "first": Layout("image", (a, b, c), "first"),
        "last": Layout("image", (c, a, b), "last"),
    }
    return {where: r for where, r in readings.items() if min(r.frame_shape[1:]) >= LEAST_SIDE}


def told(layout: Layout) -> str:
    """A layout of images with channels in words."""
    n_channels, height, width = layout.frame_shape
    axes = "(n, T, C, H, W)" if layout.channels == "first" else "(n, T, H, W, C)"
    return f"{axes}, {height} x {width} pixels with {n_channels} channels"
