"""The recurrence of motion codes beside a loop of its formula, which autograd differentiates."""

import pytest
import torch

from seqdisentangle.model.recurrence import unrolled

SIZES = [[4, 4, 4, 4, 4, 4], [4, 3, 3, 1, 1], [4, 2], [4], [1, 1, 1]]
each_size = pytest.mark.parametrize("going_on", SIZES, ids=str)
each_dtype = pytest.mark.parametrize(
    ("dtype", "atol"), [(torch.float32, 1e-5), (torch.float64, 1e-10)], ids=["float32", "float64"]
)


def looped(hidden, memory, output, start, going_on):
    before, codes = torch.zeros_like(start[0]), []
    for a, s, k in zip(hidden, start, going_on, strict=True):
        state = torch.nn.functional.leaky_relu(a + before.tanh() @ memory.mT, 0.2)
        real = torch.arange(len(s)).unsqueeze(-1) < k
        before = torch.where(real, s + state @ output.mT, s)
        codes.append(before)
    return torch.stack(codes)


def parts(going_on, dtype=torch.float64, h=5, d=3):
    generator = torch.Generator().manual_seed(0)
    n = max(going_on)
    shapes = (len(going_on), n, h), (h, d), (d, h), (len(going_on), n, d)
    return [
        torch.randn(shape, dtype=dtype, generator=generator).requires_grad_() for shape in shapes
    ]


@each_size
@each_dtype
def test_codes_and_gradients_are_those_of_a_loop(going_on, dtype, atol):
    given = parts(going_on, dtype)
    found, expected = (f(*given, going_on) for f in (unrolled, looped))
    torch.testing.assert_close(found, expected, atol=atol, rtol=atol)
    weight = torch.randn(found.shape, dtype=dtype, generator=torch.Generator().manual_seed(1))
    gradients = (torch.autograd.grad((z.sin() * weight).sum(), given) for z in (found, expected))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=atol, rtol=atol)


@each_size
def test_gradients_are_those_of_differences(going_on):
    assert torch.autograd.gradcheck(lambda *given: unrolled(*given, going_on), parts(going_on))


@pytest.mark.parametrize("needed", range(4), ids=["hidden", "memory", "output", "start"])
def test_one_part_alone_may_ask_for_its_gradient(needed):
    given = parts(SIZES[1])
    (expected,) = torch.autograd.grad(looped(*given, SIZES[1]).sum(), given[needed])
    for i, part in enumerate(given):
        part.requires_grad_(i == needed)
    (found,) = torch.autograd.grad(unrolled(*given, SIZES[1]).sum(), given[needed])
    torch.testing.assert_close(found, expected)


@each_size
def test_codes_are_the_same_bits_without_gradients(going_on):
    given = parts(going_on, torch.float32)
    expected = unrolled(*given, going_on)
    with torch.no_grad():
        assert torch.equal(unrolled(*given, going_on), expected)


def test_steps_that_are_apart_in_memory_give_the_same():
    given = parts(SIZES[0])
    apart = [part.transpose(0, 1).contiguous().transpose(0, 1) for part in given]
    torch.testing.assert_close(unrolled(*apart, SIZES[0]), unrolled(*given, SIZES[0]))


def test_nothing_that_is_given_is_written_over():
    given = parts(SIZES[1])
    before = [part.detach().clone() for part in given]
    unrolled(*given, SIZES[1]).sum().backward()
    assert all(map(torch.equal, given, before))


def test_gradients_are_in_full_precision_within_autocast():
    given = parts(SIZES[0], torch.float32)
    expected = torch.autograd.grad(unrolled(*given, SIZES[0]).sum(), given)
    with torch.autocast("cpu", torch.bfloat16):
        found = torch.autograd.grad(unrolled(*given, SIZES[0]).sum(), given)
    assert all(map(torch.equal, found, expected))


def test_a_second_derivative_is_refused_rather_than_wrong():
    given = parts(SIZES[0])
    cost = unrolled(*given, SIZES[0]).sin().sum()
    (slope,) = torch.autograd.grad(cost, given[0], create_graph=True)
    with pytest.raises(RuntimeError, match="twice"):
        slope.sum().backward()
