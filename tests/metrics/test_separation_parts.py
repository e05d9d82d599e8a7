"""Parts in use, on models whose parts are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import separation
from seqdisentangle.metrics._separation_parts import parts_in_use
from seqdisentangle.metrics._separation_sequences import HeldOut

N, T, K = 40, 20, 3


class Levels:
    """Each channel a part: its level is content, its course motion. Some parts draw nothing."""

    def __init__(self, empty=()):
        self.drawn = np.array([part not in empty for part in range(K)], dtype=float)

    def transform(self, X):
        content = X.mean(1)[..., None]  # (n, K, 1)
        return SimpleNamespace(content=content, motion=(X - X.mean(1, keepdims=True))[..., None])

    def decode(self, content, motion):
        return (content[:, None, :, 0] + motion[..., 0]) * self.drawn

    def reconstruct(self, X):
        codes = self.transform(X)
        return self.decode(codes.content, codes.motion)

    def swap(self, a, b, parts=None):
        a, b = self.transform(a), self.transform(b)
        some = range(K) if parts is None else [parts]
        of_a, of_b = a.content.copy(), b.content.copy()
        of_a[:, some], of_b[:, some] = b.content[:, some], a.content[:, some]
        return SimpleNamespace(
            a_motion_b_content=self.decode(of_a, a.motion),
            a_content_b_motion=self.decode(of_b, b.motion),
        )

    def sample(self, n_samples, n_steps, *, random_state):
        return sequences(n_samples, n_steps, random_state) * self.drawn


def sequences(n=N, n_steps=T, seed=0):
    rng = np.random.RandomState(seed)
    return 3 * rng.normal(size=(n, 1, K)) + rng.normal(size=(n, n_steps, K))


def in_use(model, X):
    held = HeldOut(X, None, model, N, np.random.RandomState(0))
    return parts_in_use(model, held, N)


@pytest.mark.parametrize(("empty", "used"), [((), 3), ((1,), 2), ((0, 2), 1), ((0, 1, 2), 0)])
def test_parts_that_draw_something_are_in_use(empty, used):
    n_parts, found = in_use(Levels(empty), sequences())
    assert n_parts == K
    assert found == pytest.approx(used, abs=0.2)


def test_sequences_of_different_lengths_have_parts():
    X = [x[: 5 + i % 10] for i, x in enumerate(sequences())]

    class Ragged(Levels):
        def transform(self, X):
            each = [super(Ragged, self).transform(x[None]) for x in X]
            content = np.concatenate([codes.content for codes in each])
            return SimpleNamespace(content=content, motion=[codes.motion[0] for codes in each])

        def decode(self, content, motion):
            pairs = zip(content, motion, strict=True)
            return [super(Ragged, self).decode(c[None], m[None])[0] for c, m in pairs]

    assert in_use(Ragged((1,)), X)[1] == pytest.approx(2, abs=0.2)


def test_a_model_without_parts_has_one(separate, levels):
    assert in_use(separate, levels(N)) == (1, 1.0)


def test_the_verdict_says_which_number_is_enough():
    told = separation(Levels((1,)), sequences(), random_state=0)
    assert told.n_parts == K
    assert told.parts_used == pytest.approx(2, abs=0.2)
    assert "parts that a sequence uses" in str(told)
    assert any("n_parts" in sentence for sentence in told.advice)
    assert not any("n_parts" in each for each in separation(Levels(), sequences()).advice)


def test_codes_are_read_back_in_whatever_order_parts_are_found():
    class Shuffled(Levels):
        """Parts in an order that has no meaning, by the digits of a first frame."""

        def transform(self, X):
            codes = super().transform(X)
            order = (1000 * X[:, 0] % 1).argsort(1)
            codes.content = np.take_along_axis(codes.content, order[:, :, None], 1)
            codes.motion = np.take_along_axis(codes.motion, order[:, None, :, None], 2)
            return codes

    told = separation(Shuffled(), sequences(), random_state=0)
    assert min(told.content_read_back, told.motion_read_back) > 0.99
