"""Flat codes: those of parts side by side, all others as they are."""

import numpy as np

from seqdisentangle.metrics._codes import FlatCodes, flat_codes


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
