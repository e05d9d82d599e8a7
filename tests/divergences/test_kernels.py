"""Kernels: their formulas, what every kernel has, and what their parameters may be."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.divergences import (
    KERNELS,
    Gaussian,
    InverseMultiquadratic,
    Kernel,
    KernelSum,
    Laplacian,
    MultiscaleKernel,
    RationalQuadratic,
)

FORMULAS = {
    InverseMultiquadratic: lambda r, c: c / (c + r),
    Gaussian: lambda r, c: math.exp(-r / c),
    RationalQuadratic: lambda r, c: (1 + r / c) ** -0.5,  # alpha = 1/2
    Laplacian: lambda r, c: math.exp(-math.sqrt(r / c)),
}
each_kernel = pytest.mark.parametrize(
    "kernel", [KERNELS[name] for name in KERNELS.names], ids=KERNELS.names
)
distances = st.floats(0, 1e3)
units = st.floats(0.05, 50)
scales = st.lists(st.floats(0.05, 20), min_size=1, max_size=4)


@each_kernel
@given(r=distances, scales=scales, unit=units)
@settings(deadline=None)
def test_is_the_sum_of_its_formula_over_scales(kernel, r, scales, unit):
    value = kernel(scales)(torch.tensor(r, dtype=torch.float64), unit)
    expected = sum(FORMULAS[kernel](r, unit * s) for s in scales)
    assert float(value) == pytest.approx(expected, rel=1e-12)


@each_kernel
def test_falls_from_one_for_each_scale_towards_zero(kernel):
    r = torch.linspace(0, 1e4, 200, dtype=torch.float64)
    value = kernel()(r, unit=6)
    assert value[0] == len(kernel().scales)
    assert (value.diff() < 0).all()
    assert (value > 0).all()


@each_kernel
def test_is_positive_definite(kernel):
    z = torch.randn(30, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    gram = kernel()(torch.cdist(z, z).square(), unit=6)
    assert torch.linalg.eigvalsh(gram).min() > 0


@each_kernel
def test_a_scale_of_one_is_the_mean_distance_of_normal_draws(kernel):
    g = torch.Generator().manual_seed(0)
    for d in (1, 4, 50):
        x, y = torch.randn(2, 20_000, d, generator=g)
        value = kernel([1.0])((x - y).square().sum(-1).mean(), unit=2 * d)
        assert float(value) == pytest.approx(FORMULAS[kernel](1.0, 1.0), rel=0.02)


def test_the_rational_quadratic_becomes_gaussian_for_large_alpha():
    r = torch.linspace(0, 20, 50, dtype=torch.float64)
    torch.testing.assert_close(
        RationalQuadratic([1, 2], alpha=1e7)(r, 4), Gaussian([2, 4])(r, 4), rtol=1e-4, atol=0
    )


@given(r=distances, unit=units)
@settings(deadline=None)
def test_a_sum_of_kernels_is_the_sum_of_their_values_in_any_grouping(r, unit):
    r = torch.tensor(r, dtype=torch.float64)
    a, b, c = Gaussian([1]), Laplacian([0.5, 2]), InverseMultiquadratic()
    expected = a(r, unit) + b(r, unit) + c(r, unit)
    for kernel in (a + b + c, a + (b + c), KernelSum([a, b, c])):
        torch.testing.assert_close(kernel(r, unit), expected, rtol=1e-12, atol=0)


def test_a_kernel_adds_to_kernels_only():
    with pytest.raises(TypeError, match="unsupported operand"):
        Gaussian() + 1


@each_kernel
def test_the_unit_may_differ_from_batch_to_batch(kernel):
    r = torch.rand(3, 4, 5, dtype=torch.float64)
    units = torch.tensor([0.5, 1.0, 8.0], dtype=torch.float64)
    values = kernel()(r, units[:, None, None])
    for value, distances, unit in zip(values, r, units.tolist(), strict=True):
        torch.testing.assert_close(value, kernel()(distances, unit))


@each_kernel
@pytest.mark.parametrize("r", [0.0, 1e-30, 1e30])
def test_the_slope_is_finite_for_equal_codes_and_for_far_ones(kernel, r):
    r = torch.tensor(r, dtype=torch.float64, requires_grad=True)
    kernel()(r, unit=2.0).backward()
    assert r.grad.isfinite()
    assert r.grad <= 0


@each_kernel
@pytest.mark.parametrize("scales", [[], [0.0], [1.0, -1.0], [math.inf], [math.nan]])
def test_scales_must_be_positive_and_finite(kernel, scales):
    with pytest.raises(ValueError, match="scales must be a sequence of positive finite numbers"):
        kernel(scales)


@pytest.mark.parametrize("scales", [0.5, None, "wide"])
def test_scales_must_be_a_sequence(scales):
    with pytest.raises(TypeError, match=f"Gaussian: scales must be a sequence .* got {scales!r}"):
        Gaussian(scales)


@pytest.mark.parametrize("kernels", [[], [Gaussian(), "laplacian"], [Gaussian]])
def test_a_sum_is_one_of_kernels(kernels):
    with pytest.raises(TypeError, match="kernels must be a sequence of kernels"):
        KernelSum(kernels)


@pytest.mark.parametrize("alpha", [0, -1.0, math.inf, math.nan, "1", None])
def test_alpha_must_be_positive_and_finite(alpha):
    with pytest.raises(ValueError, match="alpha must be a positive finite number"):
        RationalQuadratic(alpha=alpha)


@pytest.mark.parametrize(
    "kernel",
    [Gaussian([1, 2]), InverseMultiquadratic(), RationalQuadratic([3], alpha=2), Laplacian([0.5])],
)
def test_the_representation_builds_the_kernel(kernel):
    names = {k.__name__: k for k in (*FORMULAS, KernelSum)}
    for one in (kernel, kernel + Gaussian()):
        assert eval(repr(one), names) == one


def test_a_kernel_of_ones_own_needs_one_method():
    class Linear(MultiscaleKernel):
        def at_scale(self, squared_distance, bandwidth):
            return -squared_distance / bandwidth

    assert Linear([0.5, 1.0])(torch.tensor(4.0), unit=2) == -(4 / 1 + 4 / 2)
    with pytest.raises(TypeError, match=r"abstract .*__call__"):
        Kernel()
