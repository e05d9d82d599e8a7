"""The protocol: keep one code, replace the other, and report what a judge still sees."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from ._checks import checked, sequences_in
from .generation import SampleQuality, data_quality, sample_quality
from .interventions import (
    Judge,
    LabelAccuracy,
    Labels,
    content_drawn_accuracy,
    data_accuracy,
    motion_drawn_accuracy,
    reconstruction_accuracy,
    swap_accuracy,
)
from .reconstruction import ReconstructionError, reconstruction_error

__all__ = ["DisentanglementReport", "disentanglement_report"]


@dataclass(frozen=True)
class DisentanglementReport:
    """All measures of `disentanglement_report`; `print` shows them as a table.

    Attributes
    ----------
    chance : LabelAccuracy
        Share of the most frequent class.
    data : LabelAccuracy
        The judge on the data themselves: what its own errors cost.
    reconstruction : LabelAccuracy
        Both codes kept: the ceiling of all that follows.
    content_drawn : LabelAccuracy
        Motion kept, content drawn from the prior: `motion` should reach the ceiling; `content`,
        compared with the labels of the original, should fall to chance.
    motion_drawn : LabelAccuracy
        Content kept, motion drawn from the prior: `content` should reach the ceiling, `motion`
        fall to chance.
    swap : LabelAccuracy
        Codes exchanged between random pairs: `motion` against the labels of the sequence that
        gave the motion, `content` against those of the one that gave the content.
    error : ReconstructionError
        Of plain reconstructions.
    samples : SampleQuality
        Of unconditional samples.
    real : SampleQuality
        Of the data themselves: what the judge's own doubt costs.
    """

    chance: LabelAccuracy
    data: LabelAccuracy
    reconstruction: LabelAccuracy
    content_drawn: LabelAccuracy
    motion_drawn: LabelAccuracy
    swap: LabelAccuracy
    error: ReconstructionError
    samples: SampleQuality
    real: SampleQuality

    def as_dict(self) -> dict[str, float]:
        """Every number under a flat name, for a JSON line or a table.

        Returns
        -------
        dict of str to float
            For example ``swap_motion`` (mean over motion labels), ``swap_motion_0`` (the first),
            ``mean_squared_error``, ``inception_score``, ``data_inception_score`` (of the data).
        """
        flat: dict[str, float] = {}
        for name in _ACCURACIES:
            accuracy: LabelAccuracy = getattr(self, name)
            for part in ("motion", "content"):
                values = getattr(accuracy, part)
                flat[f"{name}_{part}"] = float(np.mean(values))
                flat |= {f"{name}_{part}_{k}": value for k, value in enumerate(values)}
        return flat | {
            "mean_squared_error": self.error.mean_squared,
            "squared_error_per_frame": self.error.per_frame,
            **asdict(self.samples),
            **{f"data_{name}": value for name, value in asdict(self.real).items()},
        }

    def __str__(self) -> str:
        lines = [f"{'':34}{'motion':>8}{'content':>9}   each content label"]
        for name, title in _ACCURACIES.items():
            accuracy: LabelAccuracy = getattr(self, name)
            each = " ".join(f"{value:.2f}" for value in accuracy.content)
            lines.append(
                f"{title:34}{accuracy.mean_motion:8.3f}{accuracy.mean_content:9.3f}   {each}"
            )
        lines += [
            f"{'squared error (mean)':34}{self.error.mean_squared:8.5f}",
            f"{'squared error (sum over a frame)':34}{self.error.per_frame:8.2f}",
            f"{'':34}{'samples':>8}{'data':>9}",
        ]
        for name, title in _QUALITIES.items():
            of_samples, of_data = (getattr(quality, name) for quality in (self.samples, self.real))
            lines.append(f"{title:34}{of_samples:8.3f}{of_data:9.3f}")
        return "\n".join(lines)


_ACCURACIES = {
    "chance": "chance",
    "data": "data (the judge itself)",
    "reconstruction": "reconstruction (the ceiling)",
    "content_drawn": "motion kept, content drawn",
    "motion_drawn": "content kept, motion drawn",
    "swap": "swap",
}
_QUALITIES = {
    "inception_score": "Inception score",
    "conditional_entropy": "H(y|x), nats",
    "marginal_entropy": "H(y), nats",
}


@checked(model="swap", judge="predict")
def disentanglement_report(
    model: Any,
    X: Any,
    motion_labels: ArrayLike,
    content_labels: ArrayLike,
    judge: Judge,
    *,
    n_samples: int | None = None,
    batch_size: int = 256,
    random_state: int | np.random.RandomState | None = None,
) -> DisentanglementReport:
    """Measure how well a model holds content and motion apart.

    Each code is kept while the other is replaced, by a draw from its prior or by that of another
    sequence, and a judge says which labels the generated sequences still show. Motion kept must
    show the motion's labels whatever the content; content kept must show the content's.

    Parameters
    ----------
    model : object
        Anything fitted with `transform`, `swap`, `sample` and `reconstruct`.
    X : array-like of shape (n, T, ...)
        Held-out sequences of one length; sliced batch by batch.
    motion_labels : array-like of shape (n,) or (n, n_motion_labels)
        Labels of the motion of each sequence: the action, say.
    content_labels : array-like of shape (n,) or (n, n_content_labels)
        Labels of all that stays the same in a sequence: the attributes of a character, say.
    judge : SequenceJudge or similar
        Trained on ``numpy.column_stack([motion_labels, content_labels])`` of other sequences.
    n_samples : int or None, default=None
        Number of unconditional samples; None takes as many as there are sequences.
    batch_size : int, default=256
        Sequences generated and judged at a time, which bounds memory.
    random_state : int, RandomState instance or None, default=None
        Determines the pairs and all draws from priors.

    Returns
    -------
    DisentanglementReport
        The accuracies beside chance and ceiling, the reconstruction error, and the Inception
        score and entropies of samples.

    Raises
    ------
    ValueError
        If `X` and labels differ in number, or the judge knows another number of labels.

    See Also
    --------
    SequenceJudge : The judge.
    probe_accuracy : Labels read off the codes themselves, without generating anything.

    References
    ----------
    .. [1] J. Han, M. R. Min, L. Han, L. E. Li, X. Zhang, "Disentangled Recurrent Wasserstein
       Autoencoder", ICLR 2021, section 5.
    .. [2] Y. Li, S. Mandt, "Disentangled Sequential Autoencoder", ICML 2018, section 4.1.

    Examples
    --------
    A model whose codes are the true factors: frames ``content + motion_t`` of two numbers.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import disentanglement_report
    >>> class Oracle:
    ...     def transform(self, X):
    ...         return SimpleNamespace(content=X[:, 0, :1], motion=X[:, :, 1:])
    ...
    ...     def decode(self, content, motion):
    ...         still = np.repeat(content[:, None], motion.shape[1], axis=1)
    ...         return np.concatenate([still, motion], axis=2)
    ...
    ...     def reconstruct(self, X):
    ...         return self.decode(*vars(self.transform(X)).values())
    ...
    ...     def swap(self, a, b):
    ...         a, b = self.transform(a), self.transform(b)
    ...         return SimpleNamespace(
    ...             a_motion_b_content=self.decode(b.content, a.motion),
    ...             a_content_b_motion=self.decode(a.content, b.motion),
    ...         )
    ...
    ...     def sample(self, n, n_steps=None, *, content=None, motion=None, random_state=None):
    ...         rng = np.random.RandomState(random_state)
    ...         if content is None:
    ...             content = rng.randint(2, size=(n, 1))
    ...         if motion is None:
    ...             motion = np.repeat(rng.randint(2, size=(n, 1, 1)), n_steps, axis=1)
    ...         return self.decode(content, motion)
    >>> class Eye:
    ...     def predict(self, X):
    ...         return X[:, 0, ::-1]  # motion first
    ...
    ...     def predict_proba(self, X):
    ...         return [np.eye(2)[labels] for labels in self.predict(X).T]
    >>> content, motion = np.indices((2, 2)).reshape(2, 4).repeat(25, axis=1)
    >>> X = Oracle().decode(content[:, None], np.repeat(motion[:, None, None], 3, axis=1))
    >>> report = disentanglement_report(Oracle(), X, motion, content, Eye(), random_state=0)
    >>> report.content_drawn.motion, report.motion_drawn.content, report.swap.mean_content
    ((1.0,), (1.0,), 1.0)
    >>> 0.3 < report.motion_drawn.mean_motion < 0.7  # what is drawn shows chance
    True
    """
    X = sequences_in(X)
    labels = Labels(motion_labels, content_labels, len(X))
    rng = check_random_state(random_state)
    asked = (X, motion_labels, content_labels, judge)
    n, n_steps = X.shape[:2]
    return DisentanglementReport(
        chance=labels.chance(),
        data=data_accuracy(*asked, batch_size=batch_size),
        reconstruction=reconstruction_accuracy(model, *asked, batch_size=batch_size),
        content_drawn=content_drawn_accuracy(
            model, *asked, batch_size=batch_size, random_state=rng
        ),
        motion_drawn=motion_drawn_accuracy(model, *asked, batch_size=batch_size, random_state=rng),
        swap=swap_accuracy(model, *asked, batch_size=batch_size, random_state=rng),
        error=reconstruction_error(model, X, batch_size=batch_size),
        samples=sample_quality(
            model,
            judge,
            n if n_samples is None else n_samples,
            n_steps,
            batch_size=batch_size,
            random_state=rng,
        ),
        real=data_quality(X, judge, batch_size=batch_size),
    )
