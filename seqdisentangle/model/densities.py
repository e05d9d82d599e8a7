"""Densities of diagonal Gaussians, of which the backward pass keeps no more than was given."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["log_density"]


def log_density(z: Tensor, mean: Tensor, log_var: Tensor) -> Tensor:
    r"""The log-density of codes under diagonal Gaussians, in nats.

    .. math::

        \log p(z) = -\tfrac12 \sum_i
            \Big( \frac{(z_i - \mu_i)^2}{\sigma_i^2} + \log \sigma_i^2 + \log 2\pi \Big)

    A mixture of many components has many times the numbers of its codes. Autograd would keep six
    tensors of that size, where this finds them again in the backward pass.

    Parameters
    ----------
    z, mean, log_var : Tensor of shape (..., d)
        Of shapes that broadcast.

    Returns
    -------
    Tensor of shape (...)

    Examples
    --------
    >>> zero = torch.zeros(3, 2)
    >>> log_density(zero, zero, zero)
    tensor([-1.8379, -1.8379, -1.8379])
    """
    density: Tensor = LogDensity.apply(*torch.broadcast_tensors(z, mean, log_var))
    return density


class LogDensity(torch.autograd.Function):
    """The operation that :func:`log_density` is, of tensors of one shape."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, mean: Tensor, log_var: Tensor) -> Tensor:
        """Sum over the last axis."""
        ctx.save_for_backward(z, mean, log_var)
        squares = (z - mean).square_().mul_(log_var.neg().exp_())
        constant = z.shape[-1] * math.log(2 * math.pi)
        return squares.add_(log_var).sum(-1).add_(constant).mul_(-0.5)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Write each gradient over what is no longer needed."""
        z, mean, log_var = ctx.saved_tensors
        grad = grad.unsqueeze(-1)
        deviation = z - mean
        of_mean = log_var.neg().exp_().mul_(deviation)
        of_log_var = deviation.mul_(of_mean).sub_(1).mul_(0.5 * grad)
        of_mean.mul_(grad)
        return of_mean.neg() if ctx.needs_input_grad[0] else None, of_mean, of_log_var
