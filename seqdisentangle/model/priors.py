"""The priors: a standard normal for content, a learned recurrent one for motion."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .action import with_action
from .latent import LOG_VAR_RANGE, Latent, Mixture, gaussian
from .packing import packed

__all__ = ["MotionPrior", "content_prior"]

START_LOG_VAR = -1.0  # of the Gaussians of a mixture


def content_prior(like: Tensor, generator: torch.Generator | None = None) -> Latent:
    """Draw from p(z_c) = N(0, I), in the shape, dtype and device of ``like``."""
    mean = torch.zeros_like(like)
    return gaussian(mean, mean, generator)


class MotionPrior(nn.Module):
    r"""The motion prior :math:`\prod_t p(z_{m,t} \mid z_{m,<t})`, an LSTM.

    Its steps are Gaussians, as in the paper, or mixtures of them: a movement may go on in more ways
    than one, and a single Gaussian then draws what is between them. With actions it is
    :math:`\prod_t p(z_{m,t} \mid z_{m,<t}, a)`: what follows depends on what is being done.

    Parameters
    ----------
    size, hidden_size : int
    n_components : int
        Gaussians of each step.
    n_actions : int
        0 for a model without actions.

    References
    ----------
    Bishop: Mixture Density Networks, 1994.
    """

    def __init__(
        self, size: int, hidden_size: int, n_components: int = 1, n_actions: int = 0
    ) -> None:
        super().__init__()
        self.size = size
        self.n_components = n_components
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

    @property
    def noise_size(self) -> int:
        """Standard normal numbers that the draw of a step takes: the last chooses the Gaussian."""
        return self.size if self.choice is None else self.size + 1

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
        return self.draw(self.steps(z, action), self.noise(z, generator))

    def noise(self, z: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """What the draw of a step takes, for each code (n, T, d_m)."""
        return z.new_empty(*z.shape[:2], self.noise_size).normal_(generator=generator)

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
        before = with_action(nn.functional.pad(z, (0, 0, 1, -1)), action)
        # In full precision: a mixture needs it, and so small a recurrence is no slower.
        with torch.autocast(z.device.type, enabled=False):
            return self._mixture(self.lstm(before.to(self.head.weight.dtype))[0])

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
            _, state = self.lstm(packed(before, lengths))  # after each one's own last step
            if lengths is None:
                z = history[:, -1:]
            else:
                last = (lengths - 1).to(z.device)[:, None, None]
                z = history.take_along_dim(last, 1)
        steps = []
        for eps in noise.split(1, dim=1):
            hidden, state = self.lstm(with_action(z, action), state)
            z = self.draw(self._mixture(hidden), eps).value
            steps.append(z)
        return torch.cat(steps, dim=1)

    def draw(self, steps: Mixture, noise: Tensor) -> Latent:
        """A draw of each step from standard normal noise (n, T, noise_size)."""
        if self.choice is None:
            mean, log_var = (part.squeeze(-2) for part in steps[1:])
            return Latent(torch.addcmul(mean, torch.exp(0.5 * log_var), noise), mean, log_var)
        return steps.draw(torch.special.ndtr(noise[..., -1]), noise[..., :-1])

    def _mixture(self, hidden: Tensor) -> Mixture:
        """The distributions of states (n, T, hidden_size)."""
        parts = self.head(hidden).unflatten(-1, (self.n_components, 2 * self.size))
        mean, log_var = parts.chunk(2, dim=-1)  # (n, T, K, d_m)
        if self.choice is None:
            log_weight = mean.new_zeros(*hidden.shape[:-1], 1)
        else:
            log_weight = self.choice(hidden).log_softmax(-1)
        return Mixture(log_weight, mean, log_var.clamp(*LOG_VAR_RANGE))
