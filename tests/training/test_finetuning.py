"""The end of a training: prior and generator given the codes, what moves, what cuts it short."""

import copy
import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from seqdisentangle.data import Batch
from seqdisentangle.divergences import HSIC, MMD, Divergences
from seqdisentangle.model import ModelSpec, Packing, build_model, with_action
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.objectives import COSTS, Objective
from seqdisentangle.training import Trainer, finetune
from seqdisentangle.training.finetuning import FineTuning

VECTORS = ModelSpec((3,), False, 4, 2, 8, MLP(4, 1), "style", 0.1, 0.3, motion_components=3)
SPECS = {
    "mixture": VECTORS,
    "gaussian": dataclasses.replace(VECTORS, motion_components=1),
    "learned noise": dataclasses.replace(VECTORS, motion_noise=None, content_noise=None),
    "actions": dataclasses.replace(VECTORS, n_actions=2),
    "images": dataclasses.replace(VECTORS, frame_shape=(1, 8, 8), bounded=True, network=Conv(2)),
}
each_spec = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)


# What is fitted of a model.
GENERATIVE = ("prior", "generator")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def data(spec, n=12, n_steps=4):
    return torch.rand(n, n_steps, *spec.frame_shape, generator=seeded(1))


def objective_of(spec, frames_per_step=None):
    return Objective(
        Divergences(MMD(), MMD(), HSIC()),
        cost=COSTS["squared"],
        content_weight=1.0,
        motion_weight=1.0,
        action_weight=None if spec.n_actions is None else 1.0,
        frames_per_step=frames_per_step,
    )


def loss_of(model, x, generator, **batch):
    return FineTuning(objective_of(model.spec))(model, x, generator, **batch)[0]


def trainer_of(model):
    objective = objective_of(model.spec)
    settings = {"learning_rate": 0.01, "lr_schedule": "constant", "n_steps": 9, "clip_norm": None}
    return Trainer(model, objective, seed=0, **settings)


def fitted(model, batches, n_epochs=5, seed=0):
    trainer = trainer_of(model)
    how = {"learning_rate": 0.008, "n_epochs": n_epochs, "seed": seed}
    return finetune(trainer, batches, **how)


@each_spec
def test_recurrences_that_learn_are_in_training_mode(spec):
    # On a GPU cuDNN goes back through no other; everything else is as transform has it.
    model = build_model(spec, 0)
    loss_of(model, data(spec, 4), seeded())
    training = {name for name, module in model.named_modules() if module.training}
    learning = {name for name in training if isinstance(model.get_submodule(name), nn.RNNBase)}
    assert learning == {"prior.lstm"}
    assert {name.split(".")[0] for name in training} == {"prior"}


@each_spec
@pytest.mark.parametrize("lengths", [None, (4, 1, 3, 2)], ids=["whole", "ragged"])
def test_the_loss_is_the_cost_of_the_frames_and_the_likelihood_that_torch_has(spec, lengths):
    model = build_model(spec, 0)
    x = data(spec, 4)
    observed = torch.rand(x.shape, generator=seeded(4)) < 0.8
    lengths = None if lengths is None else torch.tensor(lengths)
    objective = FineTuning(objective_of(spec))
    loss, compared = objective(model, x, seeded(), lengths=lengths, observed=observed)
    assert compared == []

    generator = seeded()
    how = {} if lengths is None else {"packing": Packing.of(lengths, x.shape[1], x.device)}
    with torch.no_grad():
        content = model.eval().content(x, generator, **how).value
        z = model.motion(x, generator, **how).value
        action = model.act(z, generator, lengths=lengths)
        a = None if action is None else action.value
        steps = model.prior.steps(z, a)
        frames = model.decode(content, with_action(z, a))
    n_real = lengths.tolist() if lengths is not None else [x.shape[1]] * len(x)
    real = [(i, t) for i, n in enumerate(n_real) for t in range(n)]
    cost = sum((frames - x)[it][observed[it]].square().mean().nan_to_num() for it in real) / len(x)
    torch.testing.assert_close(loss.cost, cost)

    mixture = MixtureSameFamily(
        Categorical(logits=steps.log_weight),
        Independent(Normal(steps.mean, (0.5 * steps.log_var).exp()), 1),
    )
    log_prob = mixture.log_prob(z)
    likelihood = -sum(log_prob[it] for it in real) / len(x)
    torch.testing.assert_close(loss.likelihood, likelihood)
    torch.testing.assert_close(loss.total, cost + likelihood)


