"""The parts of the loss for TensorBoard."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from os import PathLike
from typing import Any

from .._paths import check_path
from .base import EPOCH, Callback, tagged

__all__ = ["TensorBoardLogger"]


@dataclass
class TensorBoardLogger(Callback):
    """Write the parts of the loss for TensorBoard, by epoch.

    The tags are ``train/...`` and ``validation/...``, so that the two share their charts' names.

    Parameters
    ----------
    folder : path
        The one for ``tensorboard --logdir``.

    Raises
    ------
    TypeError, ValueError
        If ``folder`` is no path.
    ImportError
        In ``fit``, if the package tensorboard is not there.

    Examples
    --------
    >>> from seqdisentangle import RecurrentWAE
    >>> from seqdisentangle.callbacks import TensorBoardLogger
    >>> model = RecurrentWAE(callbacks=TensorBoardLogger("runs/1"))
    """

    folder: str | PathLike[str]

    def __post_init__(self) -> None:
        check_path(self.folder, f"{type(self).__name__}: folder")
        self._writer: Any = getattr(self, "_writer", None)  # checks come in a training too

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
        folder = os.path.abspath(self.folder)  # should the working directory change
        purge = len(estimator.history_) + 1
        self._writer = tensorboard.SummaryWriter(folder, purge_step=purge)

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
