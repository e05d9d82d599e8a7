"""A model, its objective and its optimisers, one update at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, Generic, Literal, NamedTuple, TypeVar, cast

import torch
from torch import Tensor, nn

from .._outline import load_weights
from ..data.batches import Batch
from ..objectives.base import Game, Loss, Objective
from .critics import Critics
from .ema import Average
from .graphs import Graphs, can_replay
from .losses import Losses, Record
from .schedules import Schedule
from .states import load_optimizer

__all__ = ["OptimizerState", "Trainer"]

Model = TypeVar("Model", bound=nn.Module)


class OptimizerState(NamedTuple):
    """The memory of the optimisers of a training.

    Attributes
    ----------
    moments : list of dict
        The moments of the gradients, of the model's optimiser and then of each critic's.
    weights : dict of Tensors, or None
        The weights that are averaged; None where none are.
    n_averaged : Tensor or None
        The number of updates that the average is of.
    """

    moments: list[dict[int, dict[str, Tensor]]]
    weights: dict[str, Tensor] | None = None
    n_averaged: Tensor | None = None


class Trainer(Generic[Model]):
    """A model, its objective and its optimisers, moving one update at a time.

    Parameters
    ----------
    model : nn.Module
        Of the kind that the objective evaluates.
    objective : Objective
        On the model's device.
    learning_rate : float
        The highest one of the schedule.
    lr_schedule : {"one_cycle", "cosine", "constant", "plateau"}
    n_updates, warmup_updates : int
        Length of the schedule, and of the rise at its start.
    clip_norm : float or None
        Largest norm of the gradient.
    seed : int
        Of the noise of the updates.
    ema : float or None
        Decay of the moving average of the weights; None for no average.
    precision : {"float32", "bfloat16"}
        Of the networks' passes; weights, optimisers and divergences are in float32.
    betas : pair of float
        Of the optimiser's averages of the gradient and its square.
    keep_memory : bool
        Keep freed memory for the next step.
    graphs : bool or "auto"
        Gradients on CUDA are found by graphs; "auto" where all parts can be replayed.
    """

    def __init__(
        self,
        model: Model,
        objective: Objective,
        *,
        learning_rate: float,
        lr_schedule: str,
        n_updates: int,
        warmup_updates: int = 0,
        clip_norm: float | None,
        seed: int,
        ema: float | None = None,
        precision: str = "float32",
        betas: tuple[float, float] = (0.9, 0.999),
        keep_memory: bool = True,
        graphs: bool | Literal["auto"] = False,
    ) -> None:
        self.model = model
        self.objective = objective
        self.clip_norm = clip_norm
        self.seed = seed
        self.device = next(model.parameters()).device
        self.rng = torch.Generator(self.device).manual_seed(seed)
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=learning_rate, betas=betas, weight_decay=0.0, fused=True
        )
        self.schedule = Schedule(
            self.optimizer, lr_schedule, learning_rate, n_updates, warmup_updates
        )
        self.critics = Critics(objective.divergences)
        self.average = None if ema is None else Average(model, ema)
        self.precision = precision
        self.keep_memory = keep_memory
        self.communicator = objective.communicator
        self.evaluated = self.communicator.wrap(Evaluated(model, objective))
        self.graphs: Graphs | None = None
        if can_replay(graphs, model, objective):
            parameters = list(model.parameters())
            self.graphs = Graphs(self.find_gradients, parameters, self.critics, self.rng)

    @property
    def result(self) -> Model:
        """The model to evaluate and to keep: the average of the weights if there is one."""
        if self.average is None:
            return self.model
        return cast(Model, self.average.module)

    def step(
        self,
        batch: Batch,
        *,
        content_delayed: bool = False,
        progress: float = 1.0,
    ) -> Loss:
        """Update the weights on one batch; nothing is waited for.

        The numbers of the loss are those of this step until the next one.
        """
        find = self.find_gradients if self.graphs is None else self.graphs
        loss = find(batch, content_delayed=content_delayed, progress=progress)
        self.optimizer.step()
        self.schedule.end_step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        return loss

    def find_gradients(
        self, batch: Batch, *, content_delayed: bool = False, progress: float | Tensor = 1.0
    ) -> Loss:
        """The gradients of the weights on one batch, and an update of those that learn against."""
        with self.autocast():
            loss, compared = self.evaluated(
                batch, self.rng, content_delayed=content_delayed, progress=progress
            )
        self.optimizer.zero_grad(set_to_none=True)
        critics = self.critics.asked(compared)
        loss.total.backward(inputs=[*self.model.parameters(), *critics])
        if self.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm)
        self.critics.step(compared)
        return loss.detach()

    @torch.no_grad()
    def evaluate(self, batches: Iterable[Batch], *, content_delayed: bool = False) -> Record:
        """The parts of the loss without an update, with the same noise at every call.

        The weights are those of the end of a training, so that epochs can be compared.
        """
        model = self.result.eval()
        rng = torch.Generator(self.device).manual_seed(self.seed)
        losses = Losses(self.objective.parts)
        for batch in batches:
            with self.autocast():
                loss, _ = self.objective(model, batch, rng, content_delayed=content_delayed)
            losses.append(len(batch), loss)
        return losses.means(self.communicator)

    def autocast(self) -> torch.autocast:
        """The precision of the networks' passes."""
        bfloat16 = self.precision == "bfloat16"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=bfloat16)

    # ---- state ---------------------------------------------------------------------------------

    def learned(self) -> dict[str, Any]:
        """A copy of the weights to keep, and of what the divergences have learned."""
        return copy.deepcopy(
            {"model": self.result.state_dict(), "objective": self.objective.state_dict()}
        )

    def is_finite(self) -> bool:
        """Tell whether all weights are finite; waits for the device once."""
        weights = [*self.model.state_dict().values(), *self.objective.parameters()]
        finite = [w.isfinite().all() for w in weights if w.is_floating_point()]
        return bool(torch.stack(finite).all())

    def state_dict(self) -> dict[str, Any]:
        """All that the next update depends on."""
        return {
            "model": self.model.state_dict(),
            "objective": self.objective.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
            "schedule": self.schedule.state_dict(),
            "rngs": self.communicator.gather_objects(self.rng.get_state()),
            "average": None if self.average is None else self.average.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there; the updates are then the same, bit for bit on a CPU."""
        self._forget_graphs()
        load_weights(self.model, state["model"])
        load_weights(self.objective, state["objective"])
        for optimizer, one in zip(self._optimizers, state["optimizers"], strict=True):
            load_optimizer(optimizer, one)
        self.schedule.load_state_dict(state["schedule"])
        rank, rngs = self.communicator.rank, state["rngs"]
        if rank == 0 or rank < len(rngs):  # else there were fewer processes
            self.rng.set_state(rngs[rank])
        if self.average is not None:
            load_weights(self.average, state["average"])

    def optimizer_state(self) -> OptimizerState:
        """A memory that another training of the same model may go on from."""
        moments = [optimizer.state_dict()["state"] for optimizer in self._optimizers]
        if self.average is None:
            return OptimizerState(moments)
        averaged = copy.deepcopy((self.model.state_dict(), self.average.n_averaged))
        return OptimizerState(moments, *averaged)

    def load_optimizer_state(self, state: OptimizerState) -> None:
        """Go on from the optimisers of another training, at the own learning rate.

        Of critics, as far as they are of the same shape.
        """
        self._forget_graphs()
        for optimizer, moments in zip(self._optimizers, state.moments, strict=False):
            parameters = optimizer.param_groups[0]["params"]
            if all(m["exp_avg"].shape == parameters[i].shape for i, m in moments.items()):
                # A copy: the optimiser would write into the tensors that it is given.
                restored = {**optimizer.state_dict(), "state": copy.deepcopy(moments)}
                optimizer.load_state_dict(restored)
        if self.average is not None and state.weights is not None:
            assert state.n_averaged is not None
            self.model.load_state_dict(state.weights)
            self.average.n_averaged.copy_(state.n_averaged)

    def _forget_graphs(self) -> None:
        if self.graphs is not None:
            self.graphs.forget()

    @property
    def _optimizers(self) -> list[torch.optim.Optimizer]:
        return [self.optimizer, *self.critics.optimizers.values()]


class Evaluated(nn.Module):
    """The objective of a model as one module, whose parameters are the model's alone."""

    def __init__(self, model: nn.Module, objective: Objective) -> None:
        super().__init__()
        self.model = model
        self._evaluate = objective.__call__  # no part of it: critics have optimisers of their own

    def forward(self, *args: Any, **kwargs: Any) -> tuple[Loss, list[Game]]:
        """As that of :class:`Objective`, less the model."""
        return self._evaluate(self.model, *args, **kwargs)
