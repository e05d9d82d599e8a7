"""Published figures."""

import numpy as np

from tests.benchmarks.paper.published import MUG

N_EXPRESSIONS = 6


def test_figures_are_possible_with_six_expressions():
    for row in MUG:
        assert 100 / N_EXPRESSIONS < row.accuracy < 100
        assert 1 < row.inception_score < N_EXPRESSIONS
        assert row.conditional_entropy < row.marginal_entropy < np.log(N_EXPRESSIONS)
        # exp(H(y) - H(y given x)), up to what scores of parts of the samples differ by
        expected = np.exp(row.marginal_entropy - row.conditional_entropy)
        assert 0.9 < row.inception_score / expected < 1.02
