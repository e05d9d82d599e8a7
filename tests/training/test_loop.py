"""The loop: reproducible, interruptible, and left with the best weights."""

import copy
import itertools
import math
import re

import pytest
import torch

from seqdisentangle.data import Batch
from seqdisentangle.divergences import (
    HSIC,
    MMD,
    Divergence,
    Divergences,
    EnergyDistance,
    FunctionDivergence,
    GaussianKL,
    JensenShannon,
    ScaledMMD,
    SlicedWasserstein,
)
from seqdisentangle.model import ModelSpec, build_model
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.objectives import COSTS, Objective, build_divergences
from seqdisentangle.objectives.rwae import Loss
from seqdisentangle.training import LR_SCHEDULES, Stopping, Trainer, run
from seqdisentangle.training.losses import Losses
from seqdisentangle.training.schedules import FACTOR, PATIENCE, START, Schedule

VECTORS = ModelSpec((3,), False, 3, 2, 4, MLP(4, 1), "style", 0.1, 0.3)
IMAGES = ModelSpec((1, 8, 8), True, 3, 2, 4, Conv(2), "style", 0.1, 0.3)
PARTS = ("cost", "content", "motion", "independence")


def data(spec=VECTORS, sizes=(6, 5)):
    g = torch.Generator().manual_seed(1)
    return [Batch(torch.rand(n, 4, *spec.frame_shape, generator=g)) for n in sizes]


def make(spec=VECTORS, seed=0, content=None, motion=None, independence=None, **parameters):
    settings = {"cost": COSTS["squared"], "content_weight": 1.0, "motion_weight": 1.0}
    settings["independence_weight"] = 0.0 if independence is None else 1.0
    settings |= {k: parameters.pop(k) for k in list(parameters) if k in settings}
    divergences = Divergences(content or MMD(), motion or MMD(), independence or HSIC())
    objective = Objective(divergences, **settings)
    build_divergences(divergences, spec, seed)
    parameters = {
        "learning_rate": 0.01,
        "lr_schedule": "constant",
        "n_steps": 100,
        "clip_norm": 1.0,
    } | parameters
    return Trainer(build_model(spec, 0), objective, seed=seed, **parameters)


