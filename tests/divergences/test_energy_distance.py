"""Energy distance: SciPy's in one dimension, GeomLoss's in several, unbiased for paired draws."""

import pytest
import torch
from geomloss import SamplesLoss
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seqdisentangle.divergences import EnergyDistance, Samples


def pair(*shape, dtype=torch.float64, seed=0):
    g = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, *shape, generator=g, dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def energy(x, y, unbiased=True, mask=None):
    return EnergyDistance(unbiased)(Samples(x), Samples(y), mask)


def double_loop(x, y, unbiased):
    """The formula, one pair of draws after the other, in float64."""
    x, y = x.double(), y.double()
    n = len(x)
    return sum(
        (x[i] - y[j]).norm() + (x[j] - y[i]).norm() - (x[i] - x[j]).norm() - (y[i] - y[j]).norm()
        for i in range(n)
        for j in range(n)
        if i != j or not unbiased
    ) / (n * (n - 1) if unbiased else n**2)


@pytest.mark.parametrize("unbiased", [True, False], ids=["unbiased", "biased"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("leading", [(), (3,), (2, 3), (0,)])
@pytest.mark.parametrize(("n", "d"), [(2, 1), (3, 4), (7, 2)])
def test_equals_a_double_loop(unbiased, dtype, leading, n, d):
    x, y = pair(*leading, n, d, dtype=dtype)
    value = energy(x, y, unbiased)
    assert value.shape == leading
    assert value.dtype == dtype
    rows = zip(x.reshape(-1, n, d), y.reshape(-1, n, d), strict=True)
    expected = [float(double_loop(a, b, unbiased)) for a, b in rows]
    rtol = 1e-12 if dtype == torch.float64 else 1e-5
    assert value.flatten().tolist() == pytest.approx(expected, rel=rtol, abs=rtol)


@given(n=st.integers(1, 60), seed=st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_the_biased_one_is_the_square_of_scipys_in_one_dimension(n, seed):
    x, y = pair(n, 1, seed=seed)
    expected = stats.energy_distance(x[:, 0].numpy(), y[:, 0].numpy()) ** 2
    assert float(energy(x, y, unbiased=False)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("leading", "n", "d"), [((), 30, 1), ((), 8, 64), ((4,), 20, 3)])
def test_half_of_the_biased_one_is_the_energy_loss_of_geomloss(dtype, leading, n, d):
    x, y = pair(*leading, n, d, dtype=dtype)
    expected = SamplesLoss("energy", backend="tensorized")(x, y)  # its distances are over 1e-4
    torch.testing.assert_close(energy(x, y, unbiased=False) / 2, expected, rtol=1e-3, atol=1e-4)


@given(n=st.integers(2, 20), d=st.integers(1, 4), factor=st.floats(1e-3, 1e3))
@settings(max_examples=20, deadline=None)
def test_is_as_large_as_the_codes_and_blind_to_where_they_are_and_how_turned(n, d, factor):
    x, y = pair(n, d)
    value = energy(x, y)
    torch.testing.assert_close(energy(factor * x, factor * y), factor * value)
    turn = torch.linalg.qr(torch.randn(d, d, dtype=torch.float64)).Q
    torch.testing.assert_close(energy(x @ turn + 3, y @ turn + 3), value)


def test_the_unbiased_one_nears_the_distance_of_two_normals():
    # E|x - y| of N(m, 1) and N(0, 1) is that of a folded normal, of mean m and variance 2.
    x, y = torch.randn(2, 4000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    folded = stats.foldnorm.mean(1.5 / 2**0.5, scale=2**0.5)
    expected = 2 * folded - 2 * stats.foldnorm.mean(0, scale=2**0.5)
    assert float(energy(x + 1.5, y)) == pytest.approx(expected, rel=0.05)


def test_near_draws_keep_their_digits_and_equal_ones_have_no_gradient():
    x, y = (1e-4 * z + 10 for z in pair(20, 3, dtype=torch.float32))
    expected = float(energy(x.double(), y.double()))
    assert float(energy(x, y)) == pytest.approx(expected, rel=1e-4)
    z = x.clone().requires_grad_()
    energy(z, x).backward()
    assert z.grad.abs().max() < 1e-6
