"""The contract: histories beside draws, and any function as a divergence."""

import pytest
import torch
from torch import nn

from seqdisentangle.divergences import (
    MMD,
    Divergence,
    EnergyDistance,
    FunctionDivergence,
    Samples,
    Sinkhorn,
    SlicedWasserstein,
    joint,
)
from seqdisentangle.divergences.base import paired


def gap(x, y):
    return (x.mean() - y.mean()).square()


def pair(*shape, seed=0):
    x, y = torch.randn(2, *shape, generator=torch.Generator().manual_seed(seed))
    return Samples(x), Samples(y)


def test_the_base_class_leaves_forward_to_its_subclasses():
    with pytest.raises(TypeError, match=r"abstract .*forward"):
        Divergence()


@pytest.mark.parametrize("leading", [(), (3,), (2, 3)])
def test_joint_puts_the_history_before_the_draw_and_drops_the_moments(leading):
    history, value = torch.randn(*leading, 5, 2), torch.randn(*leading, 5, 3)
    both = joint(history, Samples(value, value, value))
    assert torch.equal(both.value[..., :2], history)
    assert torch.equal(both.value[..., 2:], value)
    assert both.mean is None
    assert both.log_var is None


@pytest.mark.parametrize(
    "divergence",
    [
        MMD(),
        MMD("gaussian"),
        MMD(bandwidth="median"),
        MMD(unbiased=False),
        EnergyDistance(),
        SlicedWasserstein(),
        Sinkhorn(blur=0.5),
    ],
    ids=["MMD", "gaussian", "median", "biased", "EnergyDistance", "SlicedWasserstein", "Sinkhorn"],
)
def test_the_marginals_can_agree_where_the_joints_do_not(divergence):
    g = torch.Generator().manual_seed(0)
    history, fresh, prior = torch.randn(3, 300, 64, 2, generator=g)  # 300 draws of a batch of 64
    remembering = 0.9 * history + (1 - 0.9**2) ** 0.5 * fresh  # N(0, I), remembers its history
    q, forgetful, p = Samples(remembering), Samples(fresh), Samples(prior)  # p is N(0, I), forgets

    def compare(q, p):
        return divergence(q, p), divergence(joint(history, q), joint(history, p))

    # What two batches of 64 draws of one distribution are apart: nothing, where unbiased.
    null, joint_null = compare(forgetful, p)
    marginal, conditional = compare(q, p)
    noise = (marginal.var() + null.var()).sqrt() / 300**0.5
    assert (marginal.mean() - null.mean()).abs() < 4 * noise
    assert (conditional.mean() - joint_null.mean()) > 20 * conditional.std() / 300**0.5
    assert conditional.min() > (marginal.mean() - null.mean()).abs()
    if getattr(divergence, "unbiased", False):
        assert marginal.mean().abs() < 4 * marginal.std() / 300**0.5
        assert conditional.mean() > 20 * conditional.std() / 300**0.5


@pytest.mark.parametrize("leading", [(), (4,), (2, 3)])
def test_a_function_is_called_once_for_each_leading_index(leading):
    q, p = pair(*leading, 5, 2)
    values = FunctionDivergence(gap)(q, p)
    expected = (q.value.mean((-2, -1)) - p.value.mean((-2, -1))).square()
    assert values.shape == leading
    torch.testing.assert_close(values, expected)


@pytest.mark.parametrize("mask_shape", [(6,), (4, 6)])
def test_a_function_sees_only_what_the_mask_keeps(mask_shape):
    q, p = pair(4, 6, 2)
    mask = torch.rand(mask_shape, generator=torch.Generator().manual_seed(1)) < 0.5
    mask[..., 0] = True
    values = FunctionDivergence(gap)(q, p, mask)
    for i, keep in enumerate(mask.expand(4, 6)):
        torch.testing.assert_close(values[i], gap(q.value[i][keep], p.value[i][keep]))


def test_no_leading_index_gives_no_value():
    # an empty tensor (a sequence of one step has no transitions to compare).
    assert FunctionDivergence(gap)(*pair(0, 5, 2)).shape == (0,)


def test_a_function_passes_gradients():
    q, p = pair(3, 4, 2)
    z = q.value.requires_grad_()
    FunctionDivergence(gap)(Samples(z), p).sum().backward()
    assert z.grad.abs().min() > 0


def test_a_function_may_return_a_number_or_one_value_in_any_shape():
    q, p = pair(2, 4, 3)
    assert FunctionDivergence(lambda x, y: 2.0)(q, p).tolist() == [2, 2]
    assert FunctionDivergence(lambda x, y: x.new_ones(1, 1))(q, p).tolist() == [1, 1]


def test_a_function_that_returns_several_values_is_an_error_that_names_reg():
    with pytest.raises(ValueError, match=r"reg: .* one number .* shape \(5,\)"):
        FunctionDivergence(lambda x, y: (x - y).square().sum(-1))(*pair(5, 2))


def test_a_module_is_registered_with_its_parameters():
    class Weighted(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(()))

        def forward(self, x, y):
            return self.weight * gap(x, y)

    divergence = FunctionDivergence(Weighted()).double()
    assert [p.dtype for p in divergence.parameters()] == [torch.float64]


@pytest.mark.parametrize("leading", [(), (3,), (2, 3)], ids=str)
def test_paired_draws_are_zero_and_weigh_nothing_where_they_are_padding(leading):
    q, p = pair(*leading, 4, 2)
    mask = torch.tensor([True, False, True, True])
    x, y, weight = paired("it", q, p, mask)
    assert torch.equal(weight, mask.float().expand(*leading, 4))
    for values, given in ((x, q.value), (y, p.value)):
        assert torch.equal(values[..., mask, :], given[..., mask, :])
        assert not values[..., ~mask, :].any()
    x, y, weight = paired("it", q, p, None)
    assert torch.equal(x, q.value)
    assert torch.equal(y, p.value)
    assert torch.equal(weight, torch.ones(*leading, 4))


@pytest.mark.parametrize(
    ("q", "p", "one_size", "told"),
    [
        ((4, 2), (5, 2), True, r"one shape, got \(4, 2\) and \(5, 2\)"),
        ((4, 2), (4, 3), True, r"one shape, got \(4, 2\) and \(4, 3\)"),
        ((4, 2), (5, 2), False, r"one shape but for the last dimension, got"),
        ((2, 4, 2), (4, 2), False, r"one shape but for the last dimension, got"),
    ],
)
def test_draws_that_are_no_pairs_are_an_error(q, p, one_size, told):
    q, p = (Samples(torch.zeros(shape)) for shape in (q, p))
    with pytest.raises(ValueError, match=f"it pairs its draws: q and p must have {told}"):
        paired("it", q, p, None, one_size=one_size)


def test_vectors_may_be_of_two_sizes_where_that_is_asked_for():
    x, y, _ = paired("it", Samples(torch.ones(4, 2)), Samples(torch.ones(4, 3)), one_size=False)
    assert (x.shape, y.shape) == ((4, 2), (4, 3))
