"""Verification: whether two codes can say that their sequences come from the same source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import roc_curve
from sklearn.preprocessing import normalize

from ..data.containers import numbers_of
from ._checks import check_size, checked, label_of_each, labels_in
from ._rounding import in_range
from ._sequences import ReadSequences

__all__ = ["Verification", "equal_error_rate", "verification", "verification_error_rate"]


@dataclass(frozen=True)
class Verification:
    """Equal error rates of both codes; chance is 0.5.

    Attributes
    ----------
    content : float
        From 0 to 1; the lower, the better content knows the source.
    motion : float
        From 0 to 1; the nearer to 0.5, the less motion knows of it.
    n_utterances : int
        Codes that were compared, in all pairs.
    """

    content: float
    motion: float
    n_utterances: int

    @property
    def gap(self) -> float:
        """Error rate of motion less that of content; higher is better, 0.5 where all is right."""
        return self.motion - self.content

    def __str__(self) -> str:
        return (
            f"equal error rate: content {self.content:.3f}, motion {self.motion:.3f}, "
            f"gap {self.gap:.3f} ({self.n_utterances} utterances)"
        )


@checked(model="transform")
def verification(model: Any, X: Any, y: ArrayLike, *, utterances: Any = None) -> Verification:
    r"""Equal error rates of content and of motion, by the protocol of speaker verification.

    A sequence is coded by its content, and by the mean of its motion over time; an utterance by
    the mean of its segments, each code in :math:`z_u = \frac{1}{|u|} \sum_{i \in u} z_i`. All pairs
    of utterances are scored by the cosine of the angle between their codes, taken from the mean of
    all codes.

    Parameters
    ----------
    model : object
        Anything fitted with `transform`.
    X : array-like of n sequences
        Held-out sequences or segments, of any lengths.
    y : array-like of shape (n,)
        Source of each sequence: its speaker, say.
    utterances : array-like of shape (n,), optional
        Utterance that each segment is of. None takes each sequence for one.

    Returns
    -------
    Verification
        Error rates of content (low is good) and of motion (0.5 is good), and their gap.

    Raises
    ------
    ValueError
        If labels are not of n sequences, an utterance has two sources, or all pairs are alike.

    See Also
    --------
    verification_error_rate : The same of one code.

    References
    ----------
    .. [1] W.-N. Hsu, Y. Zhang, J. Glass, "Unsupervised Learning of Disentangled and Interpretable
       Representations from Sequential Data", NeurIPS 2017, section 4.2: utterances of segments.
    .. [2] Y. Li, S. Mandt, "Disentangled Sequential Autoencoder", ICML 2018, section 5.2.

    Examples
    --------
    Speakers are levels of a sequence, which content has and motion has not:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import verification
    >>> def transform(X):
    ...     level = X.mean(1)
    ...     return SimpleNamespace(content=level, motion=X - level[:, None])
    >>> rng = np.random.RandomState(0)
    >>> speaker = np.repeat([0, 1, 2], 20)
    >>> X = 3 * np.eye(3)[speaker][:, None] + rng.normal(size=(60, 40, 3))
    >>> X -= X.mean((0, 1))
    >>> found = verification(SimpleNamespace(transform=transform), X, speaker)
    >>> found.content, found.n_utterances
    (0.0, 60)
    """
    held = ReadSequences.all_of(X, model)
    n = len(held)
    speakers = label_of_each(y, "y", n)
    of = np.arange(n) if utterances is None else label_of_each(utterances, "utterances", n)
    names, first, utterance = np.unique(of, return_index=True, return_inverse=True)
    if (speakers != speakers[first][utterance]).any():
        divided = names[utterance[np.flatnonzero(speakers != speakers[first][utterance])[0]]]
        raise ValueError(f"utterances must be of one label of y each, got several for {divided!r}")
    codes = held.encoded(model)
    content, motion = (
        mean_of_each(z, utterance, len(names))
        for z in (codes.content, np.stack([z.mean(0) for z in codes.motion]))
    )
    return Verification(
        content=verification_error_rate(content, speakers[first]),
        motion=verification_error_rate(motion, speakers[first]),
        n_utterances=len(names),
    )


def mean_of_each(z: NDArray, of: NDArray[np.intp], n: int) -> NDArray[np.float64]:
    """Mean of the rows of each of n utterances."""
    sums = np.zeros((n, z.shape[1]))
    np.add.at(sums, of, z)
    return np.asarray(sums / np.bincount(of, minlength=n)[:, None])


def verification_error_rate(codes: ArrayLike, y: ArrayLike) -> float:
    """Equal error rate of telling from two codes whether their sequences have the same label.

    The measure of speaker verification: every pair of sequences is scored by the cosine of the
    angle between their codes, taken from the mean of all codes. Low where a code knows the speaker,
    0.5 where it knows nothing of them. No label is used to compute a score.

    Parameters
    ----------
    codes : array-like of shape (n, d)
        One code a sequence: the content codes, or the mean of each sequence's motion codes.
    y : array-like of shape (n,)
        Source of each sequence: its speaker, say.

    Returns
    -------
    float
        Between 0 and 1; chance is 0.5.

    Raises
    ------
    ValueError
        If codes and labels differ in number, if codes are not two-dimensional, or if all pairs are
        alike: all of one label, or none.

    See Also
    --------
    equal_error_rate : The same of scores of your own.

    References
    ----------
    .. [1] Y. Li, S. Mandt, "Disentangled Sequential Autoencoder", ICML 2018, section 5.2.
    .. [2] N. Dehak et al., "Front-end factor analysis for speaker verification", IEEE Transactions
       on Audio, Speech, and Language Processing 19(4), 2011: cosine scoring.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import verification_error_rate
    >>> rng = np.random.RandomState(0)
    >>> speaker = np.repeat([0, 1, 2], 20)
    >>> voice = np.eye(3)[speaker] + 0.1 * rng.normal(size=(60, 3))
    >>> verification_error_rate(voice, speaker)
    0.0
    >>> round(verification_error_rate(rng.normal(size=(60, 3)), speaker), 1)
    0.5
    """
    z, labels = numbers_of(codes, "codes").astype(np.float64), labels_in(y, "y")
    if z.ndim != 2:
        raise ValueError(
            f"codes must have shape (n, d), got shape {z.shape}: take the mean of codes per step."
        )
    if labels.shape != z.shape[:1]:
        raise ValueError(f"y must have shape ({len(z)},), one label a code, got {labels.shape}.")
    check_size(z, "codes")
    counts = np.unique(labels, return_counts=True)[1]
    if len(counts) < 2 or counts.max() < 2:
        raise ValueError(
            f"y must hold two labels or more, one of them of two codes or more, got {len(counts)} "
            f"in {len(z)} codes: pairs have to be of one label and of two"
        )
    unit = normalize(in_range(z - z.mean(0)))
    first, second = np.triu_indices(len(z), 1)
    return equal_error_rate((unit @ unit.T)[first, second], labels[first] == labels[second])


def equal_error_rate(scores: ArrayLike, same: ArrayLike) -> float:
    """Error rate at the threshold where false acceptances are as frequent as false rejections.

    Parameters
    ----------
    scores : array-like of shape (n,)
        One score a trial, higher where its two sides are more likely the same.
    same : array-like of bool of shape (n,)
        True where the two sides are the same.

    Returns
    -------
    float
        Rate at which the two cross, between 0 and 1; linear between the thresholds that the
        scores allow.

    Raises
    ------
    ValueError
        If there is not one trial of each kind, scores and answers differ in number, a score is
        not finite, or an answer is none.

    Examples
    --------
    >>> from seqdisentangle.metrics import equal_error_rate
    >>> equal_error_rate([0.9, 0.8, 0.3, 0.6, 0.2, 0.1], [True, True, True, False, False, False])
    0.3333333333333333
    """
    s = numbers_of(scores, "scores").astype(np.float64)
    told = labels_in(same, "same")
    if not np.isin(told, [False, True]).all():  # of text, all that is not empty would be true
        raise ValueError(f"same must hold True or False for each trial, got {told.ravel()[:3]}")
    check_size(s, "scores")
    truth = told.astype(bool)
    if s.ndim != 1 or s.shape != truth.shape:
        raise ValueError(
            "scores and same must be one-dimensional and of one length, "
            f"got shapes {s.shape} and {truth.shape}."
        )
    if truth.all() or not truth.any():
        raise ValueError(
            f"same must hold trials of both kinds, got {truth.sum()} that are the same "
            f"and {(~truth).sum()} that are not."
        )
    accepted_wrongly, accepted_rightly, _ = roc_curve(truth, s, drop_intermediate=False)
    # False acceptances rise from 0 to 1 along the curve, false rejections fall from 1 to 0.
    surplus = accepted_wrongly - (1 - accepted_rightly)
    k = int(np.argmax(surplus >= 0))
    share = surplus[k] / (surplus[k] - surplus[k - 1])
    return float(accepted_wrongly[k] - share * (accepted_wrongly[k] - accepted_wrongly[k - 1]))
