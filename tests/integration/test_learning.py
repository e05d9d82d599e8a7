"""Trainings of some seconds: models learn what they are to learn."""

import numpy as np
import pytest

from seqdisentangle import DSVAE, RecurrentWAE
from seqdisentangle.metrics import clustering_accuracy

pytestmark = pytest.mark.integration


def test_vectors_in_odd_units_come_back(small):
    t = np.linspace(0, 6, 8)
    X = np.stack([[np.sin(t + p), np.cos(t + p)] for p in np.linspace(0, 6, 60)]).swapaxes(1, 2)
    odd = X * 1e-3 + 1e6
    model = small(max_epochs=60, batch_size=20, learning_rate=1e-2)
    back = model.fit(odd).reconstruct(odd)
    assert back.dtype == np.float64
    assert np.abs(back - odd).mean() < 0.1 * odd.std()


def test_missing_values_are_learned_from_the_others():
    """Features that are copies of each other tell each other's missing values."""
    t = np.linspace(0, 2 * np.pi, 10)
    wave = np.sin(t + np.random.RandomState(0).uniform(0, 6, (200, 1)))
    X = np.stack([wave, -wave, 2 * wave], -1) + 7
    gone = np.random.RandomState(1).uniform(size=X.shape) < 0.2
    broken = np.where(gone, np.nan, X)
    model = RecurrentWAE(missing="mask", max_epochs=60, random_state=0).fit(broken)
    error = (model.reconstruct(broken) - X)[gone]
    constant = (X - np.nanmean(broken, (0, 1)))[gone]
    assert np.square(error).mean() < 0.3 * np.square(constant).mean()


def test_a_larger_weight_lowers_the_divergences_of_dsvae(vectors):
    X = np.repeat(vectors, 8, axis=0)
    sizes = {"content_size": 4, "motion_size": 2, "hidden_size": 16}
    how = {"max_epochs": 20, "batch_size": 4, "device": "cpu", "random_state": 0}
    light, heavy = (DSVAE(kl_weight=w, **sizes, **how).fit(X).history_[-1] for w in (0.1, 10))
    assert heavy["motion"] < light["motion"]
    assert heavy["content"] < light["content"]


def turning(n=60, steps=8, seed=0):
    """Points on a circle that turn left, turn right, or rest."""
    rng = np.random.RandomState(seed)
    action = rng.randint(3, size=n)
    speed = np.array([0.7, -0.7, 0.0])[action] + rng.normal(scale=0.05, size=n)
    angle = rng.uniform(0, 2 * np.pi, (n, 1)) + speed[:, None] * np.arange(steps)
    points = np.stack([np.cos(angle), np.sin(angle)], -1) + rng.normal(
        scale=0.02, size=(n, steps, 2)
    )
    return points.astype(np.float32), action


def test_labels_of_some_sequences_are_learned_for_the_others(small):
    X, y = turning(200)
    known = np.where(np.arange(200) < 100, y, -1)
    params = {
        "n_actions": 3,
        "max_epochs": 40,
        "batch_size": 20,
        "motion_size": 4,
        "n_actions__weight": 0.1,
    }
    told, untold = small(**params).fit(X, known), small(**params).fit(X)
    rest = known < 0
    assert np.mean(told.predict(X)[rest] == y[rest]) > 0.9
    assert np.mean(told.predict(X)[rest] == y[rest]) > np.mean(untold.predict(X)[rest] == y[rest])
    assert told.history_[-1]["labels"] < told.history_[0]["labels"]
    assert clustering_accuracy(y, untold.predict(X)) >= 1 / 3
