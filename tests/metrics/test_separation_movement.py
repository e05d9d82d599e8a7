"""Courses over time: alike in shape, whatever their level, their size and their length."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from seqdisentangle.metrics._separation_movement import course_of, unlike_courses


@pytest.fixture
def courses():
    rng = np.random.RandomState(0)
    return [course_of(rng.normal(size=(length, 2)).cumsum(0)) for length in (9, 9, 6)]


def test_a_course_has_no_mean(courses):
    assert all(np.allclose(c.mean(0), 0) for c in courses)


def test_courses_are_like_themselves_at_any_size_and_unlike_their_reverse(courses):
    np.testing.assert_allclose(np.diag(unlike_courses(courses, courses)), 0, atol=1e-12)
    larger = [3 * c for c in courses]
    np.testing.assert_allclose(np.diag(unlike_courses(larger, courses)), 0, atol=1e-12)
    np.testing.assert_allclose(np.diag(unlike_courses([-c for c in courses], courses)), 2)


def test_only_steps_that_both_have_count(courses):
    beginning = [c[:5] for c in courses]
    np.testing.assert_allclose(np.diag(unlike_courses(beginning, courses)), 0, atol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_each_of_all_pairs_is_one_less_a_correlation(k):
    """By scipy, of deviations together with their negatives, whose mean is zero."""
    rng = np.random.RandomState(k)
    a = [rng.normal(size=(T, k)) for T in (3, 8, 5)]
    b = [rng.normal(size=(T, k)) for T in (7, 4, 6, 2)]
    found = unlike_courses(a, b)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            n = min(len(x), len(y))
            both = (np.concatenate([z[:n], -z[:n]]).ravel() for z in (x, y))
            assert found[i, j] == pytest.approx(1 - pearsonr(*both).statistic)


def test_deviations_are_from_a_level_where_one_is_told():
    x = np.array([[1.0, 5.0], [3.0, 9.0]])
    np.testing.assert_array_equal(course_of(x), [[-1, -2], [1, 2]])
    np.testing.assert_array_equal(course_of(x, np.array([1.0, 4.0])), [[0, 1], [2, 5]])


def test_what_does_not_move_is_like_nothing(courses):
    assert (unlike_courses([np.zeros((4, 2))], courses) == 1).all()
