"""Linear probes: what labels can be read off codes, beside what chance would read."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..data.containers import numbers_of
from ._checks import check_size, checked, label_of_each, labels_in
from ._factors import is_continuous
from ._judge_labels import unlike_kinds
from ._rounding import exponent_of

__all__ = ["chance", "probe_accuracy"]


@checked()
def probe_accuracy(
    codes_train: ArrayLike,
    y_train: ArrayLike,
    codes_test: ArrayLike,
    y_test: ArrayLike,
    *,
    max_iter: int = 1000,
) -> float:
    """Held-out accuracy of a logistic regression on standardised codes.

    High where the label lies open in the code, near `chance` where a linear reader finds nothing
    of it. Codes per step are laid side by side, so a probe of motion may read the order of steps.

    Parameters
    ----------
    codes_train : array-like of shape (n_train, d) or (n_train, T, d)
        Codes the probe is fitted on.
    y_train : array-like of shape (n_train,)
        Their labels.
    codes_test : array-like of shape (n_test, d) or (n_test, T, d)
        Codes the probe is judged on.
    y_test : array-like of shape (n_test,)
        Their labels.
    max_iter : int, default=1000
        Most iterations of the solver.

    Returns
    -------
    float
        Share of right answers on the test codes, between 0 and 1.

    Raises
    ------
    ValueError
        If codes and labels differ in number, or train and test codes in size.

    See Also
    --------
    chance : The accuracy to compare with.

    References
    ----------
    .. [1] G. Alain, Y. Bengio, "Understanding intermediate layers using linear classifier probes",
       ICLR workshop 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import chance, probe_accuracy
    >>> rng = np.random.RandomState(0)
    >>> y = np.tile([0, 1], 50)
    >>> content = rng.normal(size=(100, 4)) + 5 * y[:, None]
    >>> probe_accuracy(content[:60], y[:60], content[60:], y[60:])
    1.0
    >>> chance(y[60:])
    0.5
    """
    train, test = _flat(codes_train, "codes_train"), _flat(codes_test, "codes_test")
    if train.shape[1] != test.shape[1]:
        raise ValueError(
            f"codes_train have {train.shape[1]} numbers a sequence, codes_test {test.shape[1]}."
        )
    # Variances of tiny codes would be 0, and those of large ones infinite.
    exponents = exponent_of(train, 0)
    train, test = np.ldexp(train, -exponents), np.ldexp(test, -exponents)
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=max_iter))
    learned, asked = (
        label_of_each(y, name, len(z))
        for y, name, z in ((y_train, "y_train", train), (y_test, "y_test", test))
    )
    if kinds := unlike_kinds(learned, asked):
        raise ValueError(f"y_test must be {kinds[0]}, as y_train is, got {kinds[1]}")
    for name, labels in (("y_train", learned), ("y_test", asked)):
        if is_continuous(labels):
            raise ValueError(f"{name} must be labels, got numbers that are no whole ones")
    if len(np.unique(learned)) < 2:
        raise ValueError("y_train has one label alone: there is nothing to tell apart")
    return float(probe.fit(train, learned).score(test, asked))


def chance(y: ArrayLike) -> float:
    """Accuracy of always answering the most frequent label.

    Parameters
    ----------
    y : array-like of shape (n,)
        Labels.

    Returns
    -------
    float
        Share of the majority class, between 0 and 1.

    Raises
    ------
    ValueError
        If `y` is empty or not one-dimensional.

    Examples
    --------
    >>> from seqdisentangle.metrics import chance
    >>> chance(["walk", "walk", "slash", "walk"])
    0.75
    """
    labels = labels_in(y, "y")
    if labels.ndim != 1 or labels.size == 0:
        raise ValueError(f"y must be one-dimensional and not empty, got shape {labels.shape}.")
    return float(np.unique(labels, return_counts=True)[1].max() / len(labels))


def _flat(codes: ArrayLike, name: str) -> NDArray[np.floating]:
    """Codes as (n, d): the steps of (n, T, d) side by side."""
    z = numbers_of(codes, name)
    if z.ndim not in (2, 3) or not z.size:
        raise ValueError(f"{name} must have shape (n, d) or (n, T, d), got shape {z.shape}.")
    check_size(z, name)
    return z.reshape(len(z), -1)
