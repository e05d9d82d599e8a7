"""Inception score and its entropies: against scipy, and at their extremes."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.special import softmax

from seqdisentangle.metrics import (
    conditional_entropy,
    data_quality,
    inception_score,
    marginal_entropy,
    sample_quality,
)

logits = hnp.arrays(
    float,
    st.tuples(st.integers(1, 20), st.integers(1, 8)),
    elements=st.floats(-30, 30, allow_nan=False),
)


@given(logits)
def test_entropies_and_score_agree_with_scipy(z):
    p = softmax(z, axis=1)
    mean_kl = np.mean([stats.entropy(row, p.mean(axis=0)) for row in p])
    assert conditional_entropy(p) == pytest.approx(stats.entropy(p, axis=1).mean(), abs=1e-9)
    assert marginal_entropy(p) == pytest.approx(stats.entropy(p.mean(axis=0)), abs=1e-9)
    assert inception_score(p) == pytest.approx(np.exp(mean_kl), rel=1e-9)


@given(logits)
def test_score_lies_between_one_and_the_number_of_classes(z):
    p = softmax(z, axis=1)
    assert 1 - 1e-9 <= inception_score(p) <= p.shape[1] + 1e-9


@pytest.mark.parametrize("k", [1, 2, 9])
def test_clear_and_diverse_samples_score_the_number_of_classes(k):
    assert inception_score(np.eye(k)) == pytest.approx(k)
    assert inception_score(np.repeat(np.eye(k)[:1], 7, axis=0)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([0.5, 0.5], "shape"),
        (np.empty((0, 3)), "non-empty"),
        ([[0.5, 0.6]], "sum to 1"),
        ([[1.5, -0.5]], "not negative"),
        ([[np.nan, 1.0]], "finite"),
    ],
)
@pytest.mark.parametrize("score", [inception_score, conditional_entropy, marginal_entropy])
def test_what_is_no_distribution_is_refused(score, p, message):
    with pytest.raises(ValueError, match=message):
        score(p)


def test_float32_probabilities_are_taken():
    p = softmax(np.random.RandomState(0).normal(size=(50, 9)).astype(np.float32), axis=1)
    assert inception_score(p) == pytest.approx(inception_score(p.astype(float)), rel=1e-5)


def test_sample_quality_is_that_of_all_samples_whatever_the_batch(oracle, reader):
    quality = sample_quality(oracle, reader, 601, 4, batch_size=100, random_state=0)
    assert quality.conditional_entropy == 0
    assert quality.inception_score == pytest.approx(3, rel=0.02)  # three motions, drawn evenly
    assert reader.largest_batch == 100


def test_sample_quality_takes_a_judge_of_one_label(oracle):
    judge = SimpleNamespace(predict_proba=lambda X: np.full((len(X), 4), 0.25))
    assert sample_quality(oracle, judge, 5, 4, random_state=0).inception_score == pytest.approx(1)


def test_what_a_doubting_judge_says_of_data_bounds_what_it_says_of_samples(oracle):
    sure = 0.9
    judge = SimpleNamespace(
        predict_proba=lambda X: [np.eye(3)[X[:, 0, 1]] * (sure - 0.05) + 0.05]  # rows sum to one
    )
    X = oracle.sample(600, 4, random_state=1)
    quality = data_quality(X, judge, batch_size=64)
    doubt = -sure * np.log(sure) - 0.1 * np.log(0.05)
    assert quality.conditional_entropy == pytest.approx(doubt)
    assert quality.inception_score == pytest.approx(3 * np.exp(-doubt), rel=0.02)
    samples = sample_quality(oracle, judge, 600, 4, random_state=0)
    assert samples.conditional_entropy == pytest.approx(doubt)


def test_no_data_are_refused(oracle, reader):
    with pytest.raises(ValueError, match="X must hold at least one sequence"):
        data_quality(oracle.sample(3, 4)[:0], reader)


def test_no_samples_are_refused(oracle, reader):
    with pytest.raises(ValueError, match="n_samples"):
        sample_quality(oracle, reader, 0, 4)


def test_a_task_that_a_judge_does_not_know_is_refused():
    several = SimpleNamespace(predict_proba=lambda X: [np.eye(2)[X[:, 0]]] * 2)
    one = SimpleNamespace(predict_proba=lambda X: np.eye(2)[X[:, 0]])
    X = np.array([[0, 0], [1, 1]])
    assert data_quality(X, several, task=1) == data_quality(X, one, task=0)
    for judge, task in ((several, 2), (one, 1)):
        with pytest.raises(ValueError, match=f"task must be from 0 to {task - 1}, .* got {task}"):
            data_quality(X, judge, task=task)
    with pytest.raises(TypeError, match=r"X must be an array of numbers .* got str"):
        data_quality("X.npy", one)
