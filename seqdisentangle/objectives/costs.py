"""Reconstruction costs c(x, x'), elementwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

__all__ = ["COSTS", "Cost", "mean_cost", "resolve_cost"]

Cost = Callable[[Tensor, Tensor], Tensor]


def squared(reconstruction: Tensor, target: Tensor) -> Tensor:
    """Squared error."""
    return functional.mse_loss(reconstruction, target, reduction="none")


class SquaredOfFrames(torch.autograd.Function):
    """The sum of squared errors of each frame, (n, T, ...) and (n, T, ...) -> (n, T).

    What :func:`squared` and a sum give, in fewer passes over memory; what is kept for the gradient
    has the precision of the reconstruction, as its gradient has.
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


def absolute(reconstruction: Tensor, target: Tensor) -> Tensor:
    """Absolute error."""
    return (reconstruction - target).abs()


def huber(reconstruction: Tensor, target: Tensor) -> Tensor:
    """Half the squared error up to 1, then linear."""
    return functional.huber_loss(reconstruction, target, reduction="none")


def binary_cross_entropy(reconstruction: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of images with values in [0, 1]."""
    return functional.binary_cross_entropy(reconstruction, target, reduction="none")


COSTS: dict[str, Cost] = {
    "squared": squared,
    "absolute": absolute,
    "huber": huber,
    "binary_cross_entropy": binary_cross_entropy,
}


def resolve_cost(cost: Any, *, images: bool) -> Cost:
    """Turn a `cost` parameter into a function of two tensors.

    Parameters
    ----------
    cost : name or callable
        A callable ``cost(reconstruction, target)`` gets two tensors of shape (n, T, ...) and
        returns one of that shape, or of its first one or two dimensions.
    images : bool
        Whether the frames are images with values in [0, 1].

    Raises
    ------
    ValueError
        If the name is unknown, or the cost is not for such frames.
    TypeError
        If it is neither a name nor a callable.
    """
    if isinstance(cost, str):
        if cost not in COSTS:
            raise ValueError(f"cost must be a callable or one of {sorted(COSTS)}, got {cost!r}")
        if cost == "binary_cross_entropy" and not images:
            raise ValueError(
                "cost='binary_cross_entropy' is for images with values in [0, 1], got vectors"
            )
        return COSTS[cost]
    if not callable(cost):
        raise TypeError(f"cost must be a callable or one of {sorted(COSTS)}, got {cost!r}")
    return cost


def mean_cost(
    cost: Cost, reconstruction: Tensor, target: Tensor, observed: Tensor | None = None
) -> Tensor:
    r"""Cost of each sequence, :math:`\sum_t \frac{1}{|x_t|} c(x_t, x_t')`, of shape (n,).

    A mean over the values of a frame and a sum over steps, so that the weights of the divergences
    mean the same at every frame size, as they do at every length. With ``observed``, False where a
    value is missing, the mean is over the others, and a frame without any costs nothing.
    """
    if cost is squared and observed is None:
        return SquaredOfFrames.apply(reconstruction, target).sum(1) / target[0, 0].numel()
    value = cost(reconstruction, target)
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
