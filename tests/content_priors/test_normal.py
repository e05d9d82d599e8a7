"""The standard normal prior, whatever the codes are."""

import numpy as np
from scipy.stats import multivariate_normal

from seqdisentangle.content_priors import NormalContentPrior


def test_it_is_standard_normal_whatever_the_codes_are():
    distribution = NormalContentPrior().fit(np.full((5, 3), 7.0), 0.0, 0)
    z = np.random.RandomState(0).normal(size=(4, 3))
    assert np.array_equal(distribution.draw(z), z)
    assert np.allclose(distribution.log_density(z), multivariate_normal(np.zeros(3)).logpdf(z))
