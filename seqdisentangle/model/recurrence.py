"""The recurrence of motion codes, all steps in one operation with a backward pass of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .._modes import full_precision
from ..networks.base import SLOPE

__all__ = ["unrolled"]


def unrolled(
    hidden: Tensor, memory: Tensor, output: Tensor, start: Tensor, going_on: Sequence[int]
) -> Tensor:
    r"""The codes of all steps, each given the one before it.

    .. math::

        z_t = s_t + W_3\, \sigma(a_t + W_2 \tanh(z_{t-1})), \quad z_0 = 0

    Step by step, autograd would keep a dozen nodes for each, and add up the gradients of the
    weights as often. Here a step is four kernels forward and four backward, written into memory
    that is there, and the gradient of a weight is one product over all steps.

    Parameters
    ----------
    hidden : Tensor of shape (T, n, h)
        The part :math:`a` of each step, memory apart.
    memory : Tensor of shape (h, d)
        :math:`W_2`.
    output : Tensor of shape (d, h)
        :math:`W_3`.
    start : Tensor of shape (T, n, d)
        The part :math:`s` of each code that no code before it moves.
    going_on : sequence of int
        How many sequences have each step, the first rows; never more than the step before has.

    Returns
    -------
    Tensor of shape (T, n, d)
        Where a sequence has ended, its ``start``.

    Examples
    --------
    >>> a, start = torch.ones(3, 1, 1), torch.zeros(3, 1, 1)
    >>> unrolled(a, torch.zeros(1, 1), torch.full((1, 1), 2.0), start, [1, 1, 1]).flatten()
    tensor([2., 2., 2.])
    """
    parts = hidden, memory, output, start
    if torch.is_grad_enabled() and any(part.requires_grad for part in parts):
        codes: Tensor = Recurrence.apply(*parts, going_on)
        return codes
    # Without a backward pass one state is enough, which then stays in the cache.
    state = hidden.new_empty(hidden.shape[1:])
    return run(*parts, [state] * len(going_on), going_on)


class Recurrence(torch.autograd.Function):
    """The operation that :func:`unrolled` is."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        memory: Tensor,
        output: Tensor,
        start: Tensor,
        going_on: Sequence[int],
    ) -> Tensor:
        """Run over time, and keep the state of every step."""
        states = room_for(hidden, going_on)
        codes = run(hidden, memory, output, start, states.unbind(0), going_on)
        ctx.save_for_backward(states, codes, memory, output)
        ctx.going_on = going_on
        return codes

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Run back over time once; the weights then get their gradients of all steps."""
        states, codes, memory, output = ctx.saved_tensors
        going_on: Sequence[int] = ctx.going_on
        needs_hidden, needs_memory, needs_output, *_ = ctx.needs_input_grad
        with full_precision(states.device):
            read = codes.tanh()
            of_codes = grad.clone(memory_format=torch.contiguous_format)
            of_hidden = room_for(states, going_on)
            run_back(of_hidden, of_codes, read, states, memory, output, going_on)
            of_memory = of_output = None
            if needs_memory:  # the first step reads no code
                of_memory = of_hidden[1:].flatten(0, 1).mT @ read[:-1].flatten(0, 1)
            if needs_output:
                of_output = of_codes.flatten(0, 1).mT @ states.flatten(0, 1)
        return of_hidden if needs_hidden else None, of_memory, of_output, of_codes, None


def run(
    hidden: Tensor,
    memory: Tensor,
    output: Tensor,
    start: Tensor,
    states: Sequence[Tensor],
    going_on: Sequence[int],
) -> Tensor:
    """The codes (T, n, d); the states, (n, h) of each step, are written over."""
    codes = start.clone(memory_format=torch.contiguous_format)
    read = torch.empty_like(codes[:1]).squeeze(0)
    before = None
    into_state, into_code = memory.mT, output.mT
    for a, state, code, k in zip(hidden.unbind(0), states, codes.unbind(0), going_on, strict=True):
        a, state, code = first(a, k), first(state, k), first(code, k)
        if before is None:
            state.copy_(a)
        else:
            known = torch.tanh(first(before, k), out=first(read, k))
            torch.addmm(a, known, into_state, out=state)
        torch.nn.functional.leaky_relu_(state, SLOPE)
        code.addmm_(state, into_code)
        before = code
    return codes


def run_back(
    of_hidden: Tensor,
    of_codes: Tensor,
    read: Tensor,
    states: Tensor,
    memory: Tensor,
    output: Tensor,
    going_on: Sequence[int],
) -> None:
    """Write the gradients of hidden, and add to those of codes what later steps make of them."""
    ahead = torch.empty_like(read[:1]).squeeze(0)
    slopes = read.square().neg_().add_(1)  # of the hyperbolic tangents
    parts = of_hidden, of_codes, states, slopes
    of_states, of_code, state, slope = (part.unbind(0) for part in parts)
    for t in range(len(going_on) - 1, -1, -1):
        k = going_on[t]
        of_this = first(of_states[t], k)
        torch.mm(first(of_code[t], k), output, out=of_this)
        torch.ops.aten.leaky_relu_backward.grad_input(
            of_this, first(state[t], k), SLOPE, True, grad_input=of_this
        )
        if t > 0:
            back = torch.mm(of_this, memory, out=first(ahead, k))
            first(of_code[t - 1], k).addcmul_(back, first(slope[t - 1], k))


def first(rows: Tensor, k: int) -> Tensor:
    """The first k rows; of all no new view, which would take as long as a small product."""
    return rows if rows.shape[0] == k else rows[:k]


def room_for(like: Tensor, going_on: Sequence[int]) -> Tensor:
    """Memory of a shape to write into, with zeros where there are steps that nothing writes."""
    if not going_on or going_on[-1] < like.shape[1]:
        return torch.zeros_like(like, memory_format=torch.contiguous_format)
    return torch.empty_like(like, memory_format=torch.contiguous_format)
