"""Rounding: columns of equal numbers are constant, whatever their mean is rounded to."""

import numpy as np
import pytest

from seqdisentangle.metrics._rounding import deviations, differ, in_range, without_rounding

NUMBERS = [0.1, 0.3, -0.7, 1 / 3, 1e9 / 7, 1e-9 / 3, 0.0]


@pytest.mark.parametrize("n", [3, 7, 10, 41, 1000])
def test_equal_numbers_do_not_differ(n):
    z = np.tile(NUMBERS, (n, 1))
    assert not differ(z).any()
    assert np.isinf(deviations(z)).all()
    assert not differ(z * (1 + 1e-15 * np.random.RandomState(0).uniform(-1, 1, z.shape))).any()


def test_that_a_deviation_does_not_tell_is_so():
    assert np.tile(NUMBERS, (10, 1)).std(0).any()


@pytest.mark.parametrize("offset", [0.0, 1.0, -1e6, 1e9])
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_numbers_that_differ_have_their_deviation(offset, size):
    z = size * (offset + np.arange(10.0))[:, None]
    assert differ(z).all()
    np.testing.assert_allclose(deviations(z), size * np.sqrt((10**2 - 1) / 12), rtol=1e-6)


def test_moments_that_differ_by_rounding_of_what_they_are_of_become_constant():
    rng = np.random.RandomState(0)
    sequences = [1000 + 1e3 * rng.normal(size=(T, 2)) * [1, 1e-3] for T in (5, 6, 7)]
    noise = rng.normal(size=(3, 4))
    z = np.ones((3, 4)) + noise * [1e-8, 1e-8, 1e-5, 1e-5]
    found = without_rounding(z, sequences)
    np.testing.assert_array_equal(found[:, :2], np.tile(z[0, :2], (3, 1)))
    np.testing.assert_array_equal(found[:, 2:], z[:, 2:])


@pytest.mark.parametrize("exponent", [-1000, -300, 0, 7, 1000])
def test_numbers_in_range_are_the_same_but_for_a_power_of_two(exponent):
    z = np.random.RandomState(0).normal(size=(5, 2))
    found = in_range(np.ldexp(z, exponent))
    assert 0.5 <= np.abs(found).max() < 1
    ratio = np.unique(found / z)
    assert ratio.size == 1
    assert np.log2(ratio[0]) == round(np.log2(ratio[0]))
    np.testing.assert_array_equal(in_range(np.zeros((2, 2))), np.zeros((2, 2)))
