"""Every form of `reg` trains end to end, and keeps scikit-learn's rules."""

import pickle
from collections import Counter
from contextlib import contextmanager

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


@pytest.mark.parametrize("noise", ["auto", None])
def test_kl_learns_the_noise_of_the_codes(noise, vectors, small):
    model = small(reg="kl", content_noise=noise, motion_noise=noise, max_epochs=3).fit(vectors)
    assert all(record["content"] > 0 < record["motion"] for record in model.history_[1:])
    spec = model.model_.spec
    assert spec.content_noise is None is spec.motion_noise


@pytest.mark.parametrize("code", ["content", "motion"])
def test_a_fixed_noise_that_leaves_kl_nothing_to_act_on_is_told(code, vectors, small):
    noise, weight = f"{code}_noise", f"{code}_weight"
    with pytest.warns(UserWarning, match=rf"{noise}=0\.2 .* GaussianKL.* Set {noise}=None"):
        small(reg="kl", **{noise: 0.2}).fit(vectors)
    small(reg="kl", **{noise: 0.2, weight: 0}).fit(vectors)  # which is not computed
    small(reg="mmd", **{noise: 0.2}).fit(vectors)


# ---- which are computed, and with which weight ---------------------------------------------------


@contextmanager
def calls():
    """The modules that are called, and how often, counted by their identity."""
    counted = Counter()
    hook = nn.modules.module.register_module_forward_hook(
        lambda module, args, output: counted.update([id(module)])
    )
    yield counted
    hook.remove()


BOTH = ("content", "motion")


@pytest.mark.parametrize(
    ("reg", "params", "expected"),
    [
        ("auto", {}, ()),
        ("auto", {"motion_prior": "gaussian"}, ("motion",)),
        ("auto", {"content_noise": None}, ("content",)),
        ("auto", {"motion_weight": 0.01}, ("motion",)),
        ("mmd", {}, BOTH),
        ("gan", {}, BOTH),
        ("kl", {}, BOTH),
        ("mmd", {"motion_prior": "gaussian"}, BOTH),
        ("mmd", {"content_weight": 0}, ("motion",)),
        ("gan", {"motion_weight": 0}, ("content",)),
        (MMD(), {}, BOTH),
        (("mmd", "mmd"), {}, BOTH),
        ({"content": "mmd", "motion": EnergyDistance()}, {}, BOTH),
    ],
    ids=str,
)
def test_a_divergence_that_is_named_is_computed_in_every_step_and_weighs(
    reg, params, expected, vectors, small
):
    with calls() as counted:
        model = small(reg=reg, training__content_delay=0, constancy_weight=0, **params).fit(vectors)
    parts, n_steps = model.divergences_._asdict(), 2 * len(model.history_)  # 7 in batches of 4
    computed = {name: counted[id(part)] for name, part in parts.items() if counted[id(part)]}
    assert computed == dict.fromkeys([*expected, "independence"], n_steps)
    weights = {name: float(model._chosen(f"{name}_weight")) for name in BOTH}
    assert tuple(name for name, weight in weights.items() if weight > 0) == expected


@pytest.mark.parametrize("reg", ["mmd", "gan", "kl", (SlicedWasserstein(), EnergyDistance())])
def test_the_loss_is_the_sum_of_what_was_chosen(reg, vectors, small):
    off = {"independence_weight": 0, "constancy_weight": 0, "training__content_delay": 0}
    model = small(reg=reg, motion_prior="gaussian", **off).fit(vectors)
    chosen = {name: model.choices_[f"{name}_weight"].value for name in ("content", "motion")}
    for record in model.history_:
        weighed = record["cost"] + sum(chosen[name] * record[name] for name in chosen)
        assert record["loss"] == pytest.approx(weighed, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("mmd", ("mmd", "mmd")),
        ("mmd", (ScaledMMD(), MMD())),
        ("gan", ("gan", "mmd")),
        ("gan", {"content": JensenShannon(), "motion": MMD()}),
        ("kl", ("kl", "kl")),
        ("kl", GaussianKL()),
    ],
    ids=str,
)
def test_a_name_trains_as_the_pair_that_it_stands_for(
    name, pair, vectors, small, weights, same_weights
):
    a, b = (small(reg=reg, max_epochs=3).fit(vectors) for reg in (name, pair))
    assert same_weights(weights(a), weights(b))
    assert same(learned(a), learned(b))
    assert a.choices_ == b.choices_


def test_weights_have_the_units_of_the_cost(vectors, small):
    """The cost of a value 10 times as large, and of twice as many steps, in the same units."""

    def chosen(X):
        choices = small(reg="mmd", scale="none").fit(X).choices_
        return [choices[f"{code}_weight"].value for code in ("content", "motion")]

    weights = chosen(vectors)
    assert chosen(10 * vectors) == pytest.approx([100 * weight for weight in weights], rel=0.01)
    content, motion = chosen(np.concatenate([vectors, vectors], 1))
    assert (content, motion) == pytest.approx((2 * weights[0], weights[1]), rel=0.01)


def test_an_own_divergence_says_what_it_is_worth(vectors, small):
    class Worthier(LearnedGap):
        content_share = 0.1
        motion_share = 0.2

    choices = small(reg=Worthier()).fit(vectors).choices_
    usual = small(reg=LearnedGap()).fit(vectors).choices_
    for code, times in (("content", 2), ("motion", 2)):
        name = f"{code}_weight"
        assert choices[name].value == pytest.approx(times * usual[name].value, rel=0.01)


def test_what_was_chosen_is_told(vectors, small, capsys):
    model = small(reg="mmd", verbose=1)
    plain = repr(model)
    model.fit(vectors)
    content, motion = (model.choices_[f"{code}_weight"].value for code in ("content", "motion"))
    line = (
        f"{content:g} x ScaledMMD of content, {motion:g} x MMD of motion, "
        "0.5 to 3 x HSIC of independence"
    )
    assert repr(model) == f"{plain}  # {line}"
    assert capsys.readouterr().out.startswith(f"RecurrentWAE: {line}\n")
    model = small(independence_weight=0).fit(vectors)
    assert "# no divergence of content, no divergence of motion, no divergence of ind" in repr(
        model
    )
    assert "whitened" in model.choices_["content_weight"].reason


def test_weights_stand_until_reg_is_another(vectors, small):
    model = small(reg="mmd", scale="none").partial_fit(vectors)
    before = model.choices_
    assert model.partial_fit(3 * vectors).choices_ == before
    weights = model.set_params(reg=("gan", "mmd")).partial_fit(3 * vectors).choices_
    assert weights["content_weight"] != before["content_weight"]
    assert weights["motion_weight"] == before["motion_weight"]
    assert model.set_params(reg="auto").partial_fit(vectors).choices_["content_weight"].value == 0


def test_a_fitted_model_with_chosen_weights_comes_back(vectors, small, tmp_path):
    model = small(reg="kl").fit(vectors)
    model.save(tmp_path / "model")
    assert repr(RecurrentWAE.load(tmp_path / "model")) == repr(model)


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
