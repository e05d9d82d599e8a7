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


def test_statistics_are_those_of_numpy_feature_by_feature_and_pair_by_pair():
    x = np.random.RandomState(0).normal(size=(9, 3)) * [1, 2, 0]
    found = statistics_of(x)
    np.testing.assert_allclose(found[:3], [np.mean(f) for f in x.T])
    np.testing.assert_allclose(np.exp(found[3:6]) - 0.05, [np.std(f) for f in x.T], atol=1e-12)
    for k, q in enumerate((10, 50, 90)):
        expected = [np.percentile(f, q) for f in x.T]
        np.testing.assert_allclose(found[6 + 3 * k : 9 + 3 * k], expected)
    s = x[:, :2].std(0)
    pair = np.corrcoef(x[:, :2].T)[0, 1] * s.prod() / (s + 0.05).prod()
    np.testing.assert_allclose(found[15:], [pair, 0, 0], atol=1e-12)


def test_of_many_features_no_pair_is_looked_at():
    x = np.random.RandomState(0).normal(size=(9, 17))
    assert statistics_of(x[:, :16]).shape == (5 * 16 + 16 * 15 // 2,)
    assert statistics_of(x).shape == (5 * 17,)


@pytest.mark.parametrize("groups", [None, [0, 0, 1, 2, 1, 0, 3, 3]])
def test_a_single_statistic_is_divided_by_what_it_varies_by_within(groups):
    """By hand: unit variance within, of which 1% is always there, and what chance gives is off."""
    rng = np.random.RandomState(0)
    halves = 3 + 2 * rng.normal(size=(8, 1, 1)) + 0.3 * rng.normal(size=(8, 2, 1))
    z = (halves[..., 0] - halves.mean()) / halves.std()
    classes = np.arange(8) if groups is None else np.array(groups)
    members = [z[classes == k].ravel() for k in np.unique(classes)]
    within = sum(((m - m.mean()) ** 2).sum() for m in members) / (16 - len(members)) + 0.01
    between = np.var([m.mean() for m in members], ddof=1) / within
    kept = 1 - np.mean([1 / len(m) for m in members]) / between
    found = StaticSpace(halves, None if groups is None else classes)(halves)
    np.testing.assert_allclose(np.abs(found[:, 0]), np.abs(z.mean(1)) * np.sqrt(kept / within))
    assert (np.sign(found[:, 0]) == np.sign(found[0, 0]) * np.sign(z.mean(1) * z[0].mean())).all()


def test_a_statistic_that_is_constant_in_the_data_counts_nowhere(halves):
    wider = np.concatenate([np.full((200, 2, 1), 0.1), halves], axis=2)  # of a rounded mean
    space, expected = StaticSpace(wider), StaticSpace(wider * [0, 1, 1])
    np.testing.assert_allclose(
        np.abs(space(wider + np.array([3, 0, 0]))), np.abs(expected(wider * [0, 1, 1])), atol=1e-12
    )


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
