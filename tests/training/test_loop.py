"""The loop: reproducible, interruptible, and left with the best weights."""

import copy
import math
import re

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import (
    FunctionDivergence,
)
from seqdisentangle.training.loop import run
from seqdisentangle.training.stopping import EarlyStopper
from tests.training._common import IMAGES, PARTS, VECTORS, data, make, same, weights

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


def test_no_gradient_is_kept_with_the_model():
    trainer = make()
    run(trainer, data(), max_epochs=1)
    assert all(parameter.grad is None for parameter in trainer.model.parameters())


def test_warming_up_leaves_the_content_encoder_as_it_was():
    trainer = make()
    before = copy.deepcopy(trainer.model.content.state_dict())
    run(trainer, data(), max_epochs=2, delay_epochs=2)
    assert same(trainer.model.content.state_dict(), before)
    run(trainer, data(), max_epochs=1)
    assert not same(trainer.model.content.state_dict(), before)


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


# Sequences of different lengths


LENGTHS = torch.tensor([4, 1, 2, 3, 4, 2])


def padded(value):
    """A batch with a value in its padding."""
    x = data()[0].x
    x[torch.arange(4) >= LENGTHS[:, None]] = value
    return Batch(x, LENGTHS)


def test_an_epoch_takes_padded_and_whole_batches():
    trainer, batches = make(), [padded(math.nan), *data()]
    result = run(trainer, batches, max_epochs=3, validation=batches, delay_epochs=1)
    assert all(math.isfinite(value) for record in result.history for value in record.values())
    trainer.objective.motion_divergence.forward = lambda q, p, mask=None: q.value.new_tensor(
        [2.0 if mask is None else 1.0]
    )
    assert trainer.evaluate(batches)["motion"] == pytest.approx((6 * 1 + 11 * 2) / 17)


# Records


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
    assert trainer.model.encode(data(trainer.model.spec)[0].x).motion.value.isfinite().all()


def test_an_interrupt_restores_the_best_weights_of_early_stopping():
    trainer, after, values = make(), [], iter([2.0, 3.0])
    trainer.evaluate = lambda batches, content_delayed=False: {"loss": next(values)}
    result = run(
        trainer,
        Interrupted(5),
        max_epochs=9,
        validation=data(),
        stopping=EarlyStopper(5, 0.0),
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

    trainer = diverging(part, math.nan, 6, ema=ema, n_updates=8)
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
        stopping=EarlyStopper(5, 0.0),
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


def test_a_callback_ends_the_training_after_its_epoch():
    ended, whole = make(), make()
    found = run(ended, data(), max_epochs=5, on_epoch=lambda run: len(run.history) == 2)
    assert [record["epoch"] for record in found.history] == [1, 2]
    run(whole, data(), max_epochs=2)
    assert same(weights(ended), weights(whole))


def test_a_training_goes_on_from_a_state_with_batches_of_any_kind():
    """Bit for bit, whether or not it is told the order of its batches."""
    whole, first, again = make(), make(), make(seed=3)
    expected = run(whole, data(), max_epochs=3)
    states = []
    run(
        first,
        data(),
        max_epochs=2,
        on_epoch=lambda run: states.append(copy.deepcopy(run.state_dict())),
    )
    found = run(again, data(), max_epochs=3, state=states[-1])
    assert same(weights(again), weights(whole))
    without = [{k: v for k, v in record.items() if k != "seconds"} for record in expected.history]
    assert without == [{k: v for k, v in r.items() if k != "seconds"} for r in found.history]
    states[-1]["history"] = [{"loss": "low"}] * 2
    with pytest.raises(
        ValueError, match=r"state.history must be records of epochs, got \[\{'loss'"
    ):
        run(make(), data(), max_epochs=3, state=states[-1])
