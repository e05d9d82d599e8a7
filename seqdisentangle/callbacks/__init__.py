"""Callbacks: objects that watch a training, ``RecurrentWAE(callbacks=...)``."""

from __future__ import annotations

from typing import Any

from .._parts import Registry
from .base import METHODS, Callback, Callbacks
from .csv import CSVLogger
from .mlflow import MLflowLogger
from .progress import ProgressBar
from .tensorboard import TensorBoardLogger

__all__ = [
    "CALLBACKS",
    "CSVLogger",
    "Callback",
    "MLflowLogger",
    "ProgressBar",
    "TensorBoardLogger",
    "resolve_callbacks",
]

CALLBACKS: Registry[Callback] = Registry(
    "callback",
    {
        "csv": CSVLogger,
        "tensorboard": TensorBoardLogger,
        "mlflow": MLflowLogger,
    },
)


def resolve_callbacks(callbacks: Any) -> Callbacks:
    """Turn a `callbacks` parameter into one object.

    Parameters
    ----------
    callbacks : None, object, name, list or tuple of these
        Any object with a method of :class:`Callback`; a name in ``CALLBACKS`` of one that needs no
        arguments.

    Raises
    ------
    TypeError
        If one has none of the methods of :class:`Callback`, or is a class.
    ValueError
        If a name is unknown, or that of a callback that needs arguments.

    Examples
    --------
    >>> resolve_callbacks("csv")
    Traceback (most recent call last):
    ...
    ValueError: callbacks='csv': this callback needs more than its name, ...CSVLogger(path)
    """
    if callbacks is None:
        callbacks = []
    elif not isinstance(callbacks, list | tuple):
        callbacks = [callbacks]
    resolved = [CALLBACKS.make(c, "callbacks") if isinstance(c, str) else c for c in callbacks]
    for callback in resolved:
        if isinstance(callback, type):
            raise TypeError(
                f"callbacks must be objects, got the class {callback.__name__}: make one of it"
            )
        if not any(callable(getattr(callback, method, None)) for method in METHODS):
            raise TypeError(
                f"callbacks must have a method {', '.join(METHODS[:-1])} or {METHODS[-1]}, got "
                f"{callback!r}"
            )
    return Callbacks(resolved)
