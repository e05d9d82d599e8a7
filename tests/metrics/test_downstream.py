"""Downstream: codes and baselines where the answer is known, by any predictor and score."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from seqdisentangle.metrics import downstream

BASELINES = {"mean and deviation", "principal components", "data"}


def scores(table):
    return dict(zip(table["features"], table["score"], strict=True))


def test_levels_need_no_model(separate, levels):
    X = levels(80)
    found = scores(downstream(separate, X, X.mean(1)[:, 0], random_state=0))
    assert set(found) == BASELINES | {"content", "motion", "content and motion"}
    assert min(found["content"], found["mean and deviation"], found["content and motion"]) > 0.99
    assert found["motion"] < 0.3


def test_order_is_in_the_data_and_not_in_means_and_deviations():
    y = np.arange(60) % 2
    X = np.linspace(-1, 1, 8)[:, None] * (2 * y[:, None, None] - 1)
    nothing = SimpleNamespace(
        transform=lambda X: SimpleNamespace(content=np.zeros((60, 2)), motion=np.zeros((60, 8, 1)))
    )
    found = scores(downstream(nothing, X, y, random_state=0))
    assert found["data"] == found["principal components"] == 1
    assert found["mean and deviation"] == found["content and motion"] == 0.5


def test_any_predictor_and_score(separate, levels):
    X = levels(60)
    y = (X.mean(1)[:, 0] > 0).astype(int)
    forest = RandomForestClassifier(20, random_state=0)
    table = downstream(
        separate, X, y, estimator=forest, scoring="roc_auc", n_folds=3, random_state=0
    )
    assert set(table["chance"]) == {0.5}
    assert scores(table)["content"] > 0.95
    tree = DecisionTreeRegressor(random_state=0)
    table = downstream(separate, X, X.mean(1)[:, 0], estimator=tree, n_folds=3, random_state=0)
    assert scores(table)["content"] > 0.8


def test_a_tree_finds_one_number_among_many():
    rng = np.random.RandomState(0)
    X = rng.normal(size=(60, 2, 100))
    y = np.arange(60) % 2
    X[:, :, 7] += 9 * y[:, None]
    model = SimpleNamespace(transform=lambda X: SimpleNamespace(content=X.mean(1), motion=X))
    found = scores(downstream(model, X, y, estimator=DecisionTreeClassifier(max_depth=2)))
    assert found["data"] > 0.95


def test_splits_are_by_group(separate, levels):
    person = np.repeat(np.arange(8), 8)
    X = levels(64) * 0.01 + 5 * np.random.RandomState(0).normal(size=(8, 1, 3))[person]
    trait = person % 2
    known, new = (
        scores(downstream(separate, X, trait, groups=groups, n_folds=4, random_state=0))["content"]
        for groups in (None, person)
    )
    assert known > 0.9
    assert new < 0.8


def test_ragged_sequences_and_tasks_by_name(separate, levels):
    X = [x[: 3 + i % 5] for i, x in enumerate(levels(30))]
    level = np.array([x.mean(0) for x in X])
    table = downstream(separate, X, {"first": level[:, 0], "sign": level[:, 1] > 0}, n_folds=2)
    assert set(table["task"]) == {"first", "sign"}
    assert scores(table.select(task="first"))["content"] > 0.9


def test_an_unknown_score_is_refused(separate, levels):
    with pytest.raises(ValueError, match="scoring"):
        downstream(separate, levels(10), np.arange(10) % 2, scoring="unknown")