def weights(trainer):
    return {k: v.clone() for k, v in trainer.model.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


# Steps


@pytest.mark.parametrize("spec", [VECTORS, IMAGES], ids=["vectors", "images"])
def test_the_seed_is_the_weights_and_the_global_generator_rests(spec):
    state = torch.get_rng_state()
    ends = []
    for seed in (0, 0, 1):
        trainer = make(spec, seed)
        run(trainer, data(spec), max_epochs=3, validation=data(spec), delay_epochs=1)
        ends.append(weights(trainer))
    assert same(ends[0], ends[1])
    assert not same(ends[0], ends[2])
    assert torch.equal(torch.get_rng_state(), state)


def test_training_lowers_the_loss():
    # Light divergences: their estimates from six draws are as large as what there is to learn.
    trainer = make(learning_rate=0.02, content_weight=0.1, motion_weight=0.1)
    history = run(trainer, data(), max_epochs=40).history
    first, last = (sum(r["loss"] for r in part) for part in (history[:10], history[-10:]))
    assert last < 0.9 * first


def test_the_gradient_norm_is_clipped():
    trainer = make(clip_norm=1e-3)
    trainer.step(*data()[0])
    norms = [p.grad.norm() for p in trainer.model.parameters()]
    assert torch.stack(norms).norm() <= 1e-3 * 1.001


def test_warming_up_leaves_the_content_encoder_as_it_was():
    trainer = make()
    before = copy.deepcopy(trainer.model.content.state_dict())
    run(trainer, data(), max_epochs=2, delay_epochs=2)
    assert same(trainer.model.content.state_dict(), before)
    run(trainer, data(), max_epochs=1)
    assert not same(trainer.model.content.state_dict(), before)


def rates_of(name, n_steps, warmup_steps):
    """The step size of every step, and after the last."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    schedule = Schedule(optimizer, name, 0.01, n_steps, warmup_steps)
    rates = [optimizer.param_groups[0]["lr"]]
    for _ in range(n_steps):
        optimizer.step()
        schedule.end_step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


@pytest.mark.parametrize("name", LR_SCHEDULES)
@pytest.mark.parametrize(
    ("n_steps", "warmup_steps"),
    [(1, 0), (1, 1), (2, 1), (7, 1), (9, 0), (10, 1), (10, 9), (10, 10), (100, 10), (100, 50)],
)
def test_step_sizes_rise_in_the_warmup_and_last_as_long_as_the_training(
    name, n_steps, warmup_steps
):
    rates = rates_of(name, n_steps, warmup_steps)
    rise, rest = rates[: warmup_steps + 1], rates[warmup_steps:]
    assert max(rates) <= 0.01 * (1 + 1e-9)
    assert all(a < b for a, b in itertools.pairwise(rise))
    if warmup_steps:
        assert rates[0] == pytest.approx(START * 0.01)
    if warmup_steps < n_steps or name != "cosine":
        # One cycle without a rise has begun to fall at its first step.
        falls_at_once = name == "one_cycle" and not warmup_steps
        assert falls_at_once or rest[0] == pytest.approx(0.01)
    if name in ("constant", "plateau"):
        assert rest == pytest.approx([0.01] * len(rest))
    elif warmup_steps < n_steps:
        assert all(a > b for a, b in itertools.pairwise(rest))
        assert rest[-1] < 1e-3 * 0.01


def test_a_plateau_lowers_the_step_size_after_some_epochs_without_a_lower_loss():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    schedule = Schedule(optimizer, "plateau", 0.01, 100)
    rates = []
    for loss in [3, 2, 1, *([1] * 2 * (PATIENCE + 1)), 0]:
        schedule.end_epoch(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    expected = [0.01] * (3 + PATIENCE) + [0.01 * FACTOR] * (PATIENCE + 1) + [0.01 * FACTOR**2] * 2
    assert rates == pytest.approx(expected)


@pytest.mark.parametrize("validated", [True, False])
def test_a_plateau_is_one_of_the_validation_loss_if_there_is_one(validated):
    trainer = make(lr_schedule="plateau")
    trainer.evaluate = lambda batches, content_delayed=False: {"loss": 1.0}
    told = []
    trainer.schedule.end_epoch = told.append
    validation = data() if validated else None
    result = run(trainer, data(), max_epochs=4, delay_epochs=1, validation=validation)
    expected = [r["val_loss" if validated else "loss"] for r in result.history[1:]]
    assert told == expected, "the warm-up has another objective"


# The average of the weights


@pytest.mark.parametrize("spec", [VECTORS, IMAGES], ids=["vectors", "images"])
def test_the_average_is_exponential_and_of_buffers_too(spec):
    trainer, plain = make(spec, ema=0.75), make(spec)
    expected = None
    for batch in data(spec) * 3:
        trainer.step(*batch)
        plain.step(*batch)
        now = weights(plain)
        expected = (
            now
            if expected is None
            else {name: 0.75 * value + 0.25 * now[name] for name, value in expected.items()}
        )
    assert same(weights(trainer), weights(plain)), "training itself does not know of it"
    for name, value in trainer.result.state_dict().items():
        if value.is_floating_point():
            torch.testing.assert_close(value, expected[name])


def test_the_average_is_what_is_evaluated_and_kept():
    trainer, after = make(ema=0.9, n_steps=8), []

    def note(training):
        after.append(copy.deepcopy(training.trainer.result.state_dict()))

    stopping = Stopping(10, 0.0)
    result = run(trainer, data(), max_epochs=4, validation=data(), stopping=stopping, on_epoch=note)
    assert same(trainer.result.state_dict(), after[result.best_epoch - 1])
    assert not same(trainer.result.state_dict(), weights(trainer))
    record = trainer.evaluate(data())
    assert record["loss"] == result.history[result.best_epoch - 1]["val_loss"]


# Sequences of different lengths


LENGTHS = torch.tensor([4, 1, 2, 3, 4, 2])


def padded(value):
    """A batch with a value in its padding."""
    x = data()[0].x
    x[torch.arange(4) >= LENGTHS[:, None]] = value
    return Batch(x, LENGTHS)


@pytest.mark.parametrize(
    "divergence",
    [MMD, ScaledMMD, JensenShannon, GaussianKL, EnergyDistance, SlicedWasserstein],
)
def test_steps_do_not_know_the_padding(divergence):
    trainers = make(motion=divergence()), make(motion=divergence())
    for trainer, value in zip(trainers, (0.5, math.nan), strict=True):
        for _ in range(3):
            loss = trainer.step(*padded(value))
            assert torch.stack(loss).isfinite().all()
    assert same(*map(weights, trainers))
    assert same(*(t.objective.state_dict() for t in trainers))
    assert trainers[0].evaluate([padded(0.5)]) == trainers[1].evaluate([padded(math.inf)])


def test_an_epoch_takes_padded_and_whole_batches():
    trainer, batches = make(), [padded(math.nan), *data()]
    result = run(trainer, batches, max_epochs=3, validation=batches, delay_epochs=1)
    assert all(math.isfinite(value) for record in result.history for value in record.values())
    trainer.objective.motion_divergence.forward = lambda q, p, mask=None: q.value.new_tensor(
        [2.0 if mask is None else 1.0]
    )
    assert trainer.evaluate(batches)["motion"] == pytest.approx((6 * 1 + 11 * 2) / 17)


def test_lengths_that_are_all_full_train_alike():
    (x, *_), full = data()[0], torch.full((6,), 4)
    ends = []
    for lengths in (None, full):
        trainer = make()
        trainer.model.double()  # in float32 five steps make much of a rounding
        for _ in range(5):
            trainer.step(x.double(), lengths)
        ends.append(weights(trainer))
    for name, value in ends[0].items():
        torch.testing.assert_close(value, ends[1][name], rtol=1e-5, atol=1e-5)


# Records


def test_parts_are_means_over_sequences_not_over_batches():
    losses = [(n, Loss(*torch.tensor([v, 2 * v, 0, 1, 0, -v]))) for n, v in ((3, 1.0), (1, 5.0))]
    record = Losses()
    for n, loss in losses:
        record.append(n, loss)
    assert record.means() == {
        "loss": 2,
        "cost": 4,
        "content": 0,
        "motion": 1,
        "independence": 0,
        "likelihood": -2,
    }
    assert all(math.isnan(value) for value in Losses().means().values())


def test_every_epoch_has_a_record():
    seen = []
    result = run(
        make(),
        data(),
        max_epochs=3,
        validation=data(),
        on_epoch=lambda training: seen.append(training.history[-1]),
    )
    assert seen == result.history
    assert [record["epoch"] for record in seen] == [1, 2, 3]
    names = {"epoch", "learning_rate", "seconds"}
    names |= {prefix + part for prefix in ("", "val_") for part in ("loss", *PARTS, "likelihood")}
    assert all(set(record) == names for record in seen)
    assert (result.best_epoch, result.interrupted) == (3, False)


def test_evaluation_changes_nothing_and_is_the_same_each_time():
    trainer = make(IMAGES)
    before, state = weights(trainer), trainer.generator.get_state()
    first, again = (trainer.evaluate(data(IMAGES)) for _ in range(2))
    assert first == again
    assert same(weights(trainer), before)
    assert torch.equal(trainer.generator.get_state(), state)


# Early stopping


def run_with_losses(losses, *, max_epochs=20, delay_epochs=0, n_iter_no_change=3, tol=0.0):
    """A run whose validation losses are given; also the weights after each epoch."""
    trainer, after, values = make(), [], iter(losses)
    trainer.evaluate = lambda batches, content_delayed=False: {"loss": next(values)}
    result = run(
        trainer,
        data(),
        max_epochs=max_epochs,
        delay_epochs=delay_epochs,
        validation=data(),
        stopping=Stopping(n_iter_no_change, tol),
        on_epoch=lambda training: after.append(weights(trainer)),
    )
    return result, trainer, after


@pytest.mark.parametrize(
    ("losses", "parameters", "best", "last"),
    [
        ([5, 4, 3, 6, 7, 8, 1], {}, 3, 6),
        ([5, 4, 3, 3, 3, 3], {}, 3, 6),
        ([5, 4, 3, 2], {"max_epochs": 4}, 4, 4),
        ([5, 4, 6, 7], {"max_epochs": 4}, 2, 4),
        ([1, 1, 5, 4, 6, 6, 6], {"delay_epochs": 2}, 4, 7),
        ([1, 1, 1, 1, 5, 6, 6, 6], {"delay_epochs": 4}, 5, 8),
        ([100, 99.95, 99.9, 99.85], {"tol": 0.01}, 1, 4),
        ([100, 98, 97.9, 97.8, 97.7], {"tol": 0.01}, 2, 5),
        ([-1, -1.5, -1.4, -1.4, -1.4], {"tol": 0.01}, 2, 5),
        ([math.nan, 5, math.nan, math.inf, math.nan], {}, 2, 5),
    ],
)
def test_early_stopping_ends_in_time_with_the_best_weights(losses, parameters, best, last):
    result, trainer, after = run_with_losses(losses, **parameters)
    assert len(result.history) == last
    assert result.best_epoch == best
    assert same(weights(trainer), after[best - 1])
    assert not trainer.model.training


def test_without_an_epoch_after_the_warm_up_the_last_weights_stay():
    result, trainer, after = run_with_losses([1, 2, 3], max_epochs=3, delay_epochs=5)
    assert result.best_epoch == 3
    assert same(weights(trainer), after[-1])


# What ends it otherwise


class Interrupted:
    """Batches that raise at a given one, counted over epochs."""

    def __init__(self, at):
        self.at, self.count = at, 0

    def __iter__(self):
        for batch in data():
            if self.count == self.at:
                raise KeyboardInterrupt
            self.count += 1
            yield batch


@pytest.mark.parametrize("at", [0, 1, 2, 5])
def test_an_interrupt_leaves_a_model_that_can_be_used(at):
    trainer = make(IMAGES if at == 0 else VECTORS)
    result = run(trainer, Interrupted(at), max_epochs=9)
    assert result.interrupted
    assert len(result.history) == result.best_epoch == at // 2  # two batches an epoch
    assert not trainer.model.training
    x, *_ = data(trainer.model.spec)[0]
    assert trainer.model.encode(x).motion.value.isfinite().all()


def test_an_interrupt_restores_the_best_weights_of_early_stopping():
    trainer, after, values = make(), [], iter([2.0, 3.0])
    trainer.evaluate = lambda batches, content_delayed=False: {"loss": next(values)}
    result = run(
        trainer,
        Interrupted(5),
        max_epochs=9,
        validation=data(),
        stopping=Stopping(5, 0.0),
        on_epoch=lambda training: after.append(weights(trainer)),
    )
    assert (result.interrupted, result.best_epoch) == (True, 1)
    assert same(weights(trainer), after[0])


def counted(value_at, call):
    """A function of two tensors, finite until the given call of it."""
    count = iter(range(1, 10**6))

    def function(x, y):
        value = (x - y).square()
        return value * value_at if next(count) == call else value

    return function


def diverging(part, value, batch, **parameters):
    """A trainer whose loss is no longer finite at a batch, counted over epochs."""
    function = counted(value, batch if part != "motion" else 4 * batch - 3)  # it has four steps
    if part == "cost":
        return make(cost=function, **parameters)
    return make(**{part: FunctionDivergence(lambda x, y: function(x, y).mean())}, **parameters)


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("part", PARTS)
def test_a_loss_that_diverges_raises_and_names_the_part_and_the_batch(part, value):
    where = rf"the {part} became (nan|inf) in epoch 1, batch 2: try a lower learning_rate"
    with pytest.raises(FloatingPointError, match=where):
        run(diverging(part, value, 2), data(), max_epochs=3)


@pytest.mark.parametrize("ema", [None, 0.5])
@pytest.mark.parametrize("part", PARTS)
def test_a_loss_that_diverges_later_leaves_what_the_epochs_before_have_learned(part, ema):
    kept = {}

    def keep(training):
        kept[len(training.history)] = copy.deepcopy(training.trainer.learned())

    trainer = diverging(part, math.nan, 6, ema=ema, n_steps=8)
    result = run(trainer, data(), max_epochs=4, on_epoch=keep)
    assert re.match(rf"the {part} became .* in epoch 3, batch 2: try", str(result.diverged))
    assert "weights of epoch 2 are kept" in str(result.diverged)
    assert len(result.history) == result.best_epoch == 2
    assert same(trainer.result.state_dict(), kept[2]["model"])
    assert same(trainer.objective.state_dict(), kept[2]["objective"])
    assert trainer.is_finite() or ema is not None
    assert not trainer.result.training


def test_a_loss_that_diverges_leaves_the_best_weights_of_early_stopping():
    trainer, after, values = diverging("cost", math.nan, 7), [], iter([3.0, 2.0, 4.0])
    trainer.evaluate = lambda batches, content_delayed=False: {"loss": next(values)}
    result = run(
        trainer,
        data(),
        max_epochs=9,
        validation=data(),
        stopping=Stopping(5, 0.0),
        on_epoch=lambda training: after.append(weights(trainer)),
    )
    assert result.best_epoch == 2
    assert "weights of epoch 2 are kept" in str(result.diverged)
    assert same(weights(trainer), after[1])


@pytest.mark.parametrize("batch", [1, 2])
def test_weights_that_diverge_under_a_finite_loss_are_found(batch):
    class Slope(torch.autograd.Function):
        """Itself, with a gradient that is not a number."""

        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return gradient * math.nan

    count = iter(range(9))

    def cost(x, y):
        return ((Slope.apply(x) if next(count) == 1 + batch else x) - y).square()

    result = run(make(cost=cost), data(), max_epochs=3)
    where = "weights became infinite or nan" if batch == 2 else "became nan"
    assert f"{where} in epoch 2, batch 2" in str(result.diverged)


def test_an_error_of_the_users_own_is_not_taken_for_divergence():
    def cost(x, y):
        raise FloatingPointError("mine")

    with pytest.raises(FloatingPointError, match="mine"):
        run(make(cost=cost), data(), max_epochs=2)


def test_any_other_error_passes_through():
    def broken(x, y):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        run(make(cost=broken), data(), max_epochs=1)


# Divergences that learn


class Counting(Divergence):
    """One number to learn; counts the steps that it is given."""

    learning_rate = 0.1
    critic_steps = 3

    def __init__(self):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.zeros(()))
        self.calls = 0

    def forward(self, q, p, mask=None):
        return self.slope * (q.value.mean((-2, -1)) - p.value.mean((-2, -1)))

    def critic_loss(self, q, p, mask=None):
        self.calls += 1
        return super().critic_loss(q, p, mask)


def test_parameters_of_a_divergence_are_found_and_trained_to_raise_it():
    trainer = make(content=Counting())
    x, *_ = data()[0]
    _, (_, content) = trainer.objective(trainer.model, x, torch.Generator().manual_seed(0))
    before = content.value().item()
    trainer.critics.step([content])
    assert content.divergence.calls == 3
    assert content.value().item() > before


def test_what_learns_nothing_has_no_optimizer_and_what_rests_no_step():
    trainer = make(content=Counting(), motion=MMD())
    assert list(trainer.critics.optimizers) == [trainer.objective.content_divergence]
    trainer.step(*data()[0], content_delayed=True)
    assert trainer.objective.content_divergence.calls == 0
    trainer.step(*data()[0])
    assert trainer.objective.content_divergence.calls == 3


@pytest.mark.parametrize("divergence", [JensenShannon, ScaledMMD])
def test_a_step_of_the_model_leaves_the_critic_and_the_other_way_round(divergence):
    trainer = make(content=divergence())
    critic = trainer.objective.content_divergence
    before = copy.deepcopy(critic.state_dict())
    trainer.critics.step = lambda compared: None
    trainer.step(*data()[0])
    assert all(torch.equal(v, before[k]) for k, v in critic.state_dict().items())
    del trainer.critics.step
    model = weights(trainer)
    _, compared = trainer.objective(trainer.model.eval(), data()[0].x, trainer.generator)
    trainer.critics.step(compared)
    assert all(torch.equal(v, model[k]) for k, v in weights(trainer).items())
    assert not all(torch.equal(v, before[k]) for k, v in critic.state_dict().items())


@pytest.mark.parametrize("critic_steps", [1, 3])
@pytest.mark.parametrize("divergence", [JensenShannon, ScaledMMD])
def test_a_critic_learns_what_passes_of_its_own_would_teach_it(divergence, critic_steps):
    trainer = make(content=divergence(critic_steps=critic_steps))
    critic = trainer.objective.content_divergence
    alone = copy.deepcopy(critic)
    optimizer = torch.optim.AdamW(
        alone.parameters(), lr=critic.learning_rate, betas=(0.5, 0.999), weight_decay=0.0
    )
    seen = []
    step = trainer.critics.step
    trainer.critics.step = lambda compared: (seen.append(compared[1]), step(compared))
    for _ in range(3):
        trainer.step(*data()[0])
        for _ in range(critic_steps):
            optimizer.zero_grad()
            seen[-1]._replace(divergence=alone).critic_loss().backward()
            optimizer.step()
    learned, expected = (dict(d.named_parameters()) for d in (critic, alone))
    if divergence is ScaledMMD:
        # It shifts all features alike, which MMD cannot see: what moves it is rounding.
        assert learned.pop("default_network.4.bias") is not None
    for name, parameter in learned.items():
        torch.testing.assert_close(parameter, expected[name], rtol=1e-4, atol=1e-6)


def test_a_critic_is_made_from_its_seed_and_leaves_the_global_generator_alone():
    state = torch.get_rng_state()
    first, again, other = (make(seed=s, content=JensenShannon()) for s in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    of = [next(t.objective.content_divergence.parameters()) for t in (first, again, other)]
    assert torch.equal(of[0], of[1])
    assert not torch.equal(of[0], of[2])
