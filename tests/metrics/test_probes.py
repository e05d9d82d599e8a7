"""Probes find what lies open in a code and nothing else."""

import numpy as np
import pytest

from seqdisentangle.metrics import chance, probe_accuracy


@pytest.fixture
def labelled():
    rng = np.random.RandomState(0)
    y = rng.randint(3, size=400)
    content = np.eye(3)[y] + 0.05 * rng.normal(size=(400, 3))
    noise = rng.normal(size=(400, 4, 2))
    return y, content, noise


def test_label_is_found_where_it_is_and_not_where_it_is_not(labelled):
    y, content, noise = labelled
    assert probe_accuracy(content[:200], y[:200], content[200:], y[200:]) == 1.0
    found = probe_accuracy(noise[:200], y[:200], noise[200:], y[200:])
    assert found == pytest.approx(chance(y[200:]), abs=0.1)


def test_scale_of_codes_does_not_matter(labelled):
    y, content, _ = labelled
    stretched = 1e3 + content * [1e-4, 1.0, 1e4]
    assert probe_accuracy(stretched[:200], y[:200], stretched[200:], y[200:]) == 1.0


def test_order_of_steps_is_read():
    y = np.tile([0, 1], 40)
    motion = np.zeros((80, 4, 1))
    motion[np.arange(80), y] = 1.0  # the same codes in another order
    assert probe_accuracy(motion[:40], y[:40], motion[40:], y[40:]) == 1.0


def test_chance_is_what_a_dummy_classifier_scores(labelled):
    from sklearn.dummy import DummyClassifier

    y, content, _ = labelled
    assert chance(y) == DummyClassifier(strategy="most_frequent").fit(content, y).score(content, y)


def test_labels_of_any_type_are_read():
    y = np.tile([0, 1], 50)
    z = np.random.RandomState(0).normal(size=(100, 2)) + 9 * y[:, None]
    day = np.array(["2020-01-01", "2021-01-01"], "M8[D]")[y]
    for of in (y.astype(object), y.astype(str).astype(object), day, day.astype(object), y > 0):
        assert probe_accuracy(z[:60], of[:60], z[60:], of[60:]) == 1.0
    for name in ("y_train", "y_test"):
        labels = {"y_train": y, "y_test": y} | {name: np.linspace(0, 1, 100)}
        with pytest.raises(ValueError, match=f"{name} must be labels, got numbers that are no"):
            probe_accuracy(z, labels["y_train"], z, labels["y_test"])
    with pytest.raises(ValueError, match="y_train has one label alone"):
        probe_accuracy(z, 0 * y, z, y)
    with pytest.raises(ValueError, match="y_test must be numbers, as y_train is, got text"):
        probe_accuracy(z[:60], y[:60], z[60:], y[60:].astype(str))
    with pytest.raises(ValueError, match=r"codes_test must .* got shape \(0, 2\)"):
        probe_accuracy(z[:60], y[:60], z[:0], y[:0])


def test_codes_that_do_not_fit_are_refused(labelled):
    y, content, noise = labelled
    with pytest.raises(ValueError, match="numbers a sequence"):
        probe_accuracy(content, y, noise, y)
    with pytest.raises(ValueError, match="codes_train"):
        probe_accuracy(y, y, content, y)
    with pytest.raises(ValueError, match="one-dimensional"):
        chance([])
