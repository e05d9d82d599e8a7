"""Maps of codes, and places that stand apart."""

import sys
import warnings

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from seqdisentangle.display import ManifoldDisplay
from seqdisentangle.display._maps import METHODS, apart, coordinates, corners_beside, method_of

CODES = np.random.RandomState(0).normal(size=(20, 5)) * [9, 4, 1, 1, 1]


def test_principal_components_are_in_order_of_their_variance():
    places = coordinates(CODES, "pca", None)
    assert places.shape == (20, 2)
    assert places[:, 0].var() > places[:, 1].var() > np.sort(CODES.var(0))[-3]


def test_a_seed_gives_one_map():
    first, second = (coordinates(CODES, "tsne", 0) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_codes_of_one_number_are_a_line():
    places = coordinates(CODES[:, :1], "tsne", 0)
    np.testing.assert_array_equal(places, np.column_stack([CODES[:, 0], np.zeros(20)]))


@pytest.mark.parametrize("word", ["PCA", "t-SNE", "T-SNE", "tSNE", "UMAP", "Pca"])
def test_a_method_may_be_written_as_papers_do(word):
    assert method_of(word) == word.lower().replace("-", "")
    assert method_of(word) in METHODS
    for nonsense in (f"{word}s", f"-{word}", f" {word}"):
        with pytest.raises(ValueError, match=r"method must be one of 'tsne', 'pca', 'umap', got"):
            method_of(nonsense)


def test_umap_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ImportError, match="pip install umap-learn"):
        coordinates(CODES, "umap", 0)


def test_umap_keeps_neighbours_together_by_a_seed_and_without_a_warning():
    pytest.importorskip("umap", reason="pip install umap-learn")
    rng, names = np.random.RandomState(0), np.repeat([0, 1, 2], 20)
    codes = rng.normal(size=(60, 5)) + 10 * np.eye(3, 5)[names]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        first, second = (coordinates(codes, "umap", 0) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    distance = squareform(pdist(first)) + np.diag(np.full(60, np.inf))
    assert (names[distance.argmin(1)] == names).all()


def test_umap_maps_as_few_codes_as_the_others():
    pytest.importorskip("umap", reason="pip install umap-learn")
    for n in (4, 5):
        assert np.isfinite(coordinates(CODES[:n], "umap", 0)).all()
    display = ManifoldDisplay.from_codes(CODES, ["a", "b"] * 10, method="umap", random_state=0)
    assert display.title == "UMAP"


@pytest.mark.parametrize(
    ("codes", "method", "told"),
    [
        (CODES, "lda", "method must be one of"),
        (CODES[:3], "pca", "at least 4"),
        (CODES[0], "pca", "codes"),
    ],
)
def test_bad_arguments_are_named(codes, method, told):
    with pytest.raises(ValueError, match=told):
        coordinates(codes, method, None)


def test_chosen_places_stand_apart():
    places = np.random.RandomState(0).uniform(size=(500, 2))
    chosen = apart(places, 16, least=0.1)
    assert len(set(chosen)) == len(chosen) == 16
    few = apart(places, 500, least=0.3)
    assert 4 < len(few) < 16
    assert pdist(places[few], "chebyshev").min() >= 0.3
    assert apart(np.zeros((9, 2)), 4, least=0.1).tolist() == [0]  # all in one place


def covered(places, corners, side):
    """How many places the square at each corner covers."""
    inside = (places >= corners[:, np.newaxis]) & (places <= corners[:, np.newaxis] + side)
    return inside.all(-1).sum(1)


def test_squares_stay_within_the_map_and_cover_few_places():
    places = np.random.RandomState(0).uniform(size=(60, 2))
    corners = corners_beside(places, 0.1)
    assert corners.min() > 0
    assert corners.max() + 0.1 < 1
    above = np.clip(places + 0.01, 0.01, 0.89)  # and right of each
    counts = covered(places, corners, 0.1)
    assert (counts <= covered(places, above, 0.1)).all()
    assert counts.sum() < 0.7 * covered(places, above, 0.1).sum()


def test_a_square_steps_aside_where_a_place_would_be_hidden():
    places = np.array([[0.5, 0.5], [0.55, 0.55], [0.2, 0.2]])
    corners = corners_beside(places, 0.1)
    np.testing.assert_allclose(corners, [[0.39, 0.51], [0.56, 0.56], [0.21, 0.21]])
