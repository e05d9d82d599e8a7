"""Consistency of codes: between two trainings, and between the parts of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from ..data.containers import numbers_of, rows_of
from ..data.ragged import stacked
from ._checks import checked, labels_in
from ._rounding import differ, in_range
from ._separation_codes import SequenceCodes, r2_of
from ._sequences import ReadSequences

__all__ = [
    "Consistency",
    "consistency",
    "content_stability",
    "linear_cka",
    "linear_consistency",
    "prediction_stability",
]


@dataclass(frozen=True)
class Consistency:
    """Agreement of the codes of two models, from 0 to 1; higher is better.

    Attributes
    ----------
    content, motion : float
        Held-out :math:`R^2` after linear alignment, see `linear_consistency`.
    content_cka, motion_cka : float
        Linear centred kernel alignment, see `linear_cka`.
    """

    content: float
    motion: float
    content_cka: float
    motion_cka: float

    def __str__(self) -> str:
        return (
            f"content: R2 {self.content:.3f}, CKA {self.content_cka:.3f}\n"
            f"motion:  R2 {self.motion:.3f}, CKA {self.motion_cka:.3f}"
        )


@checked(model_a="transform", model_b="transform")
def consistency(
    model_a: Any,
    model_b: Any,
    X: Any,
    *,
    random_state: int | np.random.RandomState | None = None,
) -> Consistency:
    """Agreement of the codes of two trainings on the same sequences.

    Parameters
    ----------
    model_a, model_b : object
        Anything fitted with `transform`: of two seeds, settings or data sets.
    X : array-like of n sequences
        Held-out sequences, of any lengths.
    random_state : int, RandomState instance or None, default=None
        Determines the folds of the alignment.

    Returns
    -------
    Consistency
        Of content, a code a sequence, and of motion, a code a step; steps of one sequence are
        never both aligned by and tested.

    Raises
    ------
    ValueError
        If there are fewer than two sequences, codes are constant, or a model does not return both.

    See Also
    --------
    linear_consistency, linear_cka : The same of codes of your own.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import consistency
    >>> def model(sign):
    ...     return SimpleNamespace(
    ...         transform=lambda X: SimpleNamespace(content=sign * X.mean(1), motion=X)
    ...     )
    >>> X = np.random.RandomState(0).normal(size=(40, 6, 2))
    >>> print(consistency(model(1), model(-2), X, random_state=0))
    content: R2 1.000, CKA 1.000
    motion:  R2 1.000, CKA 1.000
    """
    rng = check_random_state(random_state)
    held = ReadSequences.all_of(X, model_a)
    if len(held) < 2:
        raise ValueError(f"X must hold at least two sequences, got {len(held)}")
    a, b = (ReadSequences.all_of(X, model).encoded(model) for model in (model_a, model_b))
    sequence = np.repeat(np.arange(len(a.motion)), [len(z) for z in a.motion])
    motion_a, motion_b = np.concatenate(a.motion), np.concatenate(b.motion)
    if len(motion_a) != len(motion_b):
        raise ValueError(
            "model_a and model_b must give motion of the same steps, got "
            f"{len(motion_a)} and {len(motion_b)} in all"
        )
    for name, codes in (("model_a", a), ("model_b", b)):
        for code, z in (("content", codes.content), ("motion", np.concatenate(codes.motion))):
            if not differ(z).any():
                raise ValueError(f"{name} gives the same {code} for all of X: nothing can agree")
    return Consistency(
        content=both_ways(a.content, b.content, rng),
        motion=both_ways(motion_a, motion_b, rng, sequence),
        content_cka=linear_cka(a.content, b.content),
        motion_cka=linear_cka(motion_a, motion_b),
    )


@checked()
def linear_consistency(
    codes_a: ArrayLike,
    codes_b: ArrayLike,
    *,
    random_state: int | np.random.RandomState | None = None,
) -> float:
    r"""Held-out :math:`R^2` of one code as a linear function of another, the mean of both ways.

    .. math:: R^2(a \to b) = \max\Big(0,
              1 - \frac{\sum_i |b_i - \hat b_i(a_i)|^2}{\sum_i |b_i - \bar b|^2}\Big)

    with :math:`\hat b` by ridge regression on the other folds.

    Parameters
    ----------
    codes_a, codes_b : array-like of shape (n, d_a) and (n, d_b)
        Codes of the same sequences, or of the same steps.
    random_state : int, RandomState instance or None, default=None
        Determines the folds.

    Returns
    -------
    float
        From 0 to 1, higher is better; chance is 0.

    Raises
    ------
    ValueError
        If they differ in number, are fewer than two, or all alike.

    References
    ----------
    .. [1] S. Schneider, J. H. Lee, M. W. Mathis, "Learnable latent embeddings for joint
       behavioural and neural analysis", Nature 617, 2023: consistency of embeddings.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import linear_consistency
    >>> rng = np.random.RandomState(0)
    >>> z = rng.normal(size=(100, 3))
    >>> round(linear_consistency(z, z @ rng.normal(size=(3, 3)) + 2, random_state=0), 3)
    1.0
    >>> round(linear_consistency(z, z[::-1], random_state=0), 1)
    0.0
    """
    a, b = paired_codes(codes_a, codes_b)
    return both_ways(a, b, check_random_state(random_state))


def linear_cka(codes_a: ArrayLike, codes_b: ArrayLike) -> float:
    r"""Centred kernel alignment of two codes, with linear kernels.

    .. math:: \mathrm{CKA} = \frac{\|B^\top A\|_F^2}{\|A^\top A\|_F\, \|B^\top B\|_F}

    of codes A, B less their means. Rotations and scales do not change it; other linear maps do,
    which `linear_consistency` forgives. Few codes of many numbers have a high one by chance.

    Parameters
    ----------
    codes_a, codes_b : array-like of shape (n, d_a) and (n, d_b)
        Codes of the same sequences, or of the same steps.

    Returns
    -------
    float
        From 0 to 1, higher is better; by chance about :math:`\sqrt{d_a d_b} / n`.

    Raises
    ------
    ValueError
        If they differ in number, are fewer than two, or all alike.

    References
    ----------
    .. [1] S. Kornblith, M. Norouzi, H. Lee, G. Hinton, "Similarity of Neural Network
       Representations Revisited", ICML 2019, section 3.

    Examples
    --------
    >>> from seqdisentangle.metrics import linear_cka
    >>> linear_cka([[0, 0], [1, 0], [0, 1]], [[5, 5], [5, 9], [1, 5]])
    1.0
    """
    a, b = paired_codes(codes_a, codes_b)
    a, b = a - a.mean(0), b - b.mean(0)
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)  # against overflow of fourth powers
    shared = np.linalg.norm(b.T @ a) ** 2
    return min(1.0, float(shared / (np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b))))


@checked(model="transform")
def content_stability(model: Any, X: Any, *, n_parts: int = 2) -> float:
    r"""Intraclass correlation of the content codes of the parts of a sequence.

    Each sequence is cut into parts of consecutive steps, and each is encoded alone. With the
    mean squares between and within sequences, summed over dimensions,

    .. math:: \mathrm{ICC} = \frac{s_b^2 - s_w^2}{s_b^2 + (p - 1)\, s_w^2}

    Parameters
    ----------
    model : object
        Anything fitted with `transform`.
    X : array-like of n sequences
        Held-out sequences, of any lengths; at least two.
    n_parts : int, default=2
        Parts p of a sequence, at least 2, each with at least one step.

    Returns
    -------
    float
        1 where the content of a sequence is that of its parts; 0, or as low as
        :math:`-1/(p - 1)`, where parts of one sequence are as unlike as those of two.

    Raises
    ------
    ValueError
        If there are fewer than two sequences, one is shorter than the parts, or all codes are
        alike.

    See Also
    --------
    prediction_stability : The same of labels of single frames.

    References
    ----------
    .. [1] P. E. Shrout, J. L. Fleiss, "Intraclass Correlations: Uses in Assessing Rater
       Reliability", Psychological Bulletin 86(2), 1979, ICC(1, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import content_stability
    >>> first = SimpleNamespace(
    ...     transform=lambda X: SimpleNamespace(content=np.stack([x[0] for x in X]), motion=X)
    ... )
    >>> content_stability(first, [[[0.0], [0.0]], [[1.0], [1.0], [1.0]]])
    1.0
    """
    held = ReadSequences.all_of(X, model)
    shortest = min(len(x) for x in held.frames)
    if len(held) < 2 or shortest < n_parts:
        raise ValueError(
            f"X must hold at least two sequences of at least n_parts={n_parts} steps, got "
            f"{len(held)}, the shortest of {shortest}"
        )
    cut = [np.array_split(x, n_parts) for x in held.X]
    codes = [
        SequenceCodes.of(model, stacked([parts[k] for parts in cut])).content
        for k in range(n_parts)
    ]
    z = in_range(np.stack(codes, axis=1))  # (n, p, d)
    if not differ(z.reshape(-1, z.shape[2])).any():
        raise ValueError("model gives every part of X the same content: nothing can be stable")
    means = z.mean(1)
    between = n_parts * means.var(0, ddof=1).sum()
    within = z.var(1, ddof=1).mean(0).sum()
    return float((between - within) / (between + (n_parts - 1) * within))


def prediction_stability(predictions: Any) -> float:
    r"""Share of the frames of a sequence that are given its most frequent label.

    .. math:: \frac1n \sum_i \max_k \frac{1}{T_i} \sum_t [\hat y_{i,t} = k]

    Of a static label, read off every frame of a swap or of a sample: flicker lowers it.

    Parameters
    ----------
    predictions : array-like of shape (n, T), or list of n arrays (T_i,)
        A label of each frame.

    Returns
    -------
    float
        From the share of the most frequent label by chance to 1; higher is better.

    Raises
    ------
    ValueError
        If there is no label, or labels are not one a frame.

    See Also
    --------
    content_stability : The same of content codes, without labels.

    Examples
    --------
    >>> from seqdisentangle.metrics import prediction_stability
    >>> prediction_stability([["red", "red", "blue", "red"], ["blue", "blue"]])
    0.875
    """
    try:
        found = rows_of(predictions, "predictions")
    except TypeError as error:
        raise ValueError(f"predictions must be labels of frames: {error}") from error
    each = [labels_in(labels, "predictions") for labels in found]
    if not each or any(labels.ndim != 1 or not len(labels) for labels in each):
        raise ValueError("predictions must have shape (n, T), or be a list of arrays (T_i,)")
    shares = [np.unique(labels, return_counts=True)[1].max() / len(labels) for labels in each]
    return float(np.mean(shares))


def both_ways(
    a: NDArray, b: NDArray, rng: np.random.RandomState, groups: NDArray[np.intp] | None = None
) -> float:
    """Mean of the R2 of either code as a function of the other."""
    return (r2_of(a, b, rng, groups) + r2_of(b, a, rng, groups)) / 2


def paired_codes(codes_a: ArrayLike, codes_b: ArrayLike) -> tuple[NDArray, NDArray]:
    """Two codes of the same things, one a row, each in a unit in which it can be squared.

    Raises
    ------
    ValueError
        If they differ in number, are fewer than two, not finite, or all alike.
    """
    found = []
    for codes, name in ((codes_a, "codes_a"), (codes_b, "codes_b")):
        z = numbers_of(codes, name).astype(np.float64)
        if z.ndim != 2 or len(z) < 2:
            raise ValueError(f"{name} must have shape (n, d), n at least 2, got shape {z.shape}")
        if not np.isfinite(z).all() or not differ(z).any():
            raise ValueError(f"{name} must be finite and not all alike")
        found.append(in_range(z))
    if len(found[0]) != len(found[1]):
        raise ValueError(
            "codes_a and codes_b must be of the same sequences, got "
            f"{len(found[0])} and {len(found[1])}"
        )
    return found[0], found[1]
