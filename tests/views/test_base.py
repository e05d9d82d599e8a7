"""Functions as views: they get what they ask for, and what they give back is checked."""

from __future__ import annotations

import pytest
import torch

from seqdisentangle.views import FunctionView, resolve_view


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


class WithGenerator:
    def __call__(self, x, rng):
        return x + torch.rand(1, generator=rng)


class Module(torch.nn.Module):
    def forward(self, x, rng=None):
        return x + torch.rand(1, generator=rng)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, rng: x + torch.rand(1, generator=rng),
        lambda x, g: x + torch.rand(1, generator=g),
        lambda x, rng=None: x + torch.rand(1, generator=rng),
        lambda x, *, rng: x + torch.rand(1, generator=rng),
        lambda x, lengths=None, rng=None: x + torch.rand(1, generator=rng),
        lambda x, g, lengths: x + torch.rand(1, generator=g) + lengths.sum() * 0,
        WithGenerator(),
        Module(),
    ],
)
def test_functions_get_the_generator(function):
    x, lengths = torch.zeros(1, 2, 3), torch.tensor([2])
    expected = torch.rand(1, generator=seeded()).item()
    seen = resolve_view(function)(x, seeded(), lengths)
    assert seen[0, 0, 0].item() == expected


@pytest.mark.parametrize(
    "function",
    [
        lambda x, lengths: x + lengths,
        lambda x, lengths, rng: x + lengths + 0 * torch.rand(1, generator=rng),
        lambda x, g, lengths: x + lengths,
        lambda x, *, lengths=None: x + lengths,
    ],
)
def test_functions_get_the_lengths(function):
    seen = resolve_view(function)(torch.zeros(1, 2, 3), seeded(), torch.tensor([2]))
    assert (seen == 2).all()


@pytest.mark.parametrize("function", [lambda x: x * 2, lambda x, by=2: x * by, torch.nn.Identity()])
def test_functions_of_the_batch_alone(function):
    x = torch.ones(1, 2, 3)
    assert torch.equal(resolve_view(function)(x, seeded()), function(x))


@pytest.mark.parametrize("function", [lambda x: None, lambda x: x[:1], lambda x: x[..., :1]])
def test_functions_must_return_sequences_of_the_same_frames(function):
    with pytest.raises(ValueError, match="must return"):
        FunctionView(function)(torch.zeros(2, 3, 4))
