"""The action code: one of K kinds of movement, read off the motions of a sequence."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from .._modes import full_precision
from ..data.packing import packed
from .latent import Action

__all__ = ["ActionPosterior", "with_action"]

# The temperature falls to the coldest in about 2,300 steps, at a rate like that of Jang et al.
ANNEALING = 0.9997
COLDEST = 0.5


class ActionPosterior(nn.Module):
    r"""The action posterior :math:`q(a \mid x_{1:T}, z_{m,1:T})`, a categorical one.

    .. math::

        \pi = \mathrm{softmax}(W\, h_T), \quad h_t = \mathrm{LSTM}(h_{t-1}, z_{m,t})

    Of the frames it knows what their motions say: an action is a kind of movement, not of
    appearance, and codes can be decoded without their sequence. A draw is a one-hot vector, by the
    straight-through Gumbel-softmax,

    .. math::

        a = \mathrm{onehot}(\arg\max_k\, \log \pi_k + g_k), \quad
        \nabla a = \nabla\, \mathrm{softmax}((\log \pi + g) / \tau)

    with Gumbel noise :math:`g` and a temperature :math:`\tau` that falls from 1 to 0.5 with the
    steps of training.

    Parameters
    ----------
    size, hidden_size, n_actions : int

    References
    ----------
    Jang, Gu, Poole: Categorical Reparameterization with Gumbel-Softmax, ICLR 2017.
    """

    temperature: Tensor

    def __init__(self, size: int, hidden_size: int, n_actions: int) -> None:
        super().__init__()
        self.n_actions = n_actions
        self.lstm = nn.LSTM(size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, n_actions)
        # A buffer: a training that is resumed goes on at the temperature that it had.
        self.register_buffer("temperature", torch.ones(()))

    def forward(
        self,
        z: Tensor,
        rng: torch.Generator | None = None,
        *,
        sample: bool = True,
        lengths: Tensor | None = None,
        known: Tensor | None = None,
    ) -> Action:
        """Say which action motions are of.

        Parameters
        ----------
        z : Tensor of shape (n, T, d_m)
            Motion codes.
        rng : torch.Generator, optional
        sample : bool
            If True, the action is drawn; if False, the value is the most likely one.
        lengths : Tensor of shape (n,), on the CPU, optional
            Steps that are real where the rest is padding.
        known : int Tensor of shape (n,), optional
            Actions that are known, -1 where not: values are these then.

        Returns
        -------
        Action of shape (n, n_actions)
        """
        # In full precision: half of it is too coarse for the noise of a draw, and some processors
        # have no recurrences in it.
        with full_precision(z.device):
            _, (hidden, _) = self.lstm(packed(z.to(self.head.weight.dtype), lengths))
            logits = self.head(hidden[-1])
        value = self._drawn(logits, rng) if sample else self._one_hot(logits.argmax(-1), logits)
        if known is not None:
            told = self._one_hot(known.clamp(min=0), logits)
            value = torch.where(known.unsqueeze(-1) >= 0, told, value)
        return Action(value, logits)

    def _drawn(self, logits: Tensor, rng: torch.Generator | None) -> Tensor:
        if self.training:
            self.temperature.mul_(ANNEALING).clamp_(min=COLDEST)
        noise = -torch.empty_like(logits).exponential_(generator=rng).log()
        soft = ((logits + noise) / self.temperature.clone()).softmax(-1)
        hard = self._one_hot(soft.argmax(-1), soft)
        return hard + (soft - soft.detach())

    def _one_hot(self, action: Tensor, like: Tensor) -> Tensor:
        return one_hot(action, self.n_actions).to(like.dtype)


def with_action(codes: Tensor, action: Tensor | None) -> Tensor:
    """The action of a sequence beside the codes of each of its steps, (n, T, d) -> (n, T, d + K).

    They are left alone where there is none.
    """
    if action is None:
        return codes
    return torch.cat([codes, action.unsqueeze(1).expand(-1, codes.shape[1], -1)], dim=-1)
