"""The average of the weights: exponential, of buffers too, and what is evaluated and kept."""

import copy
import pickle

import pytest
import torch

from seqdisentangle.training.loop import run
from seqdisentangle.training.stopping import EarlyStopper
from tests.training._common import IMAGES, VECTORS, data, make, same, weights


def test_partial_fit_trains_on_the_weights_and_averages_over_calls(
    vectors, small, weights, same_weights
):
    averaged, plain = small(training__ema=0.9), small()
    expected = None
    for _ in range(3):
        averaged.partial_fit(vectors)
        plain.partial_fit(vectors)
        # The weights below the average: nothing public has them, the next part goes on from them.
        _, raw, n_updates = averaged._optimizer_state
        assert same_weights(raw, weights(plain))
        expected = weights(averaged)
    assert int(n_updates) == 3 * 2
    assert not same_weights(expected, raw)
    # Pickles train on from what they hold.
    assert not hasattr(pickle.loads(pickle.dumps(averaged)), "_optimizer_state")
    averaged.fit(vectors)
    assert not hasattr(averaged, "_optimizer_state")


@pytest.mark.parametrize("spec", [VECTORS, IMAGES], ids=["vectors", "images"])
def test_the_average_is_exponential_and_of_buffers_too(spec):
    trainer, plain = make(spec, ema=0.75), make(spec)
    expected = None
    for batch in data(spec) * 3:
        trainer.step(batch)
        plain.step(batch)
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
    trainer, after = make(ema=0.9, n_updates=8), []

    def note(training):
        after.append(copy.deepcopy(training.trainer.result.state_dict()))

    stopping = EarlyStopper(10, 0.0)
    result = run(trainer, data(), max_epochs=4, validation=data(), stopping=stopping, on_epoch=note)
    assert same(trainer.result.state_dict(), after[result.best_epoch - 1])
    assert not same(trainer.result.state_dict(), weights(trainer))
    record = trainer.evaluate(data())
    assert record["loss"] == result.history[result.best_epoch - 1]["val_loss"]
