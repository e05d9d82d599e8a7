"""Data and budgets of seconds, and a stand-in for a model."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.datasets import make_moving_digits
from tests.benchmarks.paper.cases import SCALES, Budget
from tests.benchmarks.paper.data import DATA_SETS, PaperData

EACH = {"conv": 2, "resnet": 2}
TINY = Budget(16, 24, 24, epochs=EACH, width={"conv": 2, "resnet": 2}, batch_size=12)


@pytest.fixture
def budget():
    return TINY


@pytest.fixture
def measured():
    """The seeds of the models that have been measured, in turn."""
    return []


@pytest.fixture
def tiny(measured):
    """Sequences of 16 x 16 pixels, of which only the squared error is measured."""
    found = make_moving_digits(24, n_steps=6, size=16, random_state=0)
    far = make_moving_digits(8, n_steps=12, size=16, random_state=1)

    def measure(model, seed):
        measured.append(seed)
        if not hasattr(model, "transform"):
            return {}
        squares = np.square(model.reconstruct(found.X).astype(float) - found.X)
        return {"mean_squared_error": squares.mean() / 255**2}

    return PaperData(found.X, found.X, {"digit": found.digits[:, 0]}, far.X, measure)


@pytest.fixture
def tiny_sets(monkeypatch, tiny):
    """Both data sets of the command line, with tiny sequences and budgets."""
    for name in DATA_SETS:
        monkeypatch.setitem(DATA_SETS, name, lambda budget, options: tiny)
    monkeypatch.setitem(SCALES, "quick", dict.fromkeys(DATA_SETS, TINY))


class Copy:
    """Content is the first frame, motion nothing; samples are of the data."""

    def __init__(self, X):
        self.X = X

    def transform(self, X):
        return SimpleNamespace(content=X[:, 0].reshape(len(X), -1), motion=X[:, :, :1, 0])

    def reconstruct(self, X):
        return X

    def swap(self, a, b):
        return SimpleNamespace(a_motion_b_content=b, a_content_b_motion=a)

    def sample(self, n_samples, n_steps=None, *, content=None, motion=None, random_state=None):
        rows = np.random.RandomState(random_state).randint(len(self.X), size=n_samples)
        n_steps = self.X.shape[1] if n_steps is None else n_steps
        return np.stack([self.X[rows, t % self.X.shape[1]] for t in range(n_steps)], axis=1)


@pytest.fixture
def copy_of():
    """Makes a stand-in of the sequences that it draws."""
    return Copy


@pytest.fixture
def copy(tiny):
    return Copy(tiny.X)
