"""The contract of a callback, and several as one."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._parts import Part

__all__ = ["EPOCH", "METHODS", "Callback", "Callbacks", "tagged"]

METHODS = ("on_fit_begin", "on_epoch_end", "on_fit_end")

# Of a record; no measurement of its own.
EPOCH = "epoch"


class Callback(Part):
    """Base class of objects that watch a training. Every method may be left out.

    Any object with one of these methods will do; this class is the list of them. In each, the
    estimator is the one in training, ready for use with its current weights: ``transform``,
    ``sample``, ``save``. The one whose ``fit`` was called becomes it when the training is done. An
    exception ends the training and leaves that one as it was before.

    A subclass stores the arguments of its ``__init__`` under their own names, as every part does;
    ``clone`` makes it anew from these. It is registered by a name in ``CALLBACKS``.

    Examples
    --------
    >>> from seqdisentangle import RecurrentWAE
    >>> from seqdisentangle.callbacks import Callback
    >>> from seqdisentangle.datasets import make_moving_digits
    >>> class UntilCheapEnough(Callback):
    ...     def on_epoch_end(self, estimator, record):
    ...         return record["cost"] < 10
    >>> X = make_moving_digits(8, n_steps=4, size=16, random_state=0).X
    >>> model = RecurrentWAE(max_epochs=5, callbacks=UntilCheapEnough(), random_state=0)
    >>> model.fit(X).n_epochs_
    1
    """

    def on_fit_begin(self, estimator: Any) -> None:
        """Called before the first step.

        Parameters
        ----------
        estimator : RecurrentWAE
            ``history_`` has the epochs that a resumed or continued training had before.
        """

    def on_epoch_end(self, estimator: Any, record: dict[str, float]) -> bool | None:
        """Called after every epoch, and its evaluation.

        An epoch whose end a kill cut short is trained again by ``fit(..., resume=True)``, and told
        again.

        Parameters
        ----------
        estimator : RecurrentWAE
        record : dict
            The last of ``history_``: the parts of the loss, by name.

        Returns
        -------
        bool or None
            True ends the training.
        """
        return None

    def on_fit_end(self, estimator: Any) -> None:
        """Called when the training has ended, by itself or by Ctrl-C, with the weights to keep.

        Parameters
        ----------
        estimator : RecurrentWAE
        """


class Callbacks:
    """Some callbacks as one.

    Parameters
    ----------
    callbacks : list of objects
    """

    def __init__(self, callbacks: list[Any]) -> None:
        self.callbacks = callbacks

    def on_fit_begin(self, estimator: Any) -> None:
        """Tell each that has this method."""
        self._tell("on_fit_begin", estimator)

    def on_epoch_end(self, estimator: Any, record: dict[str, float]) -> bool:
        """Tell each, a copy of the record for each; True if one says that this was the last."""
        answers = self._tell("on_epoch_end", estimator, record)
        # Not by truth alone: a method may happen to return something.
        return any(isinstance(answer, bool | np.bool_) and bool(answer) for answer in answers)

    def on_fit_end(self, estimator: Any) -> None:
        """Tell each that has this method."""
        self._tell("on_fit_end", estimator)

    def _tell(self, method: str, estimator: Any, *record: dict[str, float]) -> list[Any]:
        return [
            getattr(callback, method)(estimator, *map(dict, record))
            for callback in self.callbacks
            if hasattr(callback, method)
        ]


def tagged(record: dict[str, float]) -> dict[str, float]:
    """The measurements of a record under the names that a dashboard groups by."""
    named = {}
    for name, value in record.items():
        if name.startswith("val_"):
            named[f"validation/{name[4:]}"] = value
        elif name != EPOCH:
            named[f"train/{name}"] = value
    return named
