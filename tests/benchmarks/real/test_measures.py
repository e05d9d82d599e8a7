"""Measures know a swap that moves everything from one that moves nothing."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.benchmarks.real.data import RealData
from tests.benchmarks.real.measures import Judge, curves, measured


def levels(n=64, n_steps=6, seed=0):
    """Sequences about one of two levels, which is their label."""
    rng = np.random.RandomState(seed)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, n_steps, 2)) * 0.3 + np.where(y, 1, -1)[:, None, None]
    return X.astype(np.float32), y


@pytest.fixture(scope="module")
def data():
    (X, y), (X_test, y_test) = levels(), levels(seed=1)
    return RealData(X, X_test, {"level": (y, y_test)})


@pytest.fixture(scope="module")
def judge(data):
    return Judge(data)


class Given:
    """Reconstructs exactly, and swaps all or nothing."""

    def __init__(self, moves):
        self.moves = moves

    def transform(self, X):
        content, motion = X.mean(1), X - X.mean(1, keepdims=True)
        return SimpleNamespace(content=content, motion=motion)

    def reconstruct(self, X):
        return X

    def swap(self, a, b):
        return SimpleNamespace(a_motion_b_content=b if self.moves else a)


@pytest.mark.parametrize("moves", [True, False])
def test_swaps_show_the_donor_whose_sequence_they_are(moves, data, judge):
    found = measured(Given(moves), data, judge, seed=0)
    assert found["judge_real"] == found["judge_reconstructed"] == 1
    assert (found["swap_content_donor"], found["swap_motion_donor"]) == (moves, not moves)
    assert (found["r2"], found["r2_movement"]) == (1, 1)
    assert found["probe_content"] == 1
    assert found["probe_motion"] < 0.7
    assert found["error_rate_content"] < 0.1 < 0.4 < found["error_rate_motion"]
    assert found["error_rate_gap"] == found["error_rate_motion"] - found["error_rate_content"]


def test_missing_values_have_no_part_in_r2(data):
    X = data.X_test.copy()
    X[:, ::2] = np.nan
    gaps = RealData(data.X, X, data.labels, foretold=True)
    exact = SimpleNamespace(reconstruct=lambda _: data.X_test)
    found = measured(exact, gaps, None, seed=0)
    assert (found["r2"], found["r2_movement"]) == pytest.approx((1, 1))


def test_movement_that_is_not_reproduced_has_no_r2(data):
    still = SimpleNamespace(
        reconstruct=lambda X: np.broadcast_to(X.mean(1, keepdims=True), X.shape)
    )
    found = measured(still, data, None, seed=0)
    assert found["r2"] > 0.7
    assert found["r2_movement"] == pytest.approx(0, abs=1e-6)


def test_level_and_width_of_a_curve_follow_a_donor_by_a_share():
    rng = np.random.RandomState(0)
    a, b = (rng.gamma(2, size=(200, 40, 1)) * rng.rand(200, 1, 1) for _ in range(2))
    a.sort(axis=1)
    b.sort(axis=1)
    found = curves(0.25 * a + 0.75 * b, content_donor=b, motion_donor=a)
    for name in ("level", "width"):
        assert found[f"{name}_content_donor"] == pytest.approx(0.75)
        assert found[f"{name}_motion_donor"] == pytest.approx(0.25)


def test_a_judge_is_kept_for_the_same_sequences_and_labels(data, tmp_path):
    first = Judge(data, tmp_path)
    (kept,) = tmp_path.iterdir()
    changed = kept.stat().st_mtime_ns
    again = Judge(data, tmp_path)
    assert kept.stat().st_mtime_ns == changed
    np.testing.assert_array_equal(first(data.X_test)[""], again(data.X_test)[""])
    y, y_test = data.labels["level"]
    of_two_steps = [x.reshape(len(x), -1, 4) for x in (data.X, data.X_test)]
    assert Judge(RealData(*of_two_steps, data.labels), tmp_path)(of_two_steps[1])
    assert len(list(tmp_path.iterdir())) == 2
    Judge(RealData(data.X, data.X_test, {"level": (1 - y, 1 - y_test)}), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
