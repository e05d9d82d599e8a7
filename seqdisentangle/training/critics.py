"""The training of divergences that learn, against the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from ..objectives.base import Game

__all__ = ["Critics"]

# The usual ones of adversarial training: a critic must not run on after its target has turned.
BETAS = (0.5, 0.999)


class Critics:
    """The optimisers of the divergences that learn.

    Parameters
    ----------
    divergences : iterable of modules
        Those that learn have a ``learning_rate`` and ``critic_steps``.
    """

    def __init__(self, divergences: Iterable[Any]) -> None:
        self.optimizers: dict[nn.Module, torch.optim.Optimizer] = {}
        for divergence in divergences:
            if any(parameter.requires_grad for parameter in divergence.parameters()):
                self.optimizers[divergence] = torch.optim.AdamW(
                    divergence.parameters(),
                    lr=divergence.learning_rate,
                    betas=BETAS,
                    weight_decay=0.0,
                    fused=True,
                )

    @contextmanager
    def capturable(self) -> Iterator[None]:
        """Have the optimisers step within a CUDA graph that is recorded."""
        groups = [
            group for optimizer in self.optimizers.values() for group in optimizer.param_groups
        ]
        for group in groups:
            group["capturable"] = True
        try:
            yield
        finally:
            for group in groups:
                group["capturable"] = False

    def asked(self, games: Iterable[Game]) -> list[nn.Parameter]:
        """Parameters whose gradient the model's own backward pass is to bring.

        Where the game is zero-sum it is that of the first update, for a fraction of the cost: a
        pass of its own would compute the divergence once more.
        """
        parameters = []
        for game in games:
            optimizer = self.optimizers.get(game.divergence)
            if optimizer is not None and game.is_zero_sum:
                optimizer.zero_grad(set_to_none=True)
                parameters += optimizer.param_groups[0]["params"]
        return parameters

    def step(self, games: Iterable[Game]) -> None:
        """Train each one that learns on what it was just shown.

        A gradient that the model's backward pass has brought is used, any other is computed.
        """
        for game in games:
            optimizer = self.optimizers.get(game.divergence)
            if optimizer is None:
                continue
            parameters = optimizer.param_groups[0]["params"]
            for _ in range(game.divergence.critic_steps):
                brought = [p.grad for p in parameters if p.grad is not None]
                if brought and game.is_zero_sum:
                    torch._foreach_div_(brought, -game.weight)
                else:
                    optimizer.zero_grad(set_to_none=True)
                    game.critic_loss().backward()
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
