"""Communication between the processes that train one model together."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.parallel import DistributedDataParallel

from ..data.ragged import Rows
from ..model.norms import RunningNorm, Whitening
from ..objectives.communicator import Communicator, SingleProcess

__all__ = ["ProcessGroup", "find_communicator", "naming_lost"]

if dist.is_available():
    # Its functions keep the group that is the default one when they are imported, which torch does
    # late. They would keep ours after its end, and its threads would run while Python is taken
    # down, at times with an abort.
    import torch.distributed.nn

Value = TypeVar("Value")


class ProcessGroup(Communicator):
    """A process group of torch, each process with its own rows of every batch.

    Each holds the same model and computes the divergences of the whole batch, whose codes it
    gathers; costs are of its own rows. A step is then that of one process with the whole batch.
    """

    def __init__(self) -> None:
        self.rank = dist.get_rank()
        self.size = dist.get_world_size()
        # For what is in main memory: a GPU is not waited for then.
        self.host = (
            dist.group.WORLD if dist.get_backend() == "gloo" else dist.new_group(backend="gloo")
        )

    def gather(self, x: Tensor) -> Tensor:
        """The rows of all processes, in the order of their numbers."""
        counts = [torch.zeros(1, dtype=torch.int64) for _ in range(self.size)]
        dist.all_gather(counts, torch.tensor([len(x)]), group=self.host)
        group = self.host if x.device.type == "cpu" else dist.group.WORLD
        gathered: Tensor = Gather.apply(x, torch.cat(counts).tolist(), group)
        return gathered

    def mean(self, x: Tensor) -> Tensor:
        """Mean over the rows of all processes."""
        total = torch.stack([x.detach().sum(), x.new_full((), len(x))])
        dist.all_reduce(total)
        of_this = x.sum() * (self.size / total[1])
        return of_this + (total[0] / total[1] - of_this.detach())

    def shard(self, rows: Rows) -> Rows:
        """Neighbouring rows: one part of a batch, of which there are as many as processes."""
        numbers = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        if len(numbers) < self.size:
            raise ValueError(
                f"a batch of {len(numbers)} sequences cannot be shared by {self.size} processes: "
                "more sequences, or a larger batch_size"
            )
        part: NDArray[np.intp] = np.array_split(numbers, self.size)[self.rank]
        return slice(int(part[0]), int(part[-1]) + 1) if isinstance(rows, slice) else part

    def broadcast(self, value: Value) -> Value:
        """The value that process 0 has."""
        values = [value]
        dist.broadcast_object_list(values, src=0)
        return values[0]

    def gather_objects(self, value: Value) -> list[Value]:
        """The values of all processes, in the order of their numbers."""
        values = [value] * self.size
        dist.all_gather_object(values, value)
        return values

    def any(self, told: bool) -> bool:
        """True in all processes if it is in one, by way of main memory."""
        found = torch.tensor([told], dtype=torch.uint8)
        dist.all_reduce(found, op=dist.ReduceOp.MAX, group=self.host)
        return bool(found)

    def wrap(self, module: nn.Module) -> Callable[..., Any]:
        """The module, with gradients that are averaged over processes."""
        # Content rests for some epochs, hence parameters that are not used.
        return DistributedDataParallel(module, find_unused_parameters=True)

    @contextmanager
    def synchronised(self, model: nn.Module) -> Iterator[None]:
        """Have the model's batch statistics be those of all processes."""
        norms = [
            module
            for module in model.modules()
            if isinstance(module, _BatchNorm) and module.track_running_stats
        ]
        whitenings = [module for module in model.modules() if isinstance(module, Whitening)]
        runnings = [module for module in model.modules() if isinstance(module, RunningNorm)]
        for norm in norms:
            norm.forward = SyncedNorm(norm)  # type: ignore[assignment]
        for whitening in whitenings:
            whitening.second_moment = second_moment  # type: ignore[method-assign]
        for running in runnings:
            running.moments = moments  # type: ignore[method-assign]
        try:
            yield
        finally:  # what they have by their classes again
            for norm in norms:
                del norm.forward
            for whitening in whitenings:
                del whitening.second_moment
            for running in runnings:
                del running.moments


class Gather(torch.autograd.Function):
    """The rows of all processes; backwards, each one's own from the gradients of all."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, sizes: list[int], group: Any) -> Tensor:
        """(n, ...) -> (N, ...), each process's n being known to all."""
        padded = x.new_zeros(max(sizes), *x.shape[1:])
        padded[: len(x)] = x
        parts = [torch.empty_like(padded) for _ in sizes]
        dist.all_gather(parts, padded, group=group)
        rank = dist.get_rank()
        ctx.rows, ctx.group = slice(sum(sizes[:rank]), sum(sizes[: rank + 1])), group
        return torch.cat([part[:n] for part, n in zip(parts, sizes, strict=True)])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        """(N, ...) -> (n, ...)."""
        gradient = gradient.clone()
        dist.all_reduce(gradient, group=ctx.group)
        return gradient[ctx.rows], None, None


class Sum(torch.autograd.Function):
    """The sum over processes, and of their gradients."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Of equal shapes."""
        x = x.clone()
        dist.all_reduce(x)
        return x

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Of equal shapes."""
        gradient = gradient.clone()
        dist.all_reduce(gradient)
        return gradient


def second_moment(x: Tensor) -> Tensor:
    """The mean of the outer products of the rows of all processes, (n, d) -> (d, d)."""
    total = torch.cat([(x.mT @ x).flatten(), x.new_full((1,), len(x))])
    dist.all_reduce(total)
    return (total[:-1] / total[-1]).view(x.shape[1], -1)


def moments(y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The mean of the rows of all processes and of their squares, and their number."""
    total: Tensor = Sum.apply(torch.cat([y.sum(0), y.square().sum(0), y.new_full((1,), len(y))]))
    n = total[-1].detach()
    mean, squares = (total[:-1] / n).chunk(2)
    return mean, squares, n


