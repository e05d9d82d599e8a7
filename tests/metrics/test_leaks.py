"""The leak matrix: what it finds of known codes, of groups, and of folded codes."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import leak_matrix, probe_accuracy


def coded(content, motion):
    """A model of codes that are given."""
    return SimpleNamespace(transform=lambda X: SimpleNamespace(content=content, motion=motion))


def test_levels_are_read_off_content_and_no_more_off_motion(separate, levels):
    X = levels(120)
    matrix = leak_matrix(separate, X, {"level": X.mean(1)[:, 0]}, random_state=0)
    found = {
        code: matrix.select(code=code, probe="linear")["score"][0]
        for code in ("content", "motion", "data")
    }
    assert found["content"] > 0.99
    assert found["data"] > 0.95
    assert found["motion"] < 0.2


def test_a_folded_code_is_read_by_neighbours_alone():
    rng = np.random.RandomState(0)
    y = np.arange(200) % 2
    angle = rng.uniform(0, 2 * np.pi, 200)
    ring = (1 + y)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    model = coded(ring, np.zeros((200, 4, 1)))
    matrix = leak_matrix(model, np.zeros((200, 4)), y, random_state=0).select(code="content")
    assert matrix.select(probe="linear")["score"][0] < 0.65
    assert matrix.select(probe="neighbours")["score"] == [1.0]


def test_groups_show_what_is_known_of_persons_alone():
    person = np.repeat(np.arange(20), 6)
    y = person % 2  # a trait that says nothing beyond who one is
    model = coded(np.eye(20)[person], np.zeros((120, 4, 1)))
    known, new = (
        leak_matrix(model, np.zeros((120, 4)), y, groups=groups, random_state=0).select(
            code="content", probe="linear"
        )["score"][0]
        for groups in (None, person)
    )
    assert known == 1
    assert new < 0.7


def test_ragged_sequences_and_several_factors(separate, levels):
    X = [x[: 5 + i % 9] for i, x in enumerate(levels(40))]
    sign = [x.mean(0) > 0 for x in X]
    matrix = leak_matrix(separate, X, np.stack(sign).astype(int), n_folds=2, random_state=0)
    assert len(matrix) == 3 * 3 * 2
    assert sorted(set(matrix["factor"])) == ["y_0", "y_1", "y_2"]
    assert min(matrix.select(code="content", probe="linear")["score"]) > 0.7


def test_the_linear_probe_is_that_of_probe_accuracy():
    rng = np.random.RandomState(0)
    y = np.arange(80) % 2
    content = rng.normal(size=(80, 3)) + y[:, None]
    folds_score = leak_matrix(
        coded(content, np.zeros((80, 4, 1))), np.zeros((80, 4)), y, random_state=0
    ).select(code="content", probe="linear")["score"][0]
    assert folds_score == pytest.approx(
        probe_accuracy(content[:40], y[:40], content[40:], y[40:]), abs=0.15
    )
