"""The end of a training: prior and decoder given the codes, what moves, what cuts it short."""

import copy
import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from seqdisentangle.data.batches import Batch
from seqdisentangle.model.core import build_model
from seqdisentangle.model.priors import MixturePrior
from seqdisentangle.training.finetuning import FineTuning, finetune
from seqdisentangle.training.trainer import Trainer
from tests.training._finetuning import (
    VECTORS,
    data,
    each_spec,
    loss_of,
    objective_of,
    seeded,
)

# What is fitted of a model.
GENERATIVE = ("prior", "decoder")


def trainer_of(model):
    objective = objective_of(model.spec)
    settings = {"learning_rate": 0.01, "lr_schedule": "constant", "n_updates": 9, "clip_norm": None}
    return Trainer(model, objective, seed=0, **settings)


def fitted(model, batches, n_epochs=5, seed=0):
    trainer = trainer_of(model)
    how = {"learning_rate": 0.008, "n_epochs": n_epochs, "seed": seed}
    return finetune(trainer, batches, **how)


def test_an_objective_without_a_cost_of_frames_is_refused():
    trainer = trainer_of(build_model(VECTORS, 0))
    trainer.objective = FineTuning(trainer.objective)
    with pytest.raises(TypeError, match="for objectives with a cost of frames, got FineTuning"):
        finetune(trainer, [], learning_rate=0.01, n_epochs=1, seed=0)


@each_spec
def test_only_the_generative_model_moves_and_fits_the_codes_better(spec):
    model = build_model(spec, 0)
    x = data(spec)
    model.train()
    model.encode(x)  # the moments of a batch are not the running ones
    before = copy.deepcopy(model.eval().state_dict())
    first = loss_of(model, x, seeded(2))
    result = fitted(model, [Batch(x[:6]), Batch(x[6:])])
    assert not model.training
    assert len(result.history) == 5
    assert not result.cut_short
    learned = {
        f"{part}.{name}"
        for part in GENERATIVE
        for name, _ in model.get_submodule(part).named_parameters()
    }
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]) != (name in learned), name
    last = loss_of(model, x, seeded(2))
    assert last.parts["cost"] < first.parts["cost"]
    assert last.parts["likelihood"] < first.parts["likelihood"]


def test_it_ends_near_the_density_that_the_codes_have():
    model = build_model(dataclasses.replace(VECTORS, motion_prior=MixturePrior(8)), 0)
    x = 3 * torch.randn(3, 1, 3, generator=seeded(1))
    model.train()
    for _ in range(300):
        model.motion(x.repeat(4, 1, 1))  # moves the running moments alone
    fitted(model, [Batch(x.repeat(40, 1, 1))] * 20, n_epochs=40)
    many = x.repeat(2000, 1, 1)
    generator = seeded(3)
    model.content(many, generator)
    with torch.no_grad():
        z = model.motion(many, generator).value[:, 0]
        found = loss_of(model, many, seeded(3)).parts["likelihood"]
    # Of three sequences alike often: a mixture of the three posteriors.
    codes = model.motion(x, sample=False).mean[:, 0]
    of_each = Independent(Normal(codes, torch.full_like(codes, 0.3)), 1)
    density = MixtureSameFamily(Categorical(logits=torch.zeros(3)), of_each)
    entropy = -density.log_prob(z).mean()
    assert float((found - entropy).detach()) == pytest.approx(0, abs=0.02)


def test_the_seed_is_the_noise():
    ends = []
    for seed in (0, 0, 1):
        model = build_model(VECTORS, 0)
        fitted(model, [Batch(data(VECTORS))], seed=seed)
        ends.append(torch.cat([weight.flatten() for weight in model.parameters()]))
    assert torch.equal(ends[0], ends[1])
    assert not torch.equal(ends[0], ends[2])


# ---- as a part of fit ----------------------------------------------------------------------------


def split(model):
    """The weights of prior and decoder, and all others."""
    weights = model.model_.state_dict().items()
    return [{k: v for k, v in weights if k.startswith(GENERATIVE) == own} for own in (True, False)]


def same(a, b):
    return all(torch.equal(value, b[name]) for name, value in a.items())


@pytest.mark.parametrize(
    "params",
    [{}, {"reg": "kl"}, {"training__ema": 0.5}, {"early_stopping": True}, {"n_actions": 2}],
    ids=lambda params: "-".join(params) or "defaults",
)
def test_fit_ends_with_it_and_codes_are_as_without(params, vectors, small):
    params = {"max_epochs": 3, **params}
    without, with_it = (small(training__finetune_epochs=n, **params).fit(vectors) for n in (0, 2))
    (learned, others), (fitted_last, same_others) = split(without), split(with_it)
    assert same(others, same_others)
    assert not same(learned, fitted_last)
    assert with_it.n_epochs_ == without.n_epochs_
    assert np.array_equal(with_it.transform(vectors).motion, without.transform(vectors).motion)


@pytest.mark.parametrize(("epochs", "n"), [(0, 0), (0.2, 1), (0.1, 0), (0.5, 2), (7, 7)])
def test_a_share_is_of_max_epochs(epochs, n, vectors, small, monkeypatch):
    calls = count_calls(monkeypatch)
    small(max_epochs=4, training__finetune_epochs=epochs, batch_size=len(vectors)).fit(vectors)
    assert next(calls) == n


def count_calls(monkeypatch, error_at=None, error=None):
    """Count the steps of that fit, and have one of them end otherwise."""
    counter, forward = itertools.count(), FineTuning.forward

    def counted(self, *args, **kwargs):
        loss, compared = forward(self, *args, **kwargs)
        if next(counter) == error_at:
            if error is not None:
                raise error
            loss.parts["cost"] *= math.nan
        return loss, compared

    monkeypatch.setattr(FineTuning, "forward", counted)
    return counter


def test_partial_fit_does_without(vectors, small, monkeypatch):
    calls = count_calls(monkeypatch)
    small(training__finetune_epochs=3).partial_fit(vectors)
    assert next(calls) == 0


def test_an_interrupt_leaves_the_model_of_the_training(vectors, small, monkeypatch):
    without = small(training__finetune_epochs=0).fit(vectors)
    count_calls(monkeypatch, error_at=3, error=KeyboardInterrupt())
    with pytest.warns(UserWarning, match="interrupted after 2 of 2 epochs"):
        model = small(training__finetune_epochs=4).fit(vectors)
    for part, expected in zip(split(model), split(without), strict=True):
        assert same(part, expected)


@pytest.mark.parametrize("at", [0, 3], ids=["first epoch", "second epoch"])
def test_a_loss_that_is_not_finite_loses_nothing(at, vectors, small, monkeypatch):
    without = small(training__finetune_epochs=0).fit(vectors)
    count_calls(monkeypatch, error_at=at)
    model = small(training__finetune_epochs=4)
    with pytest.raises(
        FloatingPointError, match=r"while prior and decoder were fitted.*became nan"
    ):
        model.fit(vectors)
    for part, expected in zip(split(model), split(without), strict=True):
        assert same(part, expected)
    assert np.isfinite(model.sample(2, n_steps=3, random_state=0)).all()


def test_a_checkpoint_of_the_best_has_it(vectors, small, tmp_path):
    model = small(training__finetune_epochs=2, checkpoint=tmp_path).fit(vectors)
    best = type(model).load(tmp_path / "best.safetensors")
    for part, expected in zip(split(best), split(model), strict=True):
        assert same(part, expected)
