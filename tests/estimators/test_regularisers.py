"""Every form of `reg` trains end to end, and keeps scikit-learn's rules."""

import pickle

import geomloss
import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from torch import nn

from seqdisentangle import RecurrentWAE
from seqdisentangle.divergences import (
    HSIC,
    MMD,
    Divergence,
    EnergyDistance,
    GaussianKL,
    JensenShannon,
    ScaledMMD,
    Sinkhorn,
    SlicedWasserstein,
)
from seqdisentangle.model import MixturePrior


class LearnedGap(Divergence):
    """A third party's: the difference of the means of a learned, bounded feature."""

    learning_rate = 0.01

    def __init__(self, width=4):
        super().__init__()
        self.width = width

    def build(self, size):
        self.features = nn.Sequential(nn.Linear(size, self.width), nn.Tanh())
        return self

    def forward(self, q, p, mask=None):
        f_q, f_p = self.features(q.value), self.features(p.value)
        return (f_q.mean(-2) - f_p.mean(-2)).square().sum(-1)


def gap(z_q, z_p):
    return (z_q.mean(0) - z_p.mean(0)).square().sum()


EACH = {
    "auto": "auto",
    "mmd": "mmd",
    "gan": "gan",
    "kl": "kl",
    "mixed": ("gan", "kl"),
    "sliced": SlicedWasserstein(),
    "sinkhorn": Sinkhorn(),
    "energy": {"content": EnergyDistance(), "motion": MMD("laplacian", bandwidth="median")},
    "adversarial": {
        "content": JensenShannon(critic_steps=2),
        "motion": ScaledMMD(),
        "independence": JensenShannon(),
    },
    "independence": {"content": "mmd", "motion": "mmd", "independence": EnergyDistance()},
    "geomloss": geomloss.SamplesLoss("sinkhorn"),
    "function": gap,
    "own": LearnedGap(),
}
each = pytest.mark.parametrize("reg", EACH.values(), ids=EACH)


def learned(model):
    """All that is learned by the divergences, by name."""
    return {
        f"{part}.{name}": value
        for part, divergence in model.divergences_._asdict().items()
        for name, value in divergence.state_dict().items()
    }


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@each
def test_trains_the_same_each_time_and_leaves_the_global_generators(
    reg, vectors, small, weights, same_weights
):
    state = torch.get_rng_state()
    models = [small(reg=reg, random_state=seed, max_epochs=3).fit(vectors) for seed in (0, 0, 1)]
    assert torch.equal(torch.get_rng_state(), state)
    assert same_weights(weights(models[0]), weights(models[1]))
    assert not same_weights(weights(models[0]), weights(models[2]))
    assert same(learned(models[0]), learned(models[1]))
    assert np.isfinite([list(record.values()) for record in models[0].history_]).all()
    assert any(record["independence"] for record in models[0].history_)


@each
def test_survives_clone_and_pickle(reg, vectors, small, tmp_path):
    model = clone(small(reg=reg)).fit(vectors)
    joblib.dump(model, tmp_path / "model")
    for again in (pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "model")):
        assert same(learned(again), learned(model))
        assert np.array_equal(again.transform(vectors).content, model.transform(vectors).content)


def test_what_an_own_divergence_learned_is_in_the_file(vectors, small, tmp_path):
    model = small(reg=LearnedGap(), max_epochs=3).fit(vectors)
    model.save(tmp_path / "model")
    with pytest.raises(ValueError, match=r"objects of your own.*reg \(LearnedGap"):
        RecurrentWAE.load(tmp_path / "model")
    loaded = RecurrentWAE.load(tmp_path / "model", reg=LearnedGap())
    assert same(learned(loaded), learned(model))
    assert learned(loaded)["content.features.0.weight"].any()


def test_an_own_divergence_is_trained_and_the_users_object_is_left_alone(vectors, small):
    given = JensenShannon(critic=nn.Linear(4, 1))
    before = given.critic.weight.clone()
    model = small(reg=(given, "mmd"), max_epochs=3).fit(vectors)
    assert torch.equal(given.critic.weight, before)
    assert not torch.equal(model.divergences_.content.critic.weight, before)


