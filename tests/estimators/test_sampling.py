"""Samples from the priors: any part held fixed, any length, anew unless seeded."""

import numpy as np
import pytest


@pytest.mark.parametrize("n_steps", [None, 3])
@pytest.mark.parametrize("n_samples", [None, 2])
@pytest.mark.parametrize("motion", [None, (1, 3), (2, 3), (3,)])
@pytest.mark.parametrize("content", [None, (1,), (2,), ()])
def test_sample_holds_any_part_fixed(vector_model, n_samples, n_steps, content, motion):
    rng = np.random.RandomState(0)
    z_c = None if content is None else rng.normal(size=(*content, 4))
    z_m = None if motion is None else rng.normal(size=(*motion, 2))
    made = vector_model.sample(n_samples, n_steps, content=z_c, motion=z_m, random_state=0)
    n = 2 if n_samples == 2 or content == (2,) or motion == (2, 3) else 1
    assert made.shape == (n, 3 if n_steps or motion else 5, 3)
    if z_c is not None and z_m is not None:
        pair = [np.broadcast_to(z_c, (n, 4)), np.broadcast_to(z_m, (n, 3, 2))]
        assert np.allclose(made, vector_model.inverse_transform(pair), atol=1e-5)


def test_sample_draws_anew_unless_seeded(vector_model):
    def draw(seed):
        return vector_model.sample(3, random_state=seed)

    assert np.array_equal(draw(0), draw(0))
    assert not np.array_equal(draw(0), draw(1))
    assert not np.array_equal(draw(None), draw(None))
    state = np.random.RandomState(0)
    assert np.array_equal(draw(state), draw(0))
    assert not np.array_equal(draw(state), draw(0))


def test_the_length_of_a_sample_is_free(vector_model):
    long = vector_model.sample(2, 9, random_state=0)
    assert long.shape == (2, 9, 3)
