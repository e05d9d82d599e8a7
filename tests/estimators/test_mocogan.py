"""MoCoGAN: scikit-learn's rules, codes of samples, files, resuming."""

import os
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from seqdisentangle import MoCoGAN, Training
from tests.estimators._common import SMALL, TINY


@parametrize_with_checks([MoCoGAN(**TINY), MoCoGAN(2, **TINY)])
def test_scikit_learn_checks(estimator, check, request):
    if "check_array_api_input" in request.node.name and os.environ.get("SCIPY_ARRAY_API") != "1":
        pytest.skip("scikit-learn runs it with SCIPY_ARRAY_API=1 only")
    check(estimator)


each_n_actions = pytest.mark.parametrize("n_actions", [None, 3])


@each_n_actions
def test_samples_what_it_was_fitted_to(n_actions, X):
    model = MoCoGAN(n_actions, **SMALL).fit(X)
    first = np.asarray(X[0])
    samples = model.sample(3, 4, random_state=0)
    assert samples.shape == (3, 4, *first.shape[1:])
    assert samples.dtype == first.dtype
    assert np.array_equal(samples, model.sample(3, 4, random_state=0))
    assert not np.array_equal(samples, model.sample(3, 4, random_state=1))
    assert [len(x) for x in model.sample(n_steps=[2, 5])] == [2, 5]


@each_n_actions
def test_codes_of_samples_are_what_samples_are_made_of(n_actions, videos):
    model = MoCoGAN(n_actions, **SMALL).fit(videos)
    codes = model.sample_codes(3, 4, random_state=0)
    samples = model.sample(3, 4, random_state=0)
    assert np.array_equal(model.sample(content=codes.content, motion=codes.motion), samples)


def test_swap_exchanges_the_codes_of_samples(videos):
    model = MoCoGAN(**SMALL).fit(videos)
    a, b = (model.sample_codes(3, 4, random_state=seed) for seed in (1, 2))
    swap = model.swap(a, b)
    expected = model.sample(content=b.content, motion=a.motion)
    assert np.array_equal(swap.a_motion_b_content, expected)
    expected = model.sample(content=a.content, motion=b.motion)
    assert np.array_equal(swap.a_content_b_motion, expected)
    back = model.swap(a, a)
    assert np.array_equal(back[0], back[1])


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (lambda a, X: X, "a must be a pair .* no encoder"),
        (lambda a, X: (a.content[:2], a.motion[:2]), "equally many codes, got 2 and 3"),
        (lambda a, X: (a.content[:, :2], a.motion), "a: content must have shape"),
        (lambda a, X: (a.content, a.motion[..., :1]), "motion must have shape"),
    ],
    ids=["sequences", "fewer", "content", "motion"],
)
def test_swap_names_what_are_no_codes(codes, message, videos):
    model = MoCoGAN(**SMALL).fit(videos)
    a = model.sample_codes(3, 4, random_state=0)
    with pytest.raises(ValueError, match=message):
        model.swap(codes(a, videos), a)


def test_what_needs_an_encoder_does_not_exist(videos):
    model = MoCoGAN(n_actions=2, **SMALL).fit(videos)
    for verb in (
        *("transform", "fit_transform", "inverse_transform", "reconstruct", "score"),
        *("extend", "interpolate", "predict", "predict_proba", "fit_predict"),
    ):
        assert not hasattr(model, verb), verb


def test_an_action_decides_the_motion_and_nothing_else(videos):
    model = MoCoGAN(n_actions=3, **SMALL).fit(videos)
    one, other = (model.sample_codes(2, 4, action=k, random_state=0) for k in (0, 2))
    assert np.array_equal(one.content, other.content)
    assert not np.array_equal(one.motion, other.motion)
    each = model.sample_codes(2, 4, action=[0, 2], random_state=0)
    assert np.array_equal(each.motion[0], one.motion[0])
    assert np.array_equal(each.motion[1], other.motion[1])
    sampled = model.sample(2, 4, action=2, random_state=0)
    assert np.array_equal(sampled, model.sample(content=other.content, motion=other.motion))
    with pytest.raises(ValueError, match="motion and action were given"):
        model.sample(motion=one.motion, action=1)
    with pytest.raises(ValueError, match="action must be an integer from 0 to 2"):
        model.sample(2, action=3)


@each_n_actions
def test_is_saved_and_loaded(n_actions, X, tmp_path):
    model = MoCoGAN(n_actions, **SMALL).fit(X)
    model.save(tmp_path / "m.safetensors")
    for other in (MoCoGAN.load(tmp_path / "m.safetensors"), pickle.loads(pickle.dumps(model))):
        assert other.get_params() == model.get_params()
        assert np.array_equal(other.sample(3, random_state=0), model.sample(3, random_state=0))
        for one, same in zip(model.divergences_, other.divergences_, strict=True):
            for name, value in one.state_dict().items():
                assert np.array_equal(value, same.state_dict()[name])


@each_n_actions
def test_a_resumed_training_is_the_same(n_actions, videos, tmp_path, weights, same_weights):
    class Kill:
        def on_epoch_end(self, estimator, record):
            if record["epoch"] == 2:
                raise RuntimeError("killed")

    params = {**SMALL, "n_actions": n_actions, "max_epochs": 4, "training": Training(ema=0.9)}
    broken = MoCoGAN(**params, checkpoint=tmp_path, callbacks=Kill())
    with pytest.raises(RuntimeError, match="killed"):
        broken.fit(videos)
    resumed = clone(broken).set_params(callbacks=None).fit(videos, resume=True)
    whole = MoCoGAN(**params).fit(videos)
    assert same_weights(weights(resumed), weights(whole))
    assert {"image", "video", "action"} <= set(whole.history_[0])


def test_goes_on(videos, weights, same_weights):
    model = MoCoGAN(**SMALL, warm_start=True).fit(videos)
    before = weights(model)
    assert not same_weights(before, weights(model.fit(videos)))
    assert model.n_epochs_ == 4
    assert model.partial_fit(videos).n_epochs_ == 5
    assert not model.model_.training


def test_a_loss_that_is_no_longer_finite_is_named(vectors):
    with pytest.raises(FloatingPointError, match=r"in epoch \d"):
        MoCoGAN(**{**SMALL, "learning_rate": 1e38, "max_epochs": 9}).fit(vectors)


@pytest.mark.parametrize(
    ("name", "value"),
    [("clip_steps", 0), ("n_actions", 1), ("gradient_penalty", -1)],
)
def test_names_a_wrong_parameter(name, value, vectors):
    with pytest.raises(ValueError, match=name):
        MoCoGAN(**{**SMALL, name: value}).fit(vectors)


def test_refuses_missing_values(vectors):
    X = np.where(vectors > 1, np.nan, vectors)
    with pytest.raises(ValueError, match="X contains NaN"):
        MoCoGAN(**SMALL).fit(X)


@pytest.mark.parametrize("training", [Training(frames_per_step=2), Training(finetune_epochs=1)])
def test_settings_of_an_encoder_are_refused(training, vectors):
    with pytest.raises(ValueError, match="MoCoGAN has no encoder"):
        MoCoGAN(**SMALL, training=training).fit(vectors)
