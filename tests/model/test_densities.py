"""Densities of Gaussians beside those of torch, and their gradients beside differences."""

import pytest
import torch
from torch.distributions import Independent, Normal

from seqdisentangle.model.densities import log_density


def parts(*shapes, dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(s, dtype=dtype, generator=generator).requires_grad_() for s in shapes]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_it_is_the_density_of_torch(dtype):
    z, mean, log_var = parts((5, 1, 3), (5, 4, 3), (5, 4, 3), dtype=dtype)
    expected = Independent(Normal(mean, (0.5 * log_var).exp()), 1).log_prob(z)
    torch.testing.assert_close(log_density(z, mean, log_var), expected)


@pytest.mark.parametrize("of_z", [(2, 1, 3), (2, 4, 3)])
def test_gradients_are_those_of_differences(of_z):
    assert torch.autograd.gradcheck(log_density, parts(of_z, (2, 4, 3), (2, 4, 3)))


def test_nothing_that_is_given_is_written_over():
    given = parts((2, 1, 3), (2, 4, 3), (2, 4, 3))
    before = [part.detach().clone() for part in given]
    log_density(*given).sum().backward()
    assert all(map(torch.equal, given, before))
