"""The prior that the codes choose, and the reason that is given."""

import numpy as np
import pytest

from seqdisentangle.content_priors import StandardNormal, selected


@pytest.mark.integration
def test_independent_parts_are_found(combined):
    name, _, reason = selected(combined[0], 0.0, 0)
    assert name == "factored"
    assert "held out" in reason


@pytest.mark.parametrize(("n", "name"), [(1, "normal"), (5, "mixture"), (19, "mixture")])
def test_few_codes_get_one_gaussian(n, name):
    found = selected(np.random.RandomState(0).normal(size=(n, 3)), 0.0, 0)
    assert found.name == name
    if name == "normal":
        assert found.distribution == StandardNormal(3)
    else:
        assert [len(factor.weights) for factor in found.distribution.factors] == [1]
