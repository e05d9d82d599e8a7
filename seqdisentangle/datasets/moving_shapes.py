"""Moving shapes: coloured squares, ellipses and hearts, with a label for each of six factors."""

from __future__ import annotations

from functools import lru_cache
from numbers import Integral
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch, check_random_state

from .._arguments import COUNT, Number, constrained
from ._sizes import check_room

__all__ = ["make_moving_shapes"]

_COLORS = {  # as in CSS
    "darkslategray": (47, 79, 79),
    "orangered": (255, 69, 0),
    "yellow": (255, 255, 0),
    "springgreen": (0, 255, 127),
    "cyan": (0, 255, 255),
    "purple": (128, 0, 128),
    "dodgerblue": (30, 144, 255),
    "deeppink": (255, 20, 147),
    "navajowhite": (255, 222, 173),
}
_SHAPES = ("square", "ellipse", "heart")
_SCALES = np.linspace(0.5, 1, 6)
_ANGLES = np.arange(0, 10, 2) * (2 * np.pi / 39)  # every other of the first 10 of 40 orientations
_PLACES = 32  # along each axis
# From where, to where, by how many places a step; at the end it turns back.
_MOVEMENTS = {
    "forth": (0, 31, 2),
    "back": (31, 0, -2),
    "forth fast": (0, 31, 4),
    "back fast": (31, 0, -4),
    "forth from the middle": (16, 31, 1),
    "back from the middle": (16, 0, -1),
}
_FACTORS = {
    "color": list(_COLORS),
    "shape": list(_SHAPES),
    "scale": [f"{scale:.1f}" for scale in _SCALES],
    "orientation": [f"{np.degrees(angle):.0f} degrees" for angle in _ANGLES],
    "horizontal": [name.replace("forth", "right").replace("back", "left") for name in _MOVEMENTS],
    "vertical": [name.replace("forth", "down").replace("back", "up") for name in _MOVEMENTS],
}
_SIZES = tuple(map(len, _FACTORS.values()))
_N_COMBINATIONS = int(np.prod(_SIZES))
_OVERSAMPLING = 4  # points a pixel along each axis, whose mean is the pixel
# Of the shapes, for each pixel of a frame: 30 of a quarter of its size, with 16 points a pixel, in
# eight arrays of floats.
_BYTES_OF_SHAPES = 30 * 16 // 4 * 8 * 8

_DESCR = """\
Moving shapes
-------------
Sequences in which a coloured shape moves over black and turns back at the walls. What stays the
same in a sequence is its color, shape, scale and orientation; what changes is where it is, by one
of six movements along each axis. Every sequence is another combination of the six factors.

:Sequences: {n_samples} of {n_combinations:,} combinations, subset "{subset}"
:Steps: {n_steps}
:Frame: {size} x {size} x 3, uint8
:Factors: {factors}

T. Barami et al., "Disentanglement Beyond Static vs. Dynamic: A Benchmark and Evaluation Framework
for Multi-Factor Sequential Representations", 2025, https://arxiv.org/abs/2510.17313. After the
shapes of L. Matthey, I. Higgins, D. Hassabis, A. Lerchner, "dSprites", 2017,
https://github.com/google-deepmind/dsprites-dataset
"""


