"""The divergences that learn: their parameters made, and trained against the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn

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
    weight : float
        What its value weighs in the model's loss.
    """

    divergence: Divergence
    q: Samples
    p: Samples
    mask: Tensor | None = None
    weight: float = 0.0

    @property
    def is_zero_sum(self) -> bool:
        """Whether what the model minimises is what the divergence maximises, but for a weight."""
        return self.weight > 0 and type(self.divergence).critic_loss is Divergence.critic_loss

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

    def asked(self, comparisons: Iterable[Comparison]) -> list[nn.Parameter]:
        """Parameters whose gradient the model's own backward pass is to bring.

        Where the game is zero-sum it is that of the first step, for a fraction of the cost: a pass
        of its own would compute the divergence once more.
        """
        parameters = []
        for comparison in comparisons:
            optimizer = self.optimizers.get(comparison.divergence)
            if optimizer is not None and comparison.is_zero_sum:
                optimizer.zero_grad(set_to_none=True)
                parameters += optimizer.param_groups[0]["params"]
        return parameters

    def step(self, comparisons: Iterable[Comparison]) -> None:
        """Train each one that learns on what it has just compared.

        What the model's backward pass has brought is used, and what it has not is computed.
        """
        for comparison in comparisons:
            optimizer = self.optimizers.get(comparison.divergence)
            if optimizer is None:
                continue
            parameters = optimizer.param_groups[0]["params"]
            for _ in range(comparison.divergence.critic_steps):
                brought = [p.grad for p in parameters if p.grad is not None]
                if brought and comparison.is_zero_sum:
                    torch._foreach_div_(brought, -comparison.weight)
                else:
                    optimizer.zero_grad(set_to_none=True)
                    comparison.critic_loss().backward()
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
