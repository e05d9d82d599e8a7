"""Schedules of the learning rate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from torch.optim import Optimizer, lr_scheduler

from .._parts import Part, Registry

__all__ = [
    "LR_SCHEDULES",
    "Constant",
    "Cosine",
    "LRSchedule",
    "OneCycle",
    "Plateau",
    "Schedule",
    "resolve_schedule",
]

# A plateau: after so many epochs without a lower loss the rate is that share of itself.
PATIENCE = 3
FACTOR = 0.3
# A warm-up begins with this share of the highest learning rate.
START = 0.04

# What a step changes of torch's schedulers: the rest is as they were built.
MOVES = (
    "last_epoch",
    "_step_count",
    "_last_lr",
    "best",
    "num_bad_epochs",
    "cooldown_counter",
    "T_cur",
    "T_i",
)


class LRSchedule(Part, ABC):
    """A schedule of the learning rate.

    A subclass is a dataclass of its parameters and is registered by a name in ``LR_SCHEDULES``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import torch
    >>> from seqdisentangle.training import LRSchedule
    >>> @dataclass
    ... class Halving(LRSchedule):
    ...     times: int = 3
    ...
    ...     def by_step(self, optimizer, learning_rate, n_updates, warmup_updates):
    ...         return torch.optim.lr_scheduler.LambdaLR(
    ...             optimizer, lambda step: 0.5 ** (self.times * step // n_updates)
    ...         )
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    >>> schedule = Schedule(optimizer, Halving(), 1.0, n_updates=6)
    >>> for _ in range(6):
    ...     print(optimizer.param_groups[0]["lr"], end=" ")
    ...     optimizer.step()
    ...     schedule.end_step()
    1.0 1.0 0.5 0.5 0.25 0.25
    """

    @abstractmethod
    def by_step(
        self, optimizer: Optimizer, learning_rate: float, n_updates: int, warmup_updates: int
    ) -> lr_scheduler.LRScheduler | None:
        """The part of it that moves with every update, begun; None for none.

        Parameters
        ----------
        optimizer : Optimizer
            Whose learning rate is ``learning_rate``.
        learning_rate : float
            The highest one.
        n_updates : int
            Updates of the whole training.
        warmup_updates : int
            Updates at the start in which the rate rises to the highest one.
        """

    def by_loss(self, optimizer: Optimizer) -> lr_scheduler.ReduceLROnPlateau | None:
        """The part of it that moves with the loss of every epoch, begun; None for none."""
        return None


@dataclass
class OneCycle(LRSchedule):
    """A rise to the highest rate in the warm-up, then a fall to nearly zero along a cosine.

    References
    ----------
    Smith, Topin: Super-Convergence: Very Fast Training of Neural Networks Using Large Learning
    Rates, 2018 (https://arxiv.org/abs/1708.07120).

    Examples
    --------
    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    >>> schedule = Schedule(optimizer, OneCycle(), 1.0, n_updates=10, warmup_updates=2)
    >>> round(optimizer.param_groups[0]["lr"], 3)
    0.04
    """

    def by_step(
        self, optimizer: Optimizer, learning_rate: float, n_updates: int, warmup_updates: int
    ) -> lr_scheduler.LRScheduler:
        """The whole cycle."""
        return lr_scheduler.OneCycleLR(
            optimizer,
            learning_rate,
            total_steps=n_updates + 1,
            # It divides by the length of the rise, which a share of zero leaves out.
            pct_start=(warmup_updates + 1) / (n_updates + 1) if warmup_updates else 0.0,
            div_factor=1 / START,
        )


@dataclass
class Cosine(LRSchedule):
    """The warm-up, then a fall to zero along a cosine.

    References
    ----------
    Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR 2017, without
    restarts.

    Examples
    --------
    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    >>> schedule = Schedule(optimizer, Cosine(), 1.0, n_updates=2)
    >>> optimizer.step()
    >>> schedule.end_step()
    >>> round(optimizer.param_groups[0]["lr"], 3)
    0.5
    """

    def by_step(
        self, optimizer: Optimizer, learning_rate: float, n_updates: int, warmup_updates: int
    ) -> lr_scheduler.LRScheduler:
        """The warm-up and the fall."""
        rise = warmup(optimizer, warmup_updates)
        fall = lr_scheduler.CosineAnnealingLR(optimizer, max(n_updates - warmup_updates, 1))
        if rise is None:
            return fall
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], [warmup_updates])


@dataclass
class Constant(LRSchedule):
    """The warm-up, then the highest rate.

    Examples
    --------
    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    >>> schedule = Schedule(optimizer, Constant(), 1.0, n_updates=10)
    >>> optimizer.param_groups[0]["lr"]
    1.0
    """

    def by_step(
        self, optimizer: Optimizer, learning_rate: float, n_updates: int, warmup_updates: int
    ) -> lr_scheduler.LRScheduler | None:
        """The warm-up."""
        return warmup(optimizer, warmup_updates)


@dataclass
class Plateau(LRSchedule):
    """The warm-up, then a lower rate whenever the loss has not fallen for some epochs.

    The loss is that of the validation sequences, if there are any.

    Parameters
    ----------
    factor : float, default=0.3
        The share of the rate that is left.
    patience : int, default=3
        Epochs without a lower loss that are waited for.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    >>> schedule = Schedule(optimizer, Plateau(factor=0.5, patience=1), 1.0, n_updates=10)
    >>> for loss in (3.0, 3.0, 3.0):
    ...     schedule.end_epoch(loss)
    >>> optimizer.param_groups[0]["lr"]
    0.5
    """

    factor: float = FACTOR
    patience: int = PATIENCE

    def __post_init__(self) -> None:
        if not 0 < self.factor < 1:
            raise ValueError(f"Plateau: factor must be between 0 and 1, got {self.factor!r}")
        patience: Any = self.patience
        if not isinstance(patience, Integral) or patience < 0:
            raise ValueError(f"Plateau: patience must be an int of at least 0, got {patience!r}")

    def by_step(
        self, optimizer: Optimizer, learning_rate: float, n_updates: int, warmup_updates: int
    ) -> lr_scheduler.LRScheduler | None:
        """The warm-up."""
        return warmup(optimizer, warmup_updates)

    def by_loss(self, optimizer: Optimizer) -> lr_scheduler.ReduceLROnPlateau:
        """The falls."""
        return lr_scheduler.ReduceLROnPlateau(
            optimizer, factor=float(self.factor), patience=int(self.patience)
        )


def warmup(optimizer: Optimizer, n_updates: int) -> lr_scheduler.LRScheduler | None:
    """A linear rise to the optimiser's learning rate; None if it takes no updates."""
    return lr_scheduler.LinearLR(optimizer, START, total_iters=n_updates) if n_updates else None


LR_SCHEDULES: Registry[LRSchedule] = Registry(
    "schedule",
    {
        "one_cycle": OneCycle,
        "cosine": Cosine,
        "constant": Constant,
        "plateau": Plateau,
    },
)


def resolve_schedule(schedule: Any) -> LRSchedule:
    """Turn an `lr_schedule` parameter into a schedule.

    Parameters
    ----------
    schedule : name or LRSchedule
        A name in ``LR_SCHEDULES``.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is neither a name nor a schedule.

    Examples
    --------
    >>> resolve_schedule("plateau")
    Plateau(factor=0.3, patience=3)
    """
    if isinstance(schedule, str):
        return LR_SCHEDULES.make(schedule, "lr_schedule")
    if not isinstance(schedule, LRSchedule):
        raise TypeError(
            f"lr_schedule must be a name ({LR_SCHEDULES.listed}) or an LRSchedule, got {schedule!r}"
        )
    return schedule


class Schedule:
    """A learning-rate schedule of one optimiser at work.

    Parameters
    ----------
    optimizer : Optimizer
    lr_schedule : name or LRSchedule
    learning_rate : float
        The highest one.
    n_updates : int
        Updates of the whole training.
    warmup_updates : int
        Updates at the start in which the rate rises to the highest one.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_schedule: str | LRSchedule,
        learning_rate: float,
        n_updates: int,
        warmup_updates: int = 0,
    ) -> None:
        schedule = resolve_schedule(lr_schedule)
        self._n_updates = n_updates
        self._by_step = schedule.by_step(optimizer, learning_rate, n_updates, warmup_updates)
        self._by_loss = schedule.by_loss(optimizer)

    def end_step(self) -> None:
        """Move on after a step of the optimiser."""
        if self._by_step is not None:
            self._by_step.step()

    def end_epoch(self, loss: float) -> None:
        """Move on after an epoch, which had this loss."""
        if self._by_loss is not None:
            self._by_loss.step(loss)

    def state_dict(self) -> dict[str, Any]:
        """The position in it, for a checkpoint."""
        return {
            "by_loss": None if self._by_loss is None else self._by_loss.state_dict(),
            "by_step": None if self._by_step is None else self._by_step.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there; the learning rate itself is the optimiser's to restore.

        Raises
        ------
        ValueError
            If it has moved further than the training is long.
        """
        if self._by_loss is not None:
            self._by_loss.load_state_dict(moved(self._by_loss, state["by_loss"]))
        if self._by_step is not None:
            n_done = state["by_step"]["last_epoch"]
            if not 0 <= n_done <= self._n_updates:
                raise ValueError(
                    f"the schedule of {self._n_updates} updates must have made as many or fewer, "
                    f"got {n_done}"
                )
            self._by_step.load_state_dict(moved(self._by_step, state["by_step"]))


def moved(scheduler: lr_scheduler.LRScheduler, state: dict[str, Any]) -> dict[str, Any]:
    """The state of a scheduler; of torch's own, what no step changes is as it was built."""
    if type(scheduler).__module__ != lr_scheduler.__name__:
        return state
    own = scheduler.state_dict()
    new = {name: state[name] for name in MOVES if name in own}
    if isinstance(scheduler, lr_scheduler.SequentialLR):
        pairs = zip(scheduler._schedulers, state["_schedulers"], strict=True)
        new["_schedulers"] = [moved(one, its) for one, its in pairs]
    return own | new
