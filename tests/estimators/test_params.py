"""Parameters: groups as objects, parts by name, searched by a grid, siblings that share fields."""

import inspect

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from seqdisentangle import DSVAE, Actions, EarlyStopping, MoCoGAN, RecurrentWAE, Training
from seqdisentangle.views import RandomFrames

SIBLINGS = [RecurrentWAE, DSVAE, MoCoGAN]


@pytest.mark.parametrize("cls", SIBLINGS)
def test_siblings_are_no_subclasses_of_each_other(cls):
    assert not any(issubclass(cls, other) for other in SIBLINGS if other is not cls)


def test_what_a_sibling_does_not_have_cannot_be_set():
    with pytest.raises(TypeError, match="reg"):
        DSVAE(reg="gan")
    with pytest.raises(ValueError, match="DSVAE has no parameter 'reg'"):
        DSVAE().set_params(reg="gan")
    assert not hasattr(MoCoGAN(), "early_stopping")
    assert not hasattr(MoCoGAN(), "missing")


@pytest.mark.parametrize("cls", SIBLINGS)
def test_every_parameter_is_documented_with_its_default(cls):
    text = inspect.getdoc(cls)
    for name in cls().get_params(deep=False):
        assert name in text, name


def test_the_constructor_is_short():
    assert len(RecurrentWAE().get_params(deep=False)) <= 35


# ---- groups --------------------------------------------------------------------------------------


BAD = [
    (Training, "lr_schedule", "x"),
    (Training, "lr_warmup", -1),
    (Training, "lr_warmup", 1.5),
    (Training, "clip_norm", 0),
    (Training, "ema", 0),
    (Training, "ema", 1),
    (Training, "frames_per_step", 0),
    (Training, "content_delay", 1.5),
    (Training, "precision", "float16"),
    (Training, "cuda_graphs", "x"),
    (Training, "finetune_epochs", -1),
    (Training, "finetune_epochs", 1.0),
    (Training, "keep_memory", "x"),
    (Training, "threads", 0),
    (EarlyStopping, "validation_fraction", 0),
    (EarlyStopping, "validation_fraction", 1),
    (EarlyStopping, "patience", 0),
    (EarlyStopping, "tol", -1),
    (Actions, "number", 1),
    (Actions, "weight", -1),
    (Actions, "prior", 3),
    (Actions, "kl", "sum"),
    (Actions, "dynamics", "x"),
]


@pytest.mark.parametrize(("cls", "name", "value"), BAD, ids=str)
def test_a_wrong_value_is_named_when_it_is_given(cls, name, value):
    params = {"number": 3} if cls is Actions else {}
    with pytest.raises(ValueError, match=f"The '{name}' parameter of {cls.__name__} must "):
        cls(**{**params, name: value})
    right = cls(**params)
    with pytest.raises(ValueError, match=name):
        right.set_params(**{name: value})
    assert right == cls(**params), "nothing has changed"


def test_every_value_of_a_group_is_checked():
    names = {cls: set(inspect.signature(cls).parameters) for cls in {cls for cls, *_ in BAD}}
    assert {cls: {name for c, name, _ in BAD if c is cls} for cls in names} == names


@pytest.mark.parametrize(
    "group",
    [Training(ema=0.5), EarlyStopping(validation_fraction=0.2), Actions(3, prior=[1, 2, 1])],
)
def test_groups_are_cloned_like_estimators(group):
    copy = clone(group)
    assert copy == group
    assert copy is not group


def test_no_group_is_the_default_one(vectors, small, weights, same_weights):
    plain = weights(small().fit(vectors))
    assert same_weights(plain, weights(small(training=Training()).fit(vectors)))
    stopped = weights(small(early_stopping=True).fit(vectors))
    assert same_weights(stopped, weights(small(early_stopping=EarlyStopping()).fit(vectors)))
    acting = weights(small(n_actions=2).fit(vectors))
    assert same_weights(acting, weights(small(n_actions=Actions(2, weight=0.01)).fit(vectors)))


