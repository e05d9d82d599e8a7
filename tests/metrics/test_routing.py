"""Metadata routing: groups that a search knows reach its scorer, each with its own sequence."""

import pickle

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score

from seqdisentangle import RecurrentWAE
from seqdisentangle.metrics import separation_scorer
from seqdisentangle.metrics._routing import routed

X = np.repeat(np.arange(12.0), 6).reshape(12, 6, 1)
SPEAKERS = np.arange(12) // 2


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


class Fitted(BaseEstimator):
    def __init__(self, size=1):
        self.size = size

    def fit(self, X, y=None):
        return self


@routed("groups", "lengths")
def as_told(model, X, y=None, *, groups=None, lengths=None):
    """1 where each sequence has its own group and no length, 0 where there is no group."""
    if groups is None:
        return 0.0
    return float((X[:, 0, 0] // 2 == groups).all() and lengths is None)


def test_each_score_has_the_groups_of_its_sequences():
    scorer = as_told.set_score_request(groups=True)
    search = GridSearchCV(Fitted(), {"size": [1, 2]}, scoring=scorer, cv=KFold(3, shuffle=True))
    assert search.fit(X, groups=SPEAKERS).best_score_ == 1
    scores = cross_val_score(
        Fitted(), X, scoring=scorer, cv=GroupKFold(3), params={"groups": SPEAKERS}
    )
    np.testing.assert_array_equal(scores, 1)


def test_one_of_several_scores_asks_for_itself():
    scoring = {"told": as_told.set_score_request(groups="speakers"), "untold": lambda model, X: 2}
    search = GridSearchCV(Fitted(), {"size": [1]}, scoring=scoring, refit="told", cv=3)
    search.fit(X, speakers=SPEAKERS)
    assert search.cv_results_["mean_test_told"] == 1
    assert search.cv_results_["mean_test_untold"] == 2


def test_groups_that_nobody_decided_on_are_refused():
    search = GridSearchCV(Fitted(), {"size": [1]}, scoring=as_told, cv=GroupKFold(3))
    with pytest.raises(UnsetMetadataPassedError, match=r"groups.*as_told"):
        search.fit(X, groups=SPEAKERS)
    search.set_params(scoring=as_told.set_score_request(groups=False))
    assert search.fit(X, groups=SPEAKERS).best_score_ == 0


def test_a_request_is_kept_in_a_file_and_leaves_the_scorer_alone():
    scorer = pickle.loads(pickle.dumps(separation_scorer.set_score_request(groups=True)))
    assert repr(scorer) == "separation_scorer.set_score_request(groups=True)"
    assert scorer.get_metadata_routing().score.requests == {"groups": True, "lengths": None}
    undecided = separation_scorer.get_metadata_routing().score.requests
    assert undecided == {"groups": None, "lengths": None}


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        ({"weights": True}, TypeError, r"takes \['groups', 'lengths'\], got weights"),
        ({"groups": "two words"}, ValueError, "groups"),
    ],
)
def test_requests_that_cannot_be_met_are_refused(request_, error, message):
    with pytest.raises(error, match=message):
        separation_scorer.set_score_request(**request_)


def test_a_request_needs_routing():
    with (
        sklearn.config_context(enable_metadata_routing=False),
        pytest.raises(RuntimeError, match=r"set_config\(enable_metadata_routing=True\)"),
    ):
        separation_scorer.set_score_request(groups=True)


def test_a_search_tells_model_splitter_and_verdict_the_groups():
    rng = np.random.RandomState(0)
    speakers = np.repeat(np.arange(8), 3)
    utterances = rng.normal(size=(24, 6, 2)) + speakers[:, None, None]
    model = RecurrentWAE(max_epochs=1, hidden_size=8, random_state=0).set_fit_request(groups=True)
    search = GridSearchCV(
        model,
        {"motion_size": [1]},
        scoring=separation_scorer.set_score_request(groups=True),
        cv=GroupKFold(2),
        refit=False,
    )
    found = search.fit(utterances, groups=speakers).cv_results_["split0_test_score"][0]
    train, test = next(GroupKFold(2).split(utterances, groups=speakers))
    model.set_params(motion_size=1).fit(utterances[train], groups=speakers[train])
    told = separation_scorer(model, utterances[test], groups=speakers[test])
    assert found == told != separation_scorer(model, utterances[test])
