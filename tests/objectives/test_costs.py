"""Costs: their formulas, and what a callable may return."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqdisentangle.objectives import COSTS, BinaryCrossEntropy, Huber, Squared
from seqdisentangle.objectives.costs import mean_cost, resolve_cost

FORMULAS = {
    "squared": lambda x, y: (x - y) ** 2,
    "absolute": lambda x, y: abs(x - y),
    "huber": lambda x, y: np.where(abs(x - y) < 1, (x - y) ** 2 / 2, abs(x - y) - 0.5),
    "binary_cross_entropy": lambda x, y: -y * np.log(x) - (1 - y) * np.log(1 - x),
}
FRAMES = [(3,), (1,), (2, 4, 5)]


def pair(*frame):
    x, y = torch.rand(2, 6, 4, *frame, dtype=torch.float64) * 0.98 + 0.01
    return x, y


@pytest.mark.parametrize("name", COSTS)
def test_a_name_is_its_formula(name):
    x, y = pair(3)
    for scale in (1, 5) if name != "binary_cross_entropy" else (1,):
        value = resolve_cost(name, images=True)(scale * x, scale * y)
        expected = FORMULAS[name](scale * x.numpy(), scale * y.numpy())
        np.testing.assert_allclose(value, expected, rtol=1e-12)


@pytest.mark.parametrize("frame", FRAMES)
def test_the_squared_error_of_frames_is_that_of_their_values_and_so_is_its_gradient(frame):
    x, y = pair(*frame)
    x.requires_grad_()
    expected = Squared()(x, y).flatten(2).mean(2).sum(1)
    found = mean_cost(Squared(), x, y)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
    weight = torch.rand(len(x), dtype=x.dtype)
    gradients = [torch.autograd.grad(cost @ weight, x)[0] for cost in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=0)
    assert torch.autograd.gradcheck(lambda x: mean_cost(Squared(), x, y), x)


def test_the_squared_error_of_what_is_right_has_no_gradient():
    _, y = pair(3)
    same = y.clone().requires_grad_()
    mean_cost(Squared(), same, y).sum().backward()
    assert torch.equal(same.grad, torch.zeros_like(y))


@pytest.mark.parametrize("name", COSTS)
def test_a_cost_is_called_in_full_precision_and_without_autocast(name):
    seen, cost = [], resolve_cost(name, images=True)

    def watched(reconstruction, target):
        seen.append((reconstruction.dtype, target.dtype, torch.is_autocast_enabled("cpu")))
        return cost(reconstruction, target)

    x, y = (part.float() for part in pair(3, 8, 8))
    x = x.bfloat16().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        value = mean_cost(watched, x, y)
    value.sum().backward()
    assert seen == [(torch.float32, torch.float32, False)]
    torch.testing.assert_close(value, mean_cost(cost, x.float(), y))
    assert x.grad.dtype == torch.bfloat16


def test_the_squared_error_of_half_precision_is_that_of_its_values():
    x, y = (part.float() for part in pair(3, 8, 8))
    x = x.bfloat16().requires_grad_()
    cost = mean_cost(Squared(), x, y)
    assert cost.dtype == torch.float32
    torch.testing.assert_close(cost, mean_cost(Squared(), x.float(), y))
    cost.sum().backward()
    expected = 2 * (x.detach().float() - y) / y[0, 0].numel()
    torch.testing.assert_close(x.grad, expected.bfloat16())


@pytest.mark.parametrize("name", COSTS)
@given(target=st.floats(0.05, 0.95), other=st.floats(0.05, 0.95))
def test_nothing_costs_less_than_the_target_itself(name, target, other):
    x, y = torch.tensor([target, other], dtype=torch.float64)
    cost = resolve_cost(name, images=True)
    assert cost(x, x) <= cost(y, x)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", COSTS)
def test_is_a_mean_over_a_frame_and_a_sum_over_steps(name, frame):
    x, y = pair(*frame)
    expected = FORMULAS[name](x.numpy(), y.numpy()).reshape(6, 4, -1).mean(2).sum(1)
    np.testing.assert_allclose(
        mean_cost(resolve_cost(name, images=True), x, y), expected, rtol=1e-12
    )


@pytest.mark.parametrize("delta", [0.1, 2])
def test_huber_is_quadratic_up_to_delta_and_linear_beyond(delta):
    x = torch.linspace(-5, 5, 41, dtype=torch.float64)
    within = x.abs() <= delta
    expected = torch.where(within, x**2 / 2, delta * (x.abs() - delta / 2))
    torch.testing.assert_close(Huber(delta)(x, torch.zeros_like(x)), expected)


@pytest.mark.parametrize("delta", [0, -1.0, float("nan"), float("inf"), "1"])
def test_delta_must_be_positive_and_finite(delta):
    with pytest.raises(ValueError, match="Huber: delta must be positive and finite"):
        Huber(delta)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_callable_may_answer_by_value_by_frame_or_by_sequence(frame):
    x, y = pair(*frame)

    def by_value(x, y):
        return (x - y).abs()

    def by_frame(x, y):
        return by_value(x, y).flatten(2).mean(2)

    def by_sequence(x, y):
        return by_frame(x, y).sum(1)

    expected = mean_cost(by_value, x, y)
    assert expected.shape == (6,)
    for cost in (by_frame, by_sequence):
        torch.testing.assert_close(mean_cost(resolve_cost(cost, images=False), x, y), expected)


@pytest.mark.parametrize(
    "cost",
    [
        lambda x, y: (x - y).mean(),
        lambda x, y: (x - y).mean(0),
        lambda x, y: x.new_zeros(5),
        lambda x, y: x.new_zeros(6, 1),
    ],
)
def test_any_other_shape_is_an_error_that_names_cost(cost):
    with pytest.raises(ValueError, match=r"cost must return a tensor of shape \(6, 4, 3\) or of"):
        mean_cost(cost, *pair(3))


@pytest.mark.parametrize(
    ("cost", "images", "error", "match"),
    [
        ("mse", True, ValueError, "cost must be the name of a cost .*'squared'.* got 'mse'"),
        ("binary_cross_entropy", False, ValueError, "is for images with values in .* got vectors"),
        (BinaryCrossEntropy(), False, ValueError, r"cost=BinaryCrossEntropy\(\) is for images"),
        (None, True, TypeError, "cost must be a name .* got None"),
        (2.0, True, TypeError, r"cost must be a name .* got 2\.0"),
        (Squared, True, TypeError, "cost must be a name .* got <class"),
    ],
)
def test_errors_name_cost(cost, images, error, match):
    with pytest.raises(error, match=match):
        resolve_cost(cost, images=images)
