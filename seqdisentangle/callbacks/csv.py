"""The history of a training as a CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from os import PathLike
from typing import Any

from ..persistence import written_whole
from .base import Callback, check_path

__all__ = ["CSVLogger"]


@dataclass
class CSVLogger(Callback):
    """Keep ``history_`` in a CSV file: a row for each epoch, a column for each part of the loss.

    The file is written anew after every epoch, whole or not at all, so that a resumed training
    goes on in it and a reader never sees half a row.

    Parameters
    ----------
    path : path

    Raises
    ------
    TypeError
        If ``path`` is none.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from seqdisentangle import RecurrentWAE
    >>> from seqdisentangle.callbacks import CSVLogger
    >>> from seqdisentangle.datasets import make_moving_digits
    >>> X = make_moving_digits(8, n_steps=4, size=16, random_state=0).X
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "history.csv")
    ...     model = RecurrentWAE(max_epochs=2, callbacks=CSVLogger(path)).fit(X)
    ...     print(path.read_text().splitlines()[0])
    epoch,loss,cost,content,motion,independence,likelihood,learning_rate,seconds
    """

    path: str | PathLike[str]

    def __post_init__(self) -> None:
        check_path(self, "path")

    def on_epoch_end(self, estimator: Any, record: dict[str, float]) -> None:
        """Write the history so far."""
        rows = estimator.history_
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with written_whole(self.path) as file, open(file, "w", newline="") as text:
            writer = csv.DictWriter(text, columns)
            writer.writeheader()
            writer.writerows(rows)
