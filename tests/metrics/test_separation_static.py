"""The space of what stays the same: static directions count, moving ones do not."""

import numpy as np
import pytest

from seqdisentangle.metrics._separation_static import StaticSpace, statistics_of


@pytest.fixture
def halves():
    """Two statistics of both halves: the first stays the same, the second does not."""
    rng = np.random.RandomState(0)
    static = rng.normal(size=(200, 1, 1)) + 0.1 * rng.normal(size=(200, 2, 1))
    return np.concatenate([static, rng.normal(size=(200, 2, 1))], axis=2)


def test_statistics_do_not_depend_on_the_order_of_frames():
    x = np.random.RandomState(0).normal(size=(20, 4))
    np.testing.assert_allclose(statistics_of(x), statistics_of(x[::-1]))
    assert np.isfinite(statistics_of(np.zeros((2, 20)))).all()


def test_what_differs_within_sequences_as_between_them_is_left_out(halves):
    space = StaticSpace(halves)
    base, still, moving = (space(np.full((1, 2, 2), v)) for v in ([0, 0], [1, 0], [0, 1]))
    assert np.linalg.norm(still - base) > 10 * np.linalg.norm(moving - base)


def test_units_of_statistics_do_not_matter(halves):
    scaled = halves * [1e3, 1e-3] + [0, 5]
    a, b = StaticSpace(halves)(halves), StaticSpace(scaled)(scaled)
    np.testing.assert_allclose(a @ a.T, b @ b.T, rtol=1e-6, atol=1e-6)


def test_more_statistics_than_sequences_and_constant_ones_will_do():
    halves = np.random.RandomState(0).normal(size=(4, 2, 30))
    halves[..., 0] = 7
    assert np.isfinite(StaticSpace(halves)(halves)).all()
