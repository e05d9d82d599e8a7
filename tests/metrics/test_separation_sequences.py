"""Held-out sequences of any container: chosen and paired."""

import numpy as np
import pytest

from seqdisentangle.metrics._separation_sequences import HeldOut


def held_out(X, lengths=None, n_sequences=100):
    return HeldOut(X, lengths, None, n_sequences, np.random.RandomState(0))


def test_short_sequences_are_left_out_and_many_are_drawn_from():
    X = [np.full((length, 2), length) for length in range(1, 21)]
    assert [len(x) for x in held_out(X).frames] == list(range(4, 21))
    held = held_out(X, n_sequences=6)
    assert len(held) == 6
    assert held.n_steps == [len(x) for x in held.X]


@pytest.mark.parametrize(
    ("shape", "frame"),
    [((5, 6), (1,)), ((5, 6, 3), (3,)), ((5, 6, 8, 9), (1, 8, 9)), ((5, 6, 8, 9, 3), (3, 8, 9))],
)
def test_frames_are_vectors_or_images_with_channels_first(shape, frame):
    X = np.random.RandomState(0).rand(*shape)
    held = held_out(X)
    assert held.frames[0].shape == (6, *frame)
    np.testing.assert_array_equal(held.take(np.array([3, 1])), X[[3, 1]])
    assert held.n_steps == 6


def test_padding_is_not_seen():
    X = np.full((6, 9, 2), np.nan)
    X[:, :5] = 1
    assert all((x == 1).all() and len(x) == 5 for x in held_out(X, np.full(6, 5)).frames)


@pytest.mark.parametrize("n", [5, 300])
def test_pairs_are_of_two_and_each_is_as_often_donor_of_either(n):
    pairs = list(held_out(np.zeros((n, 4)), n_sequences=n).pairs(np.random.RandomState(0), 64))
    a, b = (np.concatenate(rows) for rows in zip(*pairs, strict=True))
    assert len(a) >= 256
    assert (a != b).all()
    assert len({*np.bincount(a)} | {*np.bincount(b)}) == 1
