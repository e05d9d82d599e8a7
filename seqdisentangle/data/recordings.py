"""Windows of long recordings, and the recording that each is of."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from torch import Tensor

from .containers import as_array, check_dtype
from .tables import NamedSequences, columns_of_frames

__all__ = ["Windows", "windows"]


class Windows(NamedTuple):
    """Windows of recordings.

    Attributes
    ----------
    X : array of shape (n, length, ...), or list of n arrays (length, ...)
        The windows, in order: an array of one recording, a list of several. They are views, which
        cannot be written to. The list knows the columns of data frames, for an estimator to
        remember.
    groups : array of int and shape (n,)
        The number of the recording that each window is of.
    """

    X: NDArray | list[NDArray]
    groups: NDArray[np.intp]


def windows(x: Any, length: int, step: int | None = None) -> Windows:
    r"""Cut long recordings into windows, the sequences of a model.

    Window :math:`i` of a recording has its steps from :math:`i s` up to :math:`i s + l`, with the
    length :math:`l` and the step :math:`s`. A recording of :math:`T` steps has
    :math:`1 + \lfloor (T - l) / s \rfloor` of them; the :math:`(T - l) \bmod s` steps at its end
    that fill none are left out.

    Parameters
    ----------
    x : array of shape (T, ...), or list of arrays (T_i, ...)
        A recording, or several, whose lengths may differ: arrays, memory maps, tensors on the CPU,
        or data frames with a row for each step. Nothing is copied, and nothing read of a memory
        map.
    length : int
        Steps of a window.
    step : int, optional
        Steps from the start of a window to that of the next; ``length`` by default, so that windows
        do not overlap.

    Returns
    -------
    Windows
        The named tuple ``(X, groups)``.

    Raises
    ------
    ValueError
        If ``length`` or ``step`` is no int of at least 1, a recording is shorter than a window, or
        frames differ in shape or in their columns.
    TypeError
        If ``x`` is no array in memory or mapped into it.

    Notes
    -----
    Windows of one recording are alike. A model is judged on recordings that it has not seen, which
    is what ``groups`` are for: hand them to scikit-learn's ``GroupKFold``.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.data import windows
    >>> recordings = [np.zeros((1000, 6)), np.zeros((430, 6))]
    >>> X, groups = windows(recordings, length=200, step=100)
    >>> len(X), X[0].shape, groups
    (12, (200, 6), array([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]))
    >>> windows(np.arange(10), length=4).X
    array([[0, 1, 2, 3],
           [4, 5, 6, 7]])
    """
    length = at_least_one("length", length)
    step = length if step is None else at_least_one("step", step)
    if not isinstance(x, list | tuple):
        X = cut(as_recording(x, "x"), length, step, "x")
        return Windows(X, np.zeros(len(X), np.intp))
    if not x:
        raise ValueError("x is an empty list: expected at least one recording")
    columns = columns_of_frames(x, "x")
    recordings = [as_recording(recording, f"x[{i}]") for i, recording in enumerate(x)]
    check_frames(recordings)
    parts = [cut(part, length, step, f"x[{i}]") for i, part in enumerate(recordings)]
    groups = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    found = [window for part in parts for window in part]
    return Windows(NamedSequences(found, columns) if columns else found, groups)


def at_least_one(name: str, value: Any) -> int:
    """A number of steps as an int."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be an int of at least 1, got {value!r}")
    return int(value)


def as_recording(x: Any, name: str) -> NDArray:
    """A recording as an array of at least one dimension, without a copy."""
    if not isinstance(x, np.ndarray | Tensor) and not hasattr(x, "to_numpy"):
        raise TypeError(
            f"{name} must be a recording (T, ...), an array that is in memory or mapped into it, "
            f"got {type(x).__name__}. A list holds recordings; what is in a file is mapped by "
            "numpy.load(path, mmap_mode='r')"
        )
    array: NDArray = x if isinstance(x, np.memmap) else as_array(x, name)
    if array.ndim == 0:
        raise ValueError(f"{name} must have at least the dimension (T,), got shape ()")
    check_dtype(array.dtype, name)
    return array


def check_frames(recordings: Sequence[NDArray]) -> None:
    """Raise a ValueError if the frames of some recordings are unlike those of the first."""
    first = recordings[0]
    for i, recording in enumerate(recordings):
        if recording.shape[1:] != first.shape[1:]:
            raise ValueError(
                f"x[{i}] has shape {recording.shape}, unlike x[0] with shape {first.shape}: "
                "expected recordings (T_i, ...) with frames of one shape"
            )


def cut(recording: NDArray, length: int, step: int, name: str) -> NDArray:
    """Windows (n, length, ...) of a recording (T, ...), a view of its kind."""
    if len(recording) < length:
        raise ValueError(
            f"{name} has {len(recording)} steps, fewer than length={length}: leave it out or make "
            "the windows shorter"
        )
    # A memory map stays one, by which it is known that it is to be read in parts.
    slid = sliding_window_view(recording, length, axis=0, subok=True)
    return np.moveaxis(slid, -1, 1)[::step]
