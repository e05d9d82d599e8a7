"""The training loop: epochs of updates, early stopping, the best weights kept, nothing lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from torch import Tensor

from ..data.batches import Batch, Batches
from ..serialization import matches
from .checkpoints import Checkpoints, State
from .losses import Losses, NotFiniteError, Record
from .memory import kept_memory
from .states import check_alike
from .stopping import EarlyStopper
from .trainer import Trainer

__all__ = ["FitResult", "TrainingRun", "run"]


@dataclass
class FitResult:
    """The outcome of a training besides the weights.

    Attributes
    ----------
    history : list of dict
        The parts of the loss of every epoch.
    best_epoch : int
        The epoch whose weights were kept, counted from 1.
    interrupted : bool
        True if it was ended by Ctrl-C.
    diverged : FloatingPointError or None
        The error that ended it, if the loss was no longer finite. The weights are those of the
        last epoch before.
    """

    history: list[Record]
    best_epoch: int
    interrupted: bool = False
    diverged: FloatingPointError | None = None

    @property
    def cut_short(self) -> bool:
        """True where it ended before it was done."""
        return self.interrupted or self.diverged is not None


@dataclass
class TrainingRun:
    """A training under way: its trainer, and how far it has come.

    Attributes
    ----------
    trainer : Trainer
    batches : iterable of Batch
    stopping : EarlyStopper or None
    history : list of dict
        The records of the epochs that are done.
    losses : Losses
        Of the epoch that is running.
    order : Tensor or None
        The state of the generator that shuffles, from which the running epoch has its order.
    seconds : float
        That the running epoch has taken.
    learned : dict or None
        The weights after the last whole epoch.
    ended : bool
        True when there is nothing more to do.
    """

    trainer: Trainer
    batches: Iterable[Batch]
    stopping: EarlyStopper | None = None
    history: list[Record] = field(default_factory=list)
    losses: Losses = field(init=False)
    order: Tensor | None = None
    seconds: float = 0.0
    learned: dict[str, Any] | None = None
    ended: bool = False

    def __post_init__(self) -> None:
        self.losses = Losses(self.trainer.objective.parts)
        self._keep_order()

    @property
    def epoch(self) -> int:
        """The one that is running, counted from 1."""
        return len(self.history) + 1

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights are to be kept, counted from 1."""
        if self.stopping is not None and self.stopping.best_weights is not None:
            return self.stopping.best_epoch
        return len(self.history)

    def updates(self, *, content_delayed: bool, progress: float) -> Iterator[None]:
        """Update on each batch of the running epoch that is not done yet."""
        start = time.perf_counter() - self.seconds
        self.trainer.model.train()
        for batch in rest(self.batches, len(self.losses)):
            loss = self.trainer.step(batch, content_delayed=content_delayed, progress=progress)
            self.losses.append(len(batch), loss)
            self.seconds = time.perf_counter() - start
            yield

    def check_finite(self) -> None:
        """Raise a FloatingPointError if a loss of this epoch or a weight is not."""
        self.losses.check(self.epoch)
        if not self.trainer.is_finite():
            raise NotFiniteError(
                "weights became infinite or nan", f"epoch {self.epoch}, batch {len(self.losses)}"
            )

    def end_epoch(self, record: Record) -> None:
        """Take note of a whole epoch."""
        self.history.append(record)
        self.losses, self.seconds = Losses(self.trainer.objective.parts), 0.0
        self.learned = self.trainer.learned()
        self._keep_order()

    def finish(self, *, diverged: bool) -> None:
        """Leave the model with the weights to keep."""
        model = self.trainer.result
        self.trainer.optimizer.zero_grad(set_to_none=True)  # they would be kept with the model
        if diverged and self.learned is not None:
            model.load_state_dict(self.learned["model"])
            self.trainer.objective.load_state_dict(self.learned["objective"])
        if self.stopping is not None and self.stopping.best_weights is not None:
            model.load_state_dict(self.stopping.best_weights)
        model.eval()

    def state_dict(self) -> State:
        """All that the rest of the training depends on."""
        return {
            "trainer": self.trainer.state_dict(),
            "stopping": None if self.stopping is None else self.stopping.state_dict(),
            "history": self.history,
            "losses": self.losses.state_dict(self.trainer.communicator),
            "order": self.order,
            "seconds": self.seconds,
            # After an epoch they are the model's own.
            "learned": self.learned if len(self.losses) else None,
            "ended": self.ended,
        }

    def save(self, checkpoints: Checkpoints) -> None:
        """Write a checkpoint, with the batches of the running epoch that are done."""
        checkpoints.save(self.history, len(self.losses), self.state_dict())

    def load_state_dict(self, state: State) -> None:
        """Go on from there.

        Raises
        ------
        ValueError
            If it is not made as the state of this training is.
        """
        own = self.state_dict()
        if state["learned"] is not None:
            own["learned"] = self.trainer.learned()
        if self.stopping is not None and state["stopping"]["best_weights"] is not None:
            own["stopping"]["best_weights"] = self.trainer.result.state_dict()
        # A state of the noise for each process, of which there may have been more or fewer.
        rngs = own["trainer"]["rngs"]
        own["trainer"]["rngs"] = rngs[:1] * len(state["trainer"]["rngs"])
        check_alike(state, own)
        if not matches(state["history"], list[dict[str, float]]):
            raise ValueError(f"state.history must be records of epochs, got {state['history']!r}")
        self.trainer.load_state_dict(state["trainer"])
        if self.stopping is not None:
            self.stopping.load_state_dict(state["stopping"])
        self.history = list(state["history"])
        self.losses.load_state_dict(state["losses"], self.trainer.communicator)
        self.order = state["order"]
        if isinstance(self.batches, Batches) and self.batches.rng is not None:
            self.batches.rng.set_state(state["order"])
        self.seconds = state["seconds"]
        self.learned = state["learned"]
        if self.learned is None and self.history:
            self.learned = self.trainer.learned()
        self.ended = state["ended"]

    def _keep_order(self) -> None:
        if isinstance(self.batches, Batches) and self.batches.rng is not None:
            self.order = self.batches.rng.get_state()


