"""Reconstruction costs c(x, x'), elementwise."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from .._parts import OfFunction, Part, Registry

__all__ = [
    "COSTS",
    "Absolute",
    "BinaryCrossEntropy",
    "Cost",
    "FunctionCost",
    "Huber",
    "Squared",
    "mean_cost",
    "resolve_cost",
]


class Cost(Part, ABC):
    """A reconstruction cost of frames.

    A subclass is a dataclass of its parameters and is registered by a name in ``COSTS``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import torch
    >>> from seqdisentangle.objectives import Cost
    >>> @dataclass
    ... class LogCosh(Cost):
    ...     scale: float = 1.0
    ...
    ...     def __call__(self, reconstruction, target):
    ...         return ((reconstruction - target) / self.scale).cosh().log()
    >>> LogCosh()(torch.zeros(3), torch.zeros(3))
    tensor([0., 0., 0.])
    """

    @abstractmethod
    def __call__(self, reconstruction: Tensor, target: Tensor) -> Tensor:
        """Cost of each value.

        Parameters
        ----------
        reconstruction, target : Tensor of shape (n, T, ...)

        Returns
        -------
        Tensor of shape (n, T, ...), or of its first one or two dimensions
        """

    def check(self, images: bool) -> None:
        """Raise a ValueError if the cost is not for such frames; it is for all, unless it says so.

        Parameters
        ----------
        images : bool
            True for images with values in [0, 1], False for vectors.
        """


@dataclass
class Squared(Cost):
    r"""Squared error, :math:`(x - x')^2`.

    Examples
    --------
    >>> import torch
    >>> Squared()(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor([0., 4.])
    """

    def __call__(self, reconstruction: Tensor, target: Tensor) -> Tensor:
        """Cost of each value."""
        return functional.mse_loss(reconstruction, target, reduction="none")


@dataclass
class Absolute(Cost):
    r"""Absolute error, :math:`|x - x'|`.

    Examples
    --------
    >>> import torch
    >>> Absolute()(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor([0., 2.])
    """

    def __call__(self, reconstruction: Tensor, target: Tensor) -> Tensor:
        """Cost of each value."""
        return (reconstruction - target).abs()


@dataclass
class Huber(Cost):
    r"""Half the squared error up to :math:`\delta`, then linear.

    Parameters
    ----------
    delta : float, default=1.0

    Raises
    ------
    ValueError
        If ``delta`` is not positive and finite.

    References
    ----------
    Huber: Robust Estimation of a Location Parameter, Annals of Mathematical Statistics 35, 1964.

    Examples
    --------
    >>> import torch
    >>> Huber(delta=1.0)(torch.tensor([1.0, 1.5, 3.0]), torch.ones(3))
    tensor([0.0000, 0.1250, 1.5000])
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        delta: Any = self.delta
        if not isinstance(delta, Real) or not 0 < float(delta) < math.inf:
            raise ValueError(f"Huber: delta must be positive and finite, got {delta!r}")

    def __call__(self, reconstruction: Tensor, target: Tensor) -> Tensor:
        """Cost of each value."""
        delta = float(self.delta)
        return functional.huber_loss(reconstruction, target, reduction="none", delta=delta)


@dataclass
class BinaryCrossEntropy(Cost):
    r"""Cross-entropy of images with values in [0, 1], :math:`-x' \log x - (1 - x') \log(1 - x)`.

    Examples
    --------
    >>> import torch
    >>> BinaryCrossEntropy()(torch.tensor([0.5]), torch.tensor([1.0]))
    tensor([0.6931])
    """

    def __call__(self, reconstruction: Tensor, target: Tensor) -> Tensor:
        """Cost of each value."""
        return functional.binary_cross_entropy(reconstruction, target, reduction="none")

    def check(self, images: bool) -> None:
        """Raise a ValueError if the frames are vectors."""
        if not images:
            raise ValueError(
                f"cost={self!r} is for images with values in [0, 1], got vectors or other units"
            )


@dataclass
class FunctionCost(OfFunction, Cost):
    """A function of the user's as a cost.

    Parameters
    ----------
    function : callable
        ``function(reconstruction, target)`` of two tensors of shape (n, T, ...) returns one of
        that shape, or of its first one or two dimensions.

    Examples
    --------
    >>> import torch
    >>> FunctionCost(lambda x, y: (x - y) ** 4)(torch.tensor([3.0]), torch.tensor([1.0]))
    tensor([16.])
    """

    function: Callable[[Tensor, Tensor], Tensor]

    def __call__(self, reconstruction: Tensor, target: Tensor) -> Tensor:
        """Call the function."""
        return self.function(reconstruction, target)


COSTS: Registry[Cost] = Registry(
    "cost",
    {
        "squared": Squared,
        "absolute": Absolute,
        "huber": Huber,
        "binary_cross_entropy": BinaryCrossEntropy,
    },
)


def resolve_cost(cost: Any, *, images: bool) -> Cost:
    """Turn a `cost` parameter into a cost.

    Parameters
    ----------
    cost : name, Cost or callable
        A name in ``COSTS``. A callable is a :class:`FunctionCost`.
    images : bool
        True for images with values in [0, 1], False for vectors.

    Raises
    ------
    ValueError
        If the name is unknown, or the cost is not for such frames.
    TypeError
        If it is none of the above.

    Examples
    --------
    >>> resolve_cost("huber", images=False)
    Huber(delta=1.0)
    """
    if isinstance(cost, str):
        cost = COSTS.make(cost, "cost")
    elif isinstance(cost, type) or not callable(cost):
        raise TypeError(f"cost must be a name ({COSTS.listed}), a Cost or a callable, got {cost!r}")
    elif not isinstance(cost, Cost):
        cost = FunctionCost(cost)
    cost.check(images)
    return cost


def mean_cost(
    cost: Callable[[Tensor, Tensor], Tensor],
    reconstruction: Tensor,
    target: Tensor,
    observed: Tensor | None = None,
) -> Tensor:
    r"""Cost of each sequence, :math:`\sum_t \frac{1}{|x_t|} c(x_t, x_t')`, of shape (n,).

    A mean over the values of a frame and a sum over steps, so that the weights of the divergences
    mean the same at every frame size, as they do at every length. With ``observed``, False where a
    value is missing, the mean is over the others, and a frame without any costs nothing. The cost
    is that of values in the precision of the target, which networks in bfloat16 do not lower.
    """
    if type(cost) is Squared and observed is None:
        return SquaredOfFrames.apply(reconstruction, target).sum(1) / target[0, 0].numel()
    # Functions that a cost may call refuse autocast, as binary_cross_entropy does on CUDA.
    with torch.autocast(target.device.type, enabled=False):
        value = cost(reconstruction.to(target.dtype), target)
    shape = tuple(getattr(value, "shape", ()))
    if not shape or shape != tuple(target.shape[: len(shape)]):
        raise ValueError(
            f"cost must return a tensor of shape {tuple(target.shape)} or of its first one or two "
            f"dimensions, got {shape or type(value).__name__}"
        )
    n_values: int | Tensor = target[0, 0].numel()
    if observed is not None:
        if value.ndim != target.ndim:
            raise ValueError(
                "missing='mask' needs a cost of each value, to leave some out: cost must return a "
                f"tensor of shape {tuple(target.shape)}, got {shape}"
            )
        value = value * observed
        n_values = observed.flatten(2).sum(2).clamp(min=1)
    if value.ndim > 2:
        # A sum and a division of its few numbers: the backward pass of a mean divides every value.
        value = value.sum(tuple(range(2, value.ndim))) / n_values
    return value if value.ndim == 1 else value.sum(1)


class SquaredOfFrames(torch.autograd.Function):
    """The sum of squared errors of each frame, (n, T, ...) and (n, T, ...) -> (n, T).

    As :class:`Squared` and a sum give it, in fewer passes over memory; the error that is kept for
    the gradient has the precision of the reconstruction, as its gradient has.
    """

    @staticmethod
    def forward(ctx: Any, reconstruction: Tensor, target: Tensor) -> Tensor:
        """In float32 or better."""
        dtype = torch.promote_types(reconstruction.dtype, target.dtype)
        # Not in one call: of mixed types it would take ten times as long.
        error = reconstruction.to(dtype, copy=True).sub_(target)
        ctx.save_for_backward(error.to(reconstruction.dtype))
        return torch.linalg.vector_norm(error, dim=tuple(range(2, error.ndim))).square_()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """Of the reconstruction; targets are data."""
        (error,) = ctx.saved_tensors
        of_values = (2 * gradient).to(error.dtype)[(..., *[None] * (error.ndim - 2))]
        return error * of_values, None
