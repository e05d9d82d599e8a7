"""A normalising flow of codes: what it draws, its ways, and what a file may not make it."""

import sys

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from seqdisentangle.content_priors import FlowContentPrior, FlowDistribution, MixtureContentPrior
from seqdisentangle.content_priors.flow import n_weights
from seqdisentangle.serialization import from_json, to_json

MEAN = np.array([1.0, -1.0])
AXES = np.array([[1.0, 0.5], [0.0, 2.0]])


def arc(n, seed=0):
    """Codes on half a circle, which no single Gaussian is like."""
    rng = np.random.RandomState(seed)
    angle = rng.uniform(0, np.pi, size=n)
    return np.stack([np.cos(angle), np.sin(angle)], 1) + 0.1 * rng.normal(size=(n, 2))


@pytest.fixture(scope="module")
def fitted():
    return FlowContentPrior(2, 16).fit(arc(500), 0.0, 0)


def test_it_takes_the_form_of_the_codes(fitted, draw):
    new = arc(300, seed=1)
    gaussian = MixtureContentPrior(1).fit(arc(500), 0.0, 0)
    assert fitted.log_density(new).mean() > gaussian.log_density(new).mean() + 0.3
    assert np.abs(np.linalg.norm(draw(fitted), axis=1) - 1).mean() < 0.2


def test_numbers_and_codes_are_of_each_other(fitted):
    noise = np.random.RandomState(0).normal(size=(20, 2))
    assert np.allclose(fitted.noise_of(fitted.draw(noise)), noise, atol=1e-8)


def test_the_way_goes_on_without_a_jump_and_where_codes_are(fitted):
    a, b = np.array([[-1.0, 0.0]]), np.array([[1.0, 0.0]])
    way = np.concatenate([fitted.between(a, b, share) for share in np.linspace(0, 1, 101)])
    assert np.abs(np.diff(way, axis=0)).max() < 0.15
    line = np.linspace(a[0], b[0], 101)
    assert fitted.log_density(way).min() > fitted.log_density(line).min() + 1


def test_a_flow_of_opposite_codes_has_a_way():
    flow = FlowDistribution(MEAN, AXES, 1, 4, torch.zeros(n_weights(2, 1, 4)))
    a, b = flow.draw(np.array([[1.0, 0.0], [0.0, 0.0]])), flow.draw(np.array([[-1.0, 0.0], [0, 0]]))
    assert np.isfinite(flow.between(a, b, 0.5)).all()


def test_a_flow_without_weights_is_a_gaussian():
    flow = FlowDistribution(MEAN, AXES, 1, 4, torch.zeros(n_weights(2, 1, 4)))
    z = np.random.RandomState(0).normal(size=(6, 2))
    assert np.allclose(flow.log_density(z), multivariate_normal(MEAN, AXES @ AXES.T).logpdf(z))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": 10**9}, r"hidden_size=1000000000 has axes .* got .* and \(262,\)"),
        ({"n_transforms": 2}, "n_transforms=2"),
        ({"axes": np.ones((2, 2))}, "independent axes"),
        ({"weights": torch.full((n_weights(2, 1, 4),), torch.nan)}, "finite numbers"),
        ({"weights": torch.zeros(n_weights(2, 1, 4), dtype=torch.int64)}, "must be floats"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else "",
)
def test_a_file_cannot_make_it_of_anything_else(change, message):
    tensors = {}
    flow = FlowDistribution(MEAN, AXES, 1, 4, torch.zeros(n_weights(2, 1, 4)))
    written = to_json(flow, tensors=tensors)
    arguments = written["record"][1]
    arguments |= {name: to_json(v, name="new", tensors=tensors) for name, v in change.items()}
    with pytest.raises(ValueError, match=message):
        from_json(written, tensors)


@pytest.mark.parametrize("params", [{"n_transforms": 0}, {"hidden_size": 2.0}])
def test_numbers_are_positive_integers(params):
    with pytest.raises(ValueError, match=f"{next(iter(params))} must be a positive integer, got"):
        FlowContentPrior(**params)


def test_without_zuko_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "zuko", None)
    with pytest.raises(ImportError, match=r"pip install seqdisentangle\[flow\]"):
        FlowContentPrior()
    with pytest.raises(ImportError, match=r"pip install seqdisentangle\[flow\]"):
        FlowDistribution(MEAN, AXES, 1, 4, torch.zeros(n_weights(2, 1, 4)))
