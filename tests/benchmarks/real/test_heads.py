"""Linear heads read what codes say, of held-out sequences, and no more."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from tests.benchmarks.real.data import RealData
from tests.benchmarks.real.heads import fitted, heads, scores


def levels(seed, n=90, n_classes=3):
    """Sequences about a level, which is their label."""
    rng = np.random.RandomState(seed)
    y = np.arange(n) % n_classes
    return rng.normal(size=(n, 6, 2)) * 0.3 + y[:, None, None], y


class Separate:
    """Content is the level, motion the course."""

    def transform(self, X):
        return SimpleNamespace(content=X.mean(1), motion=list(X - X.mean(1, keepdims=True)))


def data_of(n_classes, **kind):
    (X, y), (X_test, y_test) = (levels(seed, n_classes=n_classes) for seed in (0, 1))
    return RealData(X, X_test, {"level": (y, y_test)}, **kind)


def test_content_and_both_know_the_level_and_motion_does_not():
    found = heads(Separate(), data_of(3))
    assert min(found["head_content"], found["head_both"]) > 0.95
    assert found["head_motion"] < 0.5
    assert found["head_chance"] == pytest.approx(1 / 3)
    assert "precision_content" not in found


def test_what_is_foretold_is_scored_by_the_two_areas():
    found = heads(Separate(), data_of(2, foretold=True))
    assert min(found["head_content"], found["precision_content"]) > 0.99
    assert (found["head_chance"], found["precision_chance"]) == (0.5, 0.5)
    assert abs(found["head_motion"] - 0.5) < 0.2


def test_areas_are_those_of_scikit_learn():
    rng = np.random.RandomState(0)
    z, y = rng.normal(size=(200, 1)), rng.randint(2, size=200)
    head = fitted(z + y[:, None], y)
    p = head.decision_function(z + y[:, None])
    found = scores(head, z + y[:, None], y, foretold=True)
    assert found["head"] == pytest.approx(roc_auc_score(y, p))
    assert found["precision"] == pytest.approx(average_precision_score(y, p))


def test_more_numbers_than_sequences_are_read_as_well():
    rng = np.random.RandomState(0)
    y = np.arange(60) % 2
    z = rng.normal(size=(120, 300))
    z[:, :40] += np.tile(y, 2)[:, None]
    assert scores(fitted(z[:60], y), z[60:], y, foretold=False)["head"] > 0.9


def test_what_stands_beside_counts_less_where_it_foretells_no_other_group():
    """Twelve stations of a month have its weather, which no month of another year has again."""
    rng = np.random.RandomState(0)
    year = np.repeat(np.arange(4), 48)
    y = np.tile(np.repeat(np.arange(4), 12), 4)
    level = y[:, None] + 0.7 * rng.normal(size=(192, 1))
    weather = np.repeat(rng.normal(size=(16, 20)), 12, axis=0)
    z, train = np.hstack([level, weather]), year < 3
    known = y[train], year[train]

    def right(*groups, **kinds):
        head = fitted(z[train], known[0], *groups, **kinds)
        return scores(head, z[~train], y[~train], foretold=False)["head"]

    alone = scores(fitted(level[train], *known), level[~train], y[~train], foretold=False)["head"]
    by_years = right(known[1], beside=1)
    assert by_years > right(beside=1) + 0.1
    assert by_years > alone - 0.1
