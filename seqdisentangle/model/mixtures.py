"""Densities of codes under mixtures that a linear layer says, with the layer in the operation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from .._modes import full_precision
from .latent import LOG_VAR_RANGE

__all__ = ["mixture_log_prob"]

# Codes whose mixtures are computed together on a CPU: what is said of them stays in the cache.
PIECE = 256


def mixture_log_prob(
    hidden: Tensor, head: nn.Linear, choice: nn.Linear, z: Tensor, *, keep: bool = True
) -> Tensor:
    r"""The log-density of each code under its mixture of K diagonal Gaussians, in nats.

    .. math::

        \log p(z) = \log \sum_k w_k\, N(z; \mu_k, \sigma_k^2), \quad
        (\mu, \log \sigma^2) = W h + b, \quad \log w = \log \mathrm{softmax}(W' h + b')

    What the layers say has many times the numbers of the codes. It is written and read piece by
    piece, and is all that is kept for the backward pass, where autograd would keep six of its size.

    Parameters
    ----------
    hidden : Tensor of shape (N, h)
    head : nn.Linear
        To (K, 2 d) numbers: the mean and the log-variance of each Gaussian.
    choice : nn.Linear
        To K numbers.
    z : Tensor of shape (N, d)
    keep : bool
        False computes it again in the backward pass instead.

    Returns
    -------
    Tensor of shape (N,)

    Examples
    --------
    >>> head, choice = nn.Linear(4, 5 * 2 * 3), nn.Linear(4, 5)
    >>> mixture_log_prob(torch.zeros(7, 4), head, choice, torch.zeros(7, 3)).shape
    torch.Size([7])
    """
    size = z.shape[-1]

    def ordered(part: Tensor) -> Tensor:
        """All means, then all log-variances, each number of them for all Gaussians in a row."""
        return part.unflatten(0, (-1, 2, size)).movedim(0, 2).flatten(0, 2)

    weight = torch.cat([ordered(head.weight), choice.weight])
    bias = torch.cat([ordered(head.bias), choice.bias])
    log_prob: Tensor = MixtureLogProb.apply(hidden, weight, bias, z, keep)
    return log_prob


class MixtureLogProb(torch.autograd.Function):
    """The operation that :func:`mixture_log_prob` is, its layers one."""

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, z: Tensor, keep: bool
    ) -> Tensor:
        """Sum over the Gaussians, piece by piece."""
        log_prob, said = hidden.new_empty(len(hidden)), []
        for piece in pieces(hidden):
            numbers = torch.addmm(bias.unsqueeze(-1), weight, hidden[piece].mT)
            *_, each = densities(numbers, z[piece])
            torch.logsumexp(each, 0, out=log_prob[piece])
            if keep:
                said.append(numbers)
        ctx.save_for_backward(hidden, weight, bias, z, log_prob, *said)
        return log_prob

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of what the layer says, and of the layer, piece by piece."""
        hidden, weight, bias, z, log_prob, *said = ctx.saved_tensors
        needs_hidden, _, _, needs_z, _ = ctx.needs_input_grad
        of_weight, of_bias = torch.zeros_like(weight), weight.new_zeros(len(weight))
        of_hidden = torch.empty_like(hidden) if needs_hidden else None
        of_z = torch.empty_like(z) if needs_z else None
        with full_precision(hidden.device):
            for i, piece in enumerate(pieces(hidden)):
                if said:
                    numbers = said[i]
                else:
                    numbers = torch.addmm(bias.unsqueeze(-1), weight, hidden[piece].mT)
                of_said = gradient_of(numbers, z[piece], log_prob[piece], grad[piece])
                of_weight.addmm_(of_said, hidden[piece])
                of_bias.add_(of_said.sum(1))
                if of_hidden is not None:
                    torch.mm(of_said.mT, weight, out=of_hidden[piece])
                if of_z is not None:
                    size = z.shape[-1]
                    of_mean = of_said.unflatten(0, (2 * size + 1, -1))[:size]
                    torch.neg(of_mean.sum(1).mT, out=of_z[piece])
        return of_hidden, of_weight, of_bias, of_z, None


def pieces(hidden: Tensor) -> Iterator[slice]:
    """The rows of codes to compute together: all of them where it is not a CPU that does."""
    n = len(hidden)
    size = PIECE if hidden.device.type == "cpu" else max(n, 1)
    return (slice(start, start + size) for start in range(0, n, size))


def densities(said: Tensor, z: Tensor) -> tuple[Tensor, ...]:
    """The layer's outputs for N codes, ((2 d + 1) K, N), beside the codes (N, d).

    Returns
    -------
    deviation, precision : Tensor of shape (d, K, N)
        Of the codes from the means, and reciprocal variances.
    log_var : Tensor of shape (d, K, N)
        As the layer says it, beyond its range too.
    log_weight, each : Tensor of shape (K, N)
        Log-weights, and the log-densities of the weighted Gaussians.
    """
    size = z.shape[-1]
    mean, log_var, log_weight = said.unflatten(0, (2 * size + 1, -1)).split([size, size, 1])
    log_weight = log_weight.squeeze(0).log_softmax(0)
    in_range = log_var.clamp(*LOG_VAR_RANGE)
    precision = in_range.neg().exp_()
    deviation = z.mT.contiguous().unsqueeze(1) - mean
    squares = (deviation * precision).mul_(deviation).add_(in_range)
    each = squares.sum(0).add_(size * math.log(2 * math.pi)).mul_(-0.5).add_(log_weight)
    return deviation, precision, log_var, log_weight, each


def gradient_of(said: Tensor, z: Tensor, log_prob: Tensor, grad: Tensor) -> Tensor:
    """The gradient of what the layer says of N codes, ((2 d + 1) K, N)."""
    deviation, precision, log_var, log_weight, each = densities(said, z)
    size, n_components = deviation.shape[:2]
    found = torch.empty_like(said)
    of_mean, of_log_var, of_choice = found.unflatten(0, (-1, n_components)).split([size, size, 1])
    share = each.sub_(log_prob).exp_().mul_(grad)  # of each Gaussian in the density
    of_choice = of_choice.squeeze(0)
    torch.sub(share, log_weight.exp_().mul_(grad), out=of_choice)
    pull = precision.mul_(deviation)
    torch.mul(pull, share, out=of_mean)
    beyond = pull.mul_(deviation).sub_(1).mul_(share).mul_(0.5)
    torch.ops.aten.hardtanh_backward.grad_input(
        beyond, log_var, *LOG_VAR_RANGE, grad_input=of_log_var
    )
    return found
