"""The distribution of parts: that of one, for each of them by itself."""

import json

import numpy as np
import pytest

from seqdisentangle.content_priors import (
    FactoredContentPrior,
    MixtureContentPrior,
    PartsDistribution,
)
from seqdisentangle.serialization import from_json, to_json

K, SIZE = 2, 3


@pytest.fixture(scope="module", params=[MixtureContentPrior(2), FactoredContentPrior(4)])
def of_one(request):
    codes = np.random.RandomState(0).normal(size=(200, SIZE))
    return request.param.fit(codes, 0.05, 0)


def drawn(of_one, n=7):
    both = PartsDistribution(of_one, K)
    noise = np.random.RandomState(1).normal(size=(n, both.noise_size))
    return both, noise, both.draw(noise)


def test_each_part_is_a_draw_of_one(of_one):
    both, noise, codes = drawn(of_one)
    assert codes.shape == (7, both.size)
    size = of_one.noise_size
    np.testing.assert_array_equal(codes[:, :SIZE], of_one.draw(noise[:, :size]))
    np.testing.assert_array_equal(codes[:, SIZE:], of_one.draw(noise[:, size:]))


def test_densities_multiply(of_one):
    both, _, codes = drawn(of_one)
    expected = of_one.log_density(codes[:, :SIZE]) + of_one.log_density(codes[:, SIZE:])
    np.testing.assert_allclose(both.log_density(codes), expected)


def test_each_part_goes_its_own_way(of_one):
    both, _, codes = drawn(of_one)
    a, b = codes[:3], codes[3:6]
    way = both.between(a, b, 0.4)
    for part in (slice(SIZE), slice(SIZE, None)):
        expected = of_one.between(a[:, part], b[:, part], 0.4)
        np.testing.assert_array_equal(way[:, part], expected)


def test_files_hold_it(of_one):
    both, noise, codes = drawn(of_one)
    read = from_json(json.loads(json.dumps(to_json(both))))
    np.testing.assert_array_equal(read.draw(noise), codes)
