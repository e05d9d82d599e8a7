"""The base of divergences of a kernel: its unit, and its values of all pairs."""

import pytest
import torch

from seqdisentangle.divergences import HSIC, MMD, Gaussian, Laplacian
from seqdisentangle.divergences.kernel_divergence import KernelDivergence

Z = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
ALL = torch.ones(2, 6, dtype=torch.float64)


def make(kind=MMD, bandwidth="prior"):
    return kind(kernel="gaussian", scales=(0.5, 2.0), bandwidth=bandwidth)


def test_the_unit_is_the_mean_squared_distance_of_draws_from_the_prior():
    unit = make().unit(Z, ALL)
    assert unit.shape == (2, 1, 1)
    assert (unit == 2 * 3).all()


def test_or_the_median_squared_distance_of_the_draws():
    unit = make(bandwidth="median").unit(Z, ALL)
    for z, found in zip(Z, unit.flatten(), strict=True):
        distances = torch.pdist(z).square().sort().values
        torch.testing.assert_close(found, distances[(len(distances) - 1) // 2])


def test_values_are_of_all_pairs():
    a, b = Z[0, :2], Z[0, 2:]
    unit = torch.tensor([[6.0]], dtype=torch.float64)
    values = make().values(a, b, unit)
    for i in range(2):
        for j in range(4):
            expected = Gaussian([0.5, 2.0])((a[i] - b[j]).square().sum(), 6.0)
            torch.testing.assert_close(values[i, j], torch.as_tensor(expected))


@pytest.mark.parametrize("kind", [MMD, HSIC])
def test_settings_are_kept_as_they_are_given(kind):
    divergence = make(kind, bandwidth="median")
    assert isinstance(divergence, KernelDivergence)
    assert (divergence.kernel, divergence.scales) == ("gaussian", (0.5, 2.0))
    assert repr(divergence.resolved_kernel) == repr(Gaussian((0.5, 2.0)))


@pytest.mark.parametrize("kind", [MMD, HSIC])
def test_an_unknown_bandwidth_is_an_error_that_lists_those_there_are(kind):
    with pytest.raises(ValueError, match=r"bandwidth must be one of \['prior', 'median'\], got"):
        make(kind, bandwidth="mean")


@pytest.mark.parametrize("kind", [MMD, HSIC])
def test_a_kernel_by_name_is_a_part_of_its_scales(kind):
    divergence = make(kind)
    assert repr(divergence.as_part("kernel", "laplacian")) == repr(Laplacian((0.5, 2.0)))
    assert divergence.as_part("bandwidth", "prior") == "prior"
