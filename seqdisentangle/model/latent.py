"""The tuples that the parts of the model hand to each other: codes and distributions."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from .densities import log_density

__all__ = ["Action", "Latent", "LatentCodes", "Mixture", "Posterior", "gaussian"]

# A standard deviation between 0.7% and 740%: beyond, a float32 density loses its meaning.
LOG_VAR_RANGE = (-10.0, 4.0)


class Latent(NamedTuple):
    """A draw of a latent code with the moments of the Gaussian that it was drawn from.

    Attributes
    ----------
    value, mean, log_var : Tensor of shape (n, d) for content, (n, T, d) for motion
    """

    value: Tensor
    mean: Tensor
    log_var: Tensor


class Action(NamedTuple):
    """A draw of an action, with the categorical distribution that it was drawn from.

    Attributes
    ----------
    value : Tensor of shape (n, K)
        One-hot.
    logits : Tensor of shape (n, K)
        Unnormalised log-probabilities.
    """

    value: Tensor
    logits: Tensor


class LatentCodes(NamedTuple):
    """The codes of sequences, which a decoder makes frames of.

    Attributes
    ----------
    content : Tensor of shape (n, d_c)
    motion : Tensor of shape (n, T, d_m)
    action : Tensor of shape (n, K), or None for a model without actions
        One-hot.
    """

    content: Tensor
    motion: Tensor
    action: Tensor | None = None

    def of(self, rows: Any) -> LatentCodes:
        """The codes of some of the sequences."""
        action = None if self.action is None else self.action[rows]
        return LatentCodes(self.content[rows], self.motion[rows], action)

    def lerp(self, other: LatentCodes, share: float) -> LatentCodes:
        """The codes on a straight line to others, 0 for these and 1 for those."""
        action = None
        if self.action is not None and other.action is not None:
            action = self.action.lerp(other.action, share)
        content, motion = (a.lerp(b, share) for a, b in zip(self[:2], other[:2], strict=True))
        return LatentCodes(content, motion, action)


class Posterior(NamedTuple):
    """The posterior of a batch of sequences, with a draw of each code.

    Attributes
    ----------
    content : Latent of shape (n, d_c)
    motion : Latent of shape (n, T, d_m)
    action : Action of shape (n, K), or None for a model without actions
    """

    content: Latent
    motion: Latent
    action: Action | None = None

    @property
    def codes(self) -> LatentCodes:
        """The codes that were drawn."""
        action = None if self.action is None else self.action.value
        return LatentCodes(self.content.value, self.motion.value, action)


class Mixture(NamedTuple):
    """Mixtures of K diagonal Gaussians each.

    Attributes
    ----------
    log_weight : Tensor of shape (..., K)
    mean, log_var : Tensor of shape (..., K, d)
    """

    log_weight: Tensor
    mean: Tensor
    log_var: Tensor

    def draw(self, uniform: Tensor, noise: Tensor) -> Latent:
        """A draw of each, with the moments of the Gaussian that it is from.

        Parameters
        ----------
        uniform : Tensor of shape (...,)
            Numbers in [0, 1), which choose the Gaussian.
        noise : Tensor of shape (..., d)
            Standard normal, for the draw from it.
        """
        up_to = self.log_weight.exp().cumsum(-1)
        last = self.log_weight.shape[-1] - 1  # weights may sum to less than one, by rounding
        k = (uniform.unsqueeze(-1) >= up_to).sum(-1).clamp(max=last)
        k = k[..., None, None]
        mean, log_var = (part.take_along_dim(k, -2).squeeze(-2) for part in self[1:])
        return Latent(torch.addcmul(mean, torch.exp(0.5 * log_var), noise), mean, log_var)

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density of one code under each, (..., d) -> (...)."""
        each = log_density(z.unsqueeze(-2), self.mean, self.log_var)
        return torch.logsumexp(self.log_weight + each, -1)


def gaussian(mean: Tensor, log_var: Tensor, rng: torch.Generator | None) -> Latent:
    """Draw from a diagonal Gaussian by the reparameterisation trick."""
    noise = torch.empty_like(mean).normal_(generator=rng)
    return Latent(torch.addcmul(mean, torch.exp(0.5 * log_var), noise), mean, log_var)
