"""Weights of modules in files: compared in outline, before room is made for them, and taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

__all__ = ["check_shapes", "load_weights"]

# Calls of torch in which a module with a tensor is built: of its initialiser, and of its own.
CALLS_EACH = 100
CALLS_MORE = 10_000

# Of a list of tensors that are not as they should be, those that a message names.
NAMED = 3


def check_shapes(
    build: Callable[[], Mapping[str, nn.Module]], tensors: Mapping[str, Tensor]
) -> None:
    """Raise a ValueError unless tensors are those of modules that are not built yet.

    Settings that ask for more memory than there is, or for layers without end, cost nothing here.

    Parameters
    ----------
    build : callable
        Makes the modules, by the prefix of their tensors.
    tensors : mapping of str to Tensor
    """
    try:
        with Outline(CALLS_EACH * len(tensors) + CALLS_MORE), torch.device("meta"):
            modules = build()
    except (RuntimeError, TypeError) as error:
        if "meta" in str(error):  # a part that looks at values as it is built
            return
        raise
    expected = {
        f"{prefix}{name}": tuple(value.shape)
        for prefix, module in modules.items()
        for name, value in module.state_dict().items()
        if isinstance(value, Tensor)
    }
    found = {name: tuple(value.shape) for name, value in tensors.items()}
    unlike = [
        f"{name} is {shown(found.get(name))}, expected {shown(expected.get(name))}"
        for name in sorted(expected.keys() | found.keys())
        if found.get(name) != expected.get(name)
    ]
    if unlike:
        more = len(unlike) - NAMED
        listed = "; ".join(unlike[:NAMED])
        raise ValueError(listed + (f"; and {more} more" if more > 0 else ""))


def load_weights(module: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Give a module the weights of a file, if they are such as it may have.

    Parameters
    ----------
    module : Module
    tensors : mapping of str to Tensor

    Raises
    ------
    ValueError
        If one is not finite, or an integer where a number is expected or the reverse; names it.
    RuntimeError
        If names or shapes are others.
    """
    own = module.state_dict()
    for name, value in tensors.items():
        if name in own and kind(value) != kind(own[name]):
            raise ValueError(f"{name} is of {value.dtype}, expected {own[name].dtype}")
        if value.is_floating_point() and not bool(value.isfinite().all()):
            raise ValueError(f"{name} has values that are not finite")
    module.load_state_dict(dict(tensors))


def kind(tensor: Tensor) -> str:
    """The kind of a tensor's numbers, which may be of any precision."""
    if tensor.is_floating_point():
        return "floats"
    return "complex" if tensor.is_complex() else str(tensor.dtype)


def shown(shape: tuple[int, ...] | None) -> str:
    """A shape in words."""
    return "missing" if shape is None else f"of shape {shape}"


class Outline(TorchFunctionMode):
    """A mode in which all tensors are made without memory, by a limited number of calls.

    Parameters
    ----------
    n_calls : int
    """

    def __init__(self, n_calls: int) -> None:
        super().__init__()
        self.n_calls = n_calls

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call a function of torch, with a device that has no memory in place of any other."""
        self.n_calls -= 1
        if self.n_calls < 0:
            raise ValueError("a model with these settings has more layers than the file")
        kwargs = kwargs or {}
        if "device" in kwargs:  # of a build that chooses its own
            kwargs = {**kwargs, "device": "meta"}
        return func(*args, **kwargs)
