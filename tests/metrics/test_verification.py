"""Verification against thresholds tried one by one, and against a closed form."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import norm
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV

from seqdisentangle.metrics import (
    equal_error_rate,
    verification,
    verification_error_rate,
)


def crossing(scores, same):
    """Both error rates at every threshold, one by one: the bounds on where they cross."""
    thresholds = np.concatenate([[-np.inf], np.unique(scores), [np.inf]])
    accepted = np.array([(scores[~same] >= t).mean() for t in thresholds])
    rejected = np.array([(scores[same] < t).mean() for t in thresholds])
    k = np.argmax(rejected >= accepted)
    return min(accepted[k], rejected[k - 1]), max(accepted[k - 1], rejected[k])


@pytest.mark.parametrize("seed", range(20))
def test_both_errors_are_equal_there(seed):
    rng = np.random.RandomState(seed)
    same = rng.rand(60) < 0.3
    scores = np.round(rng.normal(size=60) + same * rng.uniform(0, 3), seed % 3)  # with ties
    low, high = crossing(scores, same)
    assert low - 1e-12 <= equal_error_rate(scores, same) <= high + 1e-12


def test_two_normal_distributions():
    rng = np.random.RandomState(0)
    scores = rng.normal(size=200_000)
    same = np.arange(200_000) % 2 == 0
    scores[same] += 2.0
    assert equal_error_rate(scores, same) == pytest.approx(norm.cdf(-1.0), abs=0.003)


@pytest.mark.parametrize(("flip", "expected"), [(1, 0.0), (-1, 1.0)])
def test_extremes(flip, expected):
    assert equal_error_rate(flip * np.arange(10.0), np.arange(10) >= 6) == expected


def test_scores_all_alike_are_a_coin_toss():
    assert equal_error_rate(np.ones(10), np.arange(10) < 3) == 0.5


def test_any_increasing_map_of_the_scores_gives_the_same():
    rng = np.random.RandomState(1)
    same = rng.rand(200) < 0.5
    scores = rng.normal(size=200) + same
    assert equal_error_rate(np.exp(scores), same) == equal_error_rate(scores, same)


def test_pairs_are_scored_by_the_cosine():
    rng = np.random.RandomState(0)
    codes, y = rng.normal(loc=3, size=(30, 4)), rng.randint(3, size=30)
    centred = codes - codes.mean(0)
    i, j = np.triu_indices(30, 1)
    expected = equal_error_rate(1 - cdist(centred, centred, "cosine")[i, j], y[i] == y[j])
    assert verification_error_rate(codes, y) == pytest.approx(expected, abs=1e-12)
    assert verification_error_rate(5 * codes - 2, y) == pytest.approx(expected, abs=1e-12)


def test_a_code_of_the_label_is_right_and_noise_is_not():
    y = np.repeat(np.arange(9), 30)
    rng = np.random.RandomState(0)
    assert verification_error_rate(np.eye(9)[y] + 0.1 * rng.normal(size=(270, 9)), y) < 0.001
    assert verification_error_rate(rng.normal(size=(270, 9)), y) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: equal_error_rate([0.1, 0.2], [True, True]), "2 that are the same and 0"),
        (lambda: equal_error_rate([0.1, 0.2], [True]), r"\(2,\) and \(1,\)"),
        (lambda: verification_error_rate(np.zeros((3, 4, 2)), [0, 1, 0]), r"\(3, 4, 2\)"),
        (lambda: verification_error_rate(np.zeros((3, 4)), [0, 1]), r"\(3,\)"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()


class Sources:
    """Content is the mean of a sequence, motion the rest."""

    def transform(self, X):
        content = np.stack([x.mean(0) for x in X])
        motion = [x - z for x, z in zip(X, content, strict=True)]
        return SimpleNamespace(content=content, motion=motion)


def recordings(n=60, n_sources=6, seed=0):
    """Sequences of several lengths about a level, that of their source."""
    rng = np.random.RandomState(seed)
    y = np.arange(n) % n_sources
    levels = 2 * rng.normal(size=(n_sources, 4))
    return [level + rng.normal(size=(4 + i % 3, 4)) for i, level in enumerate(levels[y])], y


def test_both_codes_are_compared_as_one_code_is():
    X, y = recordings()
    codes = Sources().transform(X)
    found = verification(Sources(), X, y)
    assert found.content == verification_error_rate(codes.content, y) < 0.2
    assert found.motion == verification_error_rate([z.mean(0) for z in codes.motion], y)
    assert found.gap == found.motion - found.content
    assert "gap" in str(found)


def test_segments_are_averaged_to_utterances():
    X, y = recordings()
    utterance = np.array(
        [f"{label}-{i % 2}" for label, i in zip(y, np.arange(60) // 6, strict=True)]
    )
    codes = Sources().transform(X).content
    names = np.unique(utterance)
    means = np.stack([codes[utterance == name].mean(0) for name in names])
    found = verification(Sources(), X, y, utterances=utterance)
    assert found.n_utterances == 12
    assert found.content == verification_error_rate(means, [int(name[0]) for name in names])


def test_a_permuted_code_is_at_chance():
    X, y = recordings(240)
    shuffled = np.random.RandomState(0).permutation(y)
    assert verification(Sources(), X, shuffled).content == pytest.approx(0.5, abs=0.03)


def test_an_utterance_of_two_sources_is_refused():
    X, y = recordings(6)
    with pytest.raises(ValueError, match=r"utterances must be of one label of y each.*'b'"):
        verification(Sources(), X, y, utterances=["a", "b", "b", "c", "d", "e"])


class Part(BaseEstimator):
    """Content is four numbers of the frames, motion the last four."""

    def __init__(self, part=0):
        self.part = part

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return SimpleNamespace(content=X[:, 0, 4 * self.part :][:, :4], motion=X[:, :, 8:])


def test_a_search_takes_the_gap_as_its_score():
    rng = np.random.RandomState(0)
    who = np.tile(np.arange(4), 15)
    X = rng.normal(size=(60, 5, 12))
    X[:, :, 4:8] += 9 * np.eye(4)[who][:, None]

    def gap(model, X, y):
        return verification(model, X, y).gap

    search = GridSearchCV(Part(), {"part": [0, 1]}, scoring=gap, cv=2).fit(X, who)
    assert search.best_params_ == {"part": 1}


@pytest.mark.parametrize("y", [[0] * 6, list(range(6))])
def test_labels_of_which_no_pair_is_alike_or_apart_are_named(y):
    codes = np.random.RandomState(0).normal(size=(6, 2))
    with pytest.raises(
        ValueError, match=rf"y must hold two labels .*, got {len(set(y))} in 6 codes"
    ):
        verification_error_rate(codes, y)
