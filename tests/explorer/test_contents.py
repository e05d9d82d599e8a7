"""Contents: swaps in rows of a content, a closed walk, a map in the unit square."""

import numpy as np
import pytest

from seqdisentangle.explorer._contents import rows_of, walk_of, within_square
from tests.explorer._common import Sums


def test_rows_have_n_sequences():
    assert [len(row) for row in rows_of(np.zeros((6, 5, 2)), 3)] == [3, 3]


@pytest.mark.parametrize("n_walk", [3, 8])
def test_every_second_place_of_the_walk_lies_between_draws(n_walk):
    model = Sums((2,))
    walk = walk_of(model, n_walk, np.random.RandomState(0))
    drawn = model.sample((n_walk + 1) // 2, random_state=np.random.RandomState(0))[:, 0]
    assert walk.shape == (n_walk, 2)
    np.testing.assert_array_equal(walk[::2], drawn)
    np.testing.assert_allclose(walk[1], (drawn[0] + drawn[1]) / 2)


def test_a_map_fits_its_square_and_keeps_its_proportions():
    places = np.array([[0.0, 5.0], [10.0, 5.0], [5.0, 7.0]])
    np.testing.assert_allclose(within_square(places), [[0, 0.4], [1, 0.4], [0.5, 0.6]])
    assert (within_square(np.ones((4, 2))) == 0.5).all()


def test_a_model_of_content_alone_is_named():
    class Content(Sums):
        def transform(self, X):
            return super().transform(X).content

    with pytest.raises(ValueError, match="model must return both codes"):
        walk_of(Content((2,)), 4, np.random.RandomState(0))
