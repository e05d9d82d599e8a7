"""Sequences that models make: as many as were asked for, with frames of the data, or an error."""

import numpy as np
import pytest

from seqdisentangle.metrics._made import check_frames, counted


def test_what_is_as_many_as_asked_for_stays_as_it_is():
    for made in (np.ones((2, 4)), [np.ones(3), np.ones(1)], (1, 2)):
        assert counted(made, 2, "model.sample") is made


@pytest.mark.parametrize("made", [np.ones((1, 4)), np.ones((3, 4)), [], None, 3.0, iter([1, 2])])
def test_more_fewer_and_no_sequences_are_refused(made):
    with pytest.raises(ValueError, match=r"model\.sample must give 2 sequences, .*got"):
        counted(made, 2, "model.sample")


@pytest.mark.parametrize(
    ("made", "frame", "lengths"),
    [
        (np.ones((2, 4)), (), [4, 4]),
        (np.ones((2, 4, 3), np.uint8), (3,), [4, 4]),
        ([np.ones((4, 8, 8)), np.ones((1, 8, 8))], (8, 8), [4, 1]),
        ([np.ones((4, 3)), np.ones((1, 3))], (3,), [None, None]),
        ([[[1, 2], [3, 4]]], (2,), [2]),
    ],
)
def test_frames_of_the_data_pass(made, frame, lengths):
    check_frames(made, frame, lengths, "model.swap")


@pytest.mark.parametrize(
    ("made", "lengths", "told"),
    [
        (np.ones((2, 4, 2)), [4, 4], r"\(4, 3\), got one of shape \(4, 2\) in place 0"),
        (np.ones((2, 4)), [4, 4], r"\(4, 3\), got one of shape \(4,\)"),
        (np.ones(2), [4, 4], r"got one of shape \(\)"),
        (np.ones((2, 3, 3)), [3, 4], r"\(4, 3\), got one of shape \(3, 3\) in place 1"),
        (np.ones((2, 0, 3)), [None, None], r"\(T, 3\), got one of shape \(0, 3\)"),
        (np.ones((1, 4, 3)), [4, 4], "2 sequences, one for each asked for, got 1"),
        (np.ones((2, 4, 3)).astype(str), [4, 4], "real numbers, got dtype <U"),
        (np.ones((2, 4, 3)) + 0j, [4, 4], "real numbers, got dtype complex128 in place 0"),
        (np.ones(2), [None, None], r"\(T, 3\), got one of shape \(\)"),
    ],
)
def test_frames_of_others_are_refused(made, lengths, told):
    with pytest.raises(ValueError, match=rf"model\.swap must give .*{told}"):
        check_frames(made, (3,), lengths, "model.swap")
