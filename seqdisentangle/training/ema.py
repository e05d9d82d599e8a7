"""An exponential moving average of a model's weights."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

__all__ = ["Average"]


class Average(AveragedModel):
    """An exponential moving average of a model's weights and buffers, beginning with the first.

    torch's own update sends the number of steps to the weights' device, and waits for that.

    Parameters
    ----------
    model : nn.Module
    decay : float
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        super().__init__(model, use_buffers=True)
        self.decay = decay
        # The weights of a copy no longer lie side by side, as CUDA asks of recurrences.
        for module in self.modules():
            if isinstance(module, nn.RNNBase):
                module.flatten_parameters()

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """Move on by one step of the model; its counters are taken as they are."""
        decay = self.decay if self.n_averaged > 0 else 0.0  # a number in main memory
        averages: list[Tensor] = []
        values: list[Tensor] = []
        pairs = zip(everything_in(self.module), everything_in(model), strict=True)
        for average, value in pairs:
            if average.is_floating_point():
                averages.append(average)
                values.append(value)
            else:
                average.copy_(value)
        get_ema_multi_avg_fn(decay)(averages, values, self.n_averaged)
        self.n_averaged += 1


def everything_in(model: nn.Module) -> Iterator[Tensor]:
    """A model's parameters, then its buffers."""
    return chain(model.parameters(), model.buffers())
