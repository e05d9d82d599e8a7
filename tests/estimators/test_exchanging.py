"""Exchanges: a swap is the decoding of one's motion and the other's content, and so is a walk."""

import numpy as np
import pytest

from seqdisentangle import Codes, RecurrentWAE

from ._common import SMALL


@pytest.fixture(scope="module")
def pair():
    X = np.random.RandomState(0).normal(size=(10, 6, 3)).cumsum(1).astype(np.float32)
    return RecurrentWAE(**SMALL).fit(X), X[:5], X[5:]


def test_a_swap_decodes_the_motion_of_one_with_the_content_of_the_other(pair):
    model, a, b = pair
    of_a, of_b = model.transform(a), model.transform(b)
    swap = model.swap(a, b)
    for got, codes in zip(
        swap, (Codes(of_b.content, of_a.motion), Codes(of_a.content, of_b.motion)), strict=True
    ):
        np.testing.assert_array_equal(got, model.inverse_transform(codes))


def test_the_one_part_of_a_whole_is_all_of_it(pair):
    model, a, b = pair
    for got, expected in zip(model.swap(a, b, parts=0), model.swap(a, b), strict=True):
        np.testing.assert_array_equal(got, expected)
    with pytest.raises(ValueError, match="parts must be an integer from 0 to 0"):
        model.swap(a, b, parts=1)


def test_a_walk_begins_and_ends_at_the_reconstructions(pair):
    model, a, b = pair
    walk = model.interpolate(a, b, 4)
    np.testing.assert_allclose(walk[:, 0], model.reconstruct(a), atol=1e-5)
    np.testing.assert_allclose(walk[:, -1], model.reconstruct(b), atol=1e-5)
