"""Codes of models: flat, of as many sequences as were encoded, and finite."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics._codes import FlatCodes, both_codes, checked_codes, flat_codes


def test_codes_of_parts_are_put_side_by_side():
    content, motion = np.arange(12.0).reshape(2, 2, 3), np.arange(40.0).reshape(2, 5, 2, 2)
    flat = flat_codes(FlatCodes(content, motion))
    np.testing.assert_array_equal(flat.content, content.reshape(2, 6))
    np.testing.assert_array_equal(flat.motion, motion.reshape(2, 5, 4))


def test_lists_stay_lists():
    motion = [np.zeros((4, 2, 3)), np.zeros((1, 2, 3))]
    flat = flat_codes(FlatCodes(np.zeros((2, 2, 5)), motion))
    assert [z.shape for z in flat.motion] == [(4, 6), (1, 6)]


def test_codes_of_wholes_are_what_they_are():
    codes = FlatCodes(np.ones((2, 5)), np.ones((2, 4, 3)))
    for got, given in zip(flat_codes(codes), codes, strict=True):
        np.testing.assert_array_equal(got, given)


def test_a_model_returns_both_codes():
    codes = SimpleNamespace(content=np.ones((2, 1)), motion=np.ones((2, 4, 3)))
    assert both_codes(SimpleNamespace(transform=lambda X: codes), None) is codes
    for other in (np.ones((2, 1)), None, SimpleNamespace(content=np.ones((2, 1)), motion=None)):
        with pytest.raises(ValueError, match=r"model\.transform must return both codes, got"):
            both_codes(SimpleNamespace(transform=lambda X, other=other: other), None)


def test_codes_of_n_sequences_stay_as_they_are():
    for motion in (np.ones((2, 4, 3)), [np.ones((4, 3)), np.ones((1, 3), int)]):
        codes = FlatCodes(np.ones((2, 5), np.float32), motion)
        assert checked_codes(codes, 2) is codes


SHAPES = "must return content of shape .n, d. and n motions .T, d. of 2 sequences"
BAD_CODES = {
    "content of one": (np.ones((1, 5)), np.ones((2, 4, 3)), rf"{SHAPES}, got .* \(1, 5\) and 2"),
    "content of three": (np.ones((3, 5)), np.ones((2, 4, 3)), SHAPES),
    "flat content": (np.ones(2), np.ones((2, 4, 3)), SHAPES),
    "a single content": (np.array(1.0), np.ones((2, 4, 3)), SHAPES),
    "content of parts alone": (np.ones((2, 1, 1)), np.ones((2, 4, 3)), SHAPES),
    "a motion too few": (np.ones((2, 5)), np.ones((1, 4, 3)), SHAPES),
    "no motion": (np.ones((2, 5)), [], f"{SHAPES}.* of none"),
    "no steps of motion": (np.ones((2, 5)), np.ones((2, 0, 3)), SHAPES),
    "flat motion": (np.ones((2, 5)), np.ones((2, 4)), rf"{SHAPES}.* the first of shape \(4,\)"),
    "motions of two sizes": (np.ones((2, 5)), [np.ones((4, 3)), np.ones((4, 2))], SHAPES),
    "NaN in content": (np.full((2, 5), np.nan), np.ones((2, 4, 3)), "finite numbers.* content"),
    "infinite motion": (
        np.ones((2, 5)),
        [np.ones((4, 3)), np.full((4, 3), -np.inf)],
        "finite numbers.* motion",
    ),
    "complex content": (np.ones((2, 5)) + 0j, np.ones((2, 4, 3)), "content, of dtype complex128"),
    "text": (np.full((2, 5), "1"), np.ones((2, 4, 3)), "finite numbers.* content, of dtype <U1"),
    "objects": (np.full((2, 5), None), np.ones((2, 4, 3)), "content, of dtype object"),
}


@pytest.mark.parametrize("case", BAD_CODES)
def test_codes_that_are_no_codes_of_n_sequences_are_refused(case):
    content, motion, told = BAD_CODES[case]
    with pytest.raises(ValueError, match=rf"model\.transform .*{told}"):
        checked_codes(flat_codes(FlatCodes(content, motion)), 2)