def test_arguments_of_a_divergence_are_parameters(vectors, small):
    model = small(reg=MMD("gaussian"), max_epochs=1)
    assert model.get_params()["reg__kernel"] == "gaussian"
    search = GridSearchCV(model, {"reg__kernel": ["gaussian", "laplacian"]}, cv=2).fit(vectors)
    assert search.best_estimator_.divergences_.content.kernel == search.best_params_["reg__kernel"]
    with pytest.raises(ValueError, match="MMD has no parameter 'kernl'"):
        model.set_params(reg__kernl="gaussian")


@pytest.mark.parametrize("noise", [None, 0.2])
def test_kl_compares_gaussians_of_each_step(noise, vectors, small):
    model = small(reg="kl", content_noise=noise, motion_noise=noise, max_epochs=3).fit(vectors)
    assert all(record["content"] > 0 < record["motion"] for record in model.history_[1:])


def test_auto_weights_are_those_of_the_divergences(vectors, small):
    def first(**params):
        model = small(max_epochs=1, content_delay=0, **params)
        return model.fit(vectors).history_[0]["loss"]

    weights = {
        "content_weight": GaussianKL.content_weight,
        "motion_weight": EnergyDistance.motion_weight,
    }
    reg = (GaussianKL(), EnergyDistance())
    assert first(reg=reg) == first(reg=reg, **weights) != first(reg=reg, content_weight=1.0)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, False),
        ({"reg": "gan"}, False),
        ({"reg": "kl"}, True),
        ({"motion_prior": "gaussian"}, True),
        ({"motion_weight": 0.01}, True),
        ({"motion_weight": 0, "motion_prior": "gaussian"}, False),
        ({"reg": MMD()}, True),
        ({"reg": ("mmd", "mmd")}, True),
        ({"reg": {"content": "mmd", "motion": EnergyDistance()}}, True),
    ],
    ids=str,
)
def test_motion_has_a_divergence_where_its_prior_needs_it_or_one_is_chosen(
    params, expected, vectors, small
):
    model = small(max_epochs=1, **params).fit(vectors)
    assert (model.history_[0]["motion"] != 0) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, False),
        ({"content_noise": None}, True),
        ({"content_weight": 0.01}, True),
        ({"reg": "mmd"}, True),
        ({"reg": "gan"}, True),
        ({"reg": "mmd", "content_weight": 0}, False),
        ({"reg": MMD()}, True),
    ],
    ids=str,
)
def test_content_has_a_divergence_where_nothing_whitens_it_or_one_is_chosen(
    params, expected, vectors, small
):
    model = small(max_epochs=1, content_delay=0, **params).fit(vectors)
    assert (model.history_[0]["content"] != 0) == expected


def test_without_weight_independence_is_not_computed(vectors, small):
    class Never(HSIC):
        def forward(self, q, p, mask=None):
            raise AssertionError("called")

    reg = {"content": "mmd", "motion": "mmd", "independence": Never()}
    model = small(reg=reg, independence_weight=0).fit(vectors)
    assert {record["independence"] for record in model.history_} == {0}


def test_the_steps_of_the_prior_are_mixtures_unless_they_are_compared_in_closed_form(
    small, vectors
):
    assert small().fit(vectors).model_.prior.n_components == 40
    assert small(reg="kl").fit(vectors).model_.prior.n_components == 1
    model = small(motion_prior=MixturePrior(3)).fit(vectors)
    assert model.model_.prior.n_components == 3
    assert model.sample(2, n_steps=4, random_state=0).shape == (2, 4, *vectors.shape[2:])
    assert model.extend(vectors, 3, random_state=0).shape[1] == 3
    with pytest.raises(
        ValueError, match=r"motion_prior=MixturePrior\(n_components=2\): GaussianKL"
    ):
        small(reg="kl", motion_prior=MixturePrior(2)).fit(vectors)
