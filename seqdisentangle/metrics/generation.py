"""Scores of generated sequences from the class probabilities a judge gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from ..data.containers import numbers_of
from ._batches import batches, drawn_seed
from ._checks import checked, sequences_in
from ._made import counted

__all__ = [
    "SampleQuality",
    "conditional_entropy",
    "data_quality",
    "inception_score",
    "marginal_entropy",
    "sample_quality",
]

_ROW_SUM_TOLERANCE = 1e-3  # a float32 softmax over thousands of classes still passes


def inception_score(probabilities: ArrayLike) -> float:
    r"""Inception score of generated samples.

    .. math:: \mathrm{IS} = \exp\big( H(y) - H(y \mid x) \big)

    the exponential of the mutual information between a sample and its class: 1 where all samples
    look alike or none can be told, the number of classes where every sample is clear and all
    classes are drawn equally often.

    Parameters
    ----------
    probabilities : array-like of shape (n_samples, n_classes)
        Class probabilities p(y | x_i) of each generated sample; rows sum to one.

    Returns
    -------
    float
        Between 1 and `n_classes`, without unit.

    Raises
    ------
    ValueError
        If `probabilities` is not a two-dimensional, non-empty array of rows that are
        distributions.

    See Also
    --------
    conditional_entropy : Its second term; low where samples are clear.
    marginal_entropy : Its first term; high where samples are diverse.

    References
    ----------
    .. [1] T. Salimans, I. Goodfellow, W. Zaremba, V. Cheung, A. Radford, X. Chen, "Improved
       Techniques for Training GANs", NeurIPS 2016, section 4.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import inception_score
    >>> round(inception_score(np.eye(3)), 6)
    3.0
    >>> round(inception_score(np.full((5, 3), 1 / 3)), 6)
    1.0
    """
    p = _check_probabilities(probabilities)
    return float(np.exp(marginal_entropy(p) - conditional_entropy(p)))


def conditional_entropy(probabilities: ArrayLike) -> float:
    r"""Mean entropy H(y | x) of the class given a sample, in nats.

    .. math:: H(y \mid x) = -\frac1n \sum_i \sum_y p(y \mid x_i) \log p(y \mid x_i)

    Low where each sample is clearly of one class: for sequences, where the motion is coherent.

    Parameters
    ----------
    probabilities : array-like of shape (n_samples, n_classes)
        Class probabilities p(y | x_i) of each generated sample; rows sum to one.

    Returns
    -------
    float
        Between 0 and log(n_classes), in nats.

    Raises
    ------
    ValueError
        If `probabilities` is not a two-dimensional, non-empty array of rows that are
        distributions.

    Examples
    --------
    >>> from seqdisentangle.metrics import conditional_entropy
    >>> conditional_entropy([[1.0, 0.0], [0.0, 1.0]])
    0.0
    """
    return float(_entropy(_check_probabilities(probabilities)).mean())


def marginal_entropy(probabilities: ArrayLike) -> float:
    r"""Entropy H(y) of the class over all samples, in nats.

    .. math:: H(y) = -\sum_y \bar p(y) \log \bar p(y), \qquad
              \bar p(y) = \frac1n \sum_i p(y \mid x_i)

    High where the samples are spread over the classes.

    Parameters
    ----------
    probabilities : array-like of shape (n_samples, n_classes)
        Class probabilities p(y | x_i) of each generated sample; rows sum to one.

    Returns
    -------
    float
        Between 0 and log(n_classes), in nats.

    Raises
    ------
    ValueError
        If `probabilities` is not a two-dimensional, non-empty array of rows that are
        distributions.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import marginal_entropy
    >>> bool(np.isclose(marginal_entropy([[1.0, 0.0], [0.0, 1.0]]), np.log(2)))
    True
    """
    return float(_entropy(_check_probabilities(probabilities).mean(axis=0)))


@dataclass(frozen=True)
class SampleQuality:
    """Scores of unconditional samples over the classes of one label.

    Attributes
    ----------
    inception_score : float
        exp(H(y) - H(y|x)), from 1 to the number of classes.
    conditional_entropy : float
        H(y|x) in nats: low where samples are coherent.
    marginal_entropy : float
        H(y) in nats: high where samples are diverse.
    """

    inception_score: float
    conditional_entropy: float
    marginal_entropy: float


@checked(model="sample", judge="predict_proba")
def sample_quality(
    model: Any,
    judge: Any,
    n_samples: int,
    n_steps: int,
    *,
    task: int = 0,
    batch_size: int = 256,
    random_state: int | np.random.RandomState | None = None,
) -> SampleQuality:
    """Score unconditional samples of a model.

    Parameters
    ----------
    model : object
        Anything fitted with `sample`.
    judge : object
        Anything with a `predict_proba` that gives one array (n, n_classes), or a list of them.
    n_samples : int
        Number of sequences to draw; the score is biased low where they are few.
    n_steps : int
        Length of each.
    task : int, default=0
        Number of the judge's label to score; the first is the motion label in the protocol.
    batch_size : int, default=256
        Sequences drawn and judged at a time.
    random_state : int, RandomState instance or None, default=None
        Determines the samples.

    Returns
    -------
    SampleQuality
        Inception score and its two entropies.

    Raises
    ------
    ValueError
        If `n_samples` is not positive.

    See Also
    --------
    data_quality : The same of real sequences.
    """
    rng = check_random_state(random_state)

    def samples() -> Iterator[Any]:
        for start in range(0, n_samples, batch_size):
            size = min(batch_size, n_samples - start)
            samples = model.sample(size, n_steps, random_state=drawn_seed(rng))
            yield counted(samples, size, "model.sample")

    return _quality(samples(), judge, task)


@checked(judge="predict_proba")
def data_quality(X: Any, judge: Any, *, task: int = 0, batch_size: int = 256) -> SampleQuality:
    """Score real sequences as `sample_quality` scores samples: what the judge's own doubt costs.

    Parameters
    ----------
    X : array-like of shape (n, T, ...)
        Sequences; sliced batch by batch.
    judge : object
        Anything with a `predict_proba` that gives one array (n, n_classes), or a list of them.
    task : int, default=0
        Number of the judge's label to score; the first is the motion label in the protocol.
    batch_size : int, default=256
        Sequences judged at a time.

    Returns
    -------
    SampleQuality
        Inception score and its two entropies.

    Raises
    ------
    ValueError
        If there is no sequence.

    Examples
    --------
    A judge that is always right, and half sure:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import data_quality
    >>> judge = SimpleNamespace(predict_proba=lambda X: 0.25 + 0.5 * np.eye(2)[X[:, 0]])
    >>> X = np.array([[0, 0], [1, 1]])
    >>> round(data_quality(X, judge).inception_score, 2)
    1.14
    """
    X = sequences_in(X)
    return _quality((x for _, x in batches(X, batch_size)), judge, task)


def _quality(sequences: Iterable[Any], judge: Any, task: int) -> SampleQuality:
    """Score all sequences together, which come in batches."""
    answers = [judge.predict_proba(batch) for batch in sequences]
    n_tasks = len(answers[0]) if isinstance(answers[0], list) else 1
    if task >= n_tasks:
        raise ValueError(f"task must be from 0 to {n_tasks - 1}, the tasks of judge, got {task}")
    p = np.concatenate([a[task] if isinstance(a, list) else a for a in answers])
    return SampleQuality(inception_score(p), conditional_entropy(p), marginal_entropy(p))


def _entropy(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy over the last axis, in nats, with 0 log 0 = 0."""
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    # Adding 0.0 makes the -0.0 of a one-hot row a plain 0.0.
    return np.asarray(-(p * logs).sum(axis=-1) + 0.0)


def _check_probabilities(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return `probabilities` in float64 with rows that sum to one exactly."""
    p = numbers_of(probabilities, "probabilities").astype(np.float64)
    if p.ndim != 2 or p.size == 0:
        raise ValueError(
            "probabilities must be a non-empty array of shape (n_samples, n_classes), "
            f"got shape {p.shape}."
        )
    if not np.isfinite(p).all() or (p < 0).any():
        raise ValueError("probabilities must be finite and not negative.")
    sums = p.sum(axis=1, keepdims=True)
    worst = float(np.abs(sums - 1).max())
    if worst > _ROW_SUM_TOLERANCE:
        raise ValueError(
            f"each row of probabilities must sum to 1, got a row that is off by {worst:.3g}; "
            "pass probabilities, not logits."
        )
    return np.asarray(p / sums)
