"""One mixture of whole codes draws what is like the codes that it was fitted to."""

import numpy as np
import pytest

from seqdisentangle.content_priors import MixtureContentPrior


def test_draws_are_near_codes_that_were_seen(draw):
    rng = np.random.RandomState(0)
    places = 4 * rng.normal(size=(5, 6))
    codes = places[rng.randint(5, size=600)] + 0.1 * rng.normal(size=(600, 6))
    drawn = draw(MixtureContentPrior().fit(codes, 0.0, 0))
    nearest = np.linalg.norm(drawn[:, None] - places, axis=-1).min(1)
    assert np.quantile(nearest, 0.95) < 0.6


def test_the_number_of_components_can_be_set():
    codes = np.random.RandomState(0).normal(size=(100, 2))
    for k in (1, 4):
        (factor,) = MixtureContentPrior(k).fit(codes, 0.0, 0).factors
        assert len(factor.weights) == k


@pytest.mark.parametrize("k", [0, True, 2.0, "all"])
def test_any_other_number_is_refused(k):
    with pytest.raises(ValueError, match="n_components must be a positive integer or 'auto', got"):
        MixtureContentPrior(k)
