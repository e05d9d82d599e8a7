"""The training of the judge: its objective, its batches, its batch norm at the end."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import update_bn

from ..data.batches import Batch, Batches
from ..data.outliers import FARTHEST
from ..data.passes import EvenPasses
from ..data.sequences import Sequences
from ..data.units import Scaling
from ..objectives.base import Loss, Objective, Term
from ._judge_net import JudgeNet

__all__ = ["UNITS", "CrossEntropy", "near", "settle_batch_norm", "shuffled_batches"]

#: 8-bit values are divided by 255, others are as they are.
UNITS = Scaling("unit")

SETTLING_BATCHES = 20  # sequences enough for the statistics of batch norm


def near(sequences: Sequences) -> Sequences:
    """Return the sequences, having found that none has values too large to compute with.

    Raises
    ------
    ValueError
        If one has; names the first.
    """
    if sequences.dtype in (np.uint8, np.bool_):
        return sequences

    def check(x: Tensor, first: int) -> None:
        far = (x.abs() > FARTHEST).nonzero()
        if len(far):
            number, step, *_ = far[0].tolist()
            raise ValueError(
                f"{sequences.name} has {float(x[tuple(far[0])]):g} in step {step} of sequence "
                f"{first + number}, expected values within {FARTHEST:g}: of images in [0, 1], of "
                "vectors standardised"
            )

    for _ in sequences.chunks(check=check):
        pass
    return sequences


class CrossEntropy(Objective):
    """The cross-entropy of each task on frames with noise, summed over tasks.

    Parameters
    ----------
    n_tasks : int
    noise : float
        Standard deviation of the Gaussian noise, in the units of the frames.
    """

    def __init__(self, n_tasks: int, noise: float) -> None:
        super().__init__()
        self.n_tasks = n_tasks
        self.noise = noise

    @property
    def parts(self) -> tuple[str, ...]:
        """One a task."""
        return tuple(f"task_{k}" for k in range(self.n_tasks))

    @property
    def divergences(self) -> Iterable[nn.Module]:
        """None."""
        return ()

    def forward(
        self,
        model: JudgeNet,
        batch: Batch,
        rng: torch.Generator,
        *,
        content_delayed: bool = False,
        progress: float | Tensor = 1.0,
    ) -> tuple[Loss, list[Any]]:
        """Evaluate it on a batch with labels of the shape (n, n_tasks)."""
        assert batch.labels is not None
        logits = model(replace(batch, x=noisy(batch.x, self.noise, rng)))
        values = {
            name: cross_entropy(of_task, y)
            for name, of_task, y in zip(self.parts, logits, batch.labels.T, strict=True)
        }
        return Loss.of(Term(values)), []


def noisy(x: Tensor, noise: float, rng: torch.Generator) -> Tensor:
    """Frames (n, T, D) or (n, T, C, H, W) with Gaussian noise of a standard deviation."""
    in_memory = x.movedim(2, -1).shape  # frames lie there with channels last, and so stay
    drawn = torch.randn(in_memory, generator=rng, device=x.device, dtype=x.dtype).movedim(-1, 2)
    return drawn.mul_(noise).add_(x)


def shuffled_batches(
    sequences: Sequences,
    batch_size: int,
    device: torch.device,
    rng: torch.Generator,
    *,
    labels: NDArray[np.int64] | None = None,
    rows: NDArray[np.intp] | None = None,
) -> Batches:
    """Batches of ``batch_size`` sequences or a few more: batch norm needs two at least.

    Parameters
    ----------
    sequences : Sequences
    batch_size : int
    device : torch.device
    rng : torch.Generator
        Of the order.
    labels : array of int and shape (n, n_tasks), optional
    rows : array of int, optional
        The sequences to read, increasing; all of them by default.
    """
    n = len(sequences) if rows is None else len(rows)
    largest = math.ceil(n / max(n // batch_size, 1))
    passes = EvenPasses(sequences, largest, rows=rows, rng=rng)
    return Batches(sequences, UNITS, passes, device=device, labels=labels)


def settle_batch_norm(
    net: JudgeNet,
    sequences: Sequences,
    batch_size: int,
    device: torch.device,
    rng: torch.Generator,
) -> None:
    """Set the running statistics from the final weights; few steps leave them far behind."""
    chosen = torch.randperm(len(sequences), generator=rng)[: SETTLING_BATCHES * batch_size]
    rows = np.sort(chosen.numpy())
    update_bn(shuffled_batches(sequences, batch_size, device, rng, rows=rows), net)
