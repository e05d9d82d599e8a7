"""The contract of objectives: weighted terms of a batch as one number and its parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from .._seeding import seeded
from ..data.batches import Batch
from ..divergences import Divergence, Divergences, Samples
from ..model.core import ModelSpec
from .communicator import Communicator, SingleProcess

__all__ = [
    "RISE",
    "Comparison",
    "Game",
    "Loss",
    "Objective",
    "Term",
    "build_divergences",
    "counts",
    "ramp",
]

#: A weight rises between these shares of the training.
RISE = (0.25, 0.75)


class Term(NamedTuple):
    """A term of an objective: one value or several, which are summed and then weighed.

    Attributes
    ----------
    values : mapping of str to scalar Tensors
    weight : float
    """

    values: Mapping[str, Tensor]
    weight: float | Tensor = 1.0


class Loss(NamedTuple):
    """The objective of one batch.

    Attributes
    ----------
    total : Tensor, scalar
        The number that is minimised.
    parts : dict of str to scalar Tensors
        The values of its terms by name, without their weights.

    Examples
    --------
    >>> loss = Loss.of(Term({"cost": torch.tensor(3.0)}), Term({"kl": torch.tensor(2.0)}, 0.5))
    >>> loss.total, list(loss.parts)
    (tensor(4.), ['cost', 'kl'])
    """

    total: Tensor
    parts: dict[str, Tensor]

    @classmethod
    def of(cls, *terms: Term) -> Loss:
        """Sum weighted terms, in their order."""
        total: Tensor | None = None
        parts: dict[str, Tensor] = {}
        for values, weight in terms:
            first, *more = values.values()
            for value in more:
                first = first + value
            plain = not isinstance(weight, Tensor) and weight == 1
            weighted = first if plain else weight * first
            total = weighted if total is None else total + weighted
            parts.update(values)
        assert total is not None
        return cls(total, parts)

    def detach(self) -> Loss:
        """The same numbers, constant."""
        return Loss(self.total.detach(), {name: v.detach() for name, v in self.parts.items()})

    def stack(self) -> Tensor:
        """The total and the parts as one tensor, (1 + number of parts,)."""
        return torch.stack([self.total, *self.parts.values()])


class Game(Protocol):
    """A network that learns against the model, with what it was shown on a batch."""

    @property
    def divergence(self) -> Any:
        """The network, a ``Divergence`` or a ``Discriminator``."""

    @property
    def weight(self) -> float | Tensor:
        """The weight of its value in the loss of the model."""

    @property
    def is_zero_sum(self) -> bool:
        """True where the model minimises what the network maximises, but for the weight."""

    def critic_loss(self) -> Tensor:
        """The loss of the network, on what does not move with the model."""


class Objective(nn.Module, ABC):
    """Base of objectives: what is minimised of a model on a batch.

    A subclass says in :meth:`forward` which weighted terms a batch has. Its parameters are those of
    the divergences, which have optimisers of their own.

    Parameters
    ----------
    communicator : Communicator, optional
        The processes that share a batch; a single one by default.

    Attributes
    ----------
    movement_weight : float
        The weight of what moves beside the cost of whole frames, 0 where it has none of its own.
    """

    movement_weight = 0.0

    def __init__(self, communicator: Communicator | None = None) -> None:
        super().__init__()
        self.communicator = SingleProcess() if communicator is None else communicator

    @property
    @abstractmethod
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of its losses, in their order."""

    @property
    @abstractmethod
    def divergences(self) -> Iterable[nn.Module]:
        """The networks that are trained against the model, or that measure its codes."""

    @abstractmethod
    def forward(
        self,
        model: Any,
        batch: Batch,
        rng: torch.Generator,
        *,
        content_delayed: bool = False,
        progress: float | Tensor = 1.0,
    ) -> tuple[Loss, list[Any]]:
        """Evaluate the objective on a batch.

        Parameters
        ----------
        model : SequenceModel or MoCoGANModel
        batch : Batch
        rng : torch.Generator
            On the device of the batch; all that is drawn is drawn from it.
        content_delayed : bool
            True while content is not trained yet.
        progress : float or Tensor
            The share of the training that is done; a tensor where weights rise by it, in a step
            that is recorded once for all.

        Returns
        -------
        loss : Loss
        games : list of Game
            Samples that each divergence was shown, for those that learn from it.
        """


class Comparison(NamedTuple):
    """Samples that a divergence has compared on a batch.

    Attributes
    ----------
    divergence : Divergence
    q, p : Samples
    mask : bool Tensor or None
        True for the draws that count.
    weight : float or Tensor
        The weight of its value in the loss of the model.
    """

    divergence: Divergence
    q: Samples
    p: Samples
    mask: Tensor | None = None
    weight: float | Tensor = 0.0

    @property
    def is_zero_sum(self) -> bool:
        """True where the model minimises what the divergence maximises, but for a weight."""
        return counts(self.weight) and type(self.divergence).critic_loss is Divergence.critic_loss

    def value(self) -> Tensor:
        """The divergence, summed over leading indices."""
        return self.divergence(self.q, self.p, self.mask).sum()

    def critic_loss(self) -> Tensor:
        """The loss of the parameters of the divergence, on detached draws."""
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


def ramp(weight: float | tuple[float, float], progress: float | Tensor) -> float | Tensor:
    """A weight when a share of the training is done: of a pair, between the two.

    Examples
    --------
    >>> ramp((1.0, 3.0), 0.5), ramp((1.0, 3.0), torch.tensor(0.5)), ramp(2.0, torch.tensor(0.5))
    (2.0, tensor(2.), 2.0)
    """
    low, high = np.broadcast_to(weight, 2).tolist()
    if not isinstance(progress, Tensor):
        return float(np.interp(progress, RISE, (low, high)))
    if low == high:
        return float(low)
    return low + (high - low) * ((progress - RISE[0]) / (RISE[1] - RISE[0])).clamp(0, 1)


def counts(weight: float | Tensor) -> bool:
    """True unless a weight is zero; one that rises is not looked at."""
    return isinstance(weight, Tensor) or weight > 0
