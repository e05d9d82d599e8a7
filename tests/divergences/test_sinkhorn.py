"""Sinkhorn divergence: transport as POT solves it, and what it says without GeomLoss."""

import importlib.util
import sys

import numpy as np
import ot
import pytest
import torch

from seqdisentangle.divergences import Samples, Sinkhorn


def pair(*shape, dtype=torch.float64, seed=0):
    g = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, *shape, generator=g, dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def cost(x, y, p):
    distances = ot.dist(x.numpy(), y.numpy(), metric="euclidean")
    return distances**p / p


def entropic(x, y, p, epsilon):
    """Entropic transport, the entropy being relative to the product of the marginals."""
    costs = cost(x, y, p)
    share = np.full(len(x), 1 / len(x))
    plan = ot.sinkhorn(
        share, share, costs, epsilon, method="sinkhorn_log", numItermax=5000, stopThr=1e-6
    )
    entropy = np.sum(plan * np.log(np.maximum(plan, 1e-300) * len(x) ** 2))
    return np.sum(plan * costs) + epsilon * entropy


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("blur", [0.5, 1.0, 3.0])
@pytest.mark.parametrize(("n", "d"), [(10, 1), (10, 3)])
def test_is_what_pot_makes_of_the_same_cost_and_epsilon(p, blur, n, d):
    x, y = pair(n, d)
    expected = entropic(x, y, p, blur**p)
    expected -= (entropic(x, x, p, blur**p) + entropic(y, y, p, blur**p)) / 2
    for scaling, rtol in ((0.5, 0.1), (0.99, 2e-3)):
        value = Sinkhorn(blur, p, scaling)(Samples(x), Samples(y))
        assert float(value) == pytest.approx(expected, rel=rtol)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("leading", "n", "d"), [((), 30, 1), ((), 20, 4), ((3,), 20, 2)])
def test_is_the_exact_transport_of_pot_where_the_blur_is_small(p, dtype, leading, n, d):
    x, y = pair(*leading, n, d, dtype=dtype)
    value = Sinkhorn(0.02 ** (3 - p), p, scaling=0.98)(Samples(x), Samples(y))
    assert value.shape == leading
    assert value.dtype == dtype
    rows = zip(x.double().reshape(-1, n, d), y.double().reshape(-1, n, d), strict=True)
    expected = [ot.emd2([], [], cost(a, b, p)) for a, b in rows]
    assert value.flatten().tolist() == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("blur", [0.05, 1.0, 10.0])
def test_a_shift_costs_half_its_square_whatever_the_blur(blur):
    x, _ = pair(20, 3)
    shift = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    value = Sinkhorn(blur, scaling=0.9)(Samples(x + shift), Samples(x))
    assert float(value) == pytest.approx(float(shift.square().sum()) / 2, rel=0.01)


def test_a_single_draw_is_as_far_as_its_prior():
    x, y = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]])
    # GeomLoss's distances are at least 1e-4.
    assert float(Sinkhorn(p=1)(Samples(x), Samples(y))) == pytest.approx(5, abs=2e-4)
    assert float(Sinkhorn(p=2)(Samples(x), Samples(y))) == pytest.approx(12.5, rel=1e-5)


def test_draws_may_be_a_view():
    x, y = pair(3, 2, 8, 4)
    values = Sinkhorn()(Samples(x.transpose(0, 1)), Samples(y.transpose(0, 1)))
    torch.testing.assert_close(values.T, Sinkhorn()(Samples(x), Samples(y)))


def test_without_geomloss_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "geomloss", None)
    with pytest.raises(ImportError, match=r"Sinkhorn needs GeomLoss: .*pip install geomloss"):
        Sinkhorn()
    with pytest.raises(ImportError, match=r"seqdisentangle\[transport\]"):
        Sinkhorn()


def test_its_module_is_imported_without_geomloss(monkeypatch):
    monkeypatch.setitem(sys.modules, "geomloss", None)
    own = sys.modules[Sinkhorn.__module__]
    spec = importlib.util.spec_from_file_location(f"{own.__package__}.again", own.__file__)
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    with pytest.raises(ImportError, match="needs GeomLoss"):
        again.Sinkhorn()


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("times", [1, 4, 50])
def test_a_bound_of_the_diameter_gives_the_same(p, times):
    x, y = pair(30, 3)
    both = torch.cat([x, y])
    diameter = times * float((both.amax(0) - both.amin(0)).norm())
    given = Samples(x.requires_grad_()), Samples(y)
    expected, found = (Sinkhorn(0.5, p, 0.9, bound)(*given) for bound in (None, diameter))
    torch.testing.assert_close(found, expected, rtol=0 if times == 1 else 2e-3, atol=1e-12)
    slopes = [torch.autograd.grad(value, x)[0] for value in (expected, found)]
    assert (slopes[1] - slopes[0]).norm() < 0.02 * slopes[0].norm()


def test_with_a_bound_no_value_is_waited_for(monkeypatch):
    def waited(self):
        raise AssertionError("a number was asked of the device")

    x, y = pair(5, 2)
    for name in ("item", "tolist", "__float__", "__int__", "__bool__", "cpu"):
        monkeypatch.setattr(torch.Tensor, name, waited)
    Sinkhorn(diameter=8.0)(Samples(x), Samples(y))
    with pytest.raises(AssertionError, match="asked of the device"):
        Sinkhorn()(Samples(x), Samples(y))


@pytest.mark.parametrize("wrong", [0, -1.0, float("inf"), "wide"])
def test_a_diameter_is_a_positive_number(wrong):
    with pytest.raises((ValueError, TypeError), match="Sinkhorn: diameter must be"):
        Sinkhorn(diameter=wrong)


@pytest.mark.parametrize("leading", [(0,), (3, 0)])
def test_of_no_batch_there_is_no_value(leading):
    x = torch.ones(*leading, 5, 2, requires_grad=True)
    found = Sinkhorn()(Samples(x), Samples(x.detach()))
    assert found.shape == leading
    found.sum().backward()
