"""HSIC: its formulas written out with matrices, zero where independent, what it finds."""

import pytest
import torch

from seqdisentangle.divergences import HSIC, KERNELS, Gaussian, Laplacian, Samples

OF_KERNEL = {**{name: KERNELS[name]([1.0]) for name in KERNELS.names}, "sum": Gaussian([1.0])}
OF_KERNEL["sum"] += Laplacian([0.5, 2.0])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def sides(*shape, sizes=(2, 3), dtype=torch.float64, seed=0):
    """Two sides that depend on each other."""
    x = torch.randn(*shape, sizes[0], generator=seeded(seed), dtype=torch.float64)
    y = torch.randn(*shape, sizes[1], generator=seeded(seed + 1), dtype=torch.float64)
    return x.to(dtype), (y + x[..., :1].square()).to(dtype)


def hsic(x, y, mask=None, **params):
    return HSIC(**params)(Samples(x), Samples(y), mask)


def gram(z, kernel, bandwidth):
    z = z.double()
    distances = torch.cdist(z, z).square()
    unit = 2 * z.shape[-1]
    if bandwidth == "median":
        between = torch.pdist(z).square().sort().values
        unit = between[(len(between) - 1) // 2]
    return OF_KERNEL[kernel](distances, unit)


def trace_form(x, y, kernel, bandwidth):
    """Gretton et al. 2005, equation (9)."""
    n = len(x)
    K, L = gram(x, kernel, bandwidth), gram(y, kernel, bandwidth)
    H = torch.eye(n) - torch.ones(n, n).double() / n
    return torch.trace(K @ H @ L @ H) / (n - 1) ** 2


def song(x, y, kernel, bandwidth):
    """Song et al. 2012, equation (5)."""
    n = len(x)
    off = 1 - torch.eye(n, dtype=torch.float64)
    K, L = gram(x, kernel, bandwidth) * off, gram(y, kernel, bandwidth) * off
    one = torch.ones(n, dtype=torch.float64)
    middle = (one @ K @ one) * (one @ L @ one) / ((n - 1) * (n - 2))
    return (torch.trace(K @ L) + middle - 2 / (n - 2) * (one @ K @ L @ one)) / (n * (n - 3))


@pytest.mark.parametrize("kernel", OF_KERNEL)
@pytest.mark.parametrize("bandwidth", ["prior", "median"])
@pytest.mark.parametrize("unbiased", [True, False], ids=["unbiased", "biased"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("leading", "n", "sizes"),
    [((), 4, (1, 1)), ((), 9, (2, 3)), ((3,), 6, (4, 1)), ((2, 3), 5, (2, 2)), ((0,), 5, (2, 2))],
)
def test_equals_its_formula_with_matrices(kernel, bandwidth, unbiased, dtype, leading, n, sizes):
    x, y = sides(*leading, n, sizes=sizes, dtype=dtype)
    given, scales = (kernel, [1.0]) if kernel in KERNELS.names else (OF_KERNEL[kernel], [9.0])
    value = hsic(x, y, kernel=given, scales=scales, bandwidth=bandwidth, unbiased=unbiased)
    assert value.shape == leading
    assert value.dtype == dtype
    reference = song if unbiased else trace_form
    rows = zip(x.reshape(-1, n, sizes[0]), y.reshape(-1, n, sizes[1]), strict=True)
    expected = [float(reference(a, b, kernel, bandwidth)) for a, b in rows]
    # The root in a Laplacian kernel has the digits of half of them, where codes are near.
    roots = kernel in ("laplacian", "sum")
    atol = (1e-12, 1e-7)[roots] if dtype == torch.float64 else (1e-6, 1e-3)[roots]
    assert value.flatten().tolist() == pytest.approx(expected, abs=atol, rel=10 * atol)


def test_the_biased_one_is_the_mmd_of_the_joint_from_the_product_of_its_marginals():
    n = 7
    x, y = sides(n)
    k, el = gram(x, "gaussian", "prior"), gram(y, "gaussian", "prior")
    joint = sum(k[i, j] * el[i, j] for i in range(n) for j in range(n)) / n**2
    product = sum(k[i, j] for i in range(n) for j in range(n)) / n**2 * el.mean()
    cross = sum(k[i, a] * el[i, b] for i in range(n) for a in range(n) for b in range(n)) / n**3
    value = hsic(x, y, bandwidth="prior", unbiased=False)
    torch.testing.assert_close(value * (n - 1) ** 2 / n**2, joint + product - 2 * cross)


@pytest.mark.parametrize("n", [4, 8, 50])
def test_the_unbiased_one_is_zero_in_the_mean_where_the_sides_are_independent(n):
    x = torch.randn(20_000 // n, n, 2, generator=seeded())
    y = torch.randn(20_000 // n, n, 3, generator=seeded(1)).exp()
    values, biased = hsic(x, y), hsic(x, y, unbiased=False)
    assert values.mean().abs() < 4 * values.std() / len(values) ** 0.5
    assert biased.mean() > 20 * biased.std() / len(values) ** 0.5


@pytest.mark.parametrize("kernel", KERNELS.names)
def test_finds_dependence_without_correlation(kernel):
    half, noise = torch.randn(2, 250, 1, generator=seeded())
    x = torch.cat([half, -half])
    y = x.square() + 0.1 * torch.cat([noise, noise])
    assert torch.corrcoef(torch.cat([x, y], -1).T)[0, 1].abs() < 1e-6
    shuffled = y[torch.randperm(500, generator=seeded())]
    params = {"kernel": kernel, "scales": [1.0]}
    assert hsic(x, y, **params) > 20 * hsic(x, shuffled, **params).abs()


def test_grows_with_dependence():
    x, noise = torch.randn(2, 300, 2, generator=seeded())
    values = torch.stack([hsic(x, r * x + (1 - r**2) ** 0.5 * noise) for r in (0, 0.3, 0.6, 0.9)])
    assert (values.diff() > 0).all()


@pytest.mark.parametrize("unbiased", [True, False], ids=["unbiased", "biased"])
@pytest.mark.parametrize("masked", [False, True])
def test_gradient_is_that_of_finite_differences(unbiased, masked):
    mask = torch.tensor([[True, True, False, True, True], [True] * 5]) if masked else None
    x, y = (z.requires_grad_() for z in sides(2, 5))
    assert torch.autograd.gradcheck(
        lambda x, y: hsic(x, y, mask, bandwidth="prior", unbiased=unbiased), (x, y)
    )


def test_no_gradient_passes_through_the_median():
    x, y = (z.requires_grad_() for z in sides(6, sizes=(2, 2)))
    of_median = torch.autograd.grad(hsic(x, x + y), (x, y))
    medians = [torch.pdist(z.detach()).square().sort().values[7] for z in (x, x + y)]  # of 15

    def scaled(z, median):  # the fixed unit is 2d = 4
        return z * (4 / median).sqrt()

    fixed = hsic(scaled(x, medians[0]), scaled(x + y, medians[1]), bandwidth="prior")
    for a, b in zip(of_median, torch.autograd.grad(fixed, (x, y)), strict=True):
        torch.testing.assert_close(a, b)


def test_with_the_median_the_units_of_either_side_do_not_matter():
    x, y = sides(20)
    torch.testing.assert_close(hsic(1e-3 * x, 1e3 * y), hsic(x, y))


@pytest.mark.parametrize(("unbiased", "too_few"), [(True, 3), (False, 1)])
def test_too_few_draws_say_nothing(unbiased, too_few):
    for n in range(1, 6):
        x, y = sides(n)
        value = hsic(x.requires_grad_(), y, unbiased=unbiased)
        value.backward()
        assert (value == 0) == (n <= too_few)
        assert x.grad.any() == (n > too_few)


def test_a_mask_serves_both_sides():
    x, y = sides(3, 9)
    mask = torch.rand(3, 9, generator=seeded()).argsort(-1) < torch.tensor([[9], [6], [4]])
    fill = ~mask.unsqueeze(-1)
    for unbiased in (True, False):
        values = hsic(
            x.masked_fill(fill, torch.nan), y.masked_fill(fill, 1e4), mask, unbiased=unbiased
        )
        alone = [
            hsic(a[keep], b[keep], unbiased=unbiased) for a, b, keep in zip(x, y, mask, strict=True)
        ]
        torch.testing.assert_close(values, torch.stack(alone))


def test_the_sides_must_have_one_number_of_draws():
    x, y = sides(6)
    with pytest.raises(ValueError, match=r"but for the last dimension, got \(6, 2\) and \(5, 3\)"):
        hsic(x, y[:5])


def test_a_mean_beside_which_draws_are_small_does_not_matter():
    """Distances are of centred draws: in float32, squares of 1e4 hold no difference of 1."""
    x, y = torch.randn(2, 50, 2, generator=torch.Generator().manual_seed(0))
    y = y + x
    found = HSIC()(Samples(x + 1e4), Samples(y - 1e4))
    torch.testing.assert_close(found, HSIC()(Samples(x), Samples(y)), rtol=0.02, atol=1e-4)
