"""Moving digits: handwritten digits that drift over a canvas and bounce off its walls at random."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits
from sklearn.utils import Bunch, check_random_state

from .._arguments import COUNT, constrained
from ._sizes import check_room, height_and_width

__all__ = ["make_moving_digits"]

_DESCR = """\
Moving digits
-------------
Sequences of frames in which handwritten digits move at constant velocity until they reach a wall,
and from there at a new random velocity that leads away from it. What stays the same in a sequence
is which digits there are and how they are written; what changes is where they are.

:Sequences: {n_sequences}
:Steps: {n_steps}
:Frame: {height} x {width}, uint8, {n_digits} digit(s) of {digit_height} x {digit_width} pixels
:Velocity: whole pixels a step, at most {speed} along each axis
:Images: {source}, subset "{subset}" ({n_images} images)

E. Denton, R. Fergus, "Stochastic Video Generation with a Learned Prior", ICML 2018,
https://arxiv.org/abs/1802.07687
"""


@constrained(
    n_sequences=[COUNT],
    n_steps=[COUNT],
    n_digits=[COUNT],
    speed=[COUNT, None],
    random_state=["random_state"],
)
def make_moving_digits(
    n_sequences: int = 1000,
    *,
    n_steps: int = 20,
    size: int | tuple[int, int] = 64,
    n_digits: int = 1,
    images: npt.ArrayLike | None = None,
    labels: npt.ArrayLike | None = None,
    digit_size: int | tuple[int, int] | None = None,
    subset: Literal["all", "train", "test"] = "all",
    speed: int | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    r"""Generate stochastic moving digits, after stochastic moving MNIST [1]_.

    A digit starts anywhere on the canvas with a velocity drawn uniformly from the whole numbers

    .. math:: v \in \{-s, \dots, s\}^2 \setminus \{(0, 0)\}

    and keeps it until a step would take it to a wall or beyond. It stops at the wall and leaves
    with a new velocity, drawn in the same way except that along an axis on which it touches a
    wall, it leads away from that wall. The motion can therefore be foreseen only between walls.
    Digits do not see each other; where they overlap, their brightness adds up, to at most 255.

    Positions and velocities are whole pixels, as in the original: a digit is shown unchanged, never
    interpolated. Unlike in the original, no digit stands still for a whole sequence and none waits
    a step at the wall.

    Parameters
    ----------
    n_sequences : int, default=1000
        Number of sequences, n.

    n_steps : int, default=20
        Number of frames in each.

    size : int or (int, int), default=64
        Height and width of a frame, H and W, in pixels.

    n_digits : int, default=1
        Number of digits in each sequence, drawn independently.

    images : array-like of shape (m, h, w), default=None
        The digits to move, bright on dark 0, such as MNIST: integers in 0 to 255, or floats in 0
        to 1. If None, the 1,797 digits of 8 x 8 pixels of
        :func:`sklearn.datasets.load_digits`.

    labels : array-like of shape (m,) of int, default=None
        Class of each of `images`. If None, an image's class is its index.

    digit_size : int or (int, int), default=None
        Height and width at which digits are shown, in pixels. Images are resized by area: crisp
        where they grow by a whole factor, averaged where they shrink. If None, `images` keep
        their size, and the bundled digits grow by the whole factor that brings them to half the
        shorter side of the frame, as in the original: 32 pixels in 64, 16 in 32.

    subset : {"all", "train", "test"}, default="all"
        The images to draw from: all, a fixed random 80% or the other 20%. The split depends on
        the number of images alone, so that no image of ``"test"`` is ever in ``"train"``.

    speed : int, default=None
        Largest velocity along each axis, s, in pixels a step. If None, a sixteenth of the shorter
        side of the frame, at least 1; for 64 pixels 4, as in the original.

    random_state : int, RandomState instance or None, default=None
        Determines images, starts and velocities. Pass an int for the same data at every call.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object:

        X : ndarray of shape (n, n_steps, H, W), uint8
            The sequences, dark 0 to bright 255.
        digits : ndarray of shape (n, n_digits), int
            Classes of the digits.
        positions : ndarray of shape (n, n_steps, n_digits, 2), float
            Row and column of the top left corner of each digit's image, in pixels; whole numbers
            from 0 to H - h and W - w, h and w being the size at which digits are shown.
        image_index : ndarray of shape (n, n_digits), int
            The image (of those given, or of the bundled ones) that each digit is.
        DESCR : str
            Description and source of the data set.

    Raises
    ------
    TypeError, ValueError
        If a parameter has not the type or is not in the range stated above, if `labels` do not
        match `images`, or if digits are larger than the frame.
    MemoryError
        If the frames take more than the memory of the machine.

    References
    ----------
    .. [1] E. Denton, R. Fergus, "Stochastic Video Generation with a Learned Prior", ICML 2018,
           https://arxiv.org/abs/1802.07687

    Examples
    --------
    >>> from seqdisentangle.datasets import make_moving_digits
    >>> data = make_moving_digits(5, n_steps=12, size=32, n_digits=2, random_state=0)
    >>> data.X.shape, data.X.dtype
    ((5, 12, 32, 32), dtype('uint8'))
    >>> data.digits.shape, data.positions.shape
    ((5, 2), (5, 12, 2, 2))
    """
    frame = height_and_width("size", size)
    if speed is None:
        speed = max(1, min(frame) // 16)
    rng = check_random_state(random_state)

    pool, classes = _bundled() if images is None and labels is None else _given(images, labels)
    digit = _digit_shape(digit_size, frame, pool.shape[1:], bundled=images is None)
    members = _subset(subset, len(pool))
    check_room(
        # Frames, places of digits, and the velocities that these draw from.
        int(n_sequences) * int(n_steps) * (frame[0] * frame[1] + 64 * int(n_digits))
        + 48 * (2 * int(speed) + 1) ** 2,
        "fewer n_sequences, n_steps or n_digits, or a smaller size or speed",
    )

    image_index = members[rng.randint(len(members), size=(n_sequences, n_digits))]
    positions = _walk(rng, n_steps, (n_sequences, n_digits), np.subtract(frame, digit), speed)
    shown, which = np.unique(image_index, return_inverse=True)
    tiles = _resize(_to_uint8(pool[shown]), digit)[which.reshape(image_index.shape)]
    return Bunch(
        X=_draw(tiles, positions, frame),
        digits=classes[image_index],
        positions=positions.astype(np.float64),
        image_index=image_index,
        DESCR=_DESCR.format(
            n_sequences=n_sequences,
            n_steps=n_steps,
            height=frame[0],
            width=frame[1],
            n_digits=n_digits,
            digit_height=digit[0],
            digit_width=digit[1],
            speed=speed,
            source="sklearn.datasets.load_digits" if images is None else "given by the caller",
            subset=subset,
            n_images=len(members),
        ),
    )


def _bundled() -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Return scikit-learn's digits, (1797, 8, 8) in 0 to 1, and their classes."""
    digits = load_digits()
    return digits.images / 16, digits.target.astype(np.int64)


