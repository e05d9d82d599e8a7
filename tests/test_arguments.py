"""Constraints of arguments: True is no number, and a refused value is named."""

import inspect
from numbers import Real

import numpy as np
import pytest

from seqdisentangle._arguments import COUNT, Number, constrained


@constrained(n_steps=[COUNT, None], share=[Number(Real, 0, 1, closed="both")])
def walk(n_steps=3, *, share=0.5):
    """Say what was handed in."""
    return n_steps, share


@pytest.mark.parametrize("n_steps", [1, np.int64(4), None])
def test_numbers_in_the_interval_are_taken(n_steps):
    assert walk(n_steps, share=1) == (n_steps, 1)


@pytest.mark.parametrize("bad", [True, np.True_, 0, 1.5, "3", float("nan"), [1]])
def test_others_are_named(bad):
    with pytest.raises(ValueError, match=r"'n_steps' parameter of walk must be an int .* Got"):
        walk(bad)
    with pytest.raises(TypeError, match="'n_steps' parameter of walk"):
        walk(bad)


def test_the_signature_is_that_of_the_function():
    assert list(inspect.signature(walk).parameters) == ["n_steps", "share"]
    assert walk.__doc__ == "Say what was handed in."
