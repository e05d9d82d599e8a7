"""The parameters and the parts of the loss for MLflow."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from .base import EPOCH, Callback, tagged

__all__ = ["MLflowLogger"]


@dataclass
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

    Examples
    --------
    >>> from seqdisentangle import RecurrentWAE
    >>> from seqdisentangle.callbacks import MLflowLogger
    >>> model = RecurrentWAE(callbacks=MLflowLogger())
    """

    client: Any = None

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
        return type(self)(self.client)  # copies log to the same place; a module has no copy

    def __sklearn_clone__(self) -> MLflowLogger:
        return type(self)(self.client)  # `clone` copies parameters, which a module has not
