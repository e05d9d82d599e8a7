"""The contract of a view, and any function as one."""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Generator, Tensor

from .._parts import OfFunction, Part

__all__ = ["FunctionView", "View", "check_batch", "check_real", "number"]


class View(Part, ABC):
    """A transform of a batch of sequences, drawn once per sequence.

    A subclass is a dataclass of its parameters, checks them in ``__post_init__`` and implements
    :meth:`__call__`. It is registered by a name in ``VIEWS``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import torch
    >>> from seqdisentangle.views import View
    >>> @dataclass
    ... class EveryOther(View):
    ...     start: int = 0
    ...
    ...     def __call__(self, x, rng=None, lengths=None):
    ...         return x[:, self.start :: 2].clone()
    >>> EveryOther().set_params(start=1)(torch.zeros(2, 6, 3)).shape
    torch.Size([2, 3, 3])
    """

    @abstractmethod
    def __call__(
        self, x: Tensor, rng: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        """Give what the encoder sees of each sequence.

        Parameters
        ----------
        x : Tensor of shape (n, T, ...)
            The batch, floating point. It is not modified.
        rng : torch.Generator or None, default=None
            Source of the draws, on the device of ``x``; None for torch's global generator.
        lengths : Tensor of shape (n,) or None, default=None
            Number of steps of each sequence that are not padding, each from 1 to ``T``; None where
            all are real.

        Returns
        -------
        Tensor of shape (n, T', ...)
            A new tensor. If ``T'`` differs from ``T``, none of its steps is padding.

        Raises
        ------
        ValueError
            If ``x`` is not a batch of the kind of frames that the view is for.
        """


@dataclass
class FunctionView(OfFunction, View):
    """A function of the user's as a view.

    Parameters
    ----------
    function : callable
        ``f(x)``, ``f(x, rng)`` or ``f(x, rng, lengths)``, told apart by its signature,
        read once: an argument named ``rng`` or ``lengths`` is given what it is named for, and
        so is a second or third positional argument that has no default. A module is read by its
        ``forward``.

    Raises
    ------
    TypeError
        If ``function`` is not callable or needs other arguments.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import FunctionView
    >>> FunctionView(lambda x: x[:, ::2])(torch.zeros(2, 6, 3)).shape
    torch.Size([2, 3, 3])
    """

    function: Callable[..., Tensor]

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise TypeError(f"FunctionView: function must be callable, got {self.function!r}.")
        self._arguments = arguments_of(self.function)

    def __call__(
        self, x: Tensor, rng: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        given = {"rng": rng, "lengths": lengths}
        by_position, by_name = self._arguments
        seen = self.function(x, *(given[a] for a in by_position), **{a: given[a] for a in by_name})
        if not isinstance(seen, Tensor):
            raise ValueError(f"The view {self.function!r} must return a tensor, got {type(seen)}.")
        if seen.ndim != x.ndim or seen.shape[0] != x.shape[0] or seen.shape[2:] != x.shape[2:]:
            raise ValueError(
                f"The view {self.function!r} must return sequences (n, T', *frame) of the same n "
                f"and frames as it got, {tuple(x.shape)}; got {tuple(seen.shape)}."
            )
        return seen


def arguments_of(function: Callable[..., Tensor]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The arguments that a function takes beside x: by position, and by name."""
    target = function.forward if isinstance(function, torch.nn.Module) else function
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):  # a builtin without a signature
        return (), ()
    kind = inspect.Parameter
    by_position, by_name = [], []
    positional = [
        p for p in parameters if p.kind in (kind.POSITIONAL_ONLY, kind.POSITIONAL_OR_KEYWORD)
    ]
    for p, role in zip(positional[1:], ("rng", "lengths"), strict=False):
        if p.name != role and (p.name == "lengths" or p.default is not kind.empty):
            break
        by_position.append(role)
    taken = positional[: 1 + len(by_position)]
    for p in parameters:
        if p in taken or p.kind in (kind.VAR_POSITIONAL, kind.VAR_KEYWORD):
            continue
        if p.name in ("rng", "lengths") and p.kind is not kind.POSITIONAL_ONLY:
            by_name.append(p.name)
        elif p.default is kind.empty:
            raise TypeError(
                "A view is called as f(x), f(x, rng) or f(x, rng, lengths); "
                f"{function!r} also needs {p.name!r}."
            )
    return tuple(by_position), tuple(by_name)


def number(value: Any) -> float:
    """A real number as a float; NaN for anything else, bools included."""
    return math.nan if isinstance(value, bool) or not isinstance(value, Real) else float(value)


def check_real(view: View, name: str, high: float = math.inf) -> None:
    """Raise a ValueError unless a parameter is a finite number in [0, high]."""
    value = getattr(view, name)
    if not 0 <= number(value) <= high or math.isinf(number(value)):
        allowed = f"in [0, {high:g}]" if math.isfinite(high) else "that is finite and not negative"
        raise ValueError(
            f"{type(view).__name__}: {name} must be a number {allowed}, got {value!r}."
        )


def check_batch(view: View, x: Tensor, frame: tuple[str, ...] | None = None) -> None:
    """Raise a ValueError unless ``x`` is a floating point batch (n, T, *frame)."""
    name = type(view).__name__
    wanted = "(n, T, *frame)" if frame is None else f"(n, T, {', '.join(frame)})"
    if x.ndim < 2 or (frame is not None and x.ndim != 2 + len(frame)):
        raise ValueError(f"{name} is for sequences of shape {wanted}, got {tuple(x.shape)}.")
    if not x.is_floating_point():
        raise ValueError(f"{name} is for floating point sequences {wanted}, got {x.dtype}.")
