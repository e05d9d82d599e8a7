"""Kernels: their formulas, what every kernel has, and what their parameters may be."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqdisentangle.divergences import Gaussian, InverseMultiquadratic, Kernel, RationalQuadratic
from seqdisentangle.divergences.kernels import KERNELS

FORMULAS = {
    InverseMultiquadratic: lambda r, c: c / (c + r),
    Gaussian: lambda r, c: math.exp(-r / c),
    RationalQuadratic: lambda r, c: (1 + r / c) ** -0.5,  # alpha = 1/2
}
each_kernel = pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
distances = st.floats(0, 1e3)
scales = st.lists(st.floats(0.05, 20), min_size=1, max_size=4)


@each_kernel
@given(r=distances, scales=scales, d=st.integers(1, 9))
def test_is_the_sum_of_its_formula_over_scales(kernel, r, scales, d):
    value = kernel(scales)(torch.tensor(r, dtype=torch.float64), d)
    expected = sum(FORMULAS[kernel](r, 2 * d * s) for s in scales)
    assert float(value) == pytest.approx(expected, rel=1e-12)


@each_kernel
def test_falls_from_one_for_each_scale_towards_zero(kernel):
    r = torch.linspace(0, 1e4, 200, dtype=torch.float64)
    value = kernel()(r, 3)
    assert value[0] == len(kernel().scales)
    assert (value.diff() < 0).all()
    assert (value > 0).all()


@each_kernel
def test_is_positive_definite(kernel):
    z = torch.randn(30, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    gram = kernel()(torch.cdist(z, z).square(), 3)
    assert torch.linalg.eigvalsh(gram).min() > 0


@each_kernel
def test_a_scale_of_one_is_the_mean_distance_of_normal_draws(kernel):
    g = torch.Generator().manual_seed(0)
    for d in (1, 4, 50):
        x, y = torch.randn(2, 20_000, d, generator=g)
        value = kernel([1.0])((x - y).square().sum(-1).mean(), d)
        assert float(value) == pytest.approx(FORMULAS[kernel](1.0, 1.0), rel=0.02)


def test_the_rational_quadratic_becomes_gaussian_for_large_alpha():
    r = torch.linspace(0, 20, 50, dtype=torch.float64)
    torch.testing.assert_close(
        RationalQuadratic([1, 2], alpha=1e7)(r, 2), Gaussian([2, 4])(r, 2), rtol=1e-4, atol=0
    )


@each_kernel
@pytest.mark.parametrize("scales", [[], [0.0], [1.0, -1.0], [math.inf], [math.nan]])
def test_scales_must_be_positive_and_finite(kernel, scales):
    with pytest.raises(ValueError, match="scales must be positive finite numbers"):
        kernel(scales)


@pytest.mark.parametrize("alpha", [0, -1.0, math.inf, math.nan])
def test_alpha_must_be_positive_and_finite(alpha):
    with pytest.raises(ValueError, match="alpha must be a positive finite number"):
        RationalQuadratic(alpha=alpha)


@pytest.mark.parametrize(
    "kernel", [Gaussian([1, 2]), InverseMultiquadratic(), RationalQuadratic([3], alpha=2)]
)
def test_the_representation_builds_the_kernel(kernel):
    names = {k.__name__: k for k in FORMULAS}
    assert vars(eval(repr(kernel), names)) == vars(kernel)


def test_a_kernel_of_ones_own_needs_one_method():
    class Linear(Kernel):
        def at_scale(self, squared_distance, bandwidth):
            return -squared_distance / bandwidth

    assert Linear([0.5, 1.0])(torch.tensor(4.0), 1) == -(4 / 1 + 4 / 2)
    with pytest.raises(NotImplementedError):
        Kernel()(torch.zeros(()), 1)
