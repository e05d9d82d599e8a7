"""Consistency of actions: one where an action is one thing, the share of the largest where not."""

import numpy as np
import pytest

from seqdisentangle.metrics import action_consistency


class Model:
    """Its actions are of so many kinds each, told by the frames."""

    def __init__(self, n_kinds):
        self.n_kinds, self.seeds = n_kinds, []

    def sample(self, n, n_steps, *, action, random_state):
        self.seeds.append(random_state)
        kind = np.arange(n) % self.n_kinds[action]
        return np.broadcast_to((10 * action + kind)[:, None], (n, n_steps))


class Judge:
    def predict(self, X):
        return np.stack([X[:, 0], np.arange(len(X))], axis=1)  # the second says nothing


def test_an_action_of_k_kinds_has_the_share_of_one():
    shares = action_consistency(Model([1, 2, 4]), Judge(), 3, 5, n_samples=8)
    assert shares == pytest.approx([1, 1 / 2, 1 / 4])


def test_samples_are_of_the_seed_and_differ_between_actions():
    first, again, other = (Model([1, 1]) for _ in range(3))
    for model, seed in ((first, 0), (again, 0), (other, 1)):
        action_consistency(model, Judge(), 2, 5, n_samples=4, random_state=seed)
    assert first.seeds == again.seeds != other.seeds
    assert len(set(first.seeds)) == 2