class SyncedNorm:
    """The forward pass of a batch normalisation whose batch is spread over processes.

    It is for any device; ``torch.nn.SyncBatchNorm`` is for CUDA alone.
    """

    def __init__(self, norm: _BatchNorm) -> None:
        self.norm = norm

    def __call__(self, x: Tensor) -> Tensor:
        """(n, C, ...) -> (n, C, ...)."""
        norm = self.norm
        if not norm.training:
            return type(norm).forward(norm, x)
        dims = [0, *range(2, x.ndim)]
        shape = (1, -1, *[1] * (x.ndim - 2))
        n_values = x.numel() // x.shape[1]
        sums: Tensor = Sum.apply(torch.cat([x.sum(dims), x.new_full((1,), n_values)]))
        n = sums[-1].detach()
        mean = sums[:-1] / n
        squares: Tensor = Sum.apply((x - mean.view(shape)).square().sum(dims))
        self._update(mean.detach(), squares.detach() / (n - 1).clamp(min=1), n)
        # One value alone has no statistics: the running ones then.
        running_mean, running_var = self._running
        mean = torch.where(n > 1, mean, running_mean)
        var = torch.where(n > 1, squares / n, running_var)
        y = (x - mean.view(shape)) * torch.rsqrt(var + norm.eps).view(shape)
        return y if norm.weight is None else y * norm.weight.view(shape) + norm.bias.view(shape)

    @property
    def _running(self) -> tuple[Tensor, Tensor]:
        assert self.norm.running_mean is not None
        assert self.norm.running_var is not None
        return self.norm.running_mean, self.norm.running_var

    @torch.no_grad()
    def _update(self, mean: Tensor, var: Tensor, n: Tensor) -> None:
        """Move the running moments, unless there is one value alone."""
        share = torch.where(n > 1, self.norm.momentum or 0.0, 0.0)
        for running, moment in zip(self._running, (mean, var), strict=True):
            running.lerp_(moment, share.to(running.dtype))
        if self.norm.num_batches_tracked is not None:
            self.norm.num_batches_tracked.add_(1)


# The environment in which torchrun tells a process its rank is inherited by those that it starts, a
# worker of a grid search, say, which would then train in its place. So a rank leaves its id there.
RANK_PID = "SEQDISENTANGLE_RANK_PID"

# Of the messages by which gloo and NCCL say that another process is gone, or does not answer.
OF_CONNECTION = (
    "Connection closed",
    "Connection reset",
    "Broken pipe",
    "Timed out waiting",
    "operation timeout",
    "wait timeout",
    "Socket Timeout",
    "remote process exited",
)

# The group of the process that this one was forked from, which goes on without it.
_of_parent: Any = None


def find_communicator(device: torch.device) -> Communicator:
    """The process group that is there, or that ``torchrun`` has started this process for.

    A process that one of the group has started itself is alone.
    """
    if not dist.is_available():
        return SingleProcess()
    if dist.is_initialized():
        return SingleProcess() if dist.group.WORLD is _of_parent else ProcessGroup()
    if not dist.is_torchelastic_launched() or not claim_rank():
        return SingleProcess()
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return ProcessGroup()


@contextmanager
def naming_lost(communicator: Communicator) -> Iterator[None]:
    """Say that another process is lost, in an error of those that had to wait for it.

    Raises
    ------
    RuntimeError
        In place of the error of its connection.
    """
    try:
        yield
    except RuntimeError as error:
        if communicator.size == 1 or not any(words in str(error) for words in OF_CONNECTION):
            raise
        raise RuntimeError(
            f"one of the {communicator.size} processes that train together has ended, or does not "
            f"answer; this one was number {communicator.rank}. With checkpoint=... a new start "
            "goes on from the last epoch by fit(..., resume=True), with fewer processes too. "
            f"{error}"
        ) from error


def claim_rank() -> bool:
    """Claim the rank in the environment; True if it is this process's, the first to claim it."""
    return os.environ.setdefault(RANK_PID, str(os.getpid())) == str(os.getpid())


def _note_group() -> None:
    global _of_parent
    if dist.is_available() and dist.is_initialized():
        _of_parent = dist.group.WORLD


def _end_group() -> None:
    """End the group before Python is taken down, where its threads would at times abort.

    A script that an error ends has not come to its own ``destroy_process_group``, and the frames of
    that error hold the group.
    """
    if not dist.is_initialized() or dist.group.WORLD is _of_parent:
        return
    for name in ("last_exc", "last_value", "last_traceback"):
        vars(sys).pop(name, None)
    # torch before 2.8 hangs where a group is freed while its thread lets go of a tensor
    # (https://github.com/pytorch/pytorch/pull/154976).
    time.sleep(0.1)
    dist.destroy_process_group()
    gc.collect()


if dist.is_available():
    atexit.register(_end_group)  # here, so that it comes after what others register later
    if dist.is_torchelastic_launched():
        claim_rank()  # before it can start a process
if hasattr(os, "register_at_fork"):  # Windows has no forks
    os.register_at_fork(after_in_child=_note_group)
