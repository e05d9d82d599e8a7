"""Passes over a data set: each sequence once, and no more frames than memory holds."""

from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.data.passes import BoundedPasses, without_first


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


def test_a_pass_over_nothing_has_no_parts():
    assert list(BoundedPasses(0, 4, 10)) == []


def test_without_the_first_passes_the_others_stay_together():
    stretches = [[slice(0, 2), slice(2, 4)], [slice(4, 6), slice(6, 8)]]
    assert without_first(stretches, 0) == stretches
    assert without_first(stretches, 1) == [[slice(2, 4)], stretches[1]]
    assert without_first(stretches, 2) == [stretches[1]]
    assert without_first(stretches, 9) == []
