"""Frames chosen and shuffled: distinct, in order, uniform, and none of the padding."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.views import RandomFrames, Shuffle


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def numbered(n, T, *frame):
    """Frames told apart by their value: 1, 2, ... in each sequence."""
    steps = torch.arange(1.0, T + 1).view(1, T, *(1,) * len(frame))
    return steps.expand(n, T, *frame).contiguous()


@given(T=st.integers(1, 9), n_frames=st.integers(1, 12), seed=st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_random_frames_are_distinct_and_in_order(T, n_frames, seed):
    seen = RandomFrames(n_frames)(numbered(4, T, 1), seeded(seed))
    assert seen.shape == (4, min(n_frames, T), 1)
    assert (seen.diff(dim=1) > 0).all()


def test_random_frames_are_uniform():
    seen = RandomFrames(2)(numbered(20_000, 5, 1), seeded())
    share = seen.flatten().long().bincount(minlength=6)[1:] / 40_000
    torch.testing.assert_close(share, torch.full((5,), 0.2), atol=0.01, rtol=0)


def test_share_of_frames_is_rounded_and_never_none():
    x = numbered(2, 8, 1)
    assert [RandomFrames(s)(x).shape[1] for s in (0.01, 0.5, 0.7, 1.0)] == [1, 4, 6, 8]


def test_random_frames_of_short_sequences_repeat_evenly():
    seen = RandomFrames(5)(numbered(2, 6, 1), seeded(), lengths=torch.tensor([2, 6]))
    counts = seen[0].flatten().long().bincount(minlength=3)[1:3]
    assert sorted(counts.tolist()) == [2, 3]
    assert (seen[0].diff(dim=0) >= 0).all()
    assert (seen[1].diff(dim=0) > 0).all()


@pytest.mark.parametrize("n_frames", [6, 9, 1.0])
def test_random_frames_of_all_steps_are_the_sequences_themselves(n_frames):
    x = numbered(3, 6, 1)
    lengths = torch.tensor([2, 5, 6])
    assert torch.equal(RandomFrames(n_frames)(x, seeded(), lengths), x)


def test_shuffle_draws_every_order_equally_often():
    seen = Shuffle()(numbered(12_000, 3, 1), seeded()).squeeze(-1)
    orders = torch.tensor(list(permutations((1.0, 2.0, 3.0))))
    share = (seen[:, None] == orders).all(-1).float().mean(0)
    torch.testing.assert_close(share, torch.full((6,), 1 / 6), atol=0.015, rtol=0)


def test_shuffle_leaves_padding_at_the_end():
    lengths = torch.tensor([1, 3, 6])
    seen = Shuffle()(numbered(3, 6, 1), seeded(), lengths).squeeze(-1)
    for row, length in zip(seen, lengths.tolist(), strict=True):
        assert sorted(row[:length].tolist()) == list(range(1, length + 1))
        assert row[length:].tolist() == list(range(length + 1, 7))
