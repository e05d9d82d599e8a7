"""The spread of a data set: the variance of levels between sequences, and of values within."""

import numpy as np
import pytest

from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.spread import spread_of
from seqdisentangle.data.units import Scaling

NONE = Scaling("none")


def levels_and_noise(n=60, steps=400, level=3.0, noise=0.5):
    rng = np.random.RandomState(0)
    return level * rng.randn(n, 1, 2) + noise * rng.randn(n, steps, 2)


def test_the_spread_is_that_of_levels_and_of_values_around_them():
    X = levels_and_noise()
    spread = spread_of(Sequences(X), NONE)
    assert spread.between == pytest.approx(X.mean(1).var(0).mean())
    assert spread.within == pytest.approx(X.var(1).mean())


def test_lengths_and_gaps_count_for_nothing():
    X = levels_and_noise(n=20)
    ragged = [x[: 300 + 5 * i] for i, x in enumerate(X)]
    gaps = np.where(np.random.RandomState(1).rand(*X.shape) < 0.6, np.nan, X)
    whole = spread_of(Sequences(X), NONE)
    for other in (Sequences(ragged), Sequences(gaps, missing="mask")):
        np.testing.assert_allclose(spread_of(other, NONE), whole, rtol=0.02)


def test_the_spread_is_in_the_scale_of_the_model():
    images = np.random.RandomState(0).randint(0, 256, (4, 3, 8, 8), np.uint8)
    found = spread_of(Sequences(images), Scaling("unit"))
    expected = spread_of(Sequences(images / 255.0), NONE)
    np.testing.assert_allclose(found, expected)


def test_a_few_sequences_stand_for_all():
    X = levels_and_noise(n=200)
    assert spread_of(Sequences(X), NONE, n_read=50) != spread_of(Sequences(X), NONE, n_read=200)
    np.testing.assert_allclose(
        spread_of(Sequences(X), NONE, n_read=50), spread_of(Sequences(X), NONE, 200), rtol=0.5
    )
