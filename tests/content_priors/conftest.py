"""Codes of appearances that are made up of parts, for the tests of all priors."""

import numpy as np
import pytest

NOISE = 0.05


def combined(n, n_seen, seed=0):
    """Codes (n, 16) of combinations of three parts of six kinds each, of which some are seen."""
    rng = np.random.RandomState(seed)
    whole = np.indices((6, 6, 6)).reshape(3, -1).T
    seen = whole[rng.permutation(216)[:n_seen]]
    looks = rng.normal(size=(3, 6, 16))
    kinds = seen[rng.randint(n_seen, size=n)]
    codes = sum(looks[part, kinds[:, part]] for part in range(3))
    places = sum(looks[part, whole[:, part]] for part in range(3))
    is_seen = (whole[:, None] == seen).all(-1).any(1)
    return codes + NOISE * rng.normal(size=codes.shape), places, is_seen


@pytest.fixture(scope="session", name="combined")
def combined_fixture():
    return combined(1000, 162)


@pytest.fixture(scope="session")
def draw():
    def draw(distribution, n=1000, seed=1):
        noise = np.random.RandomState(seed).normal(size=(n, distribution.noise_size))
        return distribution.draw(noise)

    return draw
