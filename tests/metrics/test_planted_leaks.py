"""Planted leaks: each is seen by the measures that should see it, and by no other."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import (
    classification_error,
    consistency,
    content_stability,
    dci,
    downstream,
    factor_swap_accuracy,
    frechet_distance,
    leak_matrix,
    linear_cka,
    linear_consistency,
    reconstruction_quality,
    report,
    swap_accuracy,
    swap_distance,
    two_sample_test,
    verification,
)

N_WHO, N_ACT, N_STEPS, NOISE = 4, 3, 9, 0.05
STEPS = np.arange(N_STEPS)
WHO, ACT = (
    np.random.RandomState(0)
    .permutation(np.indices((N_WHO, N_ACT)).reshape(2, -1).repeat(20, axis=1).T)
    .T
)


def frames(who, act, n_steps=N_STEPS):
    """Sequences (n, T, 2) of who is shown, and of a phase that begins with the act."""
    phase = (act[:, None] + np.arange(n_steps)) % N_ACT
    return np.stack([np.repeat(who[:, None], n_steps, axis=1), phase], axis=2).astype(float)


X = frames(WHO, ACT)


class Planted:
    """Codes are the factors, noise, and the leaks that are asked for; the decoder follows leaks."""

    def __init__(self, leak=None, seed=0):
        self.leak = leak
        self.seed = seed

    def transform(self, X):
        X = np.asarray(X)
        who, phase = X[:, 0, 0].astype(int), X[:, :, 1].astype(int)
        rng = np.random.RandomState(self.seed)
        content, motion = np.eye(N_WHO)[who], np.eye(N_ACT)[phase]
        of_act = 0.5 * (self.leak == "act in content") * np.eye(N_ACT)[phase[:, 0]]
        of_who = 0.5 * (self.leak == "who in motion") * np.eye(N_WHO)[who]
        of_who = np.repeat(of_who[:, None], X.shape[1], axis=1)
        content = np.hstack([content, of_act])
        motion = np.dstack([motion, of_who])
        return SimpleNamespace(
            content=content + NOISE * rng.normal(size=content.shape),
            motion=motion + NOISE * rng.normal(size=motion.shape),
        )

    def decode(self, content, motion):
        who = np.argmax(content[:, :N_WHO] + 9 * motion[..., N_ACT:].mean(1), axis=1)
        act = np.argmax(motion[:, 0, :N_ACT] + 9 * content[:, N_WHO:], axis=1)
        if self.leak != "who in motion":
            who = np.argmax(content[:, :N_WHO], axis=1)
        if self.leak != "act in content":
            act = np.argmax(motion[:, 0, :N_ACT], axis=1)
        return frames(who, act, motion.shape[1])

    def inverse_transform(self, codes):
        content, motion = codes
        return self.decode(content, np.stack(motion))

    def reconstruct(self, X):
        return self.inverse_transform(vars(self.transform(X)).values())

    def swap(self, a, b):
        a, b = self.transform(a), self.transform(b)
        return SimpleNamespace(
            a_motion_b_content=self.decode(b.content, a.motion),
            a_content_b_motion=self.decode(a.content, b.motion),
        )

    def sample(self, n, n_steps=N_STEPS, *, content=None, motion=None, random_state=None):
        rng = np.random.RandomState(random_state)
        drawn = self.transform(frames(rng.randint(N_WHO, size=n), rng.randint(N_ACT, size=n)))
        content = drawn.content if content is None else content
        return self.decode(content, drawn.motion if motion is None else motion)


JUDGE = SimpleNamespace(predict=lambda X: X[:, 0, ::-1])  # motion first
FACTORS = {"who": WHO, "act": ACT}


@functools.cache
def table_of(measure, leak):
    return measure(Planted(leak), X, FACTORS, n_folds=3, random_state=0)


def probed(factor, code, probe):
    def measure(model):
        matrix = table_of(leak_matrix, model.leak)
        return matrix.select(factor=factor, code=code, probe=probe)["score"][0]

    return measure


def predicted(task, features):
    def measure(model):
        table = table_of(downstream, model.leak)
        return table.select(task=task, features=features)["score"][0]

    return measure


def swapped(part):
    def measure(model):
        asked = (model, X, ACT, WHO, JUDGE)
        return getattr(swap_accuracy(*asked, random_state=0), part)[0]

    return measure


def away(name):
    """Distances of swaps from the donor that they should be like."""

    def measure(model):
        pairs = X, X[np.random.RandomState(1).permutation(len(X))]
        found = swap_distance(
            model, pairs, embed=lambda x: x[:, :1], keypoints=lambda x: x[:, None, 1:]
        )
        return getattr(found, name).mean

    return measure


def exchanged(judged):
    """Labels of sequences that are given the dimensions of another's content that say who."""

    def measure(model):
        reader = SimpleNamespace(predict=lambda X: X[:, 0])
        asked = model, X, FACTORS, reader, {"who": range(N_WHO)}
        return factor_swap_accuracy(*asked, random_state=0).select(judged=judged)["score"][0]

    return measure


def drawn_error(model):
    asked = (model, X, ACT, WHO, JUDGE)
    return classification_error(*asked, n_draws=2, random_state=0).average.mean


