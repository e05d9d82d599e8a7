"""The containers that the parts of the model hand to each other."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Action", "Latent", "Posterior", "gaussian"]

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


class Posterior(NamedTuple):
    """What the encoder says of a batch of sequences.

    Attributes
    ----------
    content : Latent of shape (n, d_c)
    motion : Latent of shape (n, T, d_m)
    action : Action of shape (n, K), or None for a model without actions
    """

    content: Latent
    motion: Latent
    action: Action | None = None


def gaussian(mean: Tensor, log_var: Tensor, generator: torch.Generator | None) -> Latent:
    """Draw from a diagonal Gaussian by the reparameterisation trick."""
    noise = torch.empty_like(mean).normal_(generator=generator)
    return Latent(torch.addcmul(mean, torch.exp(0.5 * log_var), noise), mean, log_var)
