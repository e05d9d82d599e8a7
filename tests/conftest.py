"""Small sequences and small fitted models that several test files share."""

import os
import random

# Workers share the processors: one thread each, of torch as of NumPy and scikit-learn. Read when
# these are imported, hence before; processes that a test starts inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import hypothesis
import numpy as np
import pytest
import torch

from seqdisentangle import RecurrentWAE

# A test says what holds, not how fast: machines are busy.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

SMALL = {
    "content_size": 4,
    "motion_size": 2,
    "hidden_size": 16,
    "max_epochs": 2,
    "batch_size": 4,
    "device": "cpu",
    "random_state": 0,
}


def small(cls=RecurrentWAE, **params):
    """An estimator that fits in a blink; ``training__ema=0.9`` sets a parameter of a part."""
    nested = {name: params.pop(name) for name in list(params) if "__" in name}
    return cls(**{**SMALL, **params}).set_params(**nested)


def weights(model):
    """A copy of all that a fitted torch module holds."""
    return {name: value.clone() for name, value in model.model_.state_dict().items()}


def same_weights(a, b):
    """Tell whether two such copies agree bit for bit."""
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session", name="small")
def small_fixture():
    return small


@pytest.fixture(scope="session")
def numbers():
    """(n, T) numbers."""
    return np.random.RandomState(0).normal(size=(7, 5))


@pytest.fixture(scope="session")
def vectors():
    """(n, T, D) features."""
    return np.random.RandomState(1).normal(size=(7, 5, 3)).cumsum(1).astype(np.float32)


@pytest.fixture(scope="session")
def videos():
    """(n, T, H, W, C) 8-bit images."""
    return np.random.RandomState(2).randint(256, size=(7, 4, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def vector_model(vectors):
    return small().fit(vectors)


@pytest.fixture
def video_model(videos):
    return small().fit(videos)


@pytest.fixture(name="weights")
def weights_fixture():
    return weights


@pytest.fixture(name="same_weights")
def same_weights_fixture():
    return same_weights


@pytest.fixture
def generator_states():
    """The states of the global generators of Python, NumPy and torch."""

    def states():
        numpy_state = np.random.get_state()  # noqa: NPY002  # the one that must not move
        return random.getstate(), numpy_state[1].tolist(), torch.get_rng_state().tolist()

    return states
