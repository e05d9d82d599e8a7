"""Settings of actions: their prior, and their comparison."""

import numpy as np
import pytest

from seqdisentangle import Actions, Training


def test_settings_with_arrays_are_compared():
    assert Actions(number=3, prior=np.array([1, 2, 1])) == Actions(3, prior=np.array([1, 2, 1]))
    assert Actions(3, prior=np.array([1, 2, 1])) != Actions(3, prior=np.array([1, 2, 2]))
    assert Actions(3) != Training()


def test_probabilities_are_the_prior_that_sums_to_one():
    assert Actions(4, prior=[1, 2, 1, 4]).probabilities == (0.125, 0.25, 0.125, 0.5)
    assert Actions(4).probabilities is None, "all are as frequent"


def test_a_number_stands_for_settings():
    assert Actions.of(3) == Actions(3)
    assert Actions.of(None) is None
    with pytest.raises(ValueError, match="n_actions=1: The 'number' parameter of Actions must"):
        Actions.of(1)