def test_known_actions_are_taken_as_they_are():
    model = build_model(SPECS["actions"], 0)
    x = data(model.spec)
    losses = [
        loss_of(model, x, seeded(), labels=torch.full((len(x),), label)) for label in (0, 1, 1)
    ]
    assert losses[0].cost != losses[1].cost
    assert losses[0].likelihood != losses[1].likelihood
    assert losses[1] == losses[2]


def test_as_many_frames_are_decoded_as_a_step_of_training_has(monkeypatch):
    model = build_model(VECTORS, 0)
    decoded, decode = [], type(model).decode
    monkeypatch.setattr(
        type(model), "decode", lambda *codes: decoded.append(codes[-1].shape[1]) or decode(*codes)
    )
    for n in (None, 3):
        FineTuning(objective_of(VECTORS, n))(model, data(VECTORS), seeded())
    assert decoded == [4, 3]


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
    assert last.cost < first.cost
    assert last.likelihood < first.likelihood


def test_it_ends_near_the_density_that_the_codes_have():
    model = build_model(VECTORS, 0)
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
        found = loss_of(model, many, seeded(3)).likelihood
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
    """The weights of prior and generator, and all others."""
    weights = model.model_.state_dict().items()
    return [{k: v for k, v in weights if k.startswith(GENERATIVE) == own} for own in (True, False)]


def same(a, b):
    return all(torch.equal(value, b[name]) for name, value in a.items())


@pytest.mark.parametrize(
    "params",
    [{}, {"reg": "kl"}, {"ema": 0.5}, {"early_stopping": True}, {"n_actions": 2}],
    ids=lambda params: "-".join(params) or "defaults",
)
def test_fit_ends_with_it_and_codes_are_as_without(params, vectors, small):
    params = {"max_epochs": 3, **params}
    without, with_it = (small(finetune_epochs=n, **params).fit(vectors) for n in (0, 2))
    (learned, others), (fitted_last, same_others) = split(without), split(with_it)
    assert same(others, same_others)
    assert not same(learned, fitted_last)
    assert with_it.n_epochs_ == without.n_epochs_
    assert np.array_equal(with_it.transform(vectors).motion, without.transform(vectors).motion)


@pytest.mark.parametrize(("epochs", "n"), [(0, 0), (0.2, 1), (0.1, 0), (0.5, 2), (7, 7)])
def test_a_share_is_of_max_epochs(epochs, n, vectors, small, monkeypatch):
    calls = count_calls(monkeypatch)
    small(max_epochs=4, finetune_epochs=epochs, batch_size=len(vectors)).fit(vectors)
    assert next(calls) == n


def count_calls(monkeypatch, error_at=None, error=None):
    """Count the steps of that fit, and have one of them end otherwise."""
    counter, forward = itertools.count(), FineTuning.forward

    def counted(self, *args, **kwargs):
        loss, compared = forward(self, *args, **kwargs)
        if next(counter) == error_at:
            if error is not None:
                raise error
            loss = loss._replace(cost=loss.cost * math.nan)
        return loss, compared

    monkeypatch.setattr(FineTuning, "forward", counted)
    return counter


def test_partial_fit_does_without(vectors, small, monkeypatch):
    calls = count_calls(monkeypatch)
    small(finetune_epochs=3).partial_fit(vectors)
    assert next(calls) == 0


def test_an_interrupt_leaves_the_model_of_the_training(vectors, small, monkeypatch):
    without = small(finetune_epochs=0).fit(vectors)
    count_calls(monkeypatch, error_at=3, error=KeyboardInterrupt())
    with pytest.warns(UserWarning, match="interrupted after 2 of 2 epochs"):
        model = small(finetune_epochs=4).fit(vectors)
    for part, expected in zip(split(model), split(without), strict=True):
        assert same(part, expected)


@pytest.mark.parametrize("at", [0, 3], ids=["first epoch", "second epoch"])
def test_a_loss_that_is_not_finite_loses_nothing(at, vectors, small, monkeypatch):
    without = small(finetune_epochs=0).fit(vectors)
    count_calls(monkeypatch, error_at=at)
    model = small(finetune_epochs=4)
    with pytest.raises(
        FloatingPointError, match=r"while prior and generator were fitted.*became nan"
    ):
        model.fit(vectors)
    for part, expected in zip(split(model), split(without), strict=True):
        assert same(part, expected)
    assert np.isfinite(model.sample(2, n_steps=3, random_state=0)).all()


def test_a_checkpoint_of_the_best_has_it(vectors, small, tmp_path):
    model = small(finetune_epochs=2, checkpoint=tmp_path).fit(vectors)
    best = type(model).load(tmp_path / "best.safetensors")
    for part, expected in zip(split(best), split(model), strict=True):
        assert same(part, expected)
