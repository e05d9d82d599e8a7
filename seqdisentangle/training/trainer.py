"""A model, its objective and its optimisers, one step at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, cast

import torch
from torch import Tensor, nn

from ..data import Batch
from ..model import SequenceModel
from ..objectives import Comparison, Loss, Objective
from .critics import Critics
from .ema import Average
from .losses import Losses, Record
from .schedules import Schedule

__all__ = ["Trainer"]


class Trainer:
    """A model, its objective and its optimiser, moving one step at a time.

    Parameters
    ----------
    model : SequenceModel
    objective : Objective
        On the model's device.
    learning_rate : float
        The highest one of the schedule.
    lr_schedule : {"one_cycle", "cosine", "constant", "plateau"}
    n_steps, warmup_steps : int
        Length of the schedule, and of the rise at its start.
    clip_norm : float or None
        Largest norm of the gradient.
    seed : int
        Of the noise of the steps.
    ema : float or None
        Decay of the moving average of the weights; None for no average.
    precision : {"float32", "bfloat16"}
        Of the networks' passes; weights, optimisers and divergences are in float32.
    betas : pair of float
        Of the optimiser's averages of the gradient and its square.
    """

    def __init__(
        self,
        model: SequenceModel,
        objective: Objective,
        *,
        learning_rate: float,
        lr_schedule: str,
        n_steps: int,
        warmup_steps: int = 0,
        clip_norm: float | None,
        seed: int,
        ema: float | None = None,
        precision: str = "float32",
        betas: tuple[float, float] = (0.9, 0.999),
    ) -> None:
        self.model = model
        self.objective = objective
        self.clip_norm = clip_norm
        self.seed = seed
        self.device = next(model.parameters()).device
        self.generator = torch.Generator(self.device).manual_seed(seed)
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=learning_rate, betas=betas, weight_decay=0.0, fused=True
        )
        self.schedule = Schedule(self.optimizer, lr_schedule, learning_rate, n_steps, warmup_steps)
        self.critics = Critics(objective.divergences)
        self.average = None if ema is None else Average(model, ema)
        self.precision = precision
        self.communicator = objective.communicator
        self.evaluated = self.communicator.wrap(Evaluated(model, objective))

    @property
    def result(self) -> SequenceModel:
        """The model to evaluate and to keep: the average of the weights if there is one."""
        if self.average is None:
            return self.model
        return cast(SequenceModel, self.average.module)

    def step(
        self,
        x: Tensor,
        lengths: Tensor | None = None,
        observed: Tensor | None = None,
        labels: Tensor | None = None,
        *,
        content_delayed: bool = False,
        progress: float = 1.0,
    ) -> Loss:
        """One update on the parts of one :class:`Batch`; nothing is waited for."""
        with self.autocast():
            loss, compared = self.evaluated(
                x,
                self.generator,
                lengths=lengths,
                observed=observed,
                labels=labels,
                content_delayed=content_delayed,
                progress=progress,
            )
        self.optimizer.zero_grad(set_to_none=True)
        critics = self.critics.asked(compared)
        loss.total.backward(inputs=[*self.model.parameters(), *critics])
        if self.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm)
        self.optimizer.step()
        self.schedule.end_step()
        self.critics.step(compared)
        if self.average is not None:
            self.average.update_parameters(self.model)
        return type(loss)(*(part.detach() for part in loss))

    @torch.no_grad()
    def evaluate(self, batches: Iterable[Batch], *, content_delayed: bool = False) -> Record:
        """The parts of the loss without an update, with the same noise at every call.

        The weights are those of the end of a training, so that epochs can be compared.
        """
        model = self.result.eval()
        generator = torch.Generator(self.device).manual_seed(self.seed)
        losses = Losses(self.objective.parts)
        for x, lengths, observed, labels in batches:
            with self.autocast():
                loss, _ = self.objective(
                    model,
                    x,
                    generator,
                    lengths=lengths,
                    observed=observed,
                    labels=labels,
                    content_delayed=content_delayed,
                )
            losses.append(len(x), loss)
        return losses.means()

    def autocast(self) -> torch.autocast:
        """The precision of the networks' passes."""
        bfloat16 = self.precision == "bfloat16"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=bfloat16)

    # ---- what it leaves and takes up again -----------------------------------------------------

    def learned(self) -> dict[str, Any]:
        """A copy of the weights to keep, and of what the divergences have learned."""
        return copy.deepcopy(
            {"model": self.result.state_dict(), "objective": self.objective.state_dict()}
        )

    def is_finite(self) -> bool:
        """Whether all weights are; waits for the device once."""
        weights = [*self.model.state_dict().values(), *self.objective.parameters()]
        finite = [w.isfinite().all() for w in weights if w.is_floating_point()]
        return bool(torch.stack(finite).all())

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {
            "model": self.model.state_dict(),
            "objective": self.objective.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
            "schedule": self.schedule.state_dict(),
            "generators": self.communicator.gather_objects(self.generator.get_state()),
            "average": None if self.average is None else self.average.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there; the steps are then the same, bit for bit on a CPU."""
        self.model.load_state_dict(state["model"])
        self.objective.load_state_dict(state["objective"])
        for optimizer, one in zip(self._optimizers, state["optimizers"], strict=True):
            load_optimizer(optimizer, one)
        self.schedule.load_state_dict(state["schedule"])
        self.generator.set_state(state["generators"][self.communicator.rank])
        if self.average is not None:
            self.average.load_state_dict(state["average"])

    def moments(self) -> list[dict[int, dict[str, Tensor]]]:
        """What the optimisers remember of the gradients: the model's, then the critics'."""
        return [optimizer.state_dict()["state"] for optimizer in self._optimizers]

    def load_moments(self, moments: list[dict[int, dict[str, Tensor]]]) -> None:
        """Go on from what other optimisers of the same model remembered, at the own step size.

        Of critics, as far as they are of the same shape.
        """
        for optimizer, remembered in zip(self._optimizers, moments, strict=False):
            parameters = optimizer.param_groups[0]["params"]
            if all(m["exp_avg"].shape == parameters[i].shape for i, m in remembered.items()):
                # A copy: the optimiser would write into the tensors that it is given.
                state = {**optimizer.state_dict(), "state": copy.deepcopy(remembered)}
                optimizer.load_state_dict(state)

    def averaging(self) -> tuple[dict[str, Tensor], Tensor]:
        """The weights that are averaged, and the number of steps that the average is of."""
        assert self.average is not None
        return copy.deepcopy((self.model.state_dict(), self.average.n_averaged))

    def load_averaging(self, weights: dict[str, Tensor], n_averaged: Tensor) -> None:
        """Take the model's weights for the average of so many steps, and train on from others."""
        assert self.average is not None
        self.model.load_state_dict(weights)
        self.average.n_averaged.copy_(n_averaged)

    @property
    def _optimizers(self) -> list[torch.optim.Optimizer]:
        return [self.optimizer, *self.critics.optimizers.values()]


class Evaluated(nn.Module):
    """The objective of a model as one module, whose parameters are the model's alone."""

    def __init__(self, model: SequenceModel, objective: Objective) -> None:
        super().__init__()
        self.model = model
        self._evaluate = objective.__call__  # no part of it: critics have optimisers of their own

    def forward(self, *args: Any, **kwargs: Any) -> tuple[Loss, list[Comparison]]:
        """As that of :class:`Objective`, less the model."""
        return self._evaluate(self.model, *args, **kwargs)


def load_optimizer(optimizer: torch.optim.Optimizer, state: dict[str, Any]) -> None:
    """Restore an optimiser's state, its moments laid out in memory as the parameters are.

    The fused step goes through both in the order in which they lie, and a file keeps no strides.
    """
    parameters = optimizer.param_groups[0]["params"]
    moments = {
        i: {
            name: torch.empty_like(parameters[i]).copy_(value)
            if value.shape == parameters[i].shape
            else value
            for name, value in remembered.items()
        }
        for i, remembered in state["state"].items()
    }
    optimizer.load_state_dict({**state, "state": moments})
