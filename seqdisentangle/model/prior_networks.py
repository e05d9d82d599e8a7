"""The networks of motion priors in training, and the prior of content there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from .._modes import full_precision
from ..data.packing import Packing, packed
from ..networks.base import LONG
from .action import with_action
from .latent import LOG_VAR_RANGE, Latent, Mixture, gaussian
from .mixtures import mixture_log_prob
from .rollouts import LSTMSteps, rolled_out

__all__ = ["LSTMPrior", "PriorNetwork", "content_prior"]

START_LOG_VAR = -1.0  # of the Gaussians of a mixture


def content_prior(like: Tensor, rng: torch.Generator | None = None) -> Latent:
    """Draw from p(z_c) = N(0, I), in the shape, dtype and device of ``like``."""
    mean = torch.zeros_like(like)
    return gaussian(mean, mean, rng)


class PriorNetwork(nn.Module, ABC):
    r"""The network of a motion prior :math:`\prod_t p(z_{m,t} \mid z_{m,<t})`: its contract.

    A subclass says in :meth:`read` what it remembers of the codes before a step, and in
    :meth:`distribution` how the step is distributed then. With actions it is
    :math:`\prod_t p(z_{m,t} \mid z_{m,<t}, a)`: what follows depends on what is being done.

    Parameters
    ----------
    size : int
        Numbers in a motion code, :math:`d_m`.
    n_components : int
        Gaussians of each step. One is learned by the divergence of motion, more by
        the likelihood of the codes.
    """

    def __init__(self, size: int, n_components: int = 1) -> None:
        super().__init__()
        self.size = size
        self.n_components = n_components

    @abstractmethod
    def read(
        self,
        before: Tensor,
        state: Any = None,
        action: Tensor | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Any, Any]:
        """Read codes in their order.

        Parameters
        ----------
        before : Tensor of shape (n, T, d_m)
            The code before each step, zeros before the first.
        state : object, optional
            As it was returned by the call of the steps before.
        action : Tensor of shape (n, K), optional
            One-hot, the same in all steps; None for a model without actions.
        lengths : Tensor of shape (n,), on the CPU, optional
            Steps that are real where the rest is padding. The state after each one's own last
            step is asked for then, and nothing else.

        Returns
        -------
        hidden : Tensor of shape (n, T, h)
            The input of :meth:`distribution`.
        state : object
        """

    def read_one(
        self, before: Tensor, state: Any = None, action: Tensor | None = None
    ) -> tuple[Any, Any]:
        """Read the code before a single step, (n, 1, d_m), as :meth:`read` does.

        A network that reads one code faster than many may say how.
        """
        return self.read(before, state, action)

    @abstractmethod
    def distribution(self, hidden: Tensor) -> Mixture:
        """The distribution of each step, of ``n_components`` Gaussians for each of (n, T)."""

    @property
    def noise_size(self) -> int:
        """Standard normal numbers that the draw of a step takes: the last chooses the Gaussian."""
        return self.size if self.n_components == 1 else self.size + 1

    def forward(
        self, z: Tensor, rng: torch.Generator | None = None, action: Tensor | None = None
    ) -> Latent:
        """Draw each step given the codes before it, all steps in one call.

        Parameters
        ----------
        z : Tensor of shape (n, T, d_m)
            Codes; step t of the result depends on those before t.
        rng : torch.Generator, optional
        action : Tensor of shape (n, K), optional
            One-hot.

        Returns
        -------
        Latent of shape (n, T, d_m)
        """
        return self.draw(self.steps(z, action), self.noise(z, rng))

    def noise(self, z: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """Standard normal numbers for the draw beside each code (n, T, d_m)."""
        return z.new_empty(*z.shape[:2], self.noise_size).normal_(generator=rng)

    def steps(self, z: Tensor, action: Tensor | None = None) -> Mixture:
        """The distribution of each step given the codes before it, all steps in one call.

        Parameters
        ----------
        z : Tensor of shape (n, T, d_m)
        action : Tensor of shape (n, K), optional
            One-hot.

        Returns
        -------
        Mixture of n_components Gaussians for each of (n, T)
        """
        hidden = self.hidden(z, action)
        with full_precision(z.device):
            return self.distribution(hidden)

    def hidden(self, z: Tensor, action: Tensor | None = None) -> Any:
        """The input of each step's distribution: :meth:`read` of the codes before it."""
        before = nn.functional.pad(z, (0, 0, 1, -1))
        # In full precision: a mixture needs it, and so small a recurrence is no slower.
        with full_precision(z.device):
            dtype = next(self.parameters()).dtype
            told = None if action is None else action.to(dtype)
            return self.read(before.to(dtype), action=told)[0]

    def log_prob(self, hidden: Any, z: Tensor) -> Tensor:
        """The log-density of each code (n, T, d_m) in nats, (n, T).

        ``hidden`` is as :meth:`hidden` has it. A network that finds it faster than by
        :meth:`distribution` may say how.
        """
        with full_precision(z.device):
            return self.distribution(hidden).log_prob(z)

    def log_likelihood(self, hidden: Any, z: Tensor, packing: Packing | None = None) -> Tensor:
        """Of each sequence of codes (n, T, d_m), in nats, (n,); padding is none of it."""
        log_prob = self.log_prob(hidden, z)
        if packing is not None:
            log_prob = torch.where(packing.mask, log_prob, 0.0)
        return log_prob.sum(1)

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
        noise : Tensor of shape (n, n_steps, noise_size)
            Standard normal noise. With one Gaussian a step, zeros give its mean.
        history : Tensor of shape (n, T, d_m), optional
            Codes that came before.
        lengths : Tensor of shape (n,), on the CPU, optional
            Number of them that each sequence has, if not all.
        action : Tensor of shape (n, K), optional
            One-hot.

        Returns
        -------
        Tensor of shape (n, n_steps, d_m)
            The codes that follow.
        """
        z = noise.new_zeros(len(noise), 1, self.size)
        state = None
        with full_precision(noise.device):  # as in `steps`
            if history is not None and history.shape[1] > 0:
                before = torch.cat([z, history[:, :-1]], dim=1)
                _, state = self.read(before, None, action, lengths)  # after each one's last step
                if lengths is None:
                    z = history[:, -1:]
                else:
                    last = (lengths - 1).to(z.device)[:, None, None]
                    z = history.take_along_dim(last, 1)
            return self.follow(noise, z, state, action)

    def follow(
        self, noise: Tensor, before: Tensor, state: Any = None, action: Tensor | None = None
    ) -> Tensor:
        """Draw the codes (n, n_steps, d_m) after one code (n, 1, d_m) and a state.

        A network that draws many faster than one by one may say how.
        """
        z, steps = before, []
        for eps in noise.split(1, dim=1):
            hidden, state = self.read_one(z, state, action)
            z = self.draw(self.distribution(hidden), eps).value
            steps.append(z)
        return torch.cat(steps, dim=1)

    def draw(self, steps: Mixture, noise: Tensor) -> Latent:
        """A draw of each step from standard normal noise (n, T, noise_size)."""
        if self.n_components == 1:
            mean, log_var = (part.squeeze(-2) for part in steps[1:])
            return Latent(torch.addcmul(mean, torch.exp(0.5 * log_var), noise), mean, log_var)
        return steps.draw(torch.special.ndtr(noise[..., -1]), noise[..., :-1])


class LSTMPrior(PriorNetwork):
    """A motion prior whose memory is an LSTM, as in the paper.

    Parameters
    ----------
    size, hidden_size : int
    n_components : int
        Gaussians of each step.
    n_actions : int
        0 for a model without actions.
    """

    def __init__(
        self, size: int, hidden_size: int, n_components: int = 1, n_actions: int = 0
    ) -> None:
        super().__init__(size, n_components)
        self.lstm = nn.LSTM(size + n_actions, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 2 * size * n_components)
        self.choice: nn.Linear | None = None
        if n_components > 1:
            self.choice = nn.Linear(hidden_size, n_components)
            # As far apart as codes are. Those that begin at one place share its neighbourhood, and
            # much of the rest is left to Gaussians that are too wide.
            with torch.no_grad():
                mean, log_var = self.head.bias.view(n_components, 2, size).unbind(1)
                mean.normal_()
                log_var.fill_(START_LOG_VAR)

    def read(
        self,
        before: Tensor,
        state: Any = None,
        action: Tensor | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Any, Any]:
        """The states of the LSTM, (n, T, hidden_size); it reads the action beside each code."""
        hidden, state = self.lstm(packed(with_action(before, action), lengths), state)
        return hidden, state

    def read_one(
        self, before: Tensor, state: Any = None, action: Tensor | None = None
    ) -> tuple[Any, Any]:
        """The state after one step, by the cell: the layer gets its weights ready at each call."""
        told = with_action(before, action).squeeze(1)
        if state is None:
            state = [told.new_zeros(1, len(told), self.lstm.hidden_size)] * 2
        before_it = [part[0] for part in state]
        hidden, memory = torch.lstm_cell(told, before_it, *self.lstm.parameters())
        return hidden.unsqueeze(1), (hidden.unsqueeze(0), memory.unsqueeze(0))

    def follow(
        self, noise: Tensor, before: Tensor, state: Any = None, action: Tensor | None = None
    ) -> Tensor:
        """Draw codes; where no gradient is asked for, in a loop of few operations."""
        if torch.is_grad_enabled() or not self._is_plain:
            return super().follow(noise, before, state, action)
        before_it = None if state is None else tuple(part[0] for part in state)
        steps = LSTMSteps.of(self.lstm, self.head, self.choice, self.size)
        return rolled_out(steps, noise, before.squeeze(1), before_it, action)

    @property
    def _is_plain(self) -> bool:
        """False in a subclass, or with other layers: what they make of a step is theirs to say."""
        found = [type(part) for part in (self, self.lstm, self.head, self.choice)]
        several = type(None) if self.n_components == 1 else nn.Linear
        return found == [LSTMPrior, nn.LSTM, nn.Linear, several]

    def log_prob(self, hidden: Any, z: Tensor) -> Tensor:
        """The log-density of each code; of a mixture in one operation."""
        if self.choice is None or not self._is_plain:
            return super().log_prob(hidden, z)
        with full_precision(z.device):
            rows = hidden.flatten(0, 1), z.to(hidden.dtype).flatten(0, 1)
            keep = z.shape[1] <= LONG
            found = mixture_log_prob(rows[0], self.head, self.choice, rows[1], keep=keep)
        return found.unflatten(0, z.shape[:2])

    def distribution(self, hidden: Tensor) -> Mixture:
        """The Gaussians of each state."""
        parts = self.head(hidden).unflatten(-1, (self.n_components, 2 * self.size))
        mean, log_var = parts.chunk(2, dim=-1)  # (n, T, K, d_m)
        if self.choice is None:
            log_weight = mean.new_zeros(*hidden.shape[:-1], 1)
        else:
            log_weight = self.choice(hidden).log_softmax(-1)
        # A clamp, whose backward pass is one kernel where that of `clamp` is four.
        return Mixture(log_weight, mean, nn.functional.hardtanh(log_var, *LOG_VAR_RANGE))
