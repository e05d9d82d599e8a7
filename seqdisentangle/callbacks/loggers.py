"""Callbacks that write down how a training goes, where other tools read it."""

from __future__ import annotations

import csv
import importlib
from os import PathLike
from typing import Any

from ..persistence import written_whole
from .base import Callback

__all__ = ["CSVLogger", "MLflowLogger", "TensorBoardLogger"]

# Of a record; no measurement of its own.
EPOCH = "epoch"


class CSVLogger(Callback):
    """Keep ``history_`` in a CSV file: a row for each epoch, a column for each part of the loss.

    The file is written anew after every epoch, whole or not at all, so that a resumed training
    goes on in it and a reader never sees half a row.

    Parameters
    ----------
    path : path

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

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = path

    def on_epoch_end(self, estimator: Any, record: dict[str, float]) -> None:
        """Write the history so far."""
        rows = estimator.history_
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with written_whole(self.path) as file, open(file, "w", newline="") as text:
            writer = csv.DictWriter(text, columns)
            writer.writeheader()
            writer.writerows(rows)


class TensorBoardLogger(Callback):
    """Write the parts of the loss for TensorBoard, by epoch.

    The tags are ``train/...`` and ``validation/...``, so that the two share their charts' names.

    Parameters
    ----------
    folder : path
        What ``tensorboard --logdir`` is given.

    Raises
    ------
    ImportError
        In ``fit``, if the package tensorboard is not there.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = folder
        self._writer: Any = None

    def on_fit_begin(self, estimator: Any) -> None:
        """Open the file of events."""
        self._close()  # an earlier training may have ended by an error
        try:
            tensorboard = importlib.import_module("torch.utils.tensorboard")
        except ImportError as error:
            raise ImportError(
                "TensorBoardLogger needs the package tensorboard: pip install tensorboard"
            ) from error
        # Of a resumed training, epochs that it trains again are shown once.
        purge = len(estimator.history_) + 1
        self._writer = tensorboard.SummaryWriter(str(self.folder), purge_step=purge)

    def on_epoch_end(self, estimator: Any, record: dict[str, float]) -> None:
        """Write the record of an epoch."""
        for tag, value in tagged(record).items():
            self._writer.add_scalar(tag, value, int(record[EPOCH]))
        self._writer.flush()

    def on_fit_end(self, estimator: Any) -> None:
        """Close the file of events."""
        self._close()

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_writer": None}  # copies open files of their own


class MLflowLogger(Callback):
    """Log parameters, and the parts of the loss by epoch, to the active run of MLflow.

    Parameters
    ----------
    client : object, default=None
        The module ``mlflow``, or anything with its ``log_params(params)`` and
        ``log_metrics(metrics, step=)``. None imports ``mlflow``.

    Raises
    ------
    ImportError
        In ``fit``, if ``client`` is None and the package mlflow is not there.
    """

    def __init__(self, client: Any = None) -> None:
        self.client = client

    def on_fit_begin(self, estimator: Any) -> None:
        """Log the parameters of the estimator, but for the callbacks."""
        params = estimator.get_params(deep=False)
        params.pop("callbacks", None)
        self._resolved().log_params(params)

    def on_epoch_end(self, estimator: Any, record: dict[str, float]) -> None:
        """Log the record of an epoch."""
        self._resolved().log_metrics(tagged(record), step=int(record[EPOCH]))

    def _resolved(self) -> Any:
        if self.client is not None:
            return self.client
        try:
            return importlib.import_module("mlflow")
        except ImportError as error:
            raise ImportError(
                "MLflowLogger needs the package mlflow, or a client of your own: pip install mlflow"
            ) from error

    def __deepcopy__(self, memo: Any) -> MLflowLogger:
        return type(self)(self.client)  # clones log to the same place; a module has no copy


def tagged(record: dict[str, float]) -> dict[str, float]:
    """The measurements of a record under the names that a dashboard groups by."""
    named = {}
    for name, value in record.items():
        if name.startswith("val_"):
            named[f"validation/{name[4:]}"] = value
        elif name != EPOCH:
            named[f"train/{name}"] = value
    return named
