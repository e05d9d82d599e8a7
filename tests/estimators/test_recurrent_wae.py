"""RecurrentWAE as an estimator: scikit-learn's rules, and a wrong value of every parameter."""

import copy
import os

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from seqdisentangle import RecurrentWAE
from seqdisentangle.callbacks import Callback
from seqdisentangle.divergences import HSIC, MMD, ScaledMMD
from seqdisentangle.networks import Conv
from tests.estimators._common import TINY

EACH_CODES = [RecurrentWAE(codes=codes, **TINY) for codes in ("both", "content", "motion")]


@parametrize_with_checks(EACH_CODES)
def test_scikit_learn_checks(estimator, check, request):
    if "check_array_api_input" in request.node.name and os.environ.get("SCIPY_ARRAY_API") != "1":
        pytest.skip("needs SCIPY_ARRAY_API=1: see tests/integration/test_estimators.py")
    check(estimator)


def test_grid_search(vectors, small):
    grid = {"content_size": [2, 3], "learning_rate": [1e-3, 1e-2]}
    search = GridSearchCV(small(max_epochs=1), grid, cv=2).fit(vectors)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.transform(vectors).content.shape[1] == search.best_params_["content_size"]


@pytest.mark.parametrize("codes", ["content", "motion"])
def test_pipeline(codes, videos, small):
    pipeline = make_pipeline(small(codes=codes), LogisticRegression())
    labels = np.arange(7) % 2
    assert pipeline.fit(videos, labels).predict(videos).shape == (7,)


def test_learned_attributes(video_model):
    assert video_model.frame_shape_ == (16, 16, 3)
    assert video_model.n_features_in_ == 16 * 16 * 3
    assert video_model.n_steps_ == 4
    assert video_model.dtype_ == np.uint8
    assert video_model.device_.type == "cpu"
    assert not video_model.model_.training
    assert [type(d) for d in video_model.divergences_] == [ScaledMMD, MMD, HSIC]


def test_read_only_memmap(videos, small, tmp_path):
    np.save(tmp_path / "x.npy", videos)
    X = np.load(tmp_path / "x.npy", mmap_mode="r")
    codes = small().fit(X).transform(X), small().fit_transform(videos)
    assert np.array_equal(*map(np.asarray, codes))


BAD_PARAMETERS = [
    ("reg", "mdd"),
    ("reg", 3),
    ("reg", ("mmd",)),
    ("reg", {"content": "mmd"}),
    ("reg", ("mmd", None)),
    ("content_size", 0),
    ("content_size", 2.5),
    ("motion_size", 0),
    ("hidden_size", -1),
    ("network", "cnov"),
    ("network", 3),
    ("network", "conv"),
    ("network", Conv()),
    ("network", (1, 2)),
    ("cost", "sqared"),
    ("cost", "binary_cross_entropy"),
    ("cost", lambda a, b: a[:, :1]),
    ("content_weight", -1),
    ("motion_weight", "a"),
    ("independence_weight", -1),
    ("independence_weight", (0.5,)),
    ("independence_weight", (0.5, -1)),
    ("independence_weight", [0.5, "a"]),
    ("n_actions", 1),
    ("content_noise", 0),
    ("motion_noise", -1),
    ("motion_noise", "a"),
    ("motion_input", "pixels"),
    ("posteriors", "lstm"),
    ("movement_weight", -1),
    ("constancy_weight", -1),
    ("constancy_weight", (1, -1)),
    ("constancy_weight", (1, 2, 3)),
    ("content_prior", "all"),
    ("content_prior", 3),
    ("motion_prior", "all"),
    ("motion_prior", 3),
    ("content_view", "shufle"),
    ("content_view", []),
    ("content_view", 3),
    ("motion_view", "mirorr"),
    ("motion_view", ...),
    ("codes", "x"),
    ("scale", "x"),
    ("scale", "unit"),
    ("channels", "x"),
    ("missing", "x"),
    ("max_epochs", 0),
    ("batch_size", 0),
    ("learning_rate", 0),
    ("training", {"ema": 0.9}),
    ("early_stopping", "yes"),
    ("device", 3),
    ("device", "gpu"),
    ("device", "cuda:99"),
    ("checkpoint", 3),
    ("checkpoint", __file__),
    ("callbacks", 3),
    ("callbacks", [print]),
    ("callbacks", Callback),
    ("warm_start", "x"),
    ("random_state", "x"),
    ("verbose", "x"),
]


@pytest.mark.parametrize(
    ("name", "value"), BAD_PARAMETERS, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_a_wrong_parameter_is_named(name, value, vector_model, vectors, weights, same_weights):
    before = weights(vector_model)
    learned = {k: v for k, v in vars(vector_model).items() if k.endswith("_")}
    vector_model.set_params(**{name: value})
    with pytest.raises((ValueError, TypeError), match=name):
        vector_model.fit(vectors)
    assert {k: v for k, v in vars(vector_model).items() if k.endswith("_")} == learned
    assert same_weights(weights(vector_model), before)


def test_every_parameter_has_a_wrong_value_above():
    assert {name for name, _ in BAD_PARAMETERS} == set(RecurrentWAE().get_params())


def test_nothing_is_done_in_the_constructor():
    params = {name: object() for name in RecurrentWAE().get_params()}
    model = RecurrentWAE(**params)
    assert all(getattr(model, name) is value for name, value in params.items())
    assert copy.copy(vars(model)) == params
