"""The progress bar of a training: how fast, how long still, and every part of the loss."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from tqdm.auto import tqdm

__all__ = ["ProgressBar", "say"]

QUIET = ("epoch", "learning_rate", "seconds")


# Of a terminal that is gone, a pipe that nobody reads any more, a stream that was closed.
NOBODY_READS = (OSError, ValueError)


def say(line: str) -> None:
    """Print a line, if there is somewhere to print it."""
    with suppress(*NOBODY_READS):
        print(line)


class ProgressBar:
    """A bar over the steps of a training; the parts of the loss change with the epochs.

    A training goes on without it where there is no terminal, or not any more.

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
            self._draw(lambda: self._begin(done - 1))
        if self._bar is not None:
            self._draw(self._bar.update)

    def on_epoch(self, training: Any) -> None:
        """Show the parts of the loss of the epoch that has ended, but for those that rest."""
        bar = self._bar
        if bar is None:  # nothing to show, or no step left to do
            return
        record = training.history[-1]
        parts = {
            name: f"{value:.4g}" for name, value in record.items() if value and name not in QUIET
        }
        done = f"{self.name} {record['epoch']}/{self.max_epochs}"
        bar.set_description(done, refresh=False)
        self._draw(lambda: bar.set_postfix(parts))

    def _begin(self, done: int) -> None:
        if sys.stderr is None:  # as without a console on Windows
            self.verbose = 0
            return
        total = self.max_epochs * self.n_batches
        self._bar = tqdm(total=total, initial=done, desc=self.name, unit="step")

    def _draw(self, draw: Callable[[], Any]) -> None:
        """Draw, and never again once that is not possible."""
        try:
            draw()
        except NOBODY_READS:
            self.verbose = 0
            if self._bar is not None:
                self._bar.disable = True

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._draw(self._bar.close)
