"""The accuracy of clusters is that of their best numbering, found by trying all of them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from seqdisentangle.metrics import clustering_accuracy

labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20)


@given(labels)
def test_it_is_the_best_of_all_numberings(pairs):
    y_true, y_pred = np.array(pairs).T
    best = max(
        np.mean(np.array(numbering)[y_pred] == y_true)
        for numbering in itertools.permutations(range(4))
    )
    assert clustering_accuracy(y_true, y_pred) == pytest.approx(best)


@given(labels, st.permutations(range(4)))
def test_the_numbering_does_not_matter(pairs, numbering):
    y_true, y_pred = np.array(pairs).T
    again = clustering_accuracy(y_true, np.array(numbering)[y_pred])
    assert again == clustering_accuracy(y_true, y_pred)


@pytest.mark.parametrize(("y_true", "y_pred"), [([0, 1], [0]), ([], []), ([[0]], [[0]])])
def test_what_is_no_clustering_is_refused(y_true, y_pred):
    with pytest.raises(ValueError, match=r"y_true and y_pred must be .* got shapes"):
        clustering_accuracy(y_true, y_pred)


def test_a_search_takes_it_as_its_score():
    y = np.repeat(np.arange(3), 10)
    X = 9 * y[:, None] + np.random.RandomState(0).normal(size=(30, 1))
    model = KMeans(n_init=5, random_state=0)
    scorer = make_scorer(clustering_accuracy)
    search = GridSearchCV(model, {"n_clusters": [1, 3]}, scoring=scorer, cv=StratifiedKFold(2)).fit(
        X, y
    )
    assert scorer(search.best_estimator_, X, y) == 1
    assert search.best_params_ == {"n_clusters": 3}
