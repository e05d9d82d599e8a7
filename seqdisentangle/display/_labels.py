"""Labels of sequences, of which some may be unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.containers import is_missing
from ..metrics._checks import label_of_each, labels_in

__all__ = ["UNKNOWN", "known_in", "known_labels"]

#: The name of a label that is missing.
UNKNOWN = "unknown"


def known_labels(y: Any, name: str, n: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The labels of n sequences that are known, and which of the sequences they are of.

    Whole numbers that NaN among them has made float, as in a column of pandas, are whole again.

    Raises
    ------
    ValueError
        If they are not labels of one kind, or not that many.
    """
    known = known_in(y)
    if known.all():
        return labels_of(y, name, n), np.ones(n, dtype=bool)
    if known.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},), a label a sequence, got {known.shape}")
    each = as_objects(y)[known].tolist() if kind_of(y) == "O" else np.asarray(y)[known]
    labels = labels_of(each, name, int(known.sum()))
    if labels.dtype.kind == "f" and (labels == np.round(labels)).all():
        return labels.astype(np.int64), known
    return labels, known


def labels_of(y: Any, name: str, n: int) -> NDArray[Any]:
    """The labels of n sequences, all known; dates stay dates, as a legend writes them short."""
    labels = labels_in(y, name)
    if labels.dtype.kind in "mM" and labels.shape == (n,):
        return labels
    return label_of_each(y, name, n)


def known_in(y: Any) -> NDArray[np.bool_]:
    """Tell for each label whether it is one: not None, NaN, NaT, NA, nor masked."""
    masked = np.ma.getmaskarray(y) if isinstance(y, np.ma.MaskedArray) else False
    kind = kind_of(y)
    if kind in "fcmM":
        values = np.asarray(y)
        absent = np.isnat(values) if kind in "mM" else np.isnan(values)
    elif kind == "O":
        objects = as_objects(y)
        absent = np.array([absent_in(label) for label in objects.ravel()], dtype=bool)
        absent = absent.reshape(objects.shape)
    else:
        absent = np.zeros(np.shape(y), dtype=bool)
    return np.asarray(~(absent | masked))


def kind_of(y: Any) -> str:
    """The kind of the type of an array; of lists it is that of objects, which NumPy leaves as is.

    Of text and NaN in a list it would make text.
    """
    return "O" if isinstance(y, list | tuple) else np.asarray(y).dtype.kind


def as_objects(y: Any) -> NDArray[Any]:
    """An array of objects; entries that are lists of several lengths stay lists."""
    try:
        return np.array(y, dtype=object)
    except ValueError:  # of arrays of several shapes
        each = np.empty(len(y), dtype=object)
        each[:] = list(y)
        return each


def absent_in(label: Any) -> bool:
    """True of what stands for a label that is missing."""
    if is_missing(label):
        return True
    if isinstance(label, float | np.floating):
        return bool(np.isnan(label))
    return type(label).__name__ == "NaTType"
