"""The state of a training that is read from a file, compared with that of the training itself."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

__all__ = ["check_alike", "load_optimizer"]

# The settings of an optimiser that a schedule changes: the rest is its own to know.
CHANGES = ("lr", "betas")
# What Adam remembers of each parameter.
MOMENTS = {"step", "exp_avg", "exp_avg_sq"}


def check_alike(state: Any, own: Any, name: str = "state") -> None:
    """Raise a ValueError unless a state is made of the same kinds of things as another one.

    Parameters
    ----------
    state : object
        Of tensors, numbers, str, None, and dicts and lists of these.
    own : object
        That of a training at its start. What it has nothing in yet, an empty list or None, may be
        anything.
    name : str
        The name in messages.

    Raises
    ------
    ValueError
        If something is of another type, is not finite where the other is, or is a tensor of another
        dtype or, with values in both, another shape; names it.

    Examples
    --------
    >>> check_alike({"seconds": 1.5, "best": None}, {"seconds": 0.0, "best": None})
    >>> check_alike({"seconds": "1"}, {"seconds": 0.0})
    Traceback (most recent call last):
    ...
    ValueError: state.seconds must be of the type float, got '1'
    """
    if own is None:
        return
    if isinstance(own, Mapping) and isinstance(state, Mapping):
        weights = own and all(isinstance(value, Tensor) for value in own.values())
        if weights and own.keys() != state.keys():
            raise ValueError(f"{name} must have {', '.join(own)}, got {', '.join(state)}")
        for key in own.keys() & state.keys():
            check_alike(state[key], own[key], f"{name}.{key}")
    elif isinstance(own, list | tuple) and isinstance(state, list | tuple):
        if len(own) not in (0, len(state)):
            raise ValueError(f"{name} must hold {len(own)} things, got {len(state)}")
        for i, (one, other) in enumerate(zip(state, own, strict=False)):
            check_alike(one, other, f"{name}.{i}")
    elif isinstance(own, Tensor) and isinstance(state, Tensor):
        sized = own.numel() > 0 and own.shape != state.shape
        if sized or state.dtype != own.dtype or state.ndim != own.ndim:
            raise ValueError(
                f"{name} must be {own.dtype} of shape {tuple(own.shape)}, got {state.dtype} of "
                f"shape {tuple(state.shape)}"
            )
    elif isinstance(own, str) and state != own:  # of what training changes, nothing is a word
        raise ValueError(f"{name} must be {own!r}, got {reprlib.repr(state)}")
    elif not same_kind(state, own):
        kind = type(own).__name__
        raise ValueError(f"{name} must be of the type {kind}, got {reprlib.repr(state)}")


def same_kind(value: Any, own: Any) -> bool:
    """Tell whether a value is of another's type, and finite if that is; a float may be whole."""
    if isinstance(own, float) and isinstance(value, int | float) and not isinstance(value, bool):
        return math.isfinite(value) or not math.isfinite(own)
    return type(value) is type(own)


def load_optimizer(optimizer: torch.optim.Optimizer, state: Mapping[str, Any]) -> None:
    """Restore an optimiser's state, its moments laid out in memory as the parameters are.

    The fused step goes through both in the order in which they lie, and a file keeps no strides.

    Parameters
    ----------
    optimizer : Optimizer
        Adam, of one group of parameters.
    state : mapping
        As its ``state_dict`` gives it. Settings that no training changes are the optimiser's own.

    Raises
    ------
    ValueError
        If a setting or a moment is of another type or shape, not finite, out of its range, or
        that of no parameter.
    """
    parameters = dict(enumerate(optimizer.param_groups[0]["params"]))
    if not state["state"].keys() <= parameters.keys():
        raise ValueError(
            f"an optimiser of {len(parameters)} parameters must remember nothing of others, got "
            f"{reprlib.repr(list(state['state'].keys() - parameters.keys()))}"
        )
    if any(remembered.keys() != MOMENTS for remembered in state["state"].values()):
        raise ValueError(f"an optimiser must remember {', '.join(sorted(MOMENTS))}")
    moments = {
        i: {
            name: moment(value, parameters[i], f"{name} of parameter {i}")
            for name, value in remembered.items()
        }
        for i, remembered in state["state"].items()
    }
    groups = [
        own | {name: setting(kept[name], own[name], name) for name in CHANGES}
        for own, kept in zip(
            optimizer.state_dict()["param_groups"], state["param_groups"], strict=True
        )
    ]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})


def moment(value: Tensor, parameter: Tensor, name: str) -> Tensor:
    """A moment of a parameter, or the number of its steps."""
    counts = name.startswith("step")
    shape = torch.Size() if counts else parameter.shape
    dtype = torch.float32 if counts else parameter.dtype
    check_alike(value, torch.empty(shape, dtype=dtype), name)
    never_negative = counts or "sq" in name
    if not bool(value.isfinite().all()) or (never_negative and bool((value < 0).any())):
        raise ValueError(f"{name} must be finite" + (" and not negative" if never_negative else ""))
    return value if counts else torch.empty_like(parameter).copy_(value)


def setting(value: Any, own: Any, name: str) -> Any:
    """A setting of an optimiser: a rate, at least 0, or shares, which are below 1 too."""
    check_alike(value, own, name)
    if isinstance(value, list | tuple):
        if not all(0 <= share < 1 for share in value):
            raise ValueError(f"{name} must be at least 0 and below 1, got {value!r}")
    elif value < 0:
        raise ValueError(f"{name} must be at least 0, got {value!r}")
    return value
