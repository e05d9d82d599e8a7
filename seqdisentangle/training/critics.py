"""The divergences that learn: their parameters made, and trained against the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from ..divergences import Divergence, Divergences, Samples
from ..model import ModelSpec
from ..seeding import seeded

__all__ = ["Comparison", "Critics", "build_divergences"]

# The usual ones of adversarial training: a critic must not run on after its target has turned.
BETAS = (0.5, 0.999)


class Comparison(NamedTuple):
    """What a divergence compared in a step.

    Attributes
    ----------
    divergence : Divergence
    q, p : Samples
    mask : bool Tensor or None
        Which of the draws count.
    """

    divergence: Divergence
    q: Samples
    p: Samples
    mask: Tensor | None = None

    def value(self) -> Tensor:
        """The divergence, summed over leading indices."""
        return self.divergence(self.q, self.p, self.mask).sum()

    def critic_loss(self) -> Tensor:
        """What the parameters of the divergence minimise, on detached draws."""
        return self.divergence.critic_loss(detached(self.q), detached(self.p), self.mask).sum()


def detached(samples: Samples) -> Samples:
    """The same draws, constant."""
    value, *moments = samples
    return Samples(value.detach(), *(None if m is None else m.detach() for m in moments))


def build_divergences(divergences: Divergences, spec: ModelSpec, seed: int) -> None:
    """Make the parameters of the divergences of a model's codes."""
    content, motion, independence = divergences
    with seeded(seed):
        content.build(spec.content_size)
        # The conditionals of motion are compared through their joints with the code before.
        motion.build(spec.motion_size * (2 if motion.sample_based else 1))
        independence.build(spec.content_size + spec.motion_size)


class Critics:
    """The optimisers of the divergences that learn.

    Parameters
    ----------
    divergences : iterable of Divergence
    """

    def __init__(self, divergences: Iterable[Divergence]) -> None:
        self.optimizers: dict[Divergence, torch.optim.Optimizer] = {}
        for divergence in divergences:
            if any(parameter.requires_grad for parameter in divergence.parameters()):
                self.optimizers[divergence] = torch.optim.AdamW(
                    divergence.parameters(),
                    lr=divergence.learning_rate,
                    betas=BETAS,
                    weight_decay=0.0,
                    fused=True,
                )

    def step(self, comparisons: Iterable[Comparison]) -> None:
        """Train each one that learns on what it has just compared."""
        for comparison in comparisons:
            optimizer = self.optimizers.get(comparison.divergence)
            if optimizer is None:
                continue
            for _ in range(comparison.divergence.critic_steps):
                optimizer.zero_grad(set_to_none=True)
                comparison.critic_loss().backward()
                optimizer.step()
