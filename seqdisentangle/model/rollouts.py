"""Rollouts of a prior that is an LSTM, whose steps are written into memory that is there."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from .latent import LOG_VAR_RANGE

__all__ = ["LSTMSteps", "rolled_out"]

# Sequences that take their steps together: what a step writes then stays in the cache.
ROWS = 256


class LSTMSteps(NamedTuple):
    r"""The layers of an LSTM prior, with their biases in the last column.

    Attributes
    ----------
    gates : Tensor of shape (4 h, d_m + n_actions + h + 1)
        Of the code before, the action, the state and one; twice the weights where there is a
        hyperbolic tangent, :math:`\tanh(a) = 2 \sigma(2 a) - 1`.
    moments : Tensor of shape (K, 2 d_m, h + 1)
        The mean and the log-variance of each Gaussian.
    choice : Tensor of shape (K, h + 1), or None for one Gaussian
    """

    gates: Tensor
    moments: Tensor
    choice: Tensor | None

    @classmethod
    @torch.no_grad()
    def of(cls, lstm: nn.LSTM, head: nn.Linear, choice: nn.Linear | None, size: int) -> LSTMSteps:
        """The layers of a prior of codes of a size."""
        of_input, of_state, *biases = lstm.parameters()
        bias = biases[0] + biases[1]
        gates = torch.cat([of_input, of_state, bias.unsqueeze(-1)], 1)
        gates.chunk(4)[2].mul_(2)
        moments = with_bias(head).unflatten(0, (-1, 2 * size))
        return cls(gates, moments, None if choice is None else with_bias(choice))


def with_bias(layer: nn.Linear) -> Tensor:
    """The weights of a layer with its bias in the last column."""
    return torch.cat([layer.weight, layer.bias.unsqueeze(-1)], 1)


@torch.no_grad()
def rolled_out(
    steps: LSTMSteps,
    noise: Tensor,
    before: Tensor,
    state: tuple[Tensor, Tensor] | None = None,
    action: Tensor | None = None,
) -> Tensor:
    """The codes that follow, each drawn given all before it; without gradients.

    Of the Gaussians of a step the one that is drawn is computed alone.

    Parameters
    ----------
    steps : LSTMSteps
    noise : Tensor of shape (n, T, noise_size)
        Standard normal.
    before : Tensor of shape (n, d_m)
        The code before the first step.
    state : pair of Tensors of shape (n, h), optional
        The output and the memory of the LSTM before it; zero by default.
    action : Tensor of shape (n, n_actions), optional
        One-hot.

    Returns
    -------
    Tensor of shape (n, T, d_m)

    Examples
    --------
    >>> lstm, head = nn.LSTM(2, 4), nn.Linear(4, 2 * 2)
    >>> rolled_out(LSTMSteps.of(lstm, head, None, 2), torch.randn(5, 7, 2), torch.zeros(5, 2)).shape
    torch.Size([5, 7, 2])
    """
    n, n_steps = noise.shape[:2]
    size = before.shape[-1]
    # The numbers of a step side by side in memory, and one column of the networks' for a sequence.
    eps = noise[..., :size].transpose(0, 1).contiguous()
    uniform = torch.special.ndtr(noise[..., -1]).mT.contiguous()
    codes = noise.new_empty(n_steps, n, size)
    told = [before.mT] if action is None else [before.mT, action.to(noise.dtype).mT]
    n_units = len(steps.gates) // 4
    past = noise.new_zeros(2, n_units, n)
    if state is not None:
        past = torch.stack([part.mT for part in state])
    read = torch.cat([*told, past[0], noise.new_ones(1, n)])
    for start in range(0, n, ROWS):
        some = slice(start, start + ROWS)
        run(
            steps,
            read[:, some].contiguous(),
            past[1][:, some].contiguous(),
            eps[:, some],
            uniform[:, some],
            codes[:, some],
        )
    return codes.transpose(0, 1)


def run(
    steps: LSTMSteps, read: Tensor, memory: Tensor, eps: Tensor, uniform: Tensor, codes: Tensor
) -> None:
    """Write the codes (T, n, d) of n sequences, whose memory (h, n) is written over.

    ``read`` (d + n_actions + h + 1, n) is what the gates read of each: the code before, the action,
    the state and one.
    """
    n_units, n = memory.shape
    size = codes.shape[-1]
    code, state, state_and_one = read[:size], read[-n_units - 1 : -1], read[-n_units - 1 :]
    gates, squashed = read.new_empty(4 * n_units, n), torch.empty_like(memory)
    enter, keep, new, leave = gates.chunk(4)
    beside = read.new_empty(n, 1, n_units + 1)  # state and one, a row for each sequence
    room = read.new_empty(n, *steps.moments.shape[1:])
    for noise, chance, z in zip(eps.unbind(0), uniform.unbind(0), codes.unbind(0), strict=True):
        torch.mm(steps.gates, read, out=gates).sigmoid_()
        memory.mul_(keep).addcmul_(enter, new.mul_(2).sub_(1))
        torch.mul(memory, 2, out=squashed).sigmoid_().mul_(2).sub_(1)
        torch.mul(leave, squashed, out=state)
        if steps.choice is None:
            moments = state_and_one.mT @ steps.moments[0].mT
        else:
            beside.squeeze(1).copy_(state_and_one.mT)
            k = chosen(steps.choice @ state_and_one, chance)
            moments = torch.index_select(steps.moments, 0, k, out=room).mul_(beside).sum(-1)
        mean, log_var = moments.split(size, dim=-1)
        deviation = log_var.clamp_(*LOG_VAR_RANGE).mul_(0.5).exp_()
        code.copy_(torch.addcmul(mean, deviation, noise, out=z).mT)


def chosen(logits: Tensor, uniform: Tensor) -> Tensor:
    """The component (n,) that a number in [0, 1) chooses, of log-weights (K, n)."""
    up_to = logits.softmax(0).cumsum(0)
    # Weights may sum to less than one, by rounding.
    return (uniform >= up_to).sum(0).clamp_(max=len(logits) - 1)
