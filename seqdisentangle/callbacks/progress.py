"""The progress bar of a training: how fast, how long still, and every part of the loss."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from tqdm.auto import tqdm

__all__ = ["ProgressBar"]

QUIET = ("epoch", "learning_rate", "seconds")


class ProgressBar:
    """A bar over the steps of a training; the parts of the loss change with the epochs.

    Parameters
    ----------
    max_epochs, n_batches : int
    verbose : int
        Nothing is shown if it is 0.
    name : str
        The name of the model in training.
    """

    def __init__(
        self, max_epochs: int, n_batches: int, verbose: int, name: str = "RecurrentWAE"
    ) -> None:
        self.max_epochs = max_epochs
        self.n_batches = n_batches
        self.verbose = verbose
        self.name = name
        self._bar: tqdm | None = None

    def on_step(self, training: Any) -> None:
        """Move on by a step. No loss is asked for, which would wait for the device."""
        if not self.verbose:  # nor a bar made: tqdm starts a thread and takes a semaphore for it
            return
        if self._bar is None:
            # A resumed training has steps behind it, which say nothing of its speed.
            done = len(training.history) * self.n_batches + len(training.losses)
            self._bar = tqdm(
                total=self.max_epochs * self.n_batches,
                initial=done - 1,
                desc=self.name,
                unit="step",
            )
        self._bar.update()

    def on_epoch(self, training: Any) -> None:
        """Show the parts of the loss of the epoch that has ended, but for those that rest."""
        if self._bar is None:  # nothing to show, or no step left to do
            return
        record = training.history[-1]
        parts = {
            name: f"{value:.4g}" for name, value in record.items() if value and name not in QUIET
        }
        done = f"{self.name} {record['epoch']}/{self.max_epochs}"
        self._bar.set_description(done, refresh=False)
        self._bar.set_postfix(parts)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
