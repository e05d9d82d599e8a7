"""Maps of codes, and places that stand apart."""

import sys

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from seqdisentangle.display._maps import apart, coordinates

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


def test_umap_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ImportError, match="pip install umap-learn"):
        coordinates(CODES, "umap", 0)


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
