"""Interventions on codes: keep one, replace the other, and count the labels a judge still finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from ..data.ragged import Rows
from ._batches import batches, drawn_seed
from ._checks import checked, labels_in, sequences_in
from ._codes import both_codes
from ._judge_labels import unlike_kinds
from ._made import counted
from .probes import chance

__all__ = [
    "Judge",
    "LabelAccuracy",
    "Labels",
    "content_drawn_accuracy",
    "data_accuracy",
    "motion_drawn_accuracy",
    "reconstruction_accuracy",
    "swap_accuracy",
]


class Judge(Protocol):
    """The judge as the protocol needs it: motion labels first, then content labels."""

    def predict(self, X: Any, /) -> NDArray[Any]:
        """Labels (n, n_motion_labels + n_content_labels) of sequences (n, T, ...)."""

    def predict_proba(self, X: Any, /) -> Any:
        """One array (n, n_classes) for each of those labels."""


@dataclass(frozen=True)
class LabelAccuracy:
    """Share of sequences in which the judge finds the expected labels, label by label.

    Attributes
    ----------
    motion : tuple of float
        One accuracy for each column of `motion_labels`.
    content : tuple of float
        One accuracy for each column of `content_labels`.
    """

    motion: tuple[float, ...]
    content: tuple[float, ...]

    @property
    def mean_motion(self) -> float:
        """Mean over the motion labels."""
        return float(np.mean(self.motion))

    @property
    def mean_content(self) -> float:
        """Mean over the content labels."""
        return float(np.mean(self.content))


class Labels:
    """True labels of sequences, motion first, in the order of the judge's tasks.

    Parameters
    ----------
    motion, content : array-like of shape (n,) or (n, n_labels)
        Labels of each sequence.
    n_sequences : int
        Number of sequences.

    Raises
    ------
    ValueError
        If the labels are not of that many sequences.
    """

    def __init__(self, motion: ArrayLike, content: ArrayLike, n_sequences: int) -> None:
        self.motion = self._columns(motion, "motion_labels", n_sequences)
        self.content = self._columns(content, "content_labels", n_sequences)

    def __len__(self) -> int:
        return len(self.motion)

    def chance(self) -> LabelAccuracy:
        """Accuracy of always answering the most frequent label."""
        return LabelAccuracy(
            tuple(chance(column) for column in self.motion.T),
            tuple(chance(column) for column in self.content.T),
        )

    def found(
        self, judge: Judge, frames: Any, motion_rows: Rows, content_rows: Rows
    ) -> NDArray[np.bool_]:
        """Tell where the judge finds the labels: (n_rows, n_motion_labels + n_content_labels).

        `frames` are expected to show the motion of `motion_rows` and the content of
        `content_rows`.
        """
        expected = np.column_stack([self.motion[motion_rows], self.content[content_rows]])
        answered = np.asarray(judge.predict(counted(frames, len(expected), "model")))
        if answered.shape != expected.shape:
            raise ValueError(
                f"the judge answered with shape {answered.shape}, expected {expected.shape}: "
                f"train it on the {self.motion.shape[1]} of motion_labels followed by "
                f"the {self.content.shape[1]} of content_labels."
            )
        for given, wanted in zip(answered.T, expected.T, strict=True):
            if kinds := unlike_kinds(given, wanted):
                raise ValueError(
                    f"judge gives {kinds[0]}, {given[0]!r} say, and motion_labels or "
                    f"content_labels have {kinds[1]} there: hand in labels as it was trained on"
                )
        return np.asarray(answered == expected)

    def accuracy(self, found: Iterator[NDArray[np.bool_]]) -> LabelAccuracy:
        """Mean over all rows of the batches that `found` gave."""
        shares = np.concatenate(list(found)).mean(axis=0).tolist()
        k = self.motion.shape[1]
        return LabelAccuracy(tuple(shares[:k]), tuple(shares[k:]))

    @staticmethod
    def _columns(labels: ArrayLike, name: str, n: int) -> NDArray[Any]:
        columns = labels_in(labels, name)
        if columns.ndim not in (1, 2) or len(columns) != n:
            raise ValueError(
                f"{name} must have shape ({n},) or ({n}, n_labels) like X with {n} sequences, "
                f"got shape {columns.shape}."
            )
        return columns.reshape(n, -1)


@checked(judge="predict")
def data_accuracy(
    X: Any,
    motion_labels: ArrayLike,
    content_labels: ArrayLike,
    judge: Judge,
    *,
    batch_size: int = 256,
) -> LabelAccuracy:
    """Accuracy of the judge on the sequences themselves: its own errors.

    Parameters
    ----------
    X : array-like of shape (n, T, ...)
        Sequences; sliced batch by batch.
    motion_labels : array-like of shape (n,) or (n, n_motion_labels)
        Labels that the motion code should carry.
    content_labels : array-like of shape (n,) or (n, n_content_labels)
        Labels that the content code should carry.
    judge : SequenceJudge or similar
        Knows the motion labels, then the content labels.
    batch_size : int, default=256
        Sequences generated and judged at a time.

    Returns
    -------
    LabelAccuracy
        Of the sequences as they are.

    Raises
    ------
    ValueError
        If `X`, the labels and the answers of the judge differ in number.
    """
    X = sequences_in(X)
    labels = Labels(motion_labels, content_labels, len(X))
    return labels.accuracy(labels.found(judge, x, rows, rows) for rows, x in batches(X, batch_size))


@checked(model="reconstruct", judge="predict")
def reconstruction_accuracy(
    model: Any,
    X: Any,
    motion_labels: ArrayLike,
    content_labels: ArrayLike,
    judge: Judge,
    *,
    batch_size: int = 256,
) -> LabelAccuracy:
    """Label accuracy where both codes are kept: the ceiling of every intervention.

    Parameters
    ----------
    model : object
        Anything fitted with `reconstruct`.
    X : array-like of shape (n, T, ...)
        Sequences; sliced batch by batch.
    motion_labels : array-like of shape (n,) or (n, n_motion_labels)
        Labels that the motion code should carry.
    content_labels : array-like of shape (n,) or (n, n_content_labels)
        Labels that the content code should carry.
    judge : SequenceJudge or similar
        Knows the motion labels, then the content labels.
    batch_size : int, default=256
        Sequences generated and judged at a time.

    Returns
    -------
    LabelAccuracy
        Of the reconstructions.

    Raises
    ------
    ValueError
        If `X`, the labels and the answers of the judge differ in number.
    """
    X = sequences_in(X)
    labels = Labels(motion_labels, content_labels, len(X))
    return labels.accuracy(
        labels.found(judge, model.reconstruct(x), rows, rows) for rows, x in batches(X, batch_size)
    )


@checked(model="transform", judge="predict")
def content_drawn_accuracy(
    model: Any,
    X: Any,
    motion_labels: ArrayLike,
    content_labels: ArrayLike,
    judge: Judge,
    *,
    batch_size: int = 256,
    random_state: int | np.random.RandomState | None = None,
) -> LabelAccuracy:
    """Label accuracy where motion is kept and content drawn from its prior.

    Parameters
    ----------
    model : object
        Anything fitted with `transform` and `sample`.
    X : array-like of shape (n, T, ...)
        Sequences; sliced batch by batch.
    motion_labels : array-like of shape (n,) or (n, n_motion_labels)
        Labels that the motion code should carry.
    content_labels : array-like of shape (n,) or (n, n_content_labels)
        Labels that the content code should carry.
    judge : SequenceJudge or similar
        Knows the motion labels, then the content labels.
    batch_size : int, default=256
        Sequences generated and judged at a time.
    random_state : int, RandomState instance or None, default=None
        Determines the draws of content.

    Returns
    -------
    LabelAccuracy
        `motion` near the ceiling: the motion code carries its labels, whatever the content.
        `content`, against the labels of the originals, near chance: it carries no others.

    Raises
    ------
    ValueError
        If `X`, the labels and the answers of the judge differ in number.
    """
    rng = check_random_state(random_state)

    def generate(x: Any) -> Any:
        motion = both_codes(model, x).motion
        return model.sample(len(x), motion=motion, random_state=drawn_seed(rng))

    X = sequences_in(X)
    labels = Labels(motion_labels, content_labels, len(X))
    return labels.accuracy(
        labels.found(judge, generate(x), rows, rows) for rows, x in batches(X, batch_size)
    )


@checked(model="transform", judge="predict")
def motion_drawn_accuracy(
    model: Any,
    X: Any,
    motion_labels: ArrayLike,
    content_labels: ArrayLike,
    judge: Judge,
    *,
    batch_size: int = 256,
    random_state: int | np.random.RandomState | None = None,
) -> LabelAccuracy:
    """Label accuracy where content is kept and motion drawn from its prior.

    Parameters
    ----------
    model : object
        Anything fitted with `transform` and `sample`.
    X : array-like of shape (n, T, ...)
        Sequences; sliced batch by batch.
    motion_labels : array-like of shape (n,) or (n, n_motion_labels)
        Labels that the motion code should carry.
    content_labels : array-like of shape (n,) or (n, n_content_labels)
        Labels that the content code should carry.
    judge : SequenceJudge or similar
        Knows the motion labels, then the content labels.
    batch_size : int, default=256
        Sequences generated and judged at a time.
    random_state : int, RandomState instance or None, default=None
        Determines the draws of motion.

    Returns
    -------
    LabelAccuracy
        `content` near the ceiling: the content code carries its labels, whatever the motion.
        `motion`, against the labels of the originals, near chance: it carries no others.

    Raises
    ------
    ValueError
        If `X`, the labels and the answers of the judge differ in number.
    """
    rng = check_random_state(random_state)
    X = sequences_in(X)
    n_steps = X.shape[1]

    def generate(x: Any) -> Any:
        content = both_codes(model, x).content
        return model.sample(len(x), n_steps, content=content, random_state=drawn_seed(rng))

    labels = Labels(motion_labels, content_labels, len(X))
    return labels.accuracy(
        labels.found(judge, generate(x), rows, rows) for rows, x in batches(X, batch_size)
    )


@checked(model="swap", judge="predict")
def swap_accuracy(
    model: Any,
    X: Any,
    motion_labels: ArrayLike,
    content_labels: ArrayLike,
    judge: Judge,
    *,
    batch_size: int = 256,
    random_state: int | np.random.RandomState | None = None,
) -> LabelAccuracy:
    """Label accuracy where random pairs of sequences exchange their codes.

    Sequence i is paired with sequence pi(i) of a random permutation; both results of each swap
    count.

    Parameters
    ----------
    model : object
        Anything fitted with `swap`.
    X : array-like of shape (n, T, ...)
        Sequences; sliced batch by batch.
    motion_labels : array-like of shape (n,) or (n, n_motion_labels)
        Labels that the motion code should carry.
    content_labels : array-like of shape (n,) or (n, n_content_labels)
        Labels that the content code should carry.
    judge : SequenceJudge or similar
        Knows the motion labels, then the content labels.
    batch_size : int, default=256
        Sequences generated and judged at a time.
    random_state : int, RandomState instance or None, default=None
        Determines the pairs.

    Returns
    -------
    LabelAccuracy
        `motion` against the labels of the sequence that gave the motion, `content` against those
        of the one that gave the content.

    Raises
    ------
    ValueError
        If `X`, the labels and the answers of the judge differ in number.
    """
    X = sequences_in(X)
    labels = Labels(motion_labels, content_labels, len(X))
    partner = check_random_state(random_state).permutation(len(labels))

    def judged() -> Iterator[NDArray[np.bool_]]:
        for a, x in batches(X, batch_size):
            b = partner[a]
            swapped = model.swap(x, _take(X, b))
            yield labels.found(judge, swapped.a_motion_b_content, a, b)
            yield labels.found(judge, swapped.a_content_b_motion, b, a)

    return labels.accuracy(judged())


def _take(X: Any, rows: NDArray[np.intp]) -> Any:
    """`X[rows]` for any order of rows; h5py reads in ascending order only."""
    ascending, back = np.unique(rows, return_inverse=True)
    return X[ascending][back]
