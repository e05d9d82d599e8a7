"""Motion priors: chosen by name or as objects."""

import pytest
import torch

from seqdisentangle.model.priors import (
    PRIORS,
    GaussianPrior,
    MixturePrior,
    resolve_motion_prior,
)


def test_a_prior_is_chosen_by_name_or_as_an_object():
    assert resolve_motion_prior("gaussian") == GaussianPrior()
    assert resolve_motion_prior("mixture") == MixturePrior(40)
    own = MixturePrior(3)
    assert resolve_motion_prior(own) is own


@pytest.mark.parametrize("wrong", [None, 3, MixturePrior, ["mixture"]])
def test_anything_else_is_no_prior(wrong):
    with pytest.raises(TypeError, match="prior must be a MotionPrior object or one of 'gaussian'"):
        resolve_motion_prior(wrong, "prior")


def test_an_unknown_name_is_answered_by_those_that_there_are():
    with pytest.raises(ValueError, match=r"must be the name of a motion prior .*'gaussian', 'mix"):
        resolve_motion_prior("gausian")


@pytest.mark.parametrize("n", [1, 0, 2.5, True, "3"])
def test_a_mixture_is_of_two_gaussians_at_least(n):
    with pytest.raises(ValueError, match="n_components must be an integer of at least 2"):
        MixturePrior(n)


@pytest.mark.parametrize("name", PRIORS)
def test_the_network_has_as_many_gaussians_as_the_prior_says(name):
    prior = resolve_motion_prior(name)
    assert prior.build(3, 8).n_components == prior.n_components
    assert prior.build(3, 8, n_actions=2).rollout(
        torch.zeros(4, 5, 3 + (prior.n_components > 1)), action=torch.eye(2)[[0, 1, 0, 1]]
    ).shape == (4, 5, 3)
