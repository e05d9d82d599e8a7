"""The reinforced model: its verbs, its labels, and what it keeps of the estimator's promises."""

import os
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone, is_clusterer
from sklearn.utils.estimator_checks import parametrize_with_checks

from seqdisentangle import EarlyStopping, RecurrentWAE
from tests.estimators._common import TINY, table


@parametrize_with_checks([RecurrentWAE(n_actions=2, **TINY)])
def test_scikit_learn_checks(estimator, check, request):
    if "check_array_api_input" in request.node.name and os.environ.get("SCIPY_ARRAY_API") != "1":
        pytest.skip("needs SCIPY_ARRAY_API=1: see tests/integration/test_estimators.py")
    check(estimator)


@pytest.fixture
def acting(small):
    def acting(**params):
        return small(**{"n_actions": 3, **params})

    return acting


# ---- verbs ---------------------------------------------------------------------------------------


def test_predict_is_the_most_likely_action(X, acting):
    model = acting()
    found = model.fit_predict(X)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (len(X), 3)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    assert np.array_equal(model.predict(X), probabilities.argmax(1))
    assert np.array_equal(model.labels_, model.predict(X))
    assert np.array_equal(found, model.labels_)


def test_codes_decode_without_their_sequence(X, acting):
    model = acting().fit(X)
    again = model.inverse_transform(model.transform(X))
    np.testing.assert_allclose(table(again), table(model.reconstruct(X)), atol=1e-5)
    codes = model.transform(X)
    sampled = model.sample(content=codes.content, motion=codes.motion)
    np.testing.assert_allclose(table(sampled), table(again), atol=1e-5)


def test_every_verb_works(X, acting):
    model = acting().fit(X)
    assert model.transform(X).content.shape == (len(X), 4)
    assert {m.shape[1] for m in model.transform(X).motion} == {2}
    for swapped in model.swap(X, X):
        np.testing.assert_allclose(table(swapped), table(model.reconstruct(X)), atol=1e-5)
    walk = model.interpolate(X, X, 2)
    np.testing.assert_allclose(table(w[0] for w in walk), table(model.reconstruct(X)), atol=1e-5)
    assert np.shape(model.extend(X, 3, random_state=0))[:2] == (len(X), 3)
    assert np.isfinite(model.score(X))


def test_sample_by_action(acting, vectors):
    model = acting(max_epochs=1).fit(vectors)
    one, other = (model.sample(3, action=k, random_state=0) for k in (0, 2))
    assert not np.array_equal(one, other)
    each = model.sample(action=[0, 2, 2], random_state=0)
    assert np.array_equal(each[0], one[0])
    assert np.array_equal(each[1:], other[1:])
    longer = model.sample(n_steps=[4, 2], action=[1, 0], random_state=0)
    assert [len(x) for x in longer] == [4, 2]


def test_a_given_motion_may_be_given_another_action(acting, vectors):
    model = acting().fit(vectors)
    content, motion = model.transform(vectors)
    said = model.predict(vectors)
    again = model.sample(content=content, motion=motion, action=said)
    np.testing.assert_allclose(again, model.reconstruct(vectors), atol=1e-5)
    changed = model.sample(content=content, motion=motion, action=(said + 1) % 3)
    assert not np.allclose(changed, again)


def test_samples_have_the_actions_of_their_prior(acting, vectors, monkeypatch):
    model = acting(n_actions__prior=[5, 4, 1]).fit(vectors)
    torch.testing.assert_close(model.model_.action_prior, torch.tensor([0.5, 0.4, 0.1]))
    told, draw = [], model.model_.prior.follow

    def follow(noise, before, state=None, action=None):
        told.append(action)
        return draw(noise, before, state, action)

    monkeypatch.setattr(model.model_.prior, "follow", follow)
    model.sample(4000, 2, random_state=0)
    shares = torch.cat(told).mean(0)
    np.testing.assert_allclose(shares, [0.5, 0.4, 0.1], atol=0.03)


@pytest.mark.parametrize(
    "action",
    [3, -1, 1.5, [0, 1], [[0]], [], "x", [0, 1, None], [0, 1, np.nan], [True] * 3, {0: 1}],
    ids=["3", "-1", "1.5", "2", "2d", "none", "x", "None", "nan", "bool", "dict"],
)
def test_an_action_that_is_none_is_refused(action, acting, vectors):
    with pytest.raises(ValueError, match="action must"):
        acting(max_epochs=1).fit(vectors).sample(3, action=action)


