"""Models of parts: their number, what does not go with them, and their codes as users have them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.containers import as_array
from ..model.core import ModelSpec
from ..networks import NETWORKS, Parts
from .codes import differ

__all__ = [
    "check_parts",
    "checked_parts",
    "exchanged",
    "in_parts",
    "n_parts_of",
    "parts_of",
    "refuse_parts",
    "side_by_side",
]


def parts_of(network: Any) -> Parts | None:
    """The network of parts that a `network` parameter means, None where it means another."""
    if isinstance(network, str) and NETWORKS.get(network) is Parts:
        return Parts()
    return network if isinstance(network, Parts) else None


def n_parts_of(network: Any) -> int:
    """The number of parts that a `network` parameter means."""
    found = parts_of(network)
    return 1 if found is None else int(found.n_parts)


def refuse_parts(estimator: Any) -> None:
    """Raise a ValueError if an estimator whose model has no parts is given a network of them."""
    if parts_of(estimator.network) is not None:
        raise ValueError(
            f"network={estimator.network!r} is for RecurrentWAE, not for {type(estimator).__name__}"
        )


def check_parts(params: dict[str, Any], *, grouped: bool) -> None:
    """Raise a ValueError if parameters do not go with parts.

    Parameters
    ----------
    params : dict of str to object
        Those of an estimator.
    grouped : bool
        Groups of sequences share their content.
    """
    network = params["network"]
    if parts_of(network) is None:
        return
    allowed = {
        "n_actions": (None,),
        "posteriors": ("framewise",),
        "content_view": (None, "auto"),
        "motion_view": (None,),
    }
    for name, values in allowed.items():
        if not any(params[name] is v or params[name] == v for v in values):
            raise ValueError(
                f"{name} must be {' or '.join(map(repr, values))} with network={network!r}, got "
                f"{params[name]!r}"
            )
    if grouped:
        raise ValueError(
            f"groups do not go with network={network!r}: which part of a sequence is which of "
            "another of its group is not known"
        )


def checked_parts(parts: Any, n_parts: int) -> NDArray[np.intp] | None:
    """The numbers of the parts to exchange; None of all."""
    if parts is None:
        return None
    try:
        numbers = np.atleast_1d(np.asarray(parts))
    except ValueError:  # nested
        numbers = np.empty(0)
    fits = numbers.ndim == 1 and numbers.dtype.kind in "ui" and len(numbers) > 0
    if not fits or numbers.min() < 0 or numbers.max() >= n_parts:
        raise ValueError(
            f"parts must be an integer from 0 to {n_parts - 1} or a list of them, got {parts!r}"
        )
    return numbers.astype(np.intp)


def exchanged(content: Any, other: Any, parts: NDArray[np.intp] | None, n_parts: int) -> Any:
    """Contents (n, K * d_c) with some parts of others; None stands for all."""
    if parts is None:
        return other
    mixed = content.clone().unflatten(-1, (n_parts, -1))
    mixed[:, parts] = other.unflatten(-1, (n_parts, -1))[:, parts]
    return mixed.flatten(-2)


def in_parts(size: int, n_parts: int) -> tuple[int, ...]:
    """The shape of a code of all parts as users have it; that of one part is flat."""
    return (size,) if n_parts == 1 else (n_parts, size // n_parts)


def side_by_side(spec: ModelSpec, content: Any, motion: Any) -> tuple[Any, Any]:
    """The user's codes with those of parts side by side, as a model takes them.

    Codes (..., K, d) become (..., K * d); all others stay what they are, for checks to look at.
    """
    n_parts = n_parts_of(spec.network)
    sizes = spec.content_size, spec.motion_size
    if n_parts == 1:
        return content, motion
    found = []
    for codes, size in zip((content, motion), sizes, strict=True):
        shape = in_parts(size, n_parts)
        ragged = isinstance(codes, list | tuple) and differ(codes)
        found.append([joined(each, shape) for each in codes] if ragged else joined(codes, shape))
    return found[0], found[1]


def joined(codes: Any, shape: tuple[int, ...]) -> Any:
    """Codes that end in this shape with its dimensions as one."""
    try:
        fits = tuple(np.shape(codes)[-2:]) == shape
    except (RuntimeError, TypeError, ValueError):  # no array, which is for the checks to say
        return codes
    return as_array(codes, "codes").reshape(*np.shape(codes)[:-2], -1) if fits else codes
