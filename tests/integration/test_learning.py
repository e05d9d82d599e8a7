"""Trainings of some seconds: models learn what they are to learn."""

import copy

import numpy as np
import pytest
import torch
from sklearn.base import clone

from seqdisentangle import DSVAE, RecurrentWAE, Training
from seqdisentangle.data.batches import Batch
from seqdisentangle.datasets import make_moving_digits
from seqdisentangle.metrics import clustering_accuracy
from seqdisentangle.networks import Conv
from seqdisentangle.objectives import Squared
from seqdisentangle.objectives.rwae import WassersteinObjective

pytestmark = pytest.mark.integration


def test_vectors_in_odd_units_come_back(small):
    t = np.linspace(0, 6, 8)
    X = np.stack([[np.sin(t + p), np.cos(t + p)] for p in np.linspace(0, 6, 60)]).swapaxes(1, 2)
    odd = X * 1e-3 + 1e6
    model = small(max_epochs=60, batch_size=20, learning_rate=1e-2)
    back = model.fit(odd).reconstruct(odd)
    assert back.dtype == np.float64
    assert np.abs(back - odd).mean() < 0.1 * odd.std()


def test_missing_values_are_learned_from_the_others():
    """Features that are copies of each other tell each other's missing values."""
    t = np.linspace(0, 2 * np.pi, 10)
    wave = np.sin(t + np.random.RandomState(0).uniform(0, 6, (200, 1)))
    X = np.stack([wave, -wave, 2 * wave], -1) + 7
    gone = np.random.RandomState(1).uniform(size=X.shape) < 0.2
    broken = np.where(gone, np.nan, X)
    model = RecurrentWAE(missing="mask", max_epochs=60, random_state=0).fit(broken)
    error = (model.reconstruct(broken) - X)[gone]
    constant = (X - np.nanmean(broken, (0, 1)))[gone]
    assert np.square(error).mean() < 0.3 * np.square(constant).mean()


def test_content_is_more_the_same_over_a_sequence_the_more_constancy_weighs():
    rng = np.random.RandomState(0)
    level = rng.normal(size=(60, 1, 2))
    sounds = rng.normal(size=(5, 6))[rng.randint(5, size=(60, 8))]  # of any sequence, for a while
    X = np.concatenate([level + 0.3 * rng.normal(size=(60, 8, 2)), sounds], -1)
    shares = []
    for weight in (0, (1, 0)):
        model = RecurrentWAE(
            content_view="random_frames",
            constancy_weight=weight,
            content_size=4,
            max_epochs=60,
            random_state=0,
        ).fit(X)
        codes = model.transform(X.reshape(-1, 1, 8)).content.reshape(60, 8, 4)  # of each frame
        shares.append(codes.var(1).mean() / codes.var((0, 1)).mean())
    assert shares[1] < 0.7 * shares[0]


def test_a_larger_weight_lowers_the_divergences_of_dsvae(vectors):
    X = np.repeat(vectors, 8, axis=0)
    sizes = {"content_size": 4, "motion_size": 2, "hidden_size": 16}
    how = {"max_epochs": 20, "batch_size": 4, "device": "cpu", "random_state": 0}
    light, heavy = (DSVAE(kl_weight=w, **sizes, **how).fit(X).history_[-1] for w in (0.1, 10))
    assert heavy["motion"] < light["motion"]
    assert heavy["content"] < light["content"]


def turning(n=60, steps=8, seed=0):
    """Points on a circle that turn left, turn right, or rest."""
    rng = np.random.RandomState(seed)
    action = rng.randint(3, size=n)
    speed = np.array([0.7, -0.7, 0.0])[action] + rng.normal(scale=0.05, size=n)
    angle = rng.uniform(0, 2 * np.pi, (n, 1)) + speed[:, None] * np.arange(steps)
    points = np.stack([np.cos(angle), np.sin(angle)], -1) + rng.normal(
        scale=0.02, size=(n, steps, 2)
    )
    return points.astype(np.float32), action


def test_labels_of_some_sequences_are_learned_for_the_others(small):
    X, y = turning(200)
    known = np.where(np.arange(200) < 100, y, -1)
    params = {
        "n_actions": 3,
        "max_epochs": 40,
        "batch_size": 20,
        "motion_size": 4,
        "n_actions__weight": 0.1,
    }
    told, untold = small(**params).fit(X, actions=known), small(**params).fit(X)
    rest = known < 0
    assert np.mean(told.predict(X)[rest] == y[rest]) > 0.9
    assert np.mean(told.predict(X)[rest] == y[rest]) > np.mean(untold.predict(X)[rest] == y[rest])
    assert told.history_[-1]["labels"] < told.history_[0]["labels"]
    assert clustering_accuracy(y, untold.predict(X)) >= 1 / 3