CONTAINERS = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "floats": lambda each: np.array(each, float),
    "objects": lambda each: np.array(each, object),
    "series": lambda each: pd.Series(each, index=range(10, 10 + len(each))),
    "nullable": lambda each: pd.Series(each, dtype="Int64"),
    "categories": lambda each: pd.Series(each, dtype="category"),
    "tensor": torch.tensor,
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_actions_come_in_any_container(container, acting, vectors, weights, same_weights):
    each, known = CONTAINERS[container]([0, 2, 2]), CONTAINERS[container]([0, 1, 2, -1, 0, 0, 0])
    model = acting().fit(vectors, actions=known)
    told = acting().fit(vectors, actions=[0, 1, 2, -1, 0, 0, 0])
    assert same_weights(weights(model), weights(told))
    drawn = model.sample(action=each, random_state=0)
    np.testing.assert_array_equal(drawn, told.sample(action=[0, 2, 2], random_state=0))
    np.testing.assert_array_equal(
        model.sample(2, action=2.0, random_state=0), told.sample(2, action=2, random_state=0)
    )


@pytest.mark.parametrize("container", [list, np.array, pd.Series, pd.Categorical])
def test_names_are_no_actions_and_the_message_says_how_to_number_them(container, acting, vectors):
    names = container(["left", "right", "left"])
    with pytest.raises(ValueError, match=r"from 0 to 2, .* got 'left': actions have numbers"):
        acting(max_epochs=1).fit(vectors).sample(3, action=names)
    told = container(["left", "right", "up", "up", "up", "left", "left"])
    with pytest.raises(ValueError, match=r"from 0 to 2 .* got 'left': .*numpy\.unique"):
        acting().fit(vectors, actions=told)


def test_without_actions_the_verbs_are_not_there(vector_model, vectors):
    for verb in ("predict", "predict_proba", "fit_predict"):
        assert not hasattr(vector_model, verb)
        assert hasattr(RecurrentWAE(n_actions=2), verb)
    assert not is_clusterer(vector_model)
    assert is_clusterer(RecurrentWAE(n_actions=2))
    assert not hasattr(vector_model, "labels_")
    assert "action" not in vector_model.history_[0]
    with pytest.raises(ValueError, match=r"action=1 needs a model with actions: set n_actions"):
        vector_model.sample(2, action=1)


@pytest.mark.parametrize("prior", [[1, 1], [1, 1, 0], [1, 1, np.nan], [[1, 1, 1]]], ids=str)
def test_an_action_prior_is_as_many_positive_numbers(prior, acting, vectors):
    with pytest.raises(
        ValueError, match="The 'prior' parameter of Actions must hold 3 positive numbers"
    ):
        acting(n_actions__prior=prior).fit(vectors)


# ---- known actions -------------------------------------------------------------------------------


def test_unknown_actions_are_none(acting, vectors, weights, same_weights):
    told = weights(acting().fit(vectors, actions=np.full(7, -1)))
    assert same_weights(told, weights(acting().fit(vectors)))
    assert not same_weights(told, weights(acting().fit(vectors, actions=[0, 1, 2, -1, -1, -1, -1])))


def test_masked_actions_are_unknown(acting, vectors, weights, same_weights):
    actions = np.ma.masked_array([0, 1, 2, 1, 1, 1, 1], np.arange(7) > 2)
    told = weights(acting().fit(vectors, actions=actions))
    assert same_weights(told, weights(acting().fit(vectors, actions=[0, 1, 2, -1, -1, -1, -1])))


@pytest.mark.parametrize(
    "unknown",
    [
        [0, 1, 2, None, None, None, None],
        [0, 1, 2, *[np.nan] * 4],
        pd.Series([0, 1, 2, *[None] * 4], dtype="Int64"),
        pd.Series([0, 1, 2, -1, np.nan, np.nan, -1]),
    ],
    ids=["None", "nan", "NA", "both"],
)
def test_missing_actions_are_unknown(unknown, acting, vectors, weights, same_weights):
    told = weights(acting().fit(vectors, actions=unknown))
    assert same_weights(told, weights(acting().fit(vectors, actions=[0, 1, 2, -1, -1, -1, -1])))


def test_known_actions_need_a_model_that_has_some(small, vectors):
    with pytest.raises(ValueError, match="actions need a model that has some, got n_actions=None"):
        small().fit(vectors, actions=[0] * 7)


