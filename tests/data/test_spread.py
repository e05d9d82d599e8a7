"""The spread of a data set: the variance of levels between sequences, and of values within."""

import numpy as np
import pytest

from seqdisentangle.data.passes import evenly_picked
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


def test_every_sequence_counts_once_whatever_its_length_and_gaps():
    rng = np.random.RandomState(0)
    X = [rng.randn(T, 2) + 3 * rng.randn(1, 2) for T in (1, 4, 9, 30)]
    for x in X[1:]:
        x[rng.rand(*x.shape) < 0.3] = np.nan
    X[2][:, 1] = np.nan
    X[2][0, 1] = 7.0  # a single one is known
    found = spread_of(Sequences(X, missing="mask"), NONE)
    means = np.stack([np.nanmean(x, axis=0) for x in X])
    within = [np.nansum((x - m) ** 2) / np.isfinite(x).sum() for x, m in zip(X, means, strict=True)]
    assert found.between == pytest.approx(np.var(means, axis=0).mean())
    assert found.within == pytest.approx(np.mean(within))


def test_64_sequences_are_read_if_no_other_number_is_told():
    X = np.arange(1000.0)[:, None] ** 2 + np.zeros((1, 3))
    assert spread_of(Sequences(X), NONE) == spread_of(Sequences(X), NONE, n_read=64)
    assert spread_of(Sequences(X), NONE).between == pytest.approx(
        np.var(X[evenly_picked(1000, 64), 0])
    )


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
