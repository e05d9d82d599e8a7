"""Steps of a pipeline: its labels are the last step's, and known actions go by their own name."""

import inspect

import numpy as np
import pytest
from sklearn import config_context
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.estimators import _fitting
from tests.estimators._common import SMALL

KNOWN = np.array([0, 1, 2, -1, 0, 1, -1])
CLASSES = {
    "classes among the actions": [0, 1, 2, 0, 1, 2, 0],
    "signs": [-1, 1, -1, 1, -1, 1, 1],
    "words": list("abcabca"),
    "several labels": np.eye(7, 2, dtype=int),
    "numbers": np.linspace(0, 1, 7),
}


@pytest.fixture
def acting(small):
    return small(n_actions=3, codes="content")


@pytest.fixture
def told(monkeypatch):
    """The known actions of each fit, as they reach it."""
    seen, prepare = [], _fitting.Fit.prepare

    def noted(self, *args):
        prepare(self, *args)
        seen.append(None if self.told.actions is None else self.told.actions.tolist())

    monkeypatch.setattr(_fitting.Fit, "prepare", noted)
    return seen


@pytest.mark.parametrize("case", CLASSES)
@pytest.mark.parametrize("verb", ["fit", "partial_fit", "fit_transform", "fit_predict"])
def test_y_teaches_nothing(verb, case, acting, vectors, told):
    getattr(acting, verb)(vectors, CLASSES[case])
    assert told == [None]


@pytest.mark.parametrize("estimator", [RecurrentWAE, DSVAE, MoCoGAN])
def test_y_is_not_used(estimator, vectors, weights, same_weights):
    one, other = (estimator(**SMALL).fit(vectors, y) for y in (None, list("abcabca")))
    assert same_weights(weights(one), weights(other))


def test_labels_of_a_pipeline_are_its_last_steps(acting, vectors, told):
    y = [0, 1, 2, 0, 1, 2, 0]
    pipeline = make_pipeline(acting, LogisticRegression()).fit(vectors, y)
    assert told == [None]
    assert set(pipeline.predict(vectors)) <= {0, 1, 2}


def test_known_actions_go_through_a_pipeline_by_the_name_of_the_step(acting, vectors, told):
    pipeline = make_pipeline(acting, LogisticRegression())
    pipeline.fit(vectors, list("abcabca"), recurrentwae__actions=KNOWN)
    assert told == [KNOWN.tolist()]


def test_known_actions_and_lengths_are_routed(acting, vectors, told):
    lengths = np.array([5, 4, 3, 5, 4, 3, 5])
    with config_context(enable_metadata_routing=True):
        acting.set_fit_request(actions=True, lengths=True).set_transform_request(lengths=True)
        pipeline = make_pipeline(acting, LogisticRegression())
        pipeline.fit(vectors, list("abcabca"), actions=KNOWN, lengths=lengths)
        assert pipeline.predict(vectors, lengths=lengths).shape == (7,)
        pipeline.fit(vectors, list("abcabca"), lengths=lengths)
    assert told == [KNOWN.tolist(), None]
    assert acting.n_steps_ == 5


def test_known_actions_are_routed_into_the_folds_of_a_pipeline(acting, vectors, told):
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(acting.set_fit_request(actions=True), LogisticRegression())
        cross_val_score(pipeline, vectors, list("abababa"), cv=2, params={"actions": KNOWN})
    assert len(told) == 2
    assert sorted(told[0] + told[1]) == sorted(KNOWN)


def test_known_actions_are_cut_into_the_folds_of_a_search(acting, vectors, told):
    search = GridSearchCV(acting, {"content_size": [2]}, cv=2, refit=False)
    search.fit(vectors, actions=KNOWN)
    cross_val_score(acting, vectors, cv=2, params={"actions": KNOWN})
    assert told == [KNOWN[4:].tolist(), KNOWN[:4].tolist()] * 2


@pytest.mark.parametrize("verb", ["fit_transform", "fit_predict"])
def test_verbs_that_fit_first_take_what_fit_takes(verb, acting, vectors, tmp_path, told):
    acting.set_params(checkpoint=tmp_path)
    first = getattr(acting, verb)(vectors, actions=KNOWN)
    assert np.array_equal(getattr(acting, verb)(vectors, actions=KNOWN, resume=True), first)
    assert told == [KNOWN.tolist()] * 2
    with pytest.raises(TypeError, match="unexpected keyword argument 'labels'"):
        getattr(acting, verb)(vectors, labels=KNOWN)


@pytest.mark.parametrize("estimator", [DSVAE, MoCoGAN])
def test_only_what_can_learn_known_actions_takes_them(estimator):
    assert "actions" not in inspect.signature(estimator.fit).parameters
