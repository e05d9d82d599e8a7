"""Mixtures that layers say beside the same of plain operations, which autograd differentiates."""

import pytest
import torch
from torch import nn

from seqdisentangle.model.latent import LOG_VAR_RANGE
from seqdisentangle.model.mixtures import PIECE, mixture_log_prob
from seqdisentangle.model.prior_networks import LSTMPrior

each_dtype = pytest.mark.parametrize(
    ("dtype", "atol"), [(torch.float32, 1e-5), (torch.float64, 1e-10)], ids=["float32", "float64"]
)


def parts(n, dtype=torch.float64, n_components=4, scale=1.0):
    """Inputs, and layers that say log-variances beyond both ends of their range as well."""
    torch.manual_seed(0)
    head, choice = nn.Linear(5, n_components * 2 * 3, dtype=dtype), nn.Linear(5, n_components)
    with torch.no_grad():
        head.weight.view(n_components, 2, 3, 5)[:, 1].mul_(scale)
    return (
        torch.randn(n, 5, dtype=dtype, requires_grad=True),
        head,
        choice.to(dtype),
        torch.randn(n, 3, dtype=dtype, requires_grad=True),
    )


def plain(hidden, head, choice, z):
    """As the prior has it."""
    prior = LSTMPrior(z.shape[-1], head.in_features, choice.out_features)
    prior.head, prior.choice = head, choice
    return prior.distribution(hidden).log_prob(z)


def learned(hidden, head, choice, z):
    return [hidden, *head.parameters(), *choice.parameters(), z]


@each_dtype
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("n", [1, 7, 2 * PIECE + 1])
def test_densities_and_gradients_are_those_of_plain_operations(n, keep, dtype, atol):
    given = parts(n, dtype)
    found, expected = mixture_log_prob(*given, keep=keep), plain(*given)
    torch.testing.assert_close(found, expected, atol=atol, rtol=atol)
    weight = torch.rand(n, dtype=dtype) / n
    gradients = (
        torch.autograd.grad((x * weight).sum(), learned(*given)) for x in (found, expected)
    )
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=atol, rtol=atol)


def test_beyond_the_range_of_variances_there_is_no_slope():
    given = parts(50, scale=30.0)
    hidden, head, *_ = given
    log_var = head(hidden).view(50, 4, 2, 3)[:, :, 1]
    assert log_var.min() < LOG_VAR_RANGE[0]
    assert log_var.max() > LOG_VAR_RANGE[1]
    gradients = (
        torch.autograd.grad(f(*given).logsumexp(0), learned(*given))
        for f in (mixture_log_prob, plain)
    )
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_gradients_are_those_of_differences():
    hidden, head, choice, z = parts(3)

    def log_prob(hidden, z, *weights):
        names = "weight", "bias"
        layers = [nn.Linear(5, 24).double(), nn.Linear(5, 4).double()]
        for layer, some in zip(layers, (weights[:2], weights[2:]), strict=True):
            for name, weight in zip(names, some, strict=True):
                delattr(layer, name)
                setattr(layer, name, weight)
        return mixture_log_prob(hidden, *layers, z)

    assert torch.autograd.gradcheck(log_prob, (hidden, z, *head.parameters(), *choice.parameters()))


@pytest.mark.parametrize("needed", [[0], [-1], [1, 2, 3, 4]], ids=["hidden", "z", "layers"])
def test_one_part_alone_may_ask_for_its_gradient(needed):
    given = parts(9)
    everything = learned(*given)
    some = [everything[i] for i in needed]
    expected = torch.autograd.grad(plain(*given).sum(), some)
    for part in everything:
        part.requires_grad_(any(part is one for one in some))
    for one, other in zip(
        torch.autograd.grad(mixture_log_prob(*given).sum(), some), expected, strict=True
    ):
        torch.testing.assert_close(one, other)


def test_a_graph_that_is_kept_gives_the_same_twice():
    given = parts(9)
    total = mixture_log_prob(*given).sum()
    once, twice = (torch.autograd.grad(total, learned(*given), retain_graph=True) for _ in range(2))
    assert all(map(torch.equal, once, twice))


def test_nothing_that_is_given_is_written_over():
    given = parts(9)
    before = [part.detach().clone() for part in learned(*given)]
    mixture_log_prob(*given).sum().backward()
    assert all(map(torch.equal, learned(*given), before))


def test_of_no_codes_there_are_no_densities():
    given = parts(0)
    assert mixture_log_prob(*given).shape == (0,)
    mixture_log_prob(*given).sum().backward()
    assert not given[1].weight.grad.any()


def test_it_is_in_full_precision_within_autocast():
    torch.manual_seed(0)
    prior, z = LSTMPrior(3, 8, 4), torch.randn(2, 5, 3)
    expected = prior.log_prob(prior.hidden(z), z)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(prior.log_prob(prior.hidden(z), z), expected)