def samples_apart(model):
    made = model.sample(len(X), random_state=3)
    return frechet_distance(X[:, 0], made[:, 0])


# A measure of a model, the ideal, and the leaks that it should see.
MEASURES = {
    "who read off content": (probed("who", "content", "linear"), 1, ()),
    "act read off motion": (probed("act", "motion", "linear"), 1, ()),
    "who read off motion": (probed("who", "motion", "linear"), 1 / 4, ("who in motion",)),
    "neighbours, motion": (probed("who", "motion", "neighbours"), 1 / 4, ("who in motion",)),
    "act read off content": (probed("act", "content", "linear"), 1 / 3, ("act in content",)),
    "neighbours, content": (probed("act", "content", "neighbours"), 1 / 3, ("act in content",)),
    "motion for who": (predicted("who", "motion"), 1 / 4, ("who in motion",)),
    "content for who": (predicted("who", "content"), 1, ()),
    "error rate of content": (lambda m: verification(m, X, WHO).content, 0, ()),
    "error rate of motion": (lambda m: verification(m, X, WHO).motion, 0.5, ("who in motion",)),
    "informativeness of content": (
        lambda m: dci(m.transform(X).content, FACTORS, random_state=0).informativeness,
        (1 + 1 / 3) / 2,
        ("act in content",),
    ),
    "consistency of content": (
        lambda m: consistency(m, Planted(m.leak, seed=1), X, random_state=0).content,
        1,
        (),
    ),
    "stability of content": (lambda m: content_stability(m, X), 1, ("act in content",)),
    "reconstruction": (lambda m: reconstruction_quality(m, X).moving, 1, ()),
    "content of swaps": (swapped("content"), 1, ("who in motion",)),
    "motion of swaps": (swapped("motion"), 1, ("act in content",)),
    "who, where who is exchanged": (exchanged("who"), 1, ("who in motion",)),
    "act, where who is exchanged": (exchanged("act"), 1, ()),
    "embedding of swaps": (away("embedding"), 0, ("who in motion",)),
    "keypoints of swaps": (away("keypoints"), 0, ("act in content",)),
    "classification error": (drawn_error, 0, ("who in motion", "act in content")),
    "Frechet distance of samples": (samples_apart, 0, ()),
}
CLEAR, NOTHING = 0.2, 0.1


@pytest.mark.parametrize("name", MEASURES)
def test_a_leak_is_seen_where_it_should_be_and_nowhere_else(name):
    measure, ideal, seen = MEASURES[name]
    assert measure(Planted()) == pytest.approx(ideal, abs=NOTHING)
    for leak in ("who in motion", "act in content"):
        found = abs(measure(Planted(leak)) - ideal)
        assert (found > CLEAR) if leak in seen else (found < NOTHING), (leak, found)


class Permuted(Planted):
    """Codes of other sequences."""

    def transform(self, X):
        codes = super().transform(X)
        order = np.random.RandomState(2).permutation(len(X))
        return SimpleNamespace(content=codes.content[order], motion=codes.motion[order])


def test_permuted_codes_are_at_chance():
    matrix = leak_matrix(Permuted(), X, FACTORS, n_folds=3, random_state=0)
    codes = [*matrix.select(code="content").records, *matrix.select(code="motion").records]
    assert all(abs(r["score"] - r["chance"]) < 0.16 for r in codes)
    found = verification(Permuted(), X, WHO)
    assert (found.content, found.motion) == pytest.approx((0.5, 0.5), abs=0.05)
    content, other = Planted().transform(X).content, Permuted().transform(X).content
    informed = dci(other, FACTORS, random_state=0)
    assert informed.informativeness == pytest.approx(informed.chance, abs=0.12)
    assert linear_consistency(content, other, random_state=0) < 0.1
    assert linear_cka(content, other) < 0.15


def test_samples_are_told_from_data_only_where_they_differ():
    real, made = X[:, 0], Planted().sample(len(X), random_state=3)[:, 0]
    assert two_sample_test(real, made, random_state=0).p_value > 0.05
    assert two_sample_test(real, made + np.array([1, 0]), random_state=0).p_value < 0.01


def test_the_report_shows_the_leak_in_its_row():
    reader = SimpleNamespace(predict=lambda X: X[:, 0])
    oracle, leaky = (
        report(Planted(leak), X, FACTORS, judge=reader, n_folds=3, random_state=0)
        for leak in (None, "who in motion")
    )
    changed = {
        (a["measure"], a["of"])
        for a, b in zip(oracle.records, leaky.records, strict=True)
        if abs(a["value"] - b["value"]) > 0.15 and not a["measure"].startswith("two-sample")
    }
    assert changed == {
        ("linear probe of who", "motion"),
        ("equal error rate of who", "motion"),
        ("equal error rate of who", "gap"),
        ("swap, right donor", "content"),
        ("swap, wrong donor", "content"),
        ("separation", "swaps"),
        ("classification error of who", "content kept"),
        ("classification error of who", "motion kept"),
        ("swap shows who", "content donor"),
        ("swap shows who", "motion donor"),
    }
