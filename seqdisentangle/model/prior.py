"""The priors: a standard normal for content, a learned recurrent one for motion."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from .action import with_action
from .latent import LOG_VAR_RANGE, Latent, gaussian

__all__ = ["MotionPrior", "content_prior"]


def content_prior(like: Tensor, generator: torch.Generator | None = None) -> Latent:
    """Draw from p(z_c) = N(0, I), in the shape, dtype and device of ``like``."""
    mean = torch.zeros_like(like)
    return gaussian(mean, mean, generator)


class MotionPrior(nn.Module):
    r"""The motion prior :math:`\prod_t p(z_{m,t} \mid z_{m,<t})`, an LSTM with Gaussian steps.

    With actions it is :math:`\prod_t p(z_{m,t} \mid z_{m,<t}, a)`: what the next code is depends on
    what is being done.

    Parameters
    ----------
    size, hidden_size : int
    n_actions : int
        0 for a model without actions.
    """

    def __init__(self, size: int, hidden_size: int, n_actions: int = 0) -> None:
        super().__init__()
        self.size = size
        self.lstm = nn.LSTM(size + n_actions, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 2 * size)

    def forward(
        self,
        z: Tensor,
        generator: torch.Generator | None = None,
        action: Tensor | None = None,
    ) -> Latent:
        """Draw each step given the codes before it, all steps in one call.

        Parameters
        ----------
        z : Tensor of shape (n, T, d_m)
            Codes; step t of the result depends on those before t.
        generator : torch.Generator, optional
        action : Tensor of shape (n, K), optional
            One-hot.

        Returns
        -------
        Latent of shape (n, T, d_m)
        """
        before = with_action(nn.functional.pad(z, (0, 0, 1, -1)), action)
        return gaussian(*self._moments(self.lstm(before)[0]), generator)

    def rollout(
        self,
        noise: Tensor,
        history: Tensor | None = None,
        lengths: Tensor | None = None,
        action: Tensor | None = None,
    ) -> Tensor:
        """Draw codes step by step, each given all before it.

        Parameters
        ----------
        noise : Tensor of shape (n, n_steps, d_m)
            Standard normal noise; zeros give the most likely continuation of each step.
        history : Tensor of shape (n, T, d_m), optional
            Codes that came before.
        lengths : Tensor of shape (n,), on the CPU, optional
            How many of them each sequence has, if not all.
        action : Tensor of shape (n, K), optional
            One-hot.

        Returns
        -------
        Tensor of shape (n, n_steps, d_m)
            The codes that follow.
        """
        z = noise.new_zeros(len(noise), 1, self.size)
        state = None
        if history is not None and history.shape[1] > 0:
            before = with_action(torch.cat([z, history[:, :-1]], dim=1), action)
            if lengths is None:
                _, state = self.lstm(before)
                z = history[:, -1:]
            else:
                # A packed sequence: the state is that after each one's own last step.
                packed = pack_padded_sequence(
                    before, lengths, batch_first=True, enforce_sorted=False
                )
                _, state = self.lstm(packed)
                last = (lengths - 1).to(z.device)[:, None, None]
                z = history.take_along_dim(last, 1)
        steps = []
        for eps in noise.split(1, dim=1):
            hidden, state = self.lstm(with_action(z, action), state)
            mean, log_var = self._moments(hidden)
            z = torch.addcmul(mean, torch.exp(0.5 * log_var), eps)
            steps.append(z)
        return torch.cat(steps, dim=1)

    def _moments(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_var = self.head(hidden).chunk(2, dim=-1)
        return mean, log_var.clamp(*LOG_VAR_RANGE)
