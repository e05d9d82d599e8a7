"""Levels that content foretells: those of all data at first, and then those of a regression."""

import torch
from sklearn.linear_model import LinearRegression

from seqdisentangle.model.levels import ExpectedLevels, Levels


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_nothing_is_foretold_at_first():
    mean, log_spread = ExpectedLevels(4, 3)(torch.randn(5, 4))
    assert mean.shape == log_spread.shape == (5, 3)
    assert not mean.any()
    assert not log_spread.any()


def test_levels_are_foretold_by_least_squares_over_batches():
    content = torch.randn(2000, 4, generator=seeded())
    levels = torch.randn(4, 6, generator=seeded(1))
    found = content @ levels + 0.5 + torch.randn(2000, 6, generator=seeded(2))
    expected = ExpectedLevels(4, 3, floor=0.0, momentum=0.0)
    for z, y in zip(content.split(50), found.split(50), strict=True):
        expected.observe(z, Levels(*y.chunk(2, -1)))
    by_sklearn = LinearRegression().fit(content, found).predict(content)
    torch.testing.assert_close(
        torch.cat(expected(content), -1), torch.from_numpy(by_sklearn), atol=1e-4, rtol=0
    )


def test_levels_are_learned_in_full_precision():
    content, levels = (
        torch.randn(50, 4, generator=seeded()),
        torch.randn(50, 6, generator=seeded(1)),
    )
    found = []
    for enabled in (True, False):
        expected = ExpectedLevels(4, 3)
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            expected.observe(content, Levels(*levels.chunk(2, -1)))
            found.append(expected(content))
    torch.testing.assert_close(*found)


def test_a_code_that_holds_nothing_foretells_nothing():
    expected = ExpectedLevels(2, 1)
    content = torch.stack([torch.randn(100, generator=seeded()), torch.zeros(100)], -1)
    expected.observe(content, Levels(content[:, :1], content[:, :1]))
    mean, _ = expected(torch.tensor([[0.0, 5.0]]))
    assert mean.abs() < 0.1