def norm_of_gradient(value, module):
    gradients = torch.autograd.grad(value, list(module.parameters()), retain_graph=True)
    return float(torch.cat([gradient.flatten() for gradient in gradients]).norm())


class Watched:
    """The MMD of motion on all sequences; the shares of divergences in gradients of encoders."""

    def __init__(self, X):
        self.x = torch.as_tensor(X, dtype=torch.float32)
        self.motion, self.shares = [], []

    def on_epoch_end(self, estimator, record):
        chosen = {name: choice.value for name, choice in estimator.choices_.items()}
        objective = WassersteinObjective(
            estimator.divergences_,
            cost=Squared(),
            independence_weight=0.5,
            constancy_weight=chosen["constancy_weight"][0],
            swap_weight=chosen["constancy_weight"][1],
            **{
                f"{part}_weight": chosen[f"{part}_weight"]
                for part in ("content", "motion", "movement")
            },
        )
        batch, rng = Batch(self.x), torch.Generator().manual_seed(0)
        with torch.no_grad():
            self.motion.append(float(objective(estimator.model_, batch, rng)[0].parts["motion"]))
        model = copy.deepcopy(estimator.model_).train()
        loss, _ = objective(model, Batch(self.x[:32]), rng)
        shares = {}
        for code in ("content", "motion"):
            encoder = getattr(model, code)
            weighed = loss.parts[code] * chosen[f"{code}_weight"]
            shares[code] = norm_of_gradient(weighed, encoder) / norm_of_gradient(
                loss.total, encoder
            )
        self.shares.append(shares)


def fit_watched(X, **params):
    watched = Watched(X)
    RecurrentWAE(
        **{"hidden_size": 32, "scale": "none", "random_state": 0, **params},
        training=Training(content_delay=0, finetune_epochs=0),
        callbacks=watched,
    ).fit(X)
    return watched


def waves(n=200):
    angle = np.random.RandomState(0).uniform(0, 6, (n, 1)) + 0.7 * np.arange(8)
    return 1.4 * np.stack([np.sin(angle), np.cos(angle)], -1)


def test_mmd_teaches_a_prior_of_gaussians():
    """At first codes come to depend on those before, which the prior then learns to foretell."""
    few = {"motion_prior": "gaussian", "max_epochs": 20, "batch_size": 20, "motion_size": 2}
    taught = fit_watched(waves(), reg="mmd", **few).motion
    assert taught[-1] < 0.5 * taught[0]
    assert taught[-1] < 0.25 * max(taught)


@pytest.mark.parametrize("reg", ["mmd", "gan", "kl"])
@pytest.mark.parametrize("data", ["vectors", "digits"])
def test_divergences_that_are_named_move_their_encoders(reg, data):
    """By at least 1% of its norm, in the second half of a short training: critics learn first."""
    if data == "vectors":
        X, few = waves(), {"max_epochs": 12, "batch_size": 20}
    else:
        X = make_moving_digits(96, n_steps=6, size=16, random_state=0).X / np.float32(255)
        few = {"max_epochs": 9, "batch_size": 12, "network": Conv(8)}
    shares = fit_watched(X if data == "vectors" else X[:, :, None], reg=reg, **few).shares
    for code in ("content", "motion"):
        assert min(share[code] for share in shares[len(shares) // 2 :]) > 0.01


def test_content_is_what_a_group_shares_and_motion_takes_what_one_has_alone():
    rng = np.random.RandomState(0)
    speaker, word = np.arange(160) % 8, np.arange(160) // 8 % 5
    voices, words = rng.normal(size=(8, 1, 4)), rng.normal(size=(5, 1, 4))
    X = voices[speaker] + words[word] + 0.5 * rng.normal(size=(160, 12, 4)).cumsum(1) / 3
    a, b = rng.permutation(160), rng.permutation(160)

    def error(model):
        swapped = model.swap(X[a], X[b]).a_motion_b_content.mean(1)
        own = X[a].mean(1) - voices[speaker[a], 0]  # the word, and where it has drifted to
        return np.square(swapped - voices[speaker[b], 0] - own).mean()

    model = RecurrentWAE(max_epochs=60, random_state=0)
    alone, grouped = error(model.fit(X)), error(clone(model).fit(X, groups=speaker))
    assert grouped < 0.5 * alone