BAD_ACTIONS = {
    "too many": [0, 1, 2, 3, 0, 0, 0],
    "negative": [-2] * 7,
    "fractions": [0.5] * 7,
    "text": list("abcabca"),
    "number": [0, 1],
    "nested": [[0]] * 7,
    "nan": [np.nan] * 7,
    "none": [None] * 7,
    "infinite": [np.inf] * 7,
    "a name": [0, 1, 2, "left", 0, 0, 0],
    "mapping": dict.fromkeys(range(7), 0),
}


@pytest.mark.parametrize("case", BAD_ACTIONS)
@pytest.mark.parametrize("verb", ["fit", "partial_fit", "fit_transform", "fit_predict"])
def test_known_actions_that_are_none_are_refused(case, verb, acting, vectors):
    with pytest.raises(ValueError, match=r"actions must hold .* got"):
        getattr(acting(), verb)(vectors, actions=BAD_ACTIONS[case])


def test_known_actions_follow_their_sequences_through_the_shuffling(acting, vectors, monkeypatch):
    from seqdisentangle.training.trainer import Trainer

    model = acting(
        max_epochs=3,
        training__finetune_epochs=1,
        early_stopping=EarlyStopping(validation_fraction=0.2),
        scale="none",
    )
    y = np.array([0, 1, 2, -1, 0, 1, -1])
    label_of = {x.tobytes(): label for x, label in zip(vectors, y, strict=True)}
    step, seen = Trainer.step, []

    def checked(self, batch, **how):
        seen.extend(
            label_of[one.numpy().tobytes()] == label
            for one, label in zip(batch.x, batch.labels, strict=True)
        )
        return step(self, batch, **how)

    monkeypatch.setattr(Trainer, "step", checked)
    model.fit(vectors, actions=y)
    assert seen == [True] * 20  # five sequences, three epochs and one of the generative model
    assert "val_labels" in model.history_[0]


# ---- promises ------------------------------------------------------------------------------------


def test_save_and_load_and_pickle(X, acting, tmp_path):
    model = acting(n_actions__prior=np.array([0.2, 0.3, 0.5])).fit(X)
    model.save(tmp_path / "m.safetensors")
    loaded = RecurrentWAE.load(tmp_path / "m.safetensors")
    for other in (loaded, pickle.loads(pickle.dumps(model))):
        assert np.array_equal(other.predict_proba(X), model.predict_proba(X))
        assert np.array_equal(other.labels_, model.labels_)
        assert np.array_equal(
            table(other.sample(4, random_state=0)), table(model.sample(4, random_state=0))
        )


def test_the_seed_decides_the_weights(acting, vectors, weights, same_weights):
    one, same = (weights(acting().fit(vectors)) for _ in range(2))
    assert same_weights(one, same)
    assert not same_weights(one, weights(acting(random_state=1).fit(vectors)))


@pytest.mark.parametrize("known", [None, [0, 1, 2, -1, 0, -1, -1]], ids=["none", "some"])
def test_a_resumed_training_is_the_same(known, acting, vectors, tmp_path, weights, same_weights):
    class Kill:
        def on_epoch_end(self, estimator, record):
            if record["epoch"] == 2:
                raise RuntimeError("killed")

    whole = acting(max_epochs=4).fit(vectors, actions=known)
    broken = acting(max_epochs=4, checkpoint=tmp_path, callbacks=Kill())
    with pytest.raises(RuntimeError, match="killed"):
        broken.fit(vectors, actions=known)
    resumed = clone(broken).set_params(callbacks=None).fit(vectors, actions=known, resume=True)
    assert same_weights(weights(whole), weights(resumed))
    assert resumed.model_.action.temperature < 1


def test_a_resumed_training_must_have_its_known_actions(acting, vectors, tmp_path):
    acting(checkpoint=tmp_path).fit(vectors, actions=[0, 1, 2, -1, 0, -1, -1])
    with pytest.raises(ValueError, match="another one: known actions was"):
        acting(checkpoint=tmp_path).fit(vectors, actions=[1, 1, 2, -1, 0, -1, -1], resume=True)


def test_partial_fit(acting, vectors):
    model = acting().partial_fit(vectors[:4], actions=[0, 1, 2, -1]).partial_fit(vectors[4:])
    assert model.n_epochs_ == 2
    assert model.predict(vectors).shape == (7,)
    assert not hasattr(model, "labels_"), "there is no data set that they would be of"
    with pytest.raises(ValueError, match=r"n_actions=4, but the fitted model .* n_actions=3"):
        model.set_params(n_actions=4).partial_fit(vectors)


def test_an_average_of_the_weights(acting, vectors):
    model = acting(training__ema=0.9, warm_start=True).fit(vectors).fit(vectors)
    assert np.isfinite(model.predict_proba(vectors)).all()
