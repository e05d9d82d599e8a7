"""A part too many stays empty, in codes and in the verdict that a user gets."""

import numpy as np
import pytest

from seqdisentangle import RecurrentWAE
from seqdisentangle.metrics import separation
from seqdisentangle.networks import Conv, Parts

pytestmark = pytest.mark.integration


def discs(n, seed, n_steps=6, side=16):
    """Videos (n, T, H, W) of a disc each, of any size, on its way from one place to another."""
    rng = np.random.RandomState(seed)
    start, end = rng.uniform(-0.5, 0.5, (2, n, 1, 2))
    places = start + np.linspace(0, 1, n_steps)[:, np.newaxis] * (end - start)
    cells = (2 * np.arange(side) + 1) / side - 1
    grid = np.stack(np.meshgrid(cells, cells, indexing="ij"), -1)
    far = np.linalg.norm(grid - places[:, :, np.newaxis, np.newaxis], axis=-1)
    radii = rng.uniform(0.15, 0.35, (n, 1, 1, 1))
    return (255 * np.clip(8 * (radii - far) + 0.5, 0, 1)).astype(np.uint8)


def test_of_two_parts_of_one_thing_the_second_stays_empty():
    sizes = {"content_size": 4, "motion_size": 4, "hidden_size": 16}
    network = Parts(2, width=8, network=Conv(4))
    model = RecurrentWAE(network=network, max_epochs=40, random_state=0, **sizes).fit(discs(128, 0))
    X = discs(64, 1)
    places = model.transform(X).motion[..., :2]
    assert np.mean(places[:, :, 0] == places[:, :, 1]) > 0.9
    found = separation(model, X, random_state=0)
    assert found.parts_used < 1.1
    assert found.moving_reconstructed > 0.9
    assert "Parts stay empty (a sequence uses 1.0 of 2)" in str(found)
