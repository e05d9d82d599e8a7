"""Sizes: one number stands for both sides; others are refused by name."""

import numpy as np
import pytest

from seqdisentangle.datasets._sizes import height_and_width


@pytest.mark.parametrize("value", [(4, 6), [4, 6], np.array([4, 6])])
def test_a_pair_is_height_and_width(value):
    assert height_and_width("size", value) == (4, 6)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ((4, 6, 3), ValueError, r"size must be an int or a pair .*, got \(4, 6, 3\)"),
        ((8, 3), ValueError, "size == 3, must be >= 4"),
        (8.0, TypeError, "size must be an instance of"),
    ],
)
def test_other_sizes_are_refused(value, error, message):
    with pytest.raises(error, match=message):
        height_and_width("size", value, smallest=4)
