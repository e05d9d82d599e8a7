"""A verdict without labels: whether the codes of a model separate, from sequences alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state, check_scalar

from ._batches import drawn_seed
from ._checks import checked
from ._routing import routed
from ._separation_codes import SequenceCodes, in_order_of, joined_codes, predicted, read_back
from ._separation_look import Eye, Look, joined
from ._separation_made import (
    Reconstructed,
    energy_coefficient,
    indistinguishable,
    use_of_codes,
)
from ._separation_movement import unlike_courses
from ._separation_parts import parts_in_use
from ._separation_retrieval import distances, retrieval
from ._separation_sequences import LEAST_SEQUENCES, HeldOut
from ._separation_words import advice, report, verdict

__all__ = ["Separation", "Shown", "separation", "separation_scorer"]

N_SEQUENCES, BATCH_SIZE = 256, 64


@dataclass(frozen=True)
class Shown:
    r"""The donors that swaps show.

    Every number but `moved` is a retrieval: :math:`2P - 1`, where P is the probability that the
    donor named is nearer to the swap than another sequence of the data. It is 1 where the donor is
    always the nearest, and 0 where it is as far as any.

    Attributes
    ----------
    content : float
        What stays the same in a swap finds its content donor.
    content_of_motion_donor : float
        It finds the motion donor: what stays the same is said by motion.
    motion : float
        What changes in a swap finds its motion donor.
    motion_of_content_donor : float
        It finds the content donor: what changes is said by content.
    moved : float
        How far a swap is from its motion donor towards its content donor in what stays the same,
        on average: 0 is at the motion donor, 1 at the content donor, 0.5 as far from both.
    """

    content: float
    content_of_motion_donor: float
    motion: float
    motion_of_content_donor: float
    moved: float

    @property
    def score(self) -> float:
        r"""The product of two balances, squared, from 0 to 1.

        .. math::

            s = (b_c\, b_m)^2, \quad
            b_c = \tfrac12 (1 + r_c^+ - r_c^-), \quad b_m = \tfrac12 (1 + r_m^+ - r_m^-)

        with :math:`r^+` the retrieval of the right donor, :math:`r^-` of the wrong one. A balance
        is 1 where swaps show the right donor, 0 where they show the wrong one, and one half where
        they show neither.
        """
        content = balance(self.content, self.content_of_motion_donor)
        motion = balance(self.motion, self.motion_of_content_donor)
        return (content * motion) ** 2


@dataclass(frozen=True)
class Separation:
    """The verdict of `separation`; `print` shows it as a report in words.

    Attributes
    ----------
    score : float
        Of the swaps, from 0 to 1, see :attr:`Shown.score`. Below 0.1 nothing is kept, or one donor
        is copied whole; near 0.25 swaps move as they should and show nobody's content.
    shown : Shown
        What swaps show of their donors.
    content_read_back, motion_read_back : float
        The code of a swap, encoded again, finds that of the donor that gave it; a retrieval as in
        :class:`Shown`.
    content_used, motion_used : float
        Share, from 0 to 1, of what two reconstructions differ in that goes with each code.
    content_from_motion, motion_from_content : float
        Share, from 0 to 1, of the variance of the codes that the other code foretells, by ridge
        regression on sequences held out: of content from the means and deviations of motion over
        time; of motion, over all steps, as far as these are foretold by content.
    samples_like_data : float
        Two-sample test: 1 where a classifier cannot tell samples from data, 0 where it always can.
    samples_distance : float
        Energy coefficient of samples and data, from 0 where they are alike to 1: it still tells
        degrees where the classifier is always right.
    still_reconstructed, moving_reconstructed : float
        :math:`R^2` of reconstructions: of the means of sequences over time, and of the frames less
        these means; at most 1. What has less than 1e-4 of the variance counts as 1% of it.
    told_apart : float
        The ceiling: in the data themselves, what stays the same in one half of a sequence finds
        the other half; with groups, in one sequence its group. Near 0 there is nothing to separate.
    n_sequences : int
        Sequences that were looked at.
    n_parts : int
        Parts of the model, 1 for one without.
    parts_used : float
        Parts that a sequence uses, on average: those whose content shows where it is exchanged.
    """

    score: float
    shown: Shown
    content_read_back: float
    motion_read_back: float
    content_used: float
    motion_used: float
    content_from_motion: float
    motion_from_content: float
    samples_like_data: float
    samples_distance: float
    still_reconstructed: float
    moving_reconstructed: float
    told_apart: float
    n_sequences: int
    n_parts: int = 1
    parts_used: float = 1.0

    def as_dict(self) -> dict[str, float]:
        """Every number under a flat name, for a JSON line or a table.

        Returns
        -------
        dict of str to float
            Those of `shown` as ``shown_content`` and so on.
        """
        flat = asdict(self)
        return {f"shown_{name}": value for name, value in flat.pop("shown").items()} | flat

    @property
    def verdict(self) -> str:
        """The score and its meaning, in one line."""
        return verdict(self.score)

    @property
    def advice(self) -> list[str]:
        """Sentences: what is wrong, and what to change; empty where nothing is."""
        return advice(self.as_dict())

    def __str__(self) -> str:
        return report(self.as_dict())


@checked(model="swap")
def separation(
    model: Any,
    X: Any,
    *,
    groups: Any = None,
    lengths: Any = None,
    n_sequences: int = N_SEQUENCES,
    batch_size: int = BATCH_SIZE,
    random_state: int | np.random.RandomState | None = None,
) -> Separation:
    """Tell from sequences alone, without a label, whether the codes of a model separate.

    Random pairs of sequences exchange their codes. A swap should look like its content donor in
    what stays the same within a sequence, and move like its motion donor. What stays the same is
    learned from `X`: statistics of frames, in whatever order, by which one half of a sequence finds
    its other half among all. A judge with labels asks the same of the labels of a class.

    Parameters
    ----------
    model : object
        Anything fitted with `transform`, `swap`, `sample` and `reconstruct`.
    X : array-like of n sequences
        Held-out sequences, in any container that ``fit`` takes; at least 4 of at least 4 steps,
        better 40. Shorter ones are left out. Missing values (NaN) are interpolated over time.
    groups : array-like of shape (n,), optional
        Which sequences share their content, where ``fit`` was told so: what stays the same is then
        what the sequences of a group have in common, and swaps are between groups. None and NaN
        stand for one that is not known.
    lengths : array of int and shape (n,), optional
        Steps of each sequence of an array that count, the rest being padding.
    n_sequences : int, default=256
        Sequences that are looked at, at least 4; drawn at random where there are more.
    batch_size : int, default=64
        Sequences generated at a time, which bounds memory.
    random_state : int, RandomState instance or None, default=None
        Determines sequences, pairs, features and samples.

    Returns
    -------
    Separation
        A score from 0 to 1, its parts, and a report in words.

    Raises
    ------
    ValueError
        If there are too few sequences, steps or groups, if the model does not return both codes,
        or if it makes values that are not finite.

    See Also
    --------
    separation_scorer : The score alone, for a grid search.
    disentanglement_report : What a judge with labels says.

    Examples
    --------
    A model whose codes are the true factors: a level, and a course around it.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import separation
    >>> class Oracle:
    ...     def transform(self, X):
    ...         level = X.mean(1, keepdims=True)
    ...         return SimpleNamespace(content=level[:, 0], motion=X - level)
    ...
    ...     def reconstruct(self, X):
    ...         return X
    ...
    ...     def swap(self, a, b):
    ...         a, b = self.transform(a), self.transform(b)
    ...         return SimpleNamespace(
    ...             a_motion_b_content=b.content[:, None] + a.motion,
    ...             a_content_b_motion=a.content[:, None] + b.motion,
    ...         )
    ...
    ...     def sample(self, n_samples, n_steps, *, random_state):
    ...         return draw(n_samples, n_steps, random_state)
    >>> def draw(n, n_steps, seed):
    ...     rng = np.random.RandomState(seed)
    ...     return 3 * rng.normal(size=(n, 1, 2)) + rng.normal(size=(n, n_steps, 2))
    >>> result = separation(Oracle(), draw(60, 40, seed=0), random_state=0)
    >>> print(result.verdict)
    separation 0.9...: the codes separate
    """
    check_scalar(n_sequences, "n_sequences", Integral, min_val=LEAST_SEQUENCES)
    check_scalar(batch_size, "batch_size", Integral, min_val=1)
    rng = check_random_state(random_state)
    held = HeldOut(X, lengths, model, n_sequences, rng, groups)
    eye = Eye(held.frames, rng, held.groups)
    swaps, codes_of_swaps, a, b = exchanged(model, held, eye, batch_size, rng, encode=True)
    reconstructions, codes, r2 = encoded(model, held, eye, batch_size)
    shown = shown_by(swaps, eye, a, b)
    n_parts, parts_used = parts_in_use(model, held, batch_size)
    again = in_order_of(joined_codes(codes_of_swaps), [codes.motion[i] for i in a], n_parts)
    content_read_back, motion_read_back = read_back(again, codes, a, b, eye.group_of)
    content_used, motion_used = use_of_codes(swaps.places, reconstructions.places, a, b)
    content_from_motion, motion_from_content = predicted(codes, rng)
    drawn = model.sample(len(held), held.n_steps, random_state=drawn_seed(rng))
    samples = eye(held.frames_made(drawn, "sample", held.lengths)).statistics
    return Separation(
        score=shown.score,
        shown=shown,
        content_read_back=content_read_back,
        motion_read_back=motion_read_back,
        content_used=content_used,
        motion_used=motion_used,
        content_from_motion=content_from_motion,
        motion_from_content=motion_from_content,
        samples_like_data=indistinguishable(samples, eye.data.statistics, rng),
        samples_distance=energy_coefficient(samples, eye.data.statistics),
        still_reconstructed=r2[0],
        moving_reconstructed=r2[1],
        told_apart=eye.told_apart(),
        n_sequences=len(held),
        n_parts=n_parts,
        parts_used=parts_used,
    )


@routed("groups", "lengths")
@checked(model="swap")
def separation_scorer(
    model: Any, X: Any, y: Any = None, *, groups: Any = None, lengths: Any = None
) -> float:
    """Score of `separation`, for ``GridSearchCV(scoring=separation_scorer)``.

    It needs `swap` alone, and costs what that costs. The pairs are the same at every call.

    Parameters
    ----------
    model : object
        Anything fitted with `swap`.
    X : array-like of n sequences
        Held-out sequences, as in `separation`.
    y : None
        Not used.
    groups, lengths : array-like of shape (n,), optional
        As in `separation`. A search hands on those that ``set_score_request`` asks for.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If there are too few sequences, steps or groups.

    See Also
    --------
    separation : The same with its parts, and a report in words.

    Examples
    --------
    ``score`` of an estimator judges reconstructions only, and prefers the model that copies one
    donor of a swap. This one does not:

    >>> from sklearn.model_selection import GridSearchCV
    >>> from seqdisentangle import RecurrentWAE
    >>> from seqdisentangle.metrics import separation_scorer
    >>> search = GridSearchCV(
    ...     RecurrentWAE(), {"motion_size": [2, 6]}, scoring=separation_scorer, cv=3
    ... )

    With metadata routing, ``search.fit(X, groups=speakers)`` tells model and scorer the groups:

    >>> import sklearn
    >>> with sklearn.config_context(enable_metadata_routing=True):
    ...     model = RecurrentWAE().set_fit_request(groups=True)
    ...     scorer = separation_scorer.set_score_request(groups=True)
    ...     search = GridSearchCV(model, {"motion_size": [2, 6]}, scoring=scorer)
    """
    rng = np.random.RandomState(0)
    held = HeldOut(X, lengths, model, N_SEQUENCES, rng, groups)
    eye = Eye(held.frames, rng, held.groups)
    swaps, _, a, b = exchanged(model, held, eye, BATCH_SIZE, rng, encode=False)
    return shown_by(swaps, eye, a, b).score


def exchanged(
    model: Any,
    held: HeldOut,
    eye: Eye,
    batch_size: int,
    rng: np.random.RandomState,
    *,
    encode: bool,
) -> tuple[Look, list[SequenceCodes], NDArray[np.intp], NDArray[np.intp]]:
    """The looks of swaps, their codes in batches if asked for, and the rows of both donors."""
    looks, codes, donors = [], [], []
    for a, b in held.pairs(rng, batch_size):
        made = model.swap(held.take(a), held.take(b)).a_motion_b_content
        looks.append(eye(held.frames_made(made, "swap", [None] * len(a)), eye.group_of[b]))
        donors.append((a, b))
        if encode:
            codes.append(SequenceCodes.of(model, made))
    motion, content = (np.concatenate(rows) for rows in zip(*donors, strict=True))
    return joined(looks), codes, motion, content


def encoded(
    model: Any, held: HeldOut, eye: Eye, batch_size: int
) -> tuple[Look, SequenceCodes, tuple[float, float]]:
    """The looks of reconstructions, the codes of the data, and R2 of what stays and what moves."""
    looks, codes, reconstructed = [], [], Reconstructed(held.frames)
    for start in range(0, len(held), batch_size):
        rows = np.arange(start, min(start + batch_size, len(held)))
        made = held.remade(model, rows)
        reconstructed.add(made)
        looks.append(eye(made))
        codes.append(SequenceCodes.of(model, held.take(rows)))
    return joined(looks), joined_codes(codes), reconstructed.r2()


def shown_by(swaps: Look, eye: Eye, a: NDArray[np.intp], b: NDArray[np.intp]) -> Shown:
    """Retrieval of motion donors `a` and content donors `b` by swaps, and how far these moved."""
    still = distances(swaps.static, eye.anchors)
    moving = unlike_courses(swaps.courses, eye.data.courses)
    from_a, from_b = eye.group_of[a], eye.group_of[b]
    rows = np.arange(len(still))
    apart = np.linalg.norm(eye.anchors[from_a] - eye.anchors[from_b], axis=1)
    nearer = np.divide(
        still[rows, from_a] - still[rows, from_b], apart, out=np.zeros_like(apart), where=apart > 0
    )
    return Shown(
        content=retrieval(still, from_b),
        content_of_motion_donor=retrieval(still, from_a),
        motion=retrieval(moving, a),
        motion_of_content_donor=retrieval(moving, b),
        moved=float((1 + nearer.clip(-1, 1)).mean() / 2),
    )


def balance(right: float, wrong: float) -> float:
    """Of two retrievals: 1 where the right one is found, 0 the wrong one, 0.5 neither."""
    return float(np.clip((1 + right - wrong) / 2, 0, 1))
