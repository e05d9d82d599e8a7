"""The history of a training as a CSV file."""

from __future__ import annotations

import csv
import os
import warnings
from dataclasses import dataclass
from os import PathLike
from typing import Any

from .._paths import check_path
from ..persistence import naming, written_whole
from .base import Callback

__all__ = ["CSVLogger"]


@dataclass
class CSVLogger(Callback):
    """Keep ``history_`` in a CSV file: a row for each epoch, a column for each part of the loss.

    The file is written anew after every epoch, whole or not at all, so that a resumed training
    goes on in it and a reader never sees half a row. Where that fails, as on a full disk, there is
    a warning.

    Parameters
    ----------
    path : path

    Raises
    ------
    TypeError, ValueError
        If ``path`` is none.
    FileNotFoundError
        In ``fit``, if the folder is not there.

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
        check_path(self.path, f"{type(self).__name__}: path")

    def on_fit_begin(self, estimator: Any) -> None:
        """Find the place of the file, should the working directory change."""
        self._place = os.path.abspath(self.path)
        folder = os.path.dirname(self._place)
        if not os.path.isdir(folder):
            raise FileNotFoundError(f"CSVLogger({str(self.path)!r}): there is no folder {folder!r}")

    def on_epoch_end(self, estimator: Any, record: dict[str, float]) -> None:
        """Write the history so far."""
        rows = estimator.history_
        columns = list(dict.fromkeys(name for row in rows for name in row))
        try:
            with (
                written_whole(self._place) as file,
                naming(file),
                open(file, "w", newline="") as text,
            ):
                writer = csv.DictWriter(text, columns)
                writer.writeheader()
                writer.writerows(rows)
        except OSError as error:
            warnings.warn(f"training goes on without its log: {error}", stacklevel=2)
