"""MMD: it equals its formula, is unbiased for paired draws, and keeps its digits."""

import numpy as np
import pytest
import torch
from geomloss import SamplesLoss
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.divergences import (
    KERNELS,
    MMD,
    Gaussian,
    Laplacian,
    MultiscaleKernel,
    Samples,
)

OF_KERNEL = {**{name: KERNELS[name]() for name in KERNELS.names}, "sum": Gaussian([1.0, 3.0])}
OF_KERNEL["sum"] += Laplacian([0.5])
each_kernel = pytest.mark.parametrize("kernel", KERNELS.names)
each_bandwidth = pytest.mark.parametrize("bandwidth", ["prior", "median"])
each_form = pytest.mark.parametrize("unbiased", [True, False], ids=["unbiased", "biased"])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pair(*shape, dtype=torch.float64, seed=0):
    x, y = torch.randn(2, *shape, generator=seeded(seed), dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def mmd(x, y, mask=None, kernel="inverse_multiquadratic"):
    return MMD(kernel)(Samples(x), Samples(y), mask)


def lower_median(x, y):
    """Of the squared distances of all pairs among both batches, in float64."""
    z = torch.cat([x, y]).double()
    distances = torch.pdist(z).square().sort().values
    return distances[(len(distances) - 1) // 2]


def double_loop(x, y, kernel, bandwidth="prior", unbiased=True):
    """The formula, one pair of draws after the other, in float64."""
    x, y = x.double(), y.double()
    leading, (n, d) = x.shape[:-2], x.shape[-2:]
    unit = torch.full(leading, 2.0 * d, dtype=torch.float64)
    if bandwidth == "median":
        for index in np.ndindex(*leading):
            unit[index] = lower_median(x[index], y[index])
    x, y = x.movedim(-2, 0), y.movedim(-2, 0)

    def k(a, b):
        return OF_KERNEL[kernel]((a - b).square().sum(-1), unit)

    return sum(
        k(x[i], x[j]) + k(y[i], y[j]) - k(x[i], y[j]) - k(x[j], y[i])
        for i in range(n)
        for j in range(n)
        if i != j or not unbiased
    ) / (n * (n - 1) if unbiased else n**2)


def cross_diagonal_kept(x, y):
    """The estimator for independent samples, Gretton et al. 2012, equation (3)."""
    n, d = x.shape[-2:]
    z = torch.cat([x, y], -2)
    k = MMD().resolved_kernel(torch.cdist(z, z).square(), 2 * d)
    off = 1 - torch.eye(n)
    within = ((k[..., :n, :n] + k[..., n:, n:]) * off).sum((-2, -1)) / (n * (n - 1))
    return within - 2 * k[..., :n, n:].mean((-2, -1))


# Its value


@pytest.mark.parametrize("kernel", OF_KERNEL)
@each_bandwidth
@each_form
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("leading", [(), (3,), (2, 3), (0,)])
@pytest.mark.parametrize(("n", "d"), [(2, 1), (3, 4), (7, 2)])
def test_equals_a_double_loop(kernel, bandwidth, unbiased, dtype, leading, n, d):
    x, y = pair(*leading, n, d, dtype=dtype)
    given = kernel if kernel in KERNELS.names else OF_KERNEL[kernel]
    divergence = MMD(given, bandwidth=bandwidth, unbiased=unbiased)
    value = divergence(Samples(x), Samples(y))
    assert value.shape == leading
    assert value.dtype == dtype
    expected = double_loop(x, y, kernel, bandwidth, unbiased).to(dtype)
    # The root in a Laplacian kernel has the digits of half of them, where codes are near.
    roots = kernel in ("laplacian", "sum")
    rtol = (1e-12, 1e-6)[roots] if dtype == torch.float64 else (1e-4, 1e-2)[roots]
    torch.testing.assert_close(value, expected, rtol=rtol, atol=rtol / 10)


@pytest.mark.parametrize(
    ("name", "kernel", "unit"),
    [("gaussian", Gaussian([1.0]), 2), ("laplacian", Laplacian([1.0]), 1)],  # unit / blur^2
)
@pytest.mark.parametrize("blur", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("leading", "n", "d"), [((), 20, 1), ((3,), 9, 4)])
def test_half_of_the_biased_one_is_the_kernel_loss_of_geomloss(
    name, kernel, unit, blur, dtype, leading, n, d
):
    x, y = pair(*leading, n, d, dtype=dtype)
    scale = unit * blur**2 / (2 * d)
    divergence = MMD(type(kernel)([scale]), unbiased=False)
    expected = SamplesLoss(name, blur=blur, backend="tensorized")(x, y)
    # GeomLoss's distances are at least 1e-4, in units of blur.
    tolerance = (
        {"rtol": 1e-3, "atol": 1e-4} if name == "laplacian" else {"rtol": 1e-4, "atol": 1e-6}
    )
    torch.testing.assert_close(divergence(Samples(x), Samples(y)) / 2, expected, **tolerance)


@each_kernel
@given(n=st.integers(2, 12), d=st.integers(1, 5), seed=st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_symmetric_and_blind_to_the_order_of_the_pairs(kernel, n, d, seed):
    x, y = pair(n, d, seed=seed)
    order = torch.randperm(n, generator=seeded(seed))
    value = mmd(x, y, kernel=kernel)
    torch.testing.assert_close(mmd(y, x, kernel=kernel), value)
    torch.testing.assert_close(mmd(x[order], y[order], kernel=kernel), value)


@each_kernel
def test_a_batch_is_at_no_distance_from_itself_and_further_the_more_it_is_shifted(kernel):
    x = pair(50, 3)[0]
    values = torch.stack([mmd(x, x + shift, kernel=kernel) for shift in (0.0, 0.5, 1, 2, 4, 8)])
    assert values[0].abs() < 1e-12
    assert (values.diff() > 0).all()


@each_kernel
@pytest.mark.parametrize("correlation", [0.0, 0.9, 0.999])
def test_has_zero_mean_for_equal_distributions_however_they_are_paired(kernel, correlation):
    x, fresh = torch.randn(2, 4000, 8, 2, generator=seeded())
    y = correlation * x + (1 - correlation**2) ** 0.5 * fresh
    values = mmd(x, y, kernel=kernel)
    assert values.mean().abs() < 4 * values.std() / len(values) ** 0.5


def test_keeping_the_diagonal_of_the_cross_terms_would_bias_paired_draws_below_zero():
    x, fresh = torch.randn(2, 4000, 8, 2, generator=seeded())
    for y, biased in ((fresh, False), (0.9 * x + 0.19**0.5 * fresh, True)):
        values = cross_diagonal_kept(x, y)
        assert (values.mean() < -20 * values.std() / len(values) ** 0.5) == biased


# Its gradient


@each_kernel
@pytest.mark.parametrize("masked", [False, True])
def test_gradient_is_that_of_finite_differences(kernel, masked):
    mask = torch.tensor([[True, True, False, True], [True] * 4]) if masked else None
    x, y = (z.requires_grad_() for z in pair(2, 4, 3))
    assert torch.autograd.gradcheck(lambda x, y: mmd(x, y, mask, kernel), (x, y))


@each_kernel
def test_no_gradient_passes_through_the_median(kernel):
    x, y = (z.requires_grad_() for z in pair(6, 3))
    scales = [0.5, 2.0]
    MMD(kernel, scales, bandwidth="median")(Samples(x), Samples(y)).backward()
    a, b = (z.detach().requires_grad_() for z in (x, y))
    ratio = lower_median(a, b).item() / 6  # 6 = 2d is the unit of the fixed bandwidth
    MMD(kernel, [ratio * scale for scale in scales])(Samples(a), Samples(b)).backward()
    torch.testing.assert_close(x.grad, a.grad)
    torch.testing.assert_close(y.grad, b.grad)


@each_kernel
def test_with_the_median_the_units_of_the_codes_do_not_matter(kernel):
    x, y = pair(20, 3)
    values = [
        MMD(kernel, bandwidth="median")(Samples(c * x), Samples(c * y)) for c in (1e-3, 1, 1e3)
    ]
    torch.testing.assert_close(values[0], values[1])
    torch.testing.assert_close(values[2], values[1])


@pytest.mark.parametrize("mask", [None, torch.tensor([True])], ids=["plain", "masked"])
def test_a_single_draw_has_no_distance_and_no_gradient(mask):
    x, y = (z.requires_grad_() for z in pair(1, 3))
    value = mmd(x, y, mask)
    value.backward()
    assert value == 0
    assert not x.grad.any()
    assert not y.grad.any()


@each_kernel
@pytest.mark.parametrize("shift", [0.0, 1.0, 1e6])
def test_constant_codes_are_finite(kernel, shift):
    x = torch.full((6, 3), 2.0, requires_grad=True)
    value = mmd(x, x.detach() + shift, kernel=kernel)
    value.backward()
    assert value.isfinite()
    assert x.grad.isfinite().all()


# Its digits


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_computed_in_single(dtype):
    x, y = pair(2, 9, 4, dtype=dtype)
    value = mmd(x, y)
    assert value.dtype == torch.float32
    assert torch.equal(value, mmd(x.float(), y.float()))


def test_autocast_does_not_lower_its_precision():
    x, y = pair(20, 4, dtype=torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        value = mmd(x, y)
    assert torch.equal(value, mmd(x, y))


@each_kernel
def test_codes_far_from_the_origin_keep_their_digits(kernel):
    x, y = (z + 1e4 for z in pair(30, 4, dtype=torch.float32))
    expected = float(mmd(x.double(), y.double(), kernel=kernel))
    assert float(mmd(x, y, kernel=kernel)) == pytest.approx(expected, rel=1e-4)


# Its arguments


@given(data=st.data(), n=st.integers(2, 8), T=st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_a_masked_batch_is_its_subset(data, n, T):
    rows = st.lists(st.booleans(), min_size=n, max_size=n)
    mask = torch.tensor(data.draw(st.lists(rows, min_size=T, max_size=T)))
    x, y = pair(T, n, 3)
    padding = 10 * torch.randn(T, n, 3, generator=seeded(1), dtype=torch.float64)
    padded_x = torch.where(mask.unsqueeze(-1), x, padding).requires_grad_()
    values = mmd(padded_x, torch.where(mask.unsqueeze(-1), y, -padding), mask)
    alone = torch.stack([mmd(x[t][keep], y[t][keep]) for t, keep in enumerate(mask)])
    torch.testing.assert_close(values, alone)
    values.sum().backward()
    assert not padded_x.grad[~mask].any()


def test_one_mask_serves_all_leading_indices():
    x, y = pair(3, 6, 2)
    mask = torch.tensor([True, False, True, True, False, True])
    torch.testing.assert_close(mmd(x, y, mask), mmd(x[:, mask], y[:, mask]))


def test_the_draws_must_be_paired():
    x, y = pair(6, 2)
    with pytest.raises(ValueError, match=r"must have one shape, got \(6, 2\) and \(5, 2\)"):
        mmd(x, y[:5])


def test_an_unknown_kernel_is_an_error():
    with pytest.raises(ValueError, match=r"kernel must be the name of a kernel .* got 'linear'"):
        MMD("linear")
    with pytest.raises(ValueError, match="scales must be a sequence of positive"):
        MMD("gaussian", scales=[-1])


def test_a_kernel_object_is_used_as_it_is():
    class Linear(MultiscaleKernel):
        def at_scale(self, squared_distance, bandwidth):
            return -squared_distance / bandwidth

    x, y = pair(9, 3)
    gap = x.mean(0) - y.mean(0)
    spread = (x - y).var(0).sum() / 9  # the mean difference, with its own noise taken off
    value = MMD(Linear([0.5]))(Samples(x), Samples(y))  # bandwidth 3
    torch.testing.assert_close(value, 2 * (gap.square().sum() - spread) / 3)
    assert "Linear" in repr(MMD(Linear()))


@pytest.mark.parametrize("padding", [1e4, float("nan")])
def test_what_stands_in_padding_does_not_matter(padding):
    x, y = torch.randn(2, 3, 8, 2, generator=torch.Generator().manual_seed(0))
    mask = torch.arange(8) < torch.tensor([8, 5, 2]).unsqueeze(-1)
    padded = [Samples(z.masked_fill(~mask.unsqueeze(-1), padding)) for z in (x, y)]
    alone = [
        MMD()(Samples(x[i, :n]), Samples(y[i, :n])) for i, n in enumerate(mask.sum(-1).tolist())
    ]
    torch.testing.assert_close(MMD()(*padded, mask), torch.stack(alone))