def run(
    trainer: Trainer,
    batches: Iterable[Batch],
    *,
    max_epochs: int,
    delay_epochs: int = 0,
    progress: Callable[[int], float] | None = None,
    validation: Iterable[Batch] | None = None,
    stopping: EarlyStopper | None = None,
    on_begin: Callable[[TrainingRun], Any] | None = None,
    on_step: Callable[[TrainingRun], Any] | None = None,
    on_epoch: Callable[[TrainingRun], bool | None] | None = None,
    checkpoints: Checkpoints | None = None,
    state: State | None = None,
) -> FitResult:
    """Train for ``max_epochs`` epochs, or until the validation loss no longer falls.

    Parameters
    ----------
    trainer : Trainer
    batches : iterable of Batch
        The training batches, iterated over once an epoch.
    max_epochs : int
    delay_epochs : int
        Epochs at the start in which content rests.
    progress : callable, optional
        The share of the training that is done in an epoch, counted from 1, by which independence
        weighs more; all of it by default.
    validation : iterable of Batch, optional
        Batches to evaluate after every epoch; their parts appear as ``val_...``.
    stopping : EarlyStopper, optional
        Needs ``validation``. Epochs in which content rests do not count: theirs is another
        objective.
    on_begin : callable, optional
        Called with the training before the first batch.
    on_step : callable, optional
        Called with the training after every batch.
    on_epoch : callable, optional
        Called with the training after every epoch, with the model ready for use; True ends it.
    checkpoints : Checkpoints, optional
        Where the state is kept: at the start, after every epoch, and now and then on the way.
    state : dict, optional
        That of a checkpoint, to go on from.

    Raises
    ------
    ValueError
        If the state is that of another training; names the checkpoint.
    FloatingPointError
        If a part of the loss is no longer finite in the first epoch. Later on it is in the result.
    """
    training = TrainingRun(trainer, batches, stopping)
    if state is not None:
        with nullcontext() if checkpoints is None else checkpoints.restoring():
            training.load_state_dict(state)
    elif checkpoints is not None:
        training.save(checkpoints)
    interrupted, diverged = False, None
    try:
        with kept_memory(on=trainer.keep_memory):
            if on_begin is not None:
                on_begin(training)
            while not training.ended and len(training.history) < max_epochs:
                content_delayed = training.epoch <= delay_epochs
                done = 1.0 if progress is None else progress(training.epoch)
                for _ in training.updates(content_delayed=content_delayed, progress=done):
                    if on_step is not None:
                        on_step(training)
                    if checkpoints is not None and checkpoints.due():
                        training.check_finite()  # what has diverged is no place to go on from
                        training.save(checkpoints)
                training.check_finite()
                end_epoch(training, validation, content_delayed)
                trainer.result.eval()
                if on_epoch is not None and on_epoch(training):
                    training.ended = True
                if checkpoints is not None:
                    training.save(checkpoints)
    except KeyboardInterrupt:
        interrupted = True
    except NotFiniteError as error:
        if not training.history:
            raise
        kept = f"{error}. The weights of epoch {training.best_epoch} are kept"
        diverged = FloatingPointError(kept)
    training.finish(diverged=diverged is not None)
    return FitResult(training.history, training.best_epoch, interrupted, diverged)


def end_epoch(
    training: TrainingRun, validation: Iterable[Batch] | None, content_delayed: bool
) -> None:
    """Evaluate an epoch whose batches are done, and take note of it."""
    start = time.perf_counter()
    trainer, epoch = training.trainer, training.epoch
    record: Record = {"epoch": epoch} | training.losses.means(trainer.communicator)
    if validation is not None:
        parts = trainer.evaluate(validation, content_delayed=content_delayed)
        record |= {f"val_{name}": value for name, value in parts.items()}
    record["learning_rate"] = trainer.optimizer.param_groups[0]["lr"]
    record["seconds"] = training.seconds + time.perf_counter() - start
    training.end_epoch(trainer.communicator.broadcast(record))
    if content_delayed:  # another objective, whose loss is no yardstick
        return
    trainer.schedule.end_epoch(record.get("val_loss", record["loss"]))
    if training.stopping is not None:
        training.ended = training.stopping.update(epoch, record["val_loss"], trainer.result)


def rest(batches: Iterable[Batch], done: int) -> Iterator[Batch]:
    """The batches of an epoch without the first ones, which are not read if that can be helped."""
    if isinstance(batches, Batches):
        return batches.epoch(done)
    return islice(batches, done, None)
