"""Watchers of a training: the history, the bar, callbacks, the file of the best model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..callbacks import ProgressBar
from ..callbacks.base import Callbacks
from ..objectives.communicator import Communicator
from ..training.checkpoints import Checkpoints
from ..training.loop import TrainingRun

if TYPE_CHECKING:
    from ._fitting import FittingEstimator

__all__ = ["Watch"]


class Watch:
    """Everyone who is told of the epochs of a training.

    Parameters
    ----------
    estimator : FittingEstimator
    past : list of dict
        Records of the epochs before this training.
    bar : ProgressBar
    callbacks : Callbacks
    checkpoints : Checkpoints or None
        The file that the model of the best epoch is written to.
    communicator : Communicator
    """

    def __init__(
        self,
        estimator: FittingEstimator,
        past: list[dict[str, float]],
        bar: ProgressBar,
        callbacks: Callbacks,
        checkpoints: Checkpoints | None,
        communicator: Communicator,
    ) -> None:
        self.estimator = estimator
        self.past = past
        self.bar = bar
        self.callbacks = callbacks
        self.checkpoints = checkpoints
        self.communicator = communicator

    def count(self, history: list[dict[str, float]], best_epoch: int) -> None:
        """Let the estimator know its epochs, those before included."""
        n_past = len(self.past)
        records = [{**record, "epoch": record["epoch"] + n_past} for record in history]
        self.estimator.history_ = [*self.past, *records]
        self.estimator.n_epochs_ = len(self.estimator.history_)
        self.estimator.best_epoch_ = n_past + best_epoch

    def on_begin(self, training: TrainingRun) -> None:
        """Tell that the training begins."""
        self.count(training.history, training.best_epoch)
        self.callbacks.on_fit_begin(self.estimator)

    def on_epoch(self, training: TrainingRun) -> bool:
        """Tell that an epoch has ended; True if one of the callbacks says that it was the last."""
        self.count(training.history, training.best_epoch)
        self.bar.on_epoch(training)
        if self.checkpoints is not None and training.best_epoch == len(training.history):
            self.checkpoints.save_best(self.estimator.save)
        last = self.callbacks.on_epoch_end(self.estimator, self.estimator.history_[-1])
        return self.communicator.broadcast(last)
