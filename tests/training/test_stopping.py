"""Early stopping: it ends in time, and with the best weights."""

import math

import pytest

from seqdisentangle.training.loop import run
from seqdisentangle.training.stopping import EarlyStopper
from tests.training._common import data, make, same, weights


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
        stopping=EarlyStopper(n_iter_no_change, tol),
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
