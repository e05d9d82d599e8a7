"""Looks: what is static finds its sequence, and courses have no level."""

import numpy as np
import pytest

from seqdisentangle.metrics._separation_look import Eye, joined


def test_the_look_of_a_sequence_does_not_depend_on_its_batch(levels):
    X = list(levels(12))
    eye = Eye(X, np.random.RandomState(0))
    whole, parts = eye(X), joined([eye(X[:5]), eye(X[5:])])
    for look in (parts, eye.data):
        np.testing.assert_allclose(look.static, whole.static)
        np.testing.assert_allclose(look.statistics, whole.statistics)
        np.testing.assert_allclose(look.places, whole.places)
        np.testing.assert_allclose(look.courses, whole.courses)


def test_halves_find_each_other_only_where_something_stays_the_same(levels):
    def told_apart(X):
        return Eye(list(X), np.random.RandomState(0)).told_apart()

    X = levels(60)
    assert told_apart(X) > 0.8
    noise = np.random.RandomState(0).normal(size=X.shape)
    assert told_apart(noise) == pytest.approx(0, abs=0.2)


def test_what_is_not_finite_is_an_error(levels):
    X = list(levels(4))
    eye = Eye(X, np.random.RandomState(0))
    broken = X[0].copy()
    broken[3, 1] = np.nan
    with pytest.raises(ValueError, match="1 of 4 sequences with values that are not finite"):
        eye([broken, *X[1:]])
