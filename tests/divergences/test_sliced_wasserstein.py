"""Sliced Wasserstein: POT's and SciPy's, given its directions; its random numbers."""

import copy

import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import nn

from seqdisentangle.divergences import Samples, SlicedWasserstein


def pair(*shape, dtype=torch.float64, seed=0):
    g = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, *shape, generator=g, dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def directions(d, n_projections, seed=0):
    """The directions of its first call."""
    drawn = torch.randn(d, n_projections, generator=torch.Generator().manual_seed(seed))
    return nn.functional.normalize(drawn, dim=0).double()


@given(n=st.integers(1, 50), p=st.sampled_from([1, 1.5, 2, 3]), seed=st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_is_the_wasserstein_distance_of_pot_in_one_dimension(n, p, seed):
    x, y = pair(n, 1, seed=seed)
    value = float(SlicedWasserstein(3, p)(Samples(x), Samples(y)))
    a, b = x[:, 0].numpy(), y[:, 0].numpy()
    assert value == pytest.approx(float(ot.wasserstein_1d(a, b, p=p)), rel=1e-9)
    assert value == pytest.approx(ot.emd2_1d(a, b, metric="minkowski", p=p), rel=1e-9)
    if p == 1:
        assert value == pytest.approx(stats.wasserstein_distance(a, b), rel=1e-9)
    if p == 2:
        assert value == pytest.approx(ot.emd2_1d(a, b, metric="sqeuclidean"), rel=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("leading", [(), (3,), (2, 3), (0,)])
@pytest.mark.parametrize(("n", "d"), [(1, 2), (20, 3), (7, 512)])
def test_is_the_sliced_distance_of_pot_for_the_same_directions(dtype, p, leading, n, d):
    x, y = pair(*leading, n, d, dtype=dtype)
    value = SlicedWasserstein(16, p, seed=4)(Samples(x), Samples(y))
    assert value.shape == leading
    assert value.dtype == dtype
    projections = directions(d, 16, seed=4).numpy()
    rows = zip(x.double().reshape(-1, n, d), y.double().reshape(-1, n, d), strict=True)
    expected = [
        ot.sliced_wasserstein_distance(a.numpy(), b.numpy(), projections=projections, p=p) ** p
        for a, b in rows
    ]
    rtol = 1e-10 if dtype == torch.float64 else 1e-4
    assert value.flatten().tolist() == pytest.approx(expected, rel=rtol)


@pytest.mark.parametrize("d", [1, 3, 20])
def test_a_shift_is_apart_by_its_mean_square_over_directions(d):
    x, _ = pair(10, d)
    shift = torch.arange(1.0, d + 1, dtype=torch.float64)
    value = SlicedWasserstein(20_000)(Samples(x + shift), Samples(x))
    assert float(value) == pytest.approx(float(shift.square().sum()) / d, rel=0.03)


def test_is_at_most_the_wasserstein_distance_and_nears_it_in_one_dimension():
    x, y = pair(20, 2)
    exact = ot.emd2([], [], ot.dist(x.numpy(), y.numpy()))
    assert 0 < float(SlicedWasserstein(200)(Samples(x), Samples(y))) < exact


def test_each_call_draws_directions_anew_and_a_seed_brings_them_back():
    x, y = (Samples(z) for z in pair(20, 3))
    one, same, other = (SlicedWasserstein(seed=seed) for seed in (1, 1, 2))
    first, second = one(x, y), one(x, y)
    assert first != second
    assert [same(x, y), same(x, y)] == [first, second]
    assert other(x, y) != first


def test_all_leading_indices_share_their_directions():
    x, y = (Samples(z.expand(5, 20, 3)) for z in pair(20, 3))
    assert len(set(SlicedWasserstein()(x, y).tolist())) == 1


def test_its_state_says_where_its_random_numbers_stand():
    x, y = (Samples(z) for z in pair(20, 3))
    divergence = SlicedWasserstein(seed=3)
    divergence(x, y)
    copied, loaded = copy.deepcopy(divergence), SlicedWasserstein(seed=9)
    loaded.load_state_dict(divergence.state_dict())
    expected = divergence(x, y)
    assert copied(x, y) == expected
    assert loaded(x, y) == expected


def test_more_directions_say_more():
    x, y = (Samples(z) for z in pair(20, 5))
    spreads = []
    for n_projections in (1, 100):
        divergence = SlicedWasserstein(n_projections)
        spreads.append(torch.stack([divergence(x, y) for _ in range(200)]).std())
    assert spreads[0] > 5 * spreads[1]  # 10 = 100 ** 0.5
