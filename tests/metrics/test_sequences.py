"""Sequences read for a model and a measure: their lengths, layout, codes, and no gaps."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from seqdisentangle.metrics._sequences import (
    ReadSequences,
    check_several,
    filled,
    flat_frames,
    opened_for,
)


def test_sequences_of_any_lengths_are_read_in_order():
    X = [np.full((length, 2), length) for length in (3, 1, 2)]
    held = ReadSequences.all_of(X)
    assert [len(x) for x in held.frames] == held.n_steps == [3, 1, 2]
    assert [len(x) for x in held.take(np.array([2, 0]))] == [2, 3]


def test_images_have_channels_first_and_flat_frames_a_row_each():
    X = np.random.RandomState(0).rand(2, 4, 8, 9, 3)
    held = ReadSequences.all_of(X)
    assert held.frames[0].shape == (4, 3, 8, 9)
    assert held.X.shape == X.shape
    assert flat_frames(held.frames)[1].shape == (4, 216)
    np.testing.assert_array_equal(held.as_frames(X)[1], held.frames[1])


@pytest.mark.parametrize("content", [np.zeros((3, 2)), np.zeros(2), np.zeros((2, 1, 1))])
def test_codes_that_are_not_one_a_sequence_are_refused(content):
    model = SimpleNamespace(
        transform=lambda X: SimpleNamespace(content=content, motion=np.zeros((2, 4, 1)))
    )
    with pytest.raises(ValueError, match=r"model\.transform must return content"):
        ReadSequences.all_of(np.zeros((2, 4))).encoded(model)


def test_gaps_are_interpolated_and_what_is_never_known_is_as_usual():
    nan = np.nan
    x = np.array([[0, nan, 1], [nan, nan, nan], [2, nan, nan]])
    np.testing.assert_array_equal(
        filled(x, np.array([9.0, 8.0, 7.0])), [[0, 8, 1], [1, 8, 1], [2, 8, 1]]
    )


@pytest.mark.parametrize("frame", [(), (3,), (4, 3), (6, 7), (3, 6, 7)])
def test_a_single_sequence_is_refused_by_what_needs_several(frame):
    X = np.random.RandomState(0).normal(size=(4, 5, *frame))
    model = SimpleNamespace(layout_=opened_for(X).layout)
    for single in (X[0], X[0].tolist(), torch.tensor(X[0])):
        with pytest.raises(ValueError, match="X must hold at least 4 sequences, got a single one"):
            opened_for(single, model, least=4)
    for several in (X, list(X), X.tolist()):
        assert len(opened_for(several, model, least=4)) == 4
    with pytest.raises(ValueError, match="X must hold at least 2 sequences, got 1"):
        ReadSequences.all_of(X[:1], model, least=2)


RAGGED = np.array([np.zeros(3), np.zeros(2)], dtype=object)


@pytest.mark.parametrize(
    "X", [["a.npy", "b.npy"], np.array(["a.npy", "b.npy"]), RAGGED, "a.npy", [], object(), None]
)
def test_what_has_no_shape_is_left_to_the_reader(X):
    check_several(X, opened_for(np.zeros((2, 3))).layout, 4)
