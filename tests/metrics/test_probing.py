"""Cross-validated probes against scikit-learn, their folds, and chance."""

import numpy as np
import pytest
from scipy.stats import sem
from sklearn.model_selection import cross_val_score

from seqdisentangle.metrics._probing import (
    chance_score,
    cross_validated,
    linear_probe,
    neighbours_probe,
    splits,
)

RNG = np.random.RandomState(0)
Z = RNG.normal(size=(60, 3))
LABEL = np.arange(60) % 3
NUMBER = Z @ [1.0, -2.0, 0.5]


@pytest.mark.parametrize("factor", [LABEL, NUMBER])
def test_scores_are_those_of_cross_val_score(factor):
    folds = splits(factor, None, 5, np.random.RandomState(0))
    each = cross_val_score(linear_probe(factor), Z, factor, cv=folds)
    assert cross_validated(linear_probe(factor), Z, factor, folds) == (each.mean(), sem(each))


def test_numbers_are_predicted_and_noise_is_not():
    folds = splits(NUMBER, None, 5, np.random.RandomState(0))
    assert cross_validated(linear_probe(NUMBER), Z, NUMBER, folds).mean > 0.99
    assert cross_validated(linear_probe(NUMBER), Z[::-1], NUMBER, folds).mean < 0.3


def test_chance_of_labels_is_the_largest_class_and_of_numbers_near_zero():
    unbalanced = np.repeat([0, 1], [48, 12])
    folds = splits(unbalanced, None, 4, np.random.RandomState(0))
    assert chance_score(linear_probe(unbalanced), unbalanced, folds) == pytest.approx(0.8)
    folds = splits(NUMBER, None, 5, np.random.RandomState(0))
    assert -0.5 < chance_score(linear_probe(NUMBER), NUMBER, folds) <= 0


@pytest.mark.parametrize("factor", [LABEL, NUMBER])
def test_no_group_is_both_learned_from_and_tested(factor):
    groups = np.arange(60) // 10
    folds = splits(factor, groups, 3, np.random.RandomState(0))
    assert len(folds) == 3
    assert all(not set(groups[train]) & set(groups[test]) for train, test in folds)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(60))


@pytest.mark.parametrize(
    ("factor", "n_folds"),
    [(np.repeat([0, 1], [2, 58]), 2), (np.arange(60), 5), (np.array([0, 1]), 2)],
)
def test_rare_labels_make_fewer_folds(factor, n_folds):
    folds = splits(factor, None, 5, np.random.RandomState(0))
    assert len(folds) == n_folds
    assert all(len(train) for train, _ in folds)


def test_two_sequences_of_two_labels_are_never_right():
    factor = np.array([0, 1])
    folds = splits(factor, None, 5, np.random.RandomState(0))
    for probe in (linear_probe(factor), neighbours_probe(factor, 5, folds)):
        assert cross_validated(probe, Z[:2], factor, folds).mean == 0


def test_groups_of_very_unlike_sizes_leave_no_empty_fold():
    groups = np.repeat([0, 1, 2], [50, 6, 4])
    folds = splits(LABEL, groups, 5, np.random.RandomState(0))
    assert len(folds) >= 2
    assert all(len(train) and len(test) for train, test in folds)


def test_numbers_are_regressed_with_penalties_half_a_decade_apart():
    penalties = linear_probe(NUMBER).alphas
    assert penalties[[0, -1]] == pytest.approx([0.1, 1e5])
    np.testing.assert_allclose(penalties[1:] / penalties[:-1], np.sqrt(10))
