"""Sequences some at a time, with their rows; and seeds one after the other."""

import numpy as np
import pytest

from seqdisentangle.metrics._batches import batches, drawn_seed


@pytest.mark.parametrize("batch_size", [1, 3, 7, 99])
@pytest.mark.parametrize("of", [np.asarray, list])
def test_batches_are_the_sequences_in_their_order_with_their_rows(of, batch_size):
    X = np.random.RandomState(0).normal(size=(7, 4, 2))
    found = list(batches(of(X), batch_size))
    assert max(len(x) for _, x in found) <= batch_size
    assert np.array_equal(np.concatenate([np.arange(7)[rows] for rows, _ in found]), np.arange(7))
    assert np.array_equal(np.concatenate([x for _, x in found]), X)


def test_seeds_are_of_the_generator():
    a, b = np.random.RandomState(0), np.random.RandomState(0)
    seeds = [drawn_seed(a) for _ in range(3)]
    assert seeds == [drawn_seed(b) for _ in range(3)]
    assert len(set(seeds)) == 3