def _given(
    images: npt.ArrayLike | None, labels: npt.ArrayLike | None
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Check the caller's images and labels; return them as arrays."""
    if images is None:
        raise ValueError("labels were given without images, expected both or images alone.")
    images = _array(images, "images")
    if images.ndim != 3 or 0 in images.shape:
        raise ValueError(
            f"images must be of shape (m, h, w), none of them 0, got shape {images.shape}."
        )
    if images.dtype.kind not in "uif":
        raise TypeError(f"images must be integers or floats, got dtype {images.dtype}.")
    low, high = images.min(), images.max()
    limit = 1 if images.dtype.kind == "f" else 255
    if not (low >= 0 and high <= limit):  # in this form also where one of them is NaN
        raise ValueError(
            f"images must be integers in 0 to 255 or floats in 0 to 1, got dtype {images.dtype} "
            f"with values from {low} to {high}."
        )
    if labels is None:
        return images, np.arange(len(images), dtype=np.int64)
    labels = _array(labels, "labels")
    if labels.shape != (len(images),):
        raise ValueError(
            f"labels must be of shape ({len(images)},), one for each of images, got shape "
            f"{labels.shape}."
        )
    if labels.dtype.kind not in "ui":
        raise TypeError(f"labels must be integers, got dtype {labels.dtype}.")
    return images, labels.astype(np.int64)


def _array(values: Any, name: str) -> npt.NDArray[Any]:
    """Return numbers as an array."""
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from error


def _digit_shape(
    digit_size: Any, frame: tuple[int, int], image: tuple[int, ...], *, bundled: bool
) -> tuple[int, int]:
    """Return height and width at which digits are shown."""
    if digit_size is not None:
        digit = height_and_width("digit_size", digit_size)
    else:
        factor = max(1, min(frame) // (2 * max(image))) if bundled else 1
        digit = (factor * image[0], factor * image[1])
    if digit[0] > frame[0] or digit[1] > frame[1]:
        raise ValueError(
            f"digits of {digit[0]} x {digit[1]} pixels do not fit on frames of {frame[0]} x "
            f"{frame[1]}: expected a larger size, or a smaller digit_size."
        )
    return digit


def _subset(subset: Any, n_images: int) -> npt.NDArray[np.int64]:
    """Return the indices of the images of a subset."""
    order = np.random.RandomState(0).permutation(n_images)
    n_test = max(1, round(0.2 * n_images))
    parts = {"all": np.arange(n_images), "train": order[n_test:], "test": order[:n_test]}
    if not isinstance(subset, str) or subset not in parts:
        raise ValueError(f"subset must be 'all', 'train' or 'test', got {subset!r}.")
    if not len(parts[subset]):
        raise ValueError(f"subset={subset!r} needs at least 2 images, got {n_images}.")
    return parts[subset].astype(np.int64)


def _walk(
    rng: np.random.RandomState,
    n_steps: int,
    shape: tuple[int, int],
    room: npt.NDArray[np.int64],
    speed: int,
) -> npt.NDArray[np.int64]:
    """Return positions (n, n_steps, n_digits, 2) in 0 to `room` (2,); `shape` is (n, n_digits)."""
    # On an axis without room a digit touches both walls at once, and cannot move.
    axes = [np.arange(-speed, speed + 1) if free else np.zeros(1, int) for free in room > 0]
    velocities = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    if room.any():
        velocities = velocities[velocities.any(axis=1)]

    def draw_velocity(position: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Draw velocities (n, n_digits, 2) that lead away from the walls which are touched."""
        free = velocities[rng.randint(len(velocities), size=shape)]
        away = rng.randint(1, speed + 1, size=(*shape, 2)) * (room > 0)
        return np.where(position == 0, away, np.where(position == room, -away, free))

    positions = np.empty((shape[0], n_steps, shape[1], 2), dtype=np.int64)
    position = rng.randint(room + 1, size=(*shape, 2))
    velocity = draw_velocity(position)
    for step in range(n_steps):
        positions[:, step] = position
        target = position + velocity
        position = np.clip(target, 0, room)
        arrived = (velocity != 0) & ((target <= 0) | (target >= room))
        velocity = np.where(arrived.any(axis=-1, keepdims=True), draw_velocity(position), velocity)
    return positions


def _to_uint8(images: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return checked images in 0 to 255."""
    return (np.rint(255 * images) if images.dtype.kind == "f" else images).astype(np.uint8)


def _resize(images: npt.NDArray[np.uint8], shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Resize images (m, h, w) to (m, *shape): a new pixel is the mean of the area it covers."""
    if images.shape[1:] == shape:
        return images
    rows, columns = (_coverage(old, new) for old, new in zip(images.shape[1:], shape, strict=True))
    return np.rint(rows @ images @ columns.T).astype(np.uint8)


def _coverage(old: int, new: int) -> npt.NDArray[np.float64]:
    """Return (new, old): the share that each of `old` pixels has in each of `new` pixels."""
    edges = np.arange(new + 1)[:, None] * (old / new)
    pixels = np.arange(old)
    overlap = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    weights: npt.NDArray[np.float64] = np.maximum(overlap, 0) * (new / old)
    return weights


def _draw(
    tiles: npt.NDArray[np.uint8], positions: npt.NDArray[np.int64], frame: tuple[int, int]
) -> npt.NDArray[np.uint8]:
    """Add tiles (n, n_digits, h, w) to black frames at their positions, clipped at 255."""
    n, n_steps, n_digits, _ = positions.shape
    X = np.zeros((n, n_steps, *frame), dtype=np.uint8)
    # windows[i, t, r, c] is the h x w part of frame t of sequence i whose corner is at (r, c)
    windows = np.lib.stride_tricks.sliding_window_view(  # type: ignore[call-overload]  # in its stubs, one axis
        X, tiles.shape[2:], axis=(2, 3), writeable=True
    )
    sequences = np.arange(n)
    for step in range(n_steps):
        for k in range(n_digits):
            at = (sequences, step, positions[:, step, k, 0], positions[:, step, k, 1])
            below = windows[at]
            windows[at] = below + np.minimum(tiles[:, k], 255 - below)
    return X
