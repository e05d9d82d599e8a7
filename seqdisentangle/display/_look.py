"""The look of sequences in a picture, the same arguments for every display."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields, replace
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Look", "check_count", "check_positive", "look_of", "names_of", "one_of"]

STYLES = ("auto", "frames", "skeletons", "lines", "lanes", "heatmap")
# Seconds, from the longest.
UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
CHANNELS = ("auto", "first", "last")


@dataclass(frozen=True, kw_only=True)
class Look:
    """The look of sequences in a picture: every display of sequences takes these by name.

    ``SwapDisplay.from_estimator(model, a, b, sampling_rate=50, style="heatmap")``, say; ``plot``
    and ``animate`` take them again, to change them. Words may be in capitals: ``"Heatmap"``.

    Parameters
    ----------
    style : {"auto", "frames", "skeletons", "lines", "lanes", "heatmap"}, default="auto"
        Images are strips of ``"frames"``, joints strips of ``"skeletons"``. Vectors are ``"lines"``
        in one axis where their channels have alike ranges, else ``"lanes"``, one above the other,
        each with a scale of its own; more than eight channels are a ``"heatmap"``.
    n_frames : int, default=6
        Most frames or skeletons of a strip, evenly spaced over the sequence.
    steps : sequence of int, default=None
        The steps that a strip shows, instead; those beyond the end of a sequence are left out.
    channels : {"auto", "first", "last"}, default="auto"
        The place of the channels of images. ``"auto"`` asks the estimator, or finds 1 to 4 of them.
        Three or four are colours; of any other number the mean is shown, as grey.
    cmap : str, default=None
        Colour map of grey frames, by default "gray", or of a heat map, by default "cividis".
    feature_names : sequence of str, default=None
        Names of the channels of vectors, with their units if you like. None takes the estimator's
        ``feature_names_in_``, or numbers.
    sampling_rate : float, default=None
        Steps a second: time is then shown in seconds, or minutes, hours and days where it is
        longer. Hourly data have ``sampling_rate=1 / 3600``.
    joints : int, default=None
        Number of joints of vectors (T, D) that are skeletons of D / joints coordinates.
    bones : sequence of pairs of int, default=()
        Joints that a line connects, by their numbers. Without, joints are dots.
    plane : pair of int, default=(0, 1)
        The coordinates of a joint that are drawn across and up.

    Raises
    ------
    ValueError
        If a value is none of these.

    Examples
    --------
    >>> from seqdisentangle.display import Look
    >>> Look(style="lanes", sampling_rate=50).sampling_rate
    50
    """

    style: str = "auto"
    n_frames: int = 6
    steps: Sequence[int] | NDArray[Any] | None = None
    channels: str = "auto"
    cmap: str | None = None
    feature_names: Any = None
    sampling_rate: float | None = None
    joints: int | None = None
    bones: Any = ()
    plane: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        for name, allowed in (("style", STYLES), ("channels", CHANNELS)):
            object.__setattr__(self, name, one_of(getattr(self, name), name, allowed))
        check_count(self.n_frames, "n_frames")
        if self.joints is not None:
            check_count(self.joints, "joints")
        if self.sampling_rate is not None:
            check_positive(self.sampling_rate, "sampling_rate")
        cmap: Any = self.cmap
        if not (cmap is None or isinstance(cmap, str) or callable(cmap)):
            raise ValueError(f"cmap must be a colour map or the name of one, got {cmap!r}")
        if self.feature_names is not None:
            check_names(self.feature_names, "feature_names")
        if self.steps is not None:
            whole_numbers(self.steps, "steps", (None,))
        whole_numbers(self.plane, "plane", (2,))
        if not (hasattr(self.bones, "__len__") and len(self.bones) == 0):
            whole_numbers(self.bones, "bones", (None, 2))

    def changed(self, changes: dict[str, Any]) -> Look:
        """Return a look with some arguments changed.

        Raises
        ------
        TypeError
            If there is no such argument.
        """
        known = [field.name for field in fields(self)]
        for name in changes:
            if name not in known:
                raise TypeError(f"no argument {name}: a look has {', '.join(known)}")
        return replace(self, **changes)

    def seconds(self, steps: Any) -> NDArray[np.float64]:
        """Steps as they stand on the axis of time."""
        return np.asarray(steps, dtype=np.float64) / (self.sampling_rate or 1.0)

    def unit_of_time(self, span: float) -> tuple[float, str]:
        """The unit of an axis of time that is so long, and the name of the axis."""
        if self.sampling_rate is None:
            return 1.0, "step"
        length, unit = next(pair for pair in UNITS if span >= 2 * pair[0] or pair[0] == 1.0)
        return length, f"time ({unit})"

    def channel_names(self, n: int) -> list[str]:
        """Names of n channels.

        Raises
        ------
        ValueError
            If the names are not as many as the channels.
        """
        names = names_of(self.feature_names, n, "feature_names")
        return [str(k) for k in range(n)] if names is None else names

    def chosen_steps(self, n_steps: int) -> NDArray[np.intp]:
        """The steps of a sequence that a strip shows, among them the first and the last."""
        if self.steps is not None:
            steps = np.asarray(self.steps, dtype=np.intp)
            return steps[(steps < n_steps) & (steps >= -n_steps)]
        return np.linspace(0, n_steps - 1, min(self.n_frames, n_steps)).round().astype(np.intp)


def look_of(estimator: Any, look: dict[str, Any]) -> Look:
    """A look that knows the names and the channels that an estimator has seen."""
    found = Look().changed(look)
    layout = getattr(estimator, "layout_", None)
    if found.channels == "auto":
        told = getattr(layout, "channels", None) or getattr(estimator, "channels", "auto")
        found = replace(found, channels=str(told))
    names = getattr(estimator, "feature_names_in_", None)
    # Of (n, T) numbers they are names of steps.
    if found.feature_names is None and getattr(layout, "kind", None) == "vector":
        found = replace(found, feature_names=names)
    return found


def names_of(names: Any, n: int, what: str) -> list[str] | None:
    """Names as n strings: of a list, an array, a Series or anything else that has an order.

    Raises
    ------
    ValueError
        If they are not as many, have no order, or are a table.
    """
    if names is None:
        return None
    check_names(names, what, f"{n} names")
    if len(names) != n:
        raise ValueError(f"{what} must have {n} names, got {len(names)}")
    # Not of arrays, whose nanoseconds would become whole numbers.
    each = names if isinstance(names, np.ndarray) else np.asarray(names, dtype=object)
    if each.ndim != 1:
        raise ValueError(f"{what} must have one dimension, a name each, got shape {each.shape}")
    return [name.decode() if isinstance(name, bytes) else str(name) for name in each]


def check_names(names: Any, what: str, expected: str = "names") -> None:
    """Raise a ValueError that names the argument unless it has a length, an order and is no text.

    A dict is refused too: of its keys and its values either may be meant.
    """
    unordered = isinstance(names, str | bytes | Mapping | Set)
    if unordered or not hasattr(names, "__len__") or getattr(names, "ndim", 1) == 0:
        raise ValueError(f"{what} must be a list or array of {expected}, got {names!r}")


def one_of(
    value: Any, name: str, choices: Sequence[str], also: Mapping[str, str] | None = None
) -> str:
    """The choice that a word means, in small letters or in capitals.

    Parameters
    ----------
    value : str
    name : str
        The name in messages.
    choices : sequence of str
    also : mapping from str to str, optional
        Other spellings of choices.

    Raises
    ------
    ValueError
        If it is none of them; names them all.
    """
    words = {choice: choice for choice in choices} | dict(also or {})
    found = words.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return found


def check_positive(value: Any, name: str) -> None:
    """Raise a ValueError that names the argument unless it is a positive, finite number."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not (is_number and 0 < float(value) < np.inf):
        raise ValueError(f"{name} must be a positive number, got {value!r}")


def check_count(value: Any, name: str) -> None:
    """Raise a ValueError that names the argument unless it is an integer of at least one."""
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {value!r}")


def whole_numbers(values: Any, name: str, shape: tuple[int | None, ...]) -> None:
    """Raise a ValueError that names the argument unless it holds integers, of such a shape."""
    try:
        found = np.asarray(values)
    except ValueError:  # ragged
        found = np.empty(0)
    fits = found.ndim == len(shape) and all(
        want in (None, have) for have, want in zip(found.shape, shape, strict=True)
    )
    if found.dtype.kind not in "iu" or not fits or not found.size:
        expected = "pairs of integers" if len(shape) == 2 else "integers"
        raise ValueError(f"{name} must hold {expected}, got {values!r}")
