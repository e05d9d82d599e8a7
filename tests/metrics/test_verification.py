"""Verification against thresholds tried one by one, and against a closed form."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import norm

from seqdisentangle.metrics import equal_error_rate, verification_error_rate


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