@constrained(
    n_samples=[COUNT, None],
    n_steps=[COUNT],
    size=[Number(Integral, 8, None, closed="left")],
    random_state=["random_state"],
)
def make_moving_shapes(
    n_samples: int | None = 1000,
    *,
    n_steps: int = 12,
    size: int = 64,
    subset: Literal["all", "train", "validation", "test"] = "all",
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    r"""Generate moving shapes, a set with many factors after the MSD benchmark [1]_.

    ==================   =====================================================
    Static factors       color 9, shape 3, scale 6, orientation 5
    Dynamic factors      horizontal movement 6, vertical movement 6
    Combinations         29,160
    ==================   =====================================================

    Along each axis there are 32 places. A movement starts at one wall and goes 2 or 4 places a
    step, or it starts in the middle and goes 1 place; at the last place that it reaches it turns
    back. So two sequences with the same labels are the same, and ``n_samples`` combinations are
    drawn without replacement.

    Parameters
    ----------
    n_samples : int or None, default=1000
        Number of sequences, n, at most the number of combinations in `subset`. None for all of
        them, in the order of their labels, the last factor varying fastest.

    n_steps : int, default=12
        Number of frames in each, T. 12 is the original.

    size : int, default=64
        Height and width of a frame in pixels, at least 8. 64 is the original; in smaller frames
        places are rounded to whole pixels.

    subset : {"all", "train", "validation", "test"}, default="all"
        The combinations to draw from: all, or the 20,412, 4,374 and 4,374 of the published split,
        which has every value of every factor in each.

    random_state : int, RandomState instance or None, default=None
        Determines which combinations are drawn. Pass an int for the same data at every call.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object:

        X : ndarray of shape (n, T, size, size, 3), uint8
            The sequences, red, green, blue in 0 to 255: 147 kB each at the defaults.
        factors : ndarray of shape (n, 6), int
            Labels of the factors, from 0, in the order of `factor_names`.
        factor_names : list of 6 str
            ``"color"``, ``"shape"``, ``"scale"``, ``"orientation"``, ``"horizontal"`` and
            ``"vertical"``. The first four are static.
        value_names : dict of str to list of str
            Names of the values of each factor.
        color, shape, scale, orientation, horizontal, vertical : ndarray of shape (n,), int
            The columns of `factors`.
        DESCR : str
            Description and source of the data set.

    Raises
    ------
    TypeError, ValueError
        If a parameter has not the type or is not in the range stated above.
    MemoryError
        If the frames take more than the memory of the machine.

    Notes
    -----
    Factors, colors, movements, number of steps and split are those of the benchmark's *dSprites
    dynamic* set [1]_. The shapes are drawn here, with smooth edges, and not read from the images
    of dSprites [2]_.

    References
    ----------
    .. [1] T. Barami et al., "Disentanglement Beyond Static vs. Dynamic: A Benchmark and
           Evaluation Framework for Multi-Factor Sequential Representations", 2025,
           https://arxiv.org/abs/2510.17313; code: https://github.com/azencot-group/MSD-Benchmark
    .. [2] L. Matthey, I. Higgins, D. Hassabis, A. Lerchner, "dSprites: Disentanglement testing
           Sprites dataset", 2017, https://github.com/google-deepmind/dsprites-dataset

    Examples
    --------
    >>> from seqdisentangle.datasets import make_moving_shapes
    >>> data = make_moving_shapes(50, size=32, random_state=0)
    >>> data.X.shape, data.X.dtype
    ((50, 12, 32, 32, 3), dtype('uint8'))
    >>> {name: data.value_names[name][data[name][0]] for name in data.factor_names}
    {...'shape': ...}
    """
    members = _subset(subset)
    n = len(members) if n_samples is None else int(n_samples)
    check_room(
        int(size) ** 2 * (n * int(n_steps) * 3 + _BYTES_OF_SHAPES),
        "fewer n_samples or n_steps, or a smaller size",
    )
    chosen = _draw(n_samples, members, subset, random_state)
    factors = np.stack(np.unravel_index(chosen, _SIZES), axis=1)
    columns = dict(zip(_FACTORS, factors.T, strict=True))
    return Bunch(
        X=_render(n_steps=int(n_steps), size=int(size), **columns),
        factors=factors,
        factor_names=list(_FACTORS),
        value_names={name: list(values) for name, values in _FACTORS.items()},
        **columns,
        DESCR=_DESCR.format(
            n_samples=len(factors),
            n_combinations=_N_COMBINATIONS,
            subset=subset,
            n_steps=n_steps,
            size=size,
            factors=", ".join(f"{name} {len(values)}" for name, values in _FACTORS.items()),
        ),
    )


def _subset(subset: Any) -> npt.NDArray[np.int64]:
    """Return the numbers of the combinations of a subset, ascending."""
    order = np.random.default_rng(42).permutation(_N_COMBINATIONS)
    first, second = int(0.7 * _N_COMBINATIONS), int(0.85 * _N_COMBINATIONS)
    parts = {
        "all": order,
        "train": order[:first],
        "validation": order[first:second],
        "test": order[second:],
    }
    if not isinstance(subset, str) or subset not in parts:
        raise ValueError(f"subset must be 'all', 'train', 'validation' or 'test', got {subset!r}.")
    return np.sort(parts[subset])


def _draw(
    n_samples: int | None,
    members: npt.NDArray[np.int64],
    subset: str,
    random_state: int | np.random.RandomState | None,
) -> npt.NDArray[np.int64]:
    """Draw n of the combinations, none twice; None for all as they stand."""
    rng = check_random_state(random_state)
    if n_samples is None:
        return members
    if n_samples > len(members):
        raise ValueError(
            f"n_samples must be at most {len(members)}, the combinations of factors in "
            f"subset={subset!r}, got {n_samples}."
        )
    drawn: npt.NDArray[np.int64] = members[rng.permutation(len(members))[:n_samples]]
    return drawn


def _render(
    *,
    color: npt.NDArray[np.int64],
    shape: npt.NDArray[np.int64],
    scale: npt.NDArray[np.int64],
    orientation: npt.NDArray[np.int64],
    horizontal: npt.NDArray[np.int64],
    vertical: npt.NDArray[np.int64],
    n_steps: int,
    size: int,
) -> npt.NDArray[np.uint8]:
    """Return the frames (n, T, size, size, 3) of n combinations of labels."""
    tile = size // 2 + 1
    masks = _masks(tile)[shape, scale, orientation]  # (n, tile, tile), 0 to 1
    colors = np.array(list(_COLORS.values()))[color]
    tiles = np.rint(masks[..., None] * colors[:, None, None]).astype(np.uint8)

    places = np.stack([_places(*movement, n_steps) for movement in _MOVEMENTS.values()])
    corners = np.rint(places * ((size - tile) / (_PLACES - 1))).astype(np.int64)  # (6, T), pixels
    X = np.zeros((len(color), n_steps, size, size, 3), dtype=np.uint8)
    # A pixel is assigned as one item of 3 bytes. windows[i, t, r, c] is the tile of frame t of
    # sequence i whose corner is at (r, c).
    windows = np.lib.stride_tricks.sliding_window_view(  # type: ignore[call-overload]  # in its stubs, one axis
        X.view("V3")[..., 0], (tile, tile), axis=(2, 3), writeable=True
    )
    for step in range(n_steps):
        rows, at = corners[vertical, step], corners[horizontal, step]
        windows[np.arange(len(X)), step, rows, at] = tiles.view("V3")[..., 0]
    return X


def _places(start: int, end: int, by: int, n_steps: int) -> npt.NDArray[np.int64]:
    """Return the place along an axis at each step: forth and back again, over and over."""
    forth = np.arange(start, end + np.sign(by), by)
    return np.resize(np.concatenate([forth, forth[-2:0:-1]]), n_steps)


@lru_cache(maxsize=4)
def _masks(tile: int) -> npt.NDArray[np.float64]:
    """Return the share of each pixel that each shape covers: (3, 6, 5, tile, tile)."""
    n_points = tile * _OVERSAMPLING
    # Coordinates of the points, from the middle of the tile; the largest shapes fit in a circle.
    axis = (2 * np.arange(n_points) + 1 - n_points) / n_points * (tile / (tile - 2))
    scales, angles = _SCALES[:, None, None, None], _ANGLES[:, None, None]
    right, up = axis / scales, -axis[:, None] / scales  # (6, 1, 1, m), (6, 1, m, 1)
    x = right * np.cos(angles) + up * np.sin(angles)  # (6, 5, m, m)
    y = up * np.cos(angles) - right * np.sin(angles)
    inside = np.stack([_square(x, y), _ellipse(x, y), _heart(x, y)])
    pixels = inside.reshape(*inside.shape[:3], tile, _OVERSAMPLING, tile, _OVERSAMPLING)
    shares: npt.NDArray[np.float64] = pixels.mean(axis=(-3, -1))
    return shares


def _square(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell the points of the square whose corners are on the unit circle."""
    return np.maximum(abs(x), abs(y)) <= np.sqrt(0.5)


def _ellipse(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell the points of an ellipse with a long axis of 2 and a short one of 1."""
    return x**2 + (2 * y) ** 2 <= 1


def _heart(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    r"""Tell the points of :math:`(x^2 + y^2 - 1)^3 \le x^2 y^3`, made to fit the unit circle."""
    x, y = 1.25 * x, 1.25 * y + 0.25
    return (x**2 + y**2 - 1) ** 3 <= x**2 * y**3
