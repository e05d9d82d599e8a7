"""Measures of what is drawn: their means and standard errors over draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from ._batches import drawn_seed
from ._checks import checked, sequences_in
from .interventions import (
    Judge,
    LabelAccuracy,
    Labels,
    content_drawn_accuracy,
    data_accuracy,
    motion_drawn_accuracy,
)
from .tables import Estimate

__all__ = ["ClassificationError", "classification_error", "over_draws"]


@checked()
def over_draws(
    measure: Callable[[int], Any],
    *,
    n_draws: int = 5,
    random_state: int | np.random.RandomState | None = None,
) -> dict[str, Estimate]:
    """Repeat a measure that draws, and give the mean and standard error of all its numbers.

    Parameters
    ----------
    measure : callable
        Given a seed, it returns a number, a dict of numbers, or a result of this package such as
        `SampleQuality` or `LabelAccuracy`.
    n_draws : int, default=5
        Times that it is called, each with a seed of its own; at least 2.
    random_state : int, RandomState instance or None, default=None
        Determines the seeds.

    Returns
    -------
    dict of str to Estimate
        By the names of the result, those of a tuple numbered: ``content_0``. A bare number is
        called ``value``.

    Raises
    ------
    ValueError
        If `n_draws` is below 2.
    TypeError
        If `measure` returns something else.

    Examples
    --------
    Scores of samples, for the second label of a judge (the appearance, where the first is the
    action):

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import over_draws, sample_quality
    >>> def sample(n, n_steps, random_state):
    ...     return np.random.RandomState(random_state).randint(2, size=(n, n_steps))
    >>> model = SimpleNamespace(sample=sample)
    >>> judge = SimpleNamespace(predict_proba=lambda X: [np.eye(2)[X[:, 0]], np.eye(2)[X[:, 1]]])
    >>> found = over_draws(
    ...     lambda seed: sample_quality(model, judge, 500, 8, task=1, random_state=seed),
    ...     random_state=0,
    ... )
    >>> print(found["inception_score"])
    1.99... ± 0.00...
    """
    rng = check_random_state(random_state)
    draws = [numbers_of_result(measure(drawn_seed(rng))) for _ in range(n_draws)]
    return {name: Estimate.of([draw[name] for draw in draws]) for name in draws[0]}


def numbers_of_result(result: Any) -> dict[str, float]:
    """All numbers of a result by flat names.

    Raises
    ------
    TypeError
        If it is neither a number nor has numbers by names.
    """
    if isinstance(result, Real):
        return {"value": float(result)}
    if hasattr(result, "as_dict"):
        return dict(result.as_dict())
    if is_dataclass(result) and not isinstance(result, type):
        result = asdict(result)
    if not isinstance(result, Mapping):
        raise TypeError(
            "measure must return a number, a dict of numbers or a result of "
            f"seqdisentangle.metrics, got {type(result).__name__}"
        )
    flat: dict[str, float] = {}
    for name, value in result.items():
        if isinstance(value, tuple | list):
            flat |= {f"{name}_{k}": float(each) for k, each in enumerate(value)}
        else:
            flat[name] = float(value)
    return flat


@dataclass(frozen=True)
class ClassificationError:
    """Errors of a judge where one code is kept and the other drawn; all from 0 to 1, low is good.

    Attributes
    ----------
    average : Estimate
        Mean over all labels, the averaged classification error.
    motion : tuple of Estimate
        Of each motion label: motion kept, content drawn.
    content : tuple of Estimate
        Of each content label: content kept, motion drawn.
    judge : float
        Average of the judge on the data themselves, the floor.
    chance : float
        Average of always answering the most frequent label.
    """

    average: Estimate
    motion: tuple[Estimate, ...]
    content: tuple[Estimate, ...]
    judge: float
    chance: float

    def __str__(self) -> str:
        motion, content = (", ".join(map(str, each)) for each in (self.motion, self.content))
        return (
            f"averaged classification error {self.average} "
            f"(judge {self.judge:.3f}, chance {self.chance:.3f})\n"
            f"  motion kept   {motion}\n"
            f"  content kept  {content}"
        )


@checked(model="transform", judge="predict")
def classification_error(
    model: Any,
    X: Any,
    motion_labels: ArrayLike,
    content_labels: ArrayLike,
    judge: Judge,
    *,
    n_draws: int = 5,
    batch_size: int = 256,
    random_state: int | np.random.RandomState | None = None,
) -> ClassificationError:
    r"""Averaged classification error: one code is kept, the other drawn from its prior.

    .. math:: e = \frac{1}{K} \sum_{k=1}^{K} \Pr\big( \hat y_k(\tilde x) \ne y_k(x) \big)

    over all K labels, where :math:`\tilde x` is generated from the code of x that should carry
    label k, and a draw of the other code.

    Parameters
    ----------
    model : object
        Anything fitted with `transform` and `sample`.
    X : array-like of shape (n, T, ...)
        Held-out sequences; sliced batch by batch.
    motion_labels : array-like of shape (n,) or (n, n_motion_labels)
        Labels that the motion code should carry.
    content_labels : array-like of shape (n,) or (n, n_content_labels)
        Labels that the content code should carry.
    judge : SequenceJudge or similar
        Knows the motion labels, then the content labels.
    n_draws : int, default=5
        Draws for each sequence, at least 2; the standard errors are over these.
    batch_size : int, default=256
        Sequences generated and judged at a time.
    random_state : int, RandomState instance or None, default=None
        Determines all draws.

    Returns
    -------
    ClassificationError
        From 0 to 1; lower is better, down to the error of the judge on the data.

    Raises
    ------
    ValueError
        If `X`, the labels and the answers of the judge differ in number.

    See Also
    --------
    over_draws : Standard errors of any other measure.
    disentanglement_report : One draw, with swaps and reconstructions.

    References
    ----------
    .. [1] J. Han, M. R. Min, L. Han, L. E. Li, X. Zhang, "Disentangled Recurrent Wasserstein
       Autoencoder", ICLR 2021, section 5.

    Examples
    --------
    A model that keeps the motion and loses the content, frames being ``content, motion``:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import classification_error
    >>> class Forgetful:
    ...     def transform(self, X):
    ...         return SimpleNamespace(content=X[:, 0, :1], motion=X[:, :, 1:])
    ...
    ...     def sample(self, n, n_steps=None, *, content=None, motion=None, random_state=None):
    ...         drawn = np.random.RandomState(random_state).randint(2, size=(n, 3, 2))
    ...         if motion is not None:
    ...             drawn[..., 1:] = motion
    ...         return drawn
    >>> judge = SimpleNamespace(predict=lambda X: X[:, 0, ::-1])  # motion first
    >>> content, motion = np.indices((2, 2)).reshape(2, 4).repeat(50, axis=1)
    >>> X = np.stack([content, motion], axis=1)[:, None].repeat(3, axis=1)
    >>> found = classification_error(Forgetful(), X, motion, content, judge, random_state=0)
    >>> found.motion[0].mean, round(found.content[0].mean, 1), round(found.average.mean, 2)
    (0.0, 0.5, 0.2...)
    """
    X = sequences_in(X)
    labels = Labels(motion_labels, content_labels, len(X))
    rng = check_random_state(random_state)
    asked = (X, motion_labels, content_labels, judge)
    motion, content = [], []
    for _ in range(n_draws):
        kept = content_drawn_accuracy(model, *asked, batch_size=batch_size, random_state=rng)
        motion.append(1 - np.array(kept.motion))
        kept = motion_drawn_accuracy(model, *asked, batch_size=batch_size, random_state=rng)
        content.append(1 - np.array(kept.content))
    errors = np.hstack([motion, content])  # (n_draws, K)
    return ClassificationError(
        average=Estimate.of(errors.mean(1)),
        motion=tuple(map(Estimate.of, np.transpose(motion))),
        content=tuple(map(Estimate.of, np.transpose(content))),
        judge=average_error(data_accuracy(*asked, batch_size=batch_size)),
        chance=average_error(labels.chance()),
    )


def average_error(accuracy: LabelAccuracy) -> float:
    """Mean over all labels."""
    return float(1 - np.mean(accuracy.motion + accuracy.content))
