"""The contract of content priors, for every one that is registered."""

import json
import pickle

import numpy as np
import pytest

from seqdisentangle.content_priors import CONTENT_PRIORS, flow, resolve_content_prior
from seqdisentangle.serialization import from_json, to_json


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Steps of a flow that are enough for what holds of every prior."""
    monkeypatch.setattr(flow, "MOST_STEPS", 40)


each_prior = pytest.mark.parametrize("name", CONTENT_PRIORS)


def bent(n, d, seed=0):
    """Codes that are no Gaussian."""
    z = np.random.RandomState(seed).normal(size=(n, d))
    return np.where(z > 0, 1.0, -0.5) + 0.3 * z


@each_prior
@pytest.mark.parametrize(("n", "d"), [(1, 3), (2, 1), (5, 64), (30, 4), (300, 2), (300, 16)])
def test_codes_of_any_number_and_size_have_one(name, n, d, draw):
    distribution = CONTENT_PRIORS[name]().fit(bent(n, d), 0.0, 0)
    assert distribution.size == d
    assert draw(distribution, 50).shape == (50, d)
    assert np.isfinite(draw(distribution, 50)).all()
    assert np.isfinite(distribution.log_density(bent(7, d))).all()


@each_prior
def test_codes_that_are_all_the_same_have_one(name, draw):
    distribution = CONTENT_PRIORS[name]().fit(np.ones((40, 3)), 0.0, 0)
    assert np.isfinite(draw(distribution)).all()


@each_prior
def test_the_density_is_that_of_its_draws(name, draw):
    distribution = CONTENT_PRIORS[name]().fit(bent(400, 1), 0.0, 0)
    grid = np.linspace(-6, 6, 4001)
    density = np.exp(distribution.log_density(grid[:, None]))
    step = grid[1] - grid[0]
    assert density.sum() * step == pytest.approx(1, abs=1e-3)
    below = (density * (grid < 0.2)).sum() * step
    assert (draw(distribution, 20000)[:, 0] < 0.2).mean() == pytest.approx(below, abs=0.02)


@pytest.mark.parametrize("name", ["mixture", "factored"])
def test_draws_have_the_moments_of_the_codes(name, draw):
    codes = bent(300, 4)
    drawn = draw(CONTENT_PRIORS[name]().fit(codes, 0.0, 0), 20000)
    deviation = codes.std(0)
    assert np.abs((drawn.mean(0) - codes.mean(0)) / deviation).max() < 0.1
    assert np.abs(np.cov(drawn.T) - np.cov(codes.T)).max() < 0.15 * np.trace(np.cov(codes.T)) / 4


@each_prior
def test_a_seed_gives_the_same_bits(name, draw):
    drawn = [draw(CONTENT_PRIORS[name]().fit(bent(200, 3), 0.1, 3), 5) for _ in "ab"]
    assert np.array_equal(*drawn)


@each_prior
def test_files_and_pickles_hold_what_was_fitted(name, draw):
    distribution = CONTENT_PRIORS[name]().fit(bent(200, 3), 0.0, 0)
    tensors = {}
    text = json.dumps(to_json(distribution, tensors=tensors), allow_nan=False)
    read = from_json(json.loads(text), tensors)
    for other in (read, pickle.loads(pickle.dumps(distribution))):
        assert other == distribution
        assert np.array_equal(draw(other), draw(distribution))


@pytest.mark.parametrize(
    ("prior", "error", "message"),
    [
        ("mixtur", ValueError, r"content_prior must be the name of a content prior .*'mixtur'"),
        (3, TypeError, "content_prior must be a ContentPrior object or one of 'normal'.*got 3"),
        (CONTENT_PRIORS["mixture"], TypeError, "got the class MixtureContentPrior"),
    ],
    ids=["name", "number", "class"],
)
def test_what_is_no_prior_is_refused(prior, error, message):
    with pytest.raises(error, match=message):
        resolve_content_prior(prior)


@each_prior
def test_the_way_between_codes_has_exact_ends(name):
    distribution = CONTENT_PRIORS[name]().fit(bent(300, 3), 0.0, 0)
    a, b = bent(20, 3, seed=1), bent(20, 3, seed=2)
    assert np.array_equal(distribution.between(a, b, 0.0), a)
    assert np.array_equal(distribution.between(a, b, 1.0), b)
