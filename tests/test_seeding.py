"""Initial weights: of the seed, wherever they are drawn, and of nothing else."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from seqdisentangle._seeding import seeded


def drawn(seed):
    with seeded(seed):
        return nn.Linear(50, 50).weight.detach()


def test_the_seed_is_the_weights():
    assert torch.equal(drawn(3), drawn(3))
    assert not torch.equal(drawn(3), drawn(4))


def fails():
    with seeded(3):
        torch.randn(5)
        raise RuntimeError("mine")


def test_the_global_generators_are_as_they_were(generator_states):
    before = generator_states()
    drawn(3)
    with pytest.raises(RuntimeError, match="mine"):
        fails()
    assert generator_states() == before


def test_weights_are_drawn_on_the_cpu_whatever_the_default_device():
    with torch.device("meta"):
        assert torch.equal(drawn(3), drawn(3).cpu())


def test_one_may_be_inside_of_another_and_goes_on_after_it():
    with seeded(3):
        first = torch.randn(2)
        inner = drawn(4)
        second = torch.randn(2)
    assert torch.equal(inner, drawn(4))
    with seeded(3):
        assert torch.equal(torch.cat([first, second]), torch.cat([torch.randn(2), torch.randn(2)]))


def test_threads_that_draw_at_the_same_time_get_the_weights_of_their_seeds():
    alone = [drawn(seed) for seed in range(20)]
    with ThreadPoolExecutor(4) as pool:
        assert all(map(torch.equal, pool.map(drawn, range(20)), alone))
