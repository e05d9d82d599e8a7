"""The parts that objectives share: a divergence with what it compared, and a weight that rises."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from torch import Tensor

from .._seeding import seeded
from ..divergences import Divergence, Divergences, Samples
from ..model import ModelSpec

__all__ = ["Comparison", "build_divergences", "ramp"]

# A weight rises between these shares of the training.
RISE = (0.25, 0.75)


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


def ramp(weight: float | tuple[float, float], progress: float) -> float:
    """What a weight is when a share of the training is done: of a pair, between the two."""
    return float(np.interp(progress, RISE, np.broadcast_to(weight, 2)))
