"""Codes and their distributions: rows, straight lines, draws and densities."""

import pytest
import torch
from scipy import stats

from seqdisentangle.model.latent import LatentCodes, Mixture, gaussian


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_its_draws_are_of_that_density():
    steps = Mixture(
        torch.tensor([0.2, 0.5, 0.3]).double().log(),
        torch.tensor([[-3.0], [0.0], [2.0]]).double(),
        torch.tensor([[-2.0], [0.0], [-4.0]]).double(),
    )
    n = 20000
    uniform = torch.rand(n, generator=seeded()).double()
    many = Mixture(*(part.expand(n, *part.shape) for part in steps))
    noise = torch.randn(n, 1, dtype=torch.float64, generator=seeded())
    z = many.draw(uniform, noise).value.squeeze(-1).numpy()

    def below(x):
        parts = [
            weight * stats.norm.cdf(x, mean, scale)
            for weight, mean, scale in zip(
                steps.log_weight.exp().tolist(),
                steps.mean.flatten().tolist(),
                torch.exp(0.5 * steps.log_var).flatten().tolist(),
                strict=True,
            )
        ]
        return sum(parts)

    assert stats.kstest(z, below).pvalue > 0.01


@pytest.mark.parametrize("uniform", [0.0, 0.999999, 1.0])
def test_the_ends_of_the_range_choose_a_gaussian(uniform):
    log_weight = torch.tensor([0.3, 0.7]).log() - 1e-6  # which sum to less than one
    mixture = Mixture(log_weight, torch.tensor([[1.0], [2.0]]), torch.zeros(2, 1))
    drawn = mixture.draw(torch.tensor(uniform), torch.zeros(1))
    assert drawn.value.item() == (1.0 if uniform == 0 else 2.0)


def codes(n=3, K=2):
    shapes = (n, 4), (n, 5, 2), (n, K)
    return LatentCodes(*(torch.randn(shape, generator=seeded(n)) for shape in shapes))


@pytest.mark.parametrize("rows", [slice(1, 3), torch.tensor([2, 0])])
@pytest.mark.parametrize("acting", [True, False])
def test_rows_are_of_all_parts_that_there_are(rows, acting):
    all_codes = codes() if acting else codes()._replace(action=None)
    some = all_codes.of(rows)
    assert (some.action is not None) == acting
    for part, whole in zip(some, all_codes, strict=True):
        assert part is whole is None or torch.equal(part, whole[rows])


def test_a_line_begins_at_one_and_ends_at_the_other():
    a, b = codes(), LatentCodes(*(-part for part in codes()))
    for share, expected in ((0.0, 1), (0.25, 0.5), (0.5, 0), (1.0, -1)):
        for part, whole in zip(a.lerp(b, share), a, strict=True):
            torch.testing.assert_close(part, expected * whole)
    assert a.lerp(b._replace(action=None), 0.5).action is None


def test_a_gaussian_has_the_moments_it_says_and_draws_from_its_generator():
    mean, log_var = torch.tensor([1.0, -2.0]).expand(20000, 2), torch.tensor([0.0, 1.0])
    drawn = gaussian(mean, log_var.expand(20000, 2), seeded())
    assert torch.equal(drawn.value, gaussian(mean, log_var.expand(20000, 2), seeded()).value)
    torch.testing.assert_close(drawn.value.mean(0), mean[0], atol=0.05, rtol=0)
    torch.testing.assert_close(drawn.value.var(0), log_var.exp(), atol=0.1, rtol=0)