# ---- parts by name -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"network__width": 24}, lambda m: m.network.width),
        ({"network": "mlp", "network__depth": 24}, lambda m: m.network.depth),
        ({"content_view__n_frames": 24}, lambda m: m.content_view.n_frames),
        ({"reg__content__critic_steps": 24}, lambda m: m.reg.content.critic_steps),
        ({"training__frames_per_step": 24}, lambda m: m.training.frames_per_step),
        (
            {"early_stopping": True, "early_stopping__patience": 24},
            lambda m: m.early_stopping.patience,
        ),
        (
            {"training__lr_schedule": "plateau", "training__lr_schedule__patience": 24},
            lambda m: m.training.lr_schedule.patience,
        ),
        ({"n_actions": 3, "n_actions__weight": 24}, lambda m: m.n_actions.weight),
        ({"motion_prior__n_components": 24}, lambda m: m.motion_prior.n_components),
        ({"cost": "huber", "cost__delta": 24}, lambda m: m.cost.delta),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "found",
)
def test_parameters_of_a_part_are_set_by_their_names(params, found):
    model = clone(RecurrentWAE()).set_params(**params)
    assert found(model) == 24
    assert found(clone(model)) == 24
    (name,) = (name for name, value in params.items() if value == 24)
    assert model.get_params()[name] == 24


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"motion_view__scale": 1}, "motion_view=None has no parameters of its own"),
        ({"n_actions__weight": 1}, "n_actions=None has no parameters of its own"),
        ({"early_stopping__patience": 1}, "early_stopping=False has no parameters of its own"),
        ({"hidden_size__x": 1}, "hidden_size=128 has no parameters of its own"),
        (
            {"content_view": "mirorr", "content_view__x": 1},
            "content_view must be the name of a view",
        ),
        ({"network__wdith": 1}, "has no parameter 'wdith', only"),
        ({"nonsense__x": 1}, "RecurrentWAE has no parameter 'nonsense', only"),
        ({"content_size": 9, "training__ema": 7}, "The 'ema' parameter of Training must be"),
        ({"motion_size": 9, "reg__foo": 7}, "Regularisers has no parameter 'foo', only"),
    ],
    ids=str,
)
def test_a_parameter_of_no_part_is_named(params, message):
    model = RecurrentWAE()
    with pytest.raises(ValueError, match=message):
        model.set_params(**params)
    assert model.get_params() == RecurrentWAE().get_params(), "nothing has changed"


def test_parts_are_searched(vectors, small):
    grid = {"network__width": [4, 8], "content_view__n_frames": [1, 2], "training__ema": [0.5]}
    X = np.repeat(vectors, 2, axis=0)
    search = GridSearchCV(small(max_epochs=1), grid, cv=2).fit(X)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.training.ema == 0.5


def test_a_part_that_two_estimators_share_is_changed_in_one(vectors):
    training = Training(ema=0.5)
    a, b = RecurrentWAE(training=training), RecurrentWAE(training=training)
    a.set_params(training__ema=0.9)
    assert (a.training.ema, b.training.ema, training.ema) == (0.9, 0.5, 0.5)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("training", "ema", 7),
        ("training", "content_delay", 1.5),
        ("training", "content_delay", -1),
        ("early_stopping", "patience", -3),
        ("n_actions", "number", 1),
        ("content_view", "n_frames", -1),
    ],
)
def test_a_part_that_was_changed_since_it_was_made_is_checked_by_fit(
    part, name, value, small, vectors
):
    parts = {
        "training": Training(),
        "early_stopping": EarlyStopping(),
        "n_actions": Actions(3),
        "content_view": RandomFrames(2),
    }
    setattr(parts[part], name, value)
    with pytest.raises(ValueError, match=name):
        small(**{part: parts[part]}).fit(vectors)


def test_integers_of_numpy_are_integers(small, vectors, weights, same_weights):
    counts = {"max_epochs": 2, "hidden_size": 8, "motion_size": 3, "batch_size": 4, "n_actions": 3}
    params = {**counts, "training__frames_per_step": 2, "training__finetune_epochs": 1}
    plain = small(**params).fit(vectors)
    wide = small(**{name: np.int64(value) for name, value in params.items()}).fit(vectors)
    assert same_weights(weights(plain), weights(wide))
