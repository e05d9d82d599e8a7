"""The contract of processes that share a batch, and the one process that has it to itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from torch import Tensor, nn

from ..data.ragged import Rows

__all__ = ["Communicator", "SingleProcess"]

Value = TypeVar("Value")


class Communicator(ABC):
    """The exchange between processes that train one model together, each on a part of a batch.

    A divergence is a statistic of the whole batch, which an objective has to :meth:`gather` where
    each process holds a part of it.

    Attributes
    ----------
    rank : int
        Number of this process; 0 prints and writes.
    size : int
        Number of processes.
    """

    rank: int
    size: int

    @abstractmethod
    def gather(self, x: Tensor) -> Tensor:
        """The rows of all processes, (n, ...) -> (N, ...), with gradients to each one's own."""

    @abstractmethod
    def mean(self, x: Tensor) -> Tensor:
        """Mean over the rows of all processes, (n,) -> scalar.

        Gradients are those of this process's rows, such that their mean over processes is right.
        """

    @abstractmethod
    def shard(self, rows: Rows) -> Rows:
        """The rows of a batch that are this process's: neighbours, a part for each process."""

    @abstractmethod
    def broadcast(self, value: Value) -> Value:
        """The value that process 0 has."""

    @abstractmethod
    def gather_objects(self, value: Value) -> list[Value]:
        """The values of all processes, in the order of their numbers."""

    @abstractmethod
    def any(self, told: bool) -> bool:
        """True in all processes if it is in one; none waits for what a GPU computes."""

    @abstractmethod
    def wrap(self, module: nn.Module) -> Callable[..., Any]:
        """The module, with gradients that are averaged over processes."""

    @abstractmethod
    def synchronised(self, model: nn.Module) -> AbstractContextManager[None]:
        """Have the model's batch statistics be those of all processes."""


class SingleProcess(Communicator):
    """One process, which has each batch to itself.

    Examples
    --------
    >>> import torch
    >>> SingleProcess().mean(torch.tensor([1.0, 3.0]))
    tensor(2.)
    """

    rank = 0
    size = 1

    def gather(self, x: Tensor) -> Tensor:
        """The rows themselves."""
        return x

    def mean(self, x: Tensor) -> Tensor:
        """Their mean."""
        return x.mean()

    def shard(self, rows: Rows) -> Rows:
        """All rows."""
        return rows

    def broadcast(self, value: Value) -> Value:
        """The value itself."""
        return value

    def gather_objects(self, value: Value) -> list[Value]:
        """The value alone."""
        return [value]

    def any(self, told: bool) -> bool:
        """The same."""
        return told

    def wrap(self, module: nn.Module) -> Callable[..., Any]:
        """The module itself."""
        return module

    def synchronised(self, model: nn.Module) -> AbstractContextManager[None]:
        """Leave the model as it is."""
        return nullcontext()
