"""Stand-ins whose scores are known: frames are (content label, motion label, 0)."""

from types import SimpleNamespace

import numpy as np
import pytest

N_CONTENT, N_MOTION, N_STEPS = 4, 3, 5


def decode(content, motion):
    """(n, 1) and (n, T, 1) to frames (n, T, 3)."""
    content = np.repeat(content[:, None], motion.shape[1], axis=1)
    return np.concatenate([content, motion, np.zeros_like(motion)], axis=2)


class Oracle:
    """Codes are the true factors."""

    def transform(self, X):
        return SimpleNamespace(content=X[:, 0, :1], motion=X[:, :, 1:2])

    def reconstruct(self, X):
        codes = self.transform(X)
        return decode(codes.content, codes.motion)

    def swap(self, a, b):
        a, b = self.transform(a), self.transform(b)
        return SimpleNamespace(
            a_motion_b_content=decode(b.content, a.motion),
            a_content_b_motion=decode(a.content, b.motion),
        )

    def sample(self, n_samples, n_steps=None, *, content=None, motion=None, random_state=None):
        rng = np.random.RandomState(random_state)
        if content is None:
            content = rng.randint(N_CONTENT, size=(n_samples, 1))
        if motion is None:
            motion = np.repeat(rng.randint(N_MOTION, size=(n_samples, 1, 1)), n_steps, axis=1)
        assert len(content) == len(motion) == n_samples
        return decode(content, motion)


class Entangled(Oracle):
    """The content code carries the motion too; the motion code is never used."""

    def swap(self, a, b):
        return SimpleNamespace(a_motion_b_content=b, a_content_b_motion=a)

    def sample(self, n_samples, n_steps=None, *, content=None, motion=None, random_state=None):
        steps = n_steps or motion.shape[1]
        if content is None:
            return super().sample(n_samples, steps, random_state=random_state)
        return decode(content[:, :1], np.repeat(content[:, None, 1:], steps, axis=1))

    def transform(self, X):
        return SimpleNamespace(content=X[:, 0, :2], motion=X[:, :, 1:2])

    def reconstruct(self, X):
        return X


class Reader:
    """A judge that reads the labels off the first frame: motion first, then content."""

    largest_batch = 0

    def predict(self, X):
        self.largest_batch = max(self.largest_batch, len(X))
        return X[:, 0, [1, 0]]

    def predict_proba(self, X):
        motion, content = self.predict(X).T
        return [np.eye(N_MOTION)[motion], np.eye(N_CONTENT)[content]]


@pytest.fixture
def oracle():
    return Oracle()


@pytest.fixture
def entangled():
    return Entangled()


@pytest.fixture
def reader():
    return Reader()


@pytest.fixture
def factors():
    """Every combination of labels 50 times: (X, motion, content)."""
    content, motion = np.indices((N_CONTENT, N_MOTION)).reshape(2, -1).repeat(50, axis=1)
    X = decode(content[:, None], np.repeat(motion[:, None, None], N_STEPS, axis=1))
    return X, motion, content


def levels_and_courses(n, n_steps=30, n_features=3, seed=0):
    """Sequences (n, T, D): a level each, and around it a smooth course."""
    rng = np.random.RandomState(seed)
    level = 2 * rng.normal(size=(n, 1, n_features))
    phase, speed = rng.uniform(0, 6, (n, 1, n_features)), rng.uniform(0.5, 1.5, (n, 1, n_features))
    return level + np.sin(phase + speed * np.arange(n_steps)[:, None])


class Separate:
    """Content is the level of a sequence, motion its course."""

    def transform(self, X):
        levels = [np.nanmean(x, axis=0) for x in X]
        motion = [x - level for x, level in zip(X, levels, strict=True)]
        return SimpleNamespace(content=np.stack(levels), motion=motion)

    def reconstruct(self, X):
        return X

    def swap(self, a, b):
        motion, content = self.transform(a).motion, self.transform(b).content
        made = [c + z for c, z in zip(content, motion, strict=True)]
        return SimpleNamespace(a_motion_b_content=made)

    def sample(self, n_samples, n_steps, random_state):
        steps = np.broadcast_to(n_steps, n_samples)
        drawn = levels_and_courses(n_samples, int(steps.max()), seed=random_state)
        return [x[:length] for x, length in zip(drawn, steps, strict=True)]


@pytest.fixture
def separate():
    return Separate()


@pytest.fixture
def levels():
    """Make sequences of a level and a course each."""
    return levels_and_courses
