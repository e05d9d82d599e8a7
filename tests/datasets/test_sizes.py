"""Sizes: one number stands for both sides; others, and frames beyond memory, are refused."""

import os

import numpy as np
import pytest

from seqdisentangle.datasets._sizes import check_room, height_and_width


@pytest.mark.parametrize("value", [(4, 6), [4, 6], np.array([4, 6])])
def test_a_pair_is_height_and_width(value):
    assert height_and_width("size", value) == (4, 6)


@pytest.mark.parametrize("value", [(4, 6, 3), (8, 3), 8.0, (8, True), True, None, "8"])
def test_other_sizes_are_refused(value):
    with pytest.raises(ValueError, match=r"size must be an int or a pair .* of at least 4, got "):
        height_and_width("size", value, smallest=4)


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="the size of the memory is not known")
def test_frames_that_memory_does_not_hold_are_refused():
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    check_room(memory, "fewer n_steps")
    # Beyond all floats too.
    for n_bytes, share in ((memory + 1, 1.0), (memory // 2 + 1, 0.5), (10**400, 1.0)):
        with pytest.raises(MemoryError, match=r"take about .* GB of memory: fewer n_steps"):
            check_room(n_bytes, "fewer n_steps", share=share)
