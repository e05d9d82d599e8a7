"""Checks of the arguments that metrics share: numbers and models by their names, data, labels."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from numbers import Integral, Real
from os import PathLike
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import HasMethods

from .._arguments import COUNT, Number, constrained
from ..data.containers import as_array, is_missing, opened, refuse

__all__ = ["check_size", "checked", "classes_of", "label_of_each", "labels_in", "sequences_in"]

Function = TypeVar("Function", bound=Callable[..., Any])

AT_LEAST_TWO = Number(Integral, 2, None, closed="left")
MOST_BINS = 10**6  # of numbers; with more, each of them would be in one of its own
_WAY_OUT = "leave out the sequences whose label is not known"
LARGEST = 1e37  # of features: float32 holds it, and float64 the sixth power
# Of arguments that are the same in every metric.
CONSTRAINTS = {
    "batch_size": COUNT,
    "embed": callable,
    "estimator": HasMethods("fit"),
    "keypoints": callable,
    "max_iter": COUNT,
    "measure": callable,
    "n_actions": COUNT,
    "n_bins": Number(Integral, 2, MOST_BINS, closed="both"),
    "n_draws": AT_LEAST_TWO,
    "n_folds": AT_LEAST_TWO,
    "n_neighbours": COUNT,
    "n_parts": AT_LEAST_TWO,
    "n_permutations": COUNT,
    "n_samples": COUNT,
    "n_sequences": COUNT,
    "n_steps": COUNT,
    "n_subsets": AT_LEAST_TWO,
    "random_state": "random_state",
    "subset_size": AT_LEAST_TWO,
    "task": Number(Integral, 0, None, closed="left"),
}


def checked(**methods: str) -> Callable[[Function], Function]:
    """Have arguments of a function checked by their names, as scikit-learn does: a decorator.

    Parameters
    ----------
    **methods
        The method that a model or a judge must have, by the name of the argument.
    """

    def decorate(function: Function) -> Function:
        constraints = {name: [HasMethods(method)] for name, method in methods.items()}
        for name, parameter in inspect.signature(function).parameters.items():
            if name in CONSTRAINTS:
                constraints[name] = [CONSTRAINTS[name]]
            if name in constraints and parameter.default is None:
                constraints[name].append(None)
        return constrained(**constraints)(function)

    return decorate


def check_size(features: NDArray, name: str) -> None:
    """Raise a ValueError if features are not finite, or too large to be multiplied.

    Of what overflows, comparisons would be made without a word.
    """
    wrong = ~(np.abs(features.astype(np.float64)) <= LARGEST)
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        raise ValueError(
            f"{name} must be finite, and at most {LARGEST:g} in size, got {features[place]} at "
            f"{place}"
        )


def sequences_in(X: Any) -> Any:
    """Sequences of one length as an array, or as what is read by slices.

    Raises
    ------
    TypeError
        If they are in no array or list.
    ValueError
        If there is none, or their lengths differ.
    """
    X = opened(X, "X")
    if isinstance(X, str | PathLike):
        refuse(X, "X")
    if isinstance(X, list):
        if len({x.shape for x in X}) > 1:
            raise ValueError("X must hold sequences of one length, with frames of one shape")
        X = np.stack(X) if X else np.empty((0, 0))
    if not hasattr(X, "dtype"):  # a data frame
        X = as_array(X, "X")
    if len(X.shape) < 2 or 0 in X.shape:
        raise ValueError(f"X must hold at least one sequence, (n, T, ...), got shape {X.shape}")
    return X


def labels_in(y: Any, name: str) -> NDArray[Any]:
    """Labels as an array, which all can be told apart; bytes, as HDF5 has names, as text.

    Raises
    ------
    ValueError
        If they are of several lengths, or some are missing or have no order.
    """
    try:
        labels = np.asarray(y)
        objects = labels.ravel().tolist() if labels.dtype.kind == "O" else []
        missing = [label for label in objects if is_missing(label)]
        if not missing:
            np.unique(labels)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of labels of one kind: {error}") from error
    if missing:
        raise ValueError(
            f"{name} must be an array of labels, got {missing[0]!r} for some: {_WAY_OUT}"
        )
    if labels.dtype.kind in "fcmM" and (labels != labels).any():
        what = "NaT" if labels.dtype.kind in "mM" else "NaN"
        raise ValueError(f"{name} must be an array of labels, got {what} for some: {_WAY_OUT}")
    if labels.dtype.names is not None:
        raise ValueError(f"{name} must be an array of labels, got records, of dtype {labels.dtype}")
    if isinstance(y, list | tuple) and labels.dtype.kind == "U":
        other = [label for label in np.array(y, object).ravel() if not isinstance(label, str)]
        if other:  # of which NumPy makes text
            raise ValueError(
                f"{name} must be an array of labels of one kind, got text and {other[0]!r}"
            )
    bytewise = objects and all(isinstance(label, bytes) for label in objects)
    if labels.dtype.kind == "S" or bytewise:
        return np.char.decode(labels.astype(bytes), "utf-8")
    return labels


def label_of_each(y: Any, name: str, n: int) -> NDArray[Any]:
    """The labels of n sequences, one each.

    Raises
    ------
    ValueError
        If they are not labels of one kind, or not that many.
    """
    labels = labels_in(y, name)
    if labels.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},), a label a sequence, got {labels.shape}")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise ValueError(f"{name} must be an array of labels, got infinity for some")
    return classes_of(labels)


def classes_of(labels: NDArray[Any]) -> NDArray[Any]:
    """Labels in a type that classifiers know: numbers and text as such, of others their text.

    Examples
    --------
    >>> classes_of(np.array([2, 1], object)), classes_of(np.array(["2020-01-01"], "M8[D]"))
    (array([2, 1]), array(['2020-01-01'], dtype='<U28'))
    """
    if labels.dtype.kind in "biufU":
        return labels
    found = np.array(labels.tolist()) if labels.dtype.kind == "O" else labels.astype(str)
    if found.dtype.kind == "O" and all(isinstance(label, Real | Decimal) for label in found.flat):
        with suppress(OverflowError):  # of ints beyond float64
            found = found.astype(np.float64)
    if found.dtype.kind in "biufU" and found.shape == labels.shape:
        return found
    return np.array([str(label) for label in labels.flat]).reshape(labels.shape)
