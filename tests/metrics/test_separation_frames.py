"""Features of frames: standardised, few, and of images independent of the place."""

import numpy as np
import pytest

from seqdisentangle.metrics._separation_frames import PATCH_SIDE, FrameFeatures


def features_of(sequences):
    return FrameFeatures(sequences, np.random.RandomState(0))


@pytest.mark.parametrize("n_features", [1, 5, 40])
def test_units_of_vectors_do_not_matter(n_features):
    rng = np.random.RandomState(0)
    x = [rng.normal(size=(30, n_features)) for _ in range(3)]
    other = [1e3 * each + 7 for each in x]
    one, two = features_of(x)(x[0]), features_of(other)(other[0])
    assert one.shape[1] == min(n_features, 16)
    np.testing.assert_allclose(np.abs(one), np.abs(two), atol=1e-6)


def test_constant_features_are_zero():
    x = np.ones((20, 3))
    x[:, 0] = np.arange(20)
    assert (features_of([x])(x)[:, 1:] == 0).all()


@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 8, 8), (1, 40, 70)])
def test_images_of_any_size(shape):
    x = np.random.RandomState(0).rand(12, *shape)
    features = features_of([x, x])
    assert np.isfinite(features(x)).all()
    assert len(features(x)) == 12


@pytest.mark.parametrize(("more", "has_patches"), [(0, False), (1, True)])
def test_patches_need_more_than_one_place(more, has_patches):
    x = np.random.RandomState(0).rand(12, 1, PATCH_SIDE + more, PATCH_SIDE + 2)
    features = features_of([x, x])
    assert (features(x).shape[1] > features.n_places) == has_patches


def test_patches_say_what_there_is_and_not_where():
    rng = np.random.RandomState(0)
    squares, rings = np.ones((3, 3)), np.ones((3, 3))
    rings[1, 1] = 0

    def image(thing, row, column):
        canvas = np.zeros((1, 16, 16))
        canvas[0, row : row + 3, column : column + 3] = thing
        return canvas

    videos = [
        np.stack([image(thing, *rng.randint(4, 10, 2)) for _ in range(20)])
        for thing in (squares, rings) * 3
    ]
    features = features_of(videos)
    square, moved, ring = (
        features(image(thing, row, 5)[None])[0, features.n_places :]
        for thing, row in ((squares, 5), (squares, 8), (rings, 5))
    )
    np.testing.assert_allclose(square, moved, atol=1e-9)
    assert np.abs(square - ring).max() > 0.01


def test_a_feature_in_a_small_unit_counts_as_much():
    """As a ratio does beside a pressure in Pascals, whose mean is 1e5."""
    x = np.random.RandomState(0).normal(size=(30, 3)) * [1e-4, 1.0, 1e3] + [0.0, 1.0, 1e5]
    found = features_of([x])(x)
    np.testing.assert_allclose(found, (x - x.mean(0)) / x.std(0), rtol=1e-9)


def test_images_that_are_all_alike_have_no_features():
    x = np.full((12, 1, 4, 4), 0.1)
    features = features_of([x])
    assert not features(x).any()
    assert not features(x + 1).any()


@pytest.mark.parametrize(("n_features", "is_reduced"), [(16, False), (17, True)])
def test_vectors_of_more_than_16_numbers_are_reduced_to_16(n_features, is_reduced):
    x = np.random.RandomState(0).normal(size=(40, n_features))
    features = features_of([x])
    assert features.n_places == 16
    scaled = (x - x.mean(0)) / x.std(0)
    assert np.allclose(features(x), scaled[:, :16]) != is_reduced
    # Of fewer frames than that nothing can be told of their directions.
    few = features_of([x[:16]])
    assert few.n_places == n_features
    assert few(x).shape == x.shape
