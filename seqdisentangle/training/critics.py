"""The training of divergences that learn, against the model."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from ..divergences import Divergence
from ..objectives import Comparison

__all__ = ["Critics"]

# The usual ones of adversarial training: a critic must not run on after its target has turned.
BETAS = (0.5, 0.999)


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
