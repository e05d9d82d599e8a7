"""Statistics of pairs: the same in blocks of any size, and no larger in memory than a block."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from seqdisentangle.divergences import HSIC, MMD, EnergyDistance, Laplacian, Samples, pairs

OF_PAIRS = {
    "MMD": MMD(),
    "biased": MMD("gaussian", unbiased=False),
    "laplacian": MMD(Laplacian([1.0])),
    "median": MMD(bandwidth="median"),
    "energy": EnergyDistance(),
    "HSIC": HSIC(),
    "HSIC, biased": HSIC(bandwidth="prior", unbiased=False),
}
each = pytest.mark.parametrize("divergence", OF_PAIRS.values(), ids=OF_PAIRS)


def pair(*shape, dtype=torch.float64, seed=0):
    g = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, *shape, generator=g, dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def value_and_gradients(divergence, x, y, mask=None):
    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    value = divergence(Samples(x), Samples(y), mask)
    return value.detach(), *torch.autograd.grad(value.sum(), (x, y))


class LargestTensor(TorchDispatchMode):
    """Records how many numbers the largest result of any operation holds."""

    numel = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, tuple | list) else [result]:
            # A view, of an expanded tensor say, holds nothing of its own.
            if isinstance(tensor, torch.Tensor) and not tensor._is_view():
                self.numel = max(self.numel, tensor.numel())
        return result


# Blocks


@given(
    n_leading=st.integers(1, 5),
    n=st.integers(1, 9),
    block=st.integers(1, 500),
)
@settings(max_examples=60, deadline=None)
def test_every_pair_is_in_one_block_and_no_block_is_too_large(n_leading, n, block):
    z = torch.randn(n_leading, n, 2, dtype=torch.float64)
    factor = torch.randn(n_leading, 1, 1, dtype=torch.float64)
    sizes = []

    def statistic(rows, z, factor):
        values = z[:, rows] @ z.mT * factor
        sizes.append(values.numel())
        return values.sum((-2, -1))

    total = pairs.in_blocks(statistic, n, z, factor, block=block)
    torch.testing.assert_close(total, (z @ z.mT * factor).sum((-2, -1)))
    assert sum(sizes) == n_leading * n * n
    assert max(sizes) <= max(block, n)  # the pairs of a row are never taken apart


def test_a_statistic_may_have_several_values():
    z = torch.randn(4, 6, 2)

    def statistic(rows, z):
        values = z[:, rows] @ z.mT
        return torch.stack([values.sum((-2, -1)), values.square().sum((-2, -1))], -1)

    whole = pairs.in_blocks(statistic, 6, z)
    assert whole.shape == (4, 2)
    torch.testing.assert_close(pairs.in_blocks(statistic, 6, z, block=13), whole)


@each
@pytest.mark.parametrize("block", [1, 20, 50, 150, 10**6])
@pytest.mark.parametrize("masked", [False, True])
def test_value_and_gradient_are_the_same_for_any_size_of_the_blocks(
    divergence, block, masked, monkeypatch
):
    x, y = pair(2, 2, 6, 2)
    mask = torch.rand(2, 2, 6, generator=torch.Generator().manual_seed(0)) < 0.7
    mask = mask if masked else None
    expected = value_and_gradients(divergence, x, y, mask)
    monkeypatch.setattr(pairs, "BLOCK", block)
    for found, whole in zip(value_and_gradients(divergence, x, y, mask), expected, strict=True):
        torch.testing.assert_close(found, whole)


@each
def test_blocks_keep_their_precision_under_autocast(divergence, monkeypatch):
    x, y = pair(3, 7, 2, dtype=torch.float32)
    monkeypatch.setattr(pairs, "BLOCK", 20)
    expected = value_and_gradients(divergence, x, y)
    x.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        value = divergence(Samples(x), Samples(y))
    assert torch.equal(value, expected[0])
    value.sum().backward()  # computes the blocks again
    assert torch.equal(x.grad, expected[1])


@each
@pytest.mark.parametrize("block", [4, 10**6])
def test_no_leading_index_gives_no_value_in_blocks_of_any_size(divergence, block, monkeypatch):
    # steps (sequences of one frame have no transitions) and more than 2048 draws.
    monkeypatch.setattr(pairs, "BLOCK", block)
    assert divergence(Samples(torch.ones(0, 5, 2)), Samples(torch.ones(0, 5, 2))).shape == (0,)


# Memory


@each
@pytest.mark.parametrize(
    ("n_leading", "n", "d", "block"), [(3, 200, 2, 4000), (200, 20, 1, 8000), (2, 50, 1, 200)]
)
def test_nothing_is_larger_than_a_few_blocks(divergence, n_leading, n, d, block, monkeypatch):
    # indices: with 100 steps these are 26 million, 6 blocks, and the values sorted are a few times
    # as many. The notes of MMD and HSIC say 4 million, whatever the number of steps.
    monkeypatch.setattr(pairs, "BLOCK", block)
    monkeypatch.setattr(pairs, "MEDIAN_OF", 50)
    x, y = pair(n_leading, n, d)
    with LargestTensor() as largest:
        value_and_gradients(divergence, x, y)
    draws = 2 * x.numel()
    assert n_leading * n * n >= 4 * max(block, draws)
    assert largest.numel <= max(2 * block, draws, 50**2)


@each
def test_what_is_kept_for_the_gradient_does_not_grow_with_the_number_of_blocks(
    divergence, monkeypatch
):
    def kept(block):
        monkeypatch.setattr(pairs, "BLOCK", block)
        sizes = {}  # of each storage: blocks are views of one

        def keep(tensor):
            sizes[tensor.untyped_storage().data_ptr()] = tensor.numel()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            value = divergence(Samples(x), Samples(y))
        assert value.requires_grad
        return sum(sizes.values())

    x, y = (z.requires_grad_() for z in pair(3, 40, 2))
    assert kept(10**6) >= 3 * 40 * 40
    assert kept(400) < 400


def test_what_is_counted_is_larger_without_blocks():
    x, y = pair(3, 200, 2)
    with LargestTensor() as largest:
        value_and_gradients(MMD(), x, y)
    assert largest.numel >= 3 * 200 * 200


# Parts


@pytest.mark.parametrize("leading", [(), (3,), (2, 3)])
@pytest.mark.parametrize("d", [1, 3, 512])
def test_squared_distances_are_those_of_all_pairs_and_never_negative(leading, d):
    x, y = pair(*leading, 6, d)
    torch.testing.assert_close(pairs.squared_distances(x, y), torch.cdist(x, y).square())
    near = torch.cat([x, x * (1 + 1e-9)], -2).float()
    assert (pairs.squared_distances(near, near) >= 0).all()


def test_the_centre_is_the_mean_of_what_counts_and_has_no_gradient():
    x, _ = pair(3, 6, 2)
    weight = torch.tensor([1.0, 0, 1, 1, 0, 1], dtype=torch.float64).expand(3, 6)
    middle = pairs.centre(x.requires_grad_(), weight)
    assert middle.shape == (3, 1, 2)
    assert not middle.requires_grad
    torch.testing.assert_close(middle[:, 0], x.detach()[:, weight[0].bool()].mean(1))
    assert (pairs.centre(x, 0 * weight) == 0).all()


@given(n=st.integers(2, 12), d=st.integers(1, 3), seed=st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_the_median_is_that_of_the_distances_between_different_draws(n, d, seed):
    x, y = pair(n, d, seed=seed)
    distances = torch.pdist(x).square().sort().values
    weight = x.new_ones(n)
    unit = pairs.median_unit(x, weight)
    assert unit.shape == (1, 1)
    torch.testing.assert_close(unit[0, 0], distances[(len(distances) - 1) // 2])
    padded, counted = torch.cat([x, 100 * y]), torch.cat([weight, 0 * weight])
    torch.testing.assert_close(pairs.median_unit(padded, counted), unit)


@pytest.mark.parametrize("leading", [0, 1, 3])
@pytest.mark.parametrize("n", [2, 5, 40])
def test_the_median_needs_no_algorithm_that_is_not_deterministic(leading, n, monkeypatch):
    x, _ = pair(leading, n, 2)
    weight = (torch.rand(leading, n, generator=torch.Generator().manual_seed(0)) < 0.7).to(x)
    unit = pairs.median_unit(x, weight)

    def refused(*args):
        raise RuntimeError("nanmedian with indices does not have a deterministic implementation")

    monkeypatch.setattr(torch.Tensor, "nanmedian", refused)
    torch.use_deterministic_algorithms(True)
    try:
        assert torch.equal(pairs.median_unit(x, weight), unit)
    finally:
        torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("n", [600, 2000, 5000])
def test_the_median_of_many_is_told_from_some(n):
    x, _ = pair(n, 2)
    exact = torch.pdist(x[:3000]).square().median()
    torch.testing.assert_close(
        pairs.median_unit(x, x.new_ones(n))[0, 0], exact, rtol=0.15, atol=0.0
    )


@pytest.mark.parametrize("n", [600, 5000])
@pytest.mark.parametrize("which", ["those between", "few"])
def test_the_median_of_many_is_told_from_those_that_count(n, which):
    # none among the taken, no distance is left and the unit is 1, whatever the spread of the codes.
    x = 0.01 * pair(n, 2)[0]
    index = torch.arange(n)
    keep = index % 10 == 5 if which == "those between" else index >= n - 9
    exact = torch.pdist(x[keep]).square().median()
    found = pairs.median_unit(x, keep.to(x))[0, 0]
    torch.testing.assert_close(found, exact, rtol=0.5, atol=0.0)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_the_median_of_nothing_or_of_equal_draws_is_a_positive_number(n):
    for kept in range(n + 1):
        unit = pairs.median_unit(torch.full((5, 2), 3.0), (torch.arange(5) < kept).float())
        assert unit.isfinite().all()
        assert unit > 0


@pytest.mark.parametrize("unbiased", [True, False])
def test_a_paired_statistic_is_the_double_sum_of_its_formula(unbiased):
    x, y = pair(5, 2)
    weight = torch.tensor([1.0, 1.0, 0.0, 1.0, 1.0], dtype=torch.float64)

    def kernel(a, b):
        return (-pairs.squared_distances(a, b)).exp()

    k = {name: kernel(*two) for name, two in {"xx": (x, x), "yy": (y, y), "xy": (x, y)}.items()}
    terms = [
        k["xx"][i, j] + k["yy"][i, j] - k["xy"][i, j] - k["xy"][j, i]
        for i in (0, 1, 3, 4)
        for j in (0, 1, 3, 4)
        if i != j or not unbiased
    ]
    found = pairs.paired_statistic(kernel, x, y, weight, unbiased=unbiased)
    torch.testing.assert_close(found, torch.stack(terms).mean())


def test_the_median_of_a_drift_is_told_from_all_of_it():
    """Of the first rows alone it would be a fraction: rows are taken evenly, each once."""
    n = 700  # not many more than are taken
    x = torch.arange(n, dtype=torch.float64).unsqueeze(-1)
    exact = torch.pdist(x).square().median()
    found = pairs.median_unit(x, x.new_ones(n))[0, 0]
    torch.testing.assert_close(found, exact, rtol=0.02, atol=0.0)
