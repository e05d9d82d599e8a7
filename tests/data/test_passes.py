"""Passes over a data set: each sequence once, and no more frames than memory holds."""

from itertools import chain

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.data.passes import BoundedPasses, EvenPasses, in_pairs, without_first
from seqdisentangle.data.sequences import Sequences


@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=60),
    n_frames=st.integers(1, 200),
    ragged=st.booleans(),
)
@settings(max_examples=60)
def test_bounded_passes_have_each_sequence_once_and_stay_in_bounds(lengths, n_frames, ragged):
    lengths = np.array(lengths)
    n, n_steps = len(lengths), int(lengths.max())
    passes = BoundedPasses(n, n_steps, n_frames, lengths if ragged else None)
    found = [np.arange(n)[rows] for rows in passes]
    assert len(found) == len(passes)
    assert sorted(chain.from_iterable(found)) == list(range(n))
    for rows in found:
        longest = lengths[rows].max() if ragged else n_steps
        assert len(rows) == 1 or len(rows) * longest <= n_frames
        assert (np.diff(rows) > 0).all()


def test_ragged_passes_are_of_like_lengths():
    lengths = np.array([1, 9, 2, 8, 1, 9])
    passes = BoundedPasses(6, 9, 18, lengths)
    assert [lengths[rows].tolist() for rows in passes] == [[9, 9], [2, 8], [1, 1]]


@given(groups=st.lists(st.integers(0, 6), min_size=1, max_size=60))
@settings(max_examples=60)
def test_in_pairs_each_has_one_of_its_group_beside_it(groups):
    groups = np.array(groups)
    order = in_pairs(groups)
    assert sorted(order) == list(range(len(groups)))
    beside = np.pad(groups[order], 1, constant_values=-1)
    has_one = (beside[1:-1] == beside[:-2]) | (beside[1:-1] == beside[2:])
    several = np.bincount(groups)[groups[order]] > 1
    assert (has_one == several).all()


def test_batches_hold_pairs_of_a_group_in_random_order():
    groups = np.random.RandomState(0).permutation(np.repeat(np.arange(200), 3))
    X = [np.zeros((1 + i % 9, 2)) for i in range(600)]
    passes = EvenPasses(Sequences(X), 32, rng=torch.Generator().manual_seed(0), groups=groups)
    first, second = list(passes), list(passes)
    assert sorted(chain.from_iterable(first)) == list(range(600))
    assert not all(map(np.array_equal, first, second))
    for rows in first:
        of, counts = np.unique(groups[rows], return_counts=True)
        assert (counts == 1).sum() <= 2  # of those that an edge of the batch has cut off
        assert len(of) > 5


def test_a_pass_over_nothing_has_no_parts():
    assert list(BoundedPasses(0, 4, 10)) == []


def test_without_the_first_passes_the_others_stay_together():
    stretches = [[slice(0, 2), slice(2, 4)], [slice(4, 6), slice(6, 8)]]
    assert without_first(stretches, 0) == stretches
    assert without_first(stretches, 1) == [[slice(2, 4)], stretches[1]]
    assert without_first(stretches, 2) == [stretches[1]]
    assert without_first(stretches, 9) == []


class Outside:
    """Numbers that are read in slices, as of a file."""

    def __init__(self, n):
        self.values = np.arange(n, dtype=np.float64)[:, None]
        self.shape, self.dtype = self.values.shape, self.values.dtype

    def __getitem__(self, rows):
        return self.values[rows]


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("rows", [None, np.array([1, 2, 3, 5, 8, 13, 21, 34])])
def test_shuffled_batches_are_even_and_hold_each_once_in_another_order(outside, rows):
    source = Outside(40) if outside else np.zeros((40, 1))
    passes = EvenPasses(Sequences(source), 3, rows=rows, rng=torch.Generator().manual_seed(0))
    first, second = list(passes), list(passes)
    for epoch in (first, second):
        assert sorted(chain.from_iterable(epoch)) == list(range(40) if rows is None else rows)
        assert {len(batch) for batch in epoch} == {2, 3}
        assert all((np.diff(batch) > 0).all() for batch in epoch)
    assert not all(map(np.array_equal, first, second))


def test_what_is_outside_of_memory_is_read_in_blocks_in_random_order(monkeypatch):
    """Of 8 bytes each: blocks of 12 neighbours, and four batches of 10 read together."""
    monkeypatch.setattr("seqdisentangle.data.passes.BLOCK_BYTES", 8 * 12)
    monkeypatch.setattr("seqdisentangle.data.passes.STRETCH_BYTES", 8 * 40)
    sequences = Sequences(Outside(240))
    passes = EvenPasses(sequences, 10, rng=torch.Generator().manual_seed(0))
    stretches = passes.stretches()
    assert [len(stretch) for stretch in stretches] == [4] * 6
    starts = []
    for stretch in stretches:
        together = np.sort(np.concatenate(stretch))
        assert 1 + (np.diff(together) > 1).sum() <= 5  # with a block cut at either end
        assert any(1 + (np.diff(batch) > 1).sum() > 5 for batch in stretch), "shuffled in it"
        starts.append(together[0])
    assert starts != sorted(starts)


def test_shuffled_sequences_of_like_lengths_come_together_in_batches_of_any_length():
    lengths = np.random.RandomState(0).randint(1, 40, 200)
    sequences = Sequences([np.zeros((length, 2)) for length in lengths])
    passes = EvenPasses(sequences, 10, rng=torch.Generator().manual_seed(0))
    batches = [lengths[rows] for rows in passes]
    spread = np.mean([batch.max() - batch.min() for batch in batches])
    assert spread < 8  # of 38 where each batch is drawn from all
    longest = [batch.max() for batch in batches]
    assert longest != sorted(longest)
