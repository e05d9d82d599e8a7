"""The gradients of a step as one CUDA graph: its kernels without the time to launch each."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from .._parts import Part, of_package
from ..data.batches import Batch
from ..objectives.base import RISE, Loss, Objective
from .critics import Critics

__all__ = ["Graphs", "can_replay"]

#: Steps of a kind that are made kernel by kernel before its graph: what they set up stays.
BEFORE = 2
#: Kinds of steps that have a graph, by the shape of a batch and the phase of the training.
MOST = 24


@dataclass(frozen=True)
class Recorded:
    """A graph, with the tensors that it reads and writes."""

    graph: torch.cuda.CUDAGraph
    batch: Batch
    loss: Loss
    gradients: list[Tensor | None]


class Graphs:
    """Gradients of a model that are recorded once and then replayed.

    A graph computes on the tensors that it was recorded with: a batch is copied to where it reads,
    gradients are where it writes, and what weights that rise depend on is a tensor too. The first
    steps of a kind are made kernel by kernel, and so are those of batches with padding, whose
    lengths are numbers.

    Parameters
    ----------
    find : callable
        ``find(batch, content_delayed=, progress=) -> Loss`` leaves the gradients of the parameters,
        and makes a step of the critics.
    parameters : list of Parameter
    critics : Critics
    rng : torch.Generator
        On CUDA; all that is drawn is drawn from it.

    Warns
    -----
    RuntimeWarning
        If a step cannot be recorded; all are made kernel by kernel then.
    """

    def __init__(
        self,
        find: Callable[..., Loss],
        parameters: list[nn.Parameter],
        critics: Critics,
        rng: torch.Generator,
    ) -> None:
        self.find = find
        self.parameters = parameters
        self.critics = critics
        self.rng = rng
        self.progress = torch.zeros((), device=rng.device)
        self.works = True
        self.forget()

    def forget(self) -> None:
        """Record anew what comes: the optimisers of critics have got other tensors."""
        self._seen: Counter[Hashable] = Counter()
        self._recorded: dict[Hashable, Recorded] = {}
        self._pool: Any = None

    def __call__(self, batch: Batch, *, content_delayed: bool, progress: float) -> Loss:
        """Find the gradients on a batch."""
        # Before and after its rise a weight is a number, and may be none at all.
        start, end = RISE
        progress = min(max(progress, start), end)
        rises = start < progress < end
        kind = (form(batch), content_delayed, None if rises else progress)
        told: dict[str, Any] = {"content_delayed": content_delayed, "progress": progress}
        if kind not in self._recorded:
            self._seen[kind] += 1
            early = self._seen[kind] <= BEFORE or len(self._recorded) >= MOST
            if early or batch.lengths is not None or not self.works:
                return self.find(batch, **told)
            recorded = self._record(batch, {**told, "progress": self.progress} if rises else told)
            if recorded is None:
                return self.find(batch, **told)
            self._recorded[kind] = recorded
        recorded = self._recorded[kind]
        self.progress.fill_(progress)
        for static, value in zip(tensors(recorded.batch), tensors(batch), strict=True):
            static.copy_(value)
        recorded.graph.replay()
        for parameter, gradient in zip(self.parameters, recorded.gradients, strict=True):
            parameter.grad = gradient
        return recorded.loss

    def _record(self, batch: Batch, told: dict[str, Any]) -> Recorded | None:
        """Record a step, without making it, on a copy of a batch; None if it cannot be."""
        static = replace(batch, **{name: x.clone() for name, x in named_tensors(batch)})
        graph, drawn = torch.cuda.CUDAGraph(), self.rng.get_state()
        graph.register_generator_state(self.rng)
        # Another thread may have memory pinned meanwhile, which reads the batches to come.
        how: Any = {"pool": self._pool, "capture_error_mode": "thread_local"}
        try:
            with (
                torch.cuda.stream(torch.cuda.current_stream()),  # else that of one that fails stays
                self.critics.capturable(),
                torch.cuda.graph(graph, **how),
            ):
                loss = self.find(static, **told)
        except RuntimeError as error:
            self.works = False
            # And the state of the generator in its graph.
            self.rng.graphsafe_set_state(torch.Generator(self.rng.device).set_state(drawn))
            warnings.warn(
                "the steps of a training could not be recorded as a CUDA graph, and are made "
                "kernel by kernel, as training__cuda_graphs=False has it from the start: "
                f"{error.__context__ or error}",
                RuntimeWarning,
                stacklevel=2,
            )
            return None
        self._pool = graph.pool()
        return Recorded(graph, static, loss, [parameter.grad for parameter in self.parameters])


def named_tensors(batch: Batch) -> list[tuple[str, Tensor]]:
    """The tensors of a batch, by name."""
    values = ((field.name, getattr(batch, field.name)) for field in fields(batch))
    return [(name, value) for name, value in values if value is not None]


def tensors(batch: Batch) -> list[Tensor]:
    """The tensors of a batch."""
    return [value for _, value in named_tensors(batch)]


def form(batch: Batch) -> Hashable:
    """The form that batches of one graph have in common."""
    return tuple((name, x.shape, x.stride(), x.dtype) for name, x in named_tensors(batch))


def can_replay(graphs: bool | Literal["auto"], model: nn.Module, objective: Objective) -> bool:
    """Tell whether steps are to be graphs.

    Parameters
    ----------
    graphs : bool or "auto"
        "auto" is where all that a step calls is of the package or of torch, and computes the same
        kernels each time. Of a user's own module that is not known.
    model : nn.Module
    objective : Objective
    """
    if not (graphs and on_cuda(model) and objective.communicator.size == 1):
        return False
    if graphs != "auto":
        return True
    modules = [*model.modules(), *objective.modules()]
    parts = [part for part in vars(objective).values() if isinstance(part, Part)]
    return all(map(is_replayable, [*modules, *parts]))


def on_cuda(model: nn.Module) -> bool:
    """Tell whether a model is where graphs are, in which generators have been since torch 2.5."""
    device = next(model.parameters()).device
    return device.type == "cuda" and hasattr(torch.cuda.CUDAGraph, "register_generator_state")


def is_replayable(part: Any) -> bool:
    """Tell it of a part of a model or of an objective."""
    if isinstance(part, Part):
        return part.replayable
    kind = type(part)
    known = of_package(kind) or kind.__module__.partition(".")[0] == "torch"
    return bool(getattr(part, "replayable", known))
