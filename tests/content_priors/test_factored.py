"""A prior of independent parts draws combinations of them, those never seen among them."""

import numpy as np
import pytest

from seqdisentangle.content_priors import FactoredContentPrior, MixtureContentPrior


@pytest.fixture(scope="module")
def fitted(combined):
    return FactoredContentPrior().fit(combined[0], 0.0, 0)


def test_draws_are_whole_and_a_quarter_is_new(combined, fitted, draw):
    _, places, is_seen = combined
    distances = np.linalg.norm(draw(fitted)[:, None] - places, axis=-1)
    whole = distances.min(1) < 2.0  # of 5.6 between appearances that differ in one part
    new = ~is_seen[distances.argmin(1)]
    assert whole.mean() > 0.9
    assert new[whole].mean() == pytest.approx(54 / 216, abs=0.05)


def test_combinations_that_were_held_back_are_likelier_than_by_one_mixture(combined, fitted):
    codes, places, is_seen = combined
    mixture = MixtureContentPrior().fit(codes, 0.0, 0)
    new = places[~is_seen]
    assert fitted.log_density(new).mean() > mixture.log_density(new).mean() + 5


def test_parts_that_depend_on_each_other_stay_together(draw):
    rng = np.random.RandomState(0)
    angle = rng.uniform(0, 2 * np.pi, size=600)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1) + 0.03 * rng.normal(size=(600, 2))
    drawn = draw(FactoredContentPrior().fit(ring, 0.0, 0))
    assert np.abs(np.linalg.norm(drawn, axis=1) - 1).mean() < 0.15


@pytest.mark.parametrize("k", [0, True, 2.0, "all"])
def test_the_number_of_components_is_positive(k):
    with pytest.raises(ValueError, match="max_components must be a positive integer, got"):
        FactoredContentPrior(k)
