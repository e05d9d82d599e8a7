"""DSVAE: scikit-learn's rules, every kind of input, files, resuming."""

import os
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from seqdisentangle import DSVAE, RecurrentWAE, Training
from tests.estimators._common import SMALL, TINY, table

each_form = pytest.mark.parametrize("posterior", ["factorised", "full"])


@parametrize_with_checks([DSVAE(posterior, **TINY) for posterior in ("factorised", "full")])
def test_scikit_learn_checks(estimator, check, request):
    if "check_array_api_input" in request.node.name and os.environ.get("SCIPY_ARRAY_API") != "1":
        pytest.skip("scikit-learn runs it with SCIPY_ARRAY_API=1 only")
    check(estimator)


@each_form
def test_has_every_verb(posterior, X):
    model = DSVAE(posterior, **SMALL).fit(X)
    content, motion = model.transform(X)
    assert content.shape == (7, 4)
    assert {m.shape[1] for m in motion} == {2}
    again = table(model.reconstruct(X))
    np.testing.assert_allclose(table(model.inverse_transform((content, motion))), again, atol=1e-5)
    for swapped in model.swap(X, X):
        np.testing.assert_allclose(table(swapped), again, atol=1e-5)
    assert np.shape(model.sample(3, 5, random_state=0))[:2] == (3, 5)
    assert np.shape(model.extend(X, 2, random_state=0))[:2] == (7, 2)
    assert len(model.interpolate(X, X, 3)) == 7
    assert np.isfinite(model.score(X))
    assert not hasattr(model, "predict")


@each_form
def test_is_saved_and_loaded(posterior, X, tmp_path):
    model = DSVAE(posterior, **SMALL).fit(X)
    model.save(tmp_path / "m.safetensors")
    for other in (DSVAE.load(tmp_path / "m.safetensors"), pickle.loads(pickle.dumps(model))):
        assert other.get_params() == model.get_params()
        assert np.array_equal(table(other.reconstruct(X)), table(model.reconstruct(X)))
    with pytest.raises(ValueError, match="holds DSVAE, expected RecurrentWAE"):
        RecurrentWAE.load(tmp_path / "m.safetensors")


@each_form
def test_a_resumed_training_is_the_same(posterior, vectors, tmp_path, weights, same_weights):
    class Kill:
        def on_epoch_end(self, estimator, record):
            if record["epoch"] == 2:
                raise RuntimeError("killed")

    params = {
        **SMALL,
        "posterior": posterior,
        "max_epochs": 4,
        "training": Training(lr_schedule="cosine"),
    }
    broken = DSVAE(**params, checkpoint=tmp_path, callbacks=Kill())
    with pytest.raises(RuntimeError, match="killed"):
        broken.fit(vectors)
    resumed = clone(broken).set_params(callbacks=None).fit(vectors, resume=True)
    assert same_weights(weights(resumed), weights(DSVAE(**params).fit(vectors)))


def test_the_forms_are_two_models(vectors):
    model = DSVAE(**SMALL).fit(vectors)
    with pytest.raises(ValueError, match="posterior='full', but the fitted model"):
        model.set_params(posterior="full").partial_fit(vectors)


def test_learns(vectors):
    X = np.repeat(vectors, 8, axis=0)
    model = DSVAE(**{**SMALL, "max_epochs": 30, "batch_size": 14}).fit(X)
    assert model.history_[-1]["loss"] < 0.8 * model.history_[0]["loss"]


@pytest.mark.parametrize(("name", "value"), [("posterior", "x"), ("kl_weight", -1), ("cost", "x")])
def test_names_a_wrong_parameter(name, value, vectors):
    with pytest.raises(ValueError, match=name):
        DSVAE(**{**SMALL, name: value}).fit(vectors)


def test_some_frames_and_fine_tuning_are_there_where_they_are_asked_for(vectors):
    training = Training(frames_per_step=2, finetune_epochs=1)
    model = DSVAE(**SMALL, training=training).fit(vectors)
    assert np.isfinite(model.reconstruct(vectors)).all()
    plain = DSVAE(**SMALL).fit(vectors)
    assert not np.array_equal(model.reconstruct(vectors), plain.reconstruct(vectors))
