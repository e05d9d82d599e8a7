"""Fidelity: hand-worked errors, scikit-image's figures, and models that miss one part alone."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import (
    reconstruction_error,
    reconstruction_quality,
    structural_similarity,
)

RNG = np.random.RandomState(0)
VIDEOS = RNG.randint(256, size=(5, 3, 16, 16, 3), dtype=np.uint8)


def by(reconstruct):
    return SimpleNamespace(reconstruct=reconstruct)


def test_a_hand_worked_case():
    X = np.array([[[0.0], [2.0]], [[4.0], [6.0]]])
    found = reconstruction_quality(by(lambda X: X + 1), X)
    assert found.mean_squared == (1, 0)
    assert found.peak_signal_to_noise == pytest.approx(10 * np.log10(36))
    assert found.moving == 1
    assert found.still == pytest.approx(1 - 2 / 8)  # one off each, of levels two off their mean


def test_perfect_reconstructions():
    found = reconstruction_quality(by(lambda X: X), VIDEOS)
    assert found.mean_squared == (0, 0)
    assert found.peak_signal_to_noise == np.inf
    assert found.still == found.moving == 1


def test_what_stays_and_what_moves_are_missed_apart(levels):
    X = levels(40)
    mean = X.mean(1, keepdims=True)
    still = reconstruction_quality(by(lambda X: X.mean(1, keepdims=True) + 0 * X), X)
    moving = reconstruction_quality(by(lambda X: X - X.mean(1, keepdims=True) + mean.mean(0)), X)
    assert (still.still, still.moving) == pytest.approx((1, 0))
    assert (moving.still, moving.moving) == pytest.approx((0, 1))


@pytest.mark.parametrize("size", [1, 0.1, 1e-3, 1e-5])
def test_each_is_of_its_own_variance_however_small(levels, size):
    X = levels(40)
    mean = X.mean(1, keepdims=True)
    X = mean + size * (X - mean)
    half = reconstruction_quality(by(lambda X: (X + X.mean(1, keepdims=True)) / 2), X)
    assert (half.still, half.moving) == pytest.approx((1, 0.75))


def test_what_is_constant_is_not_missed_for_rounding():
    X = np.repeat(np.random.RandomState(0).normal(size=(20, 1, 3)), 7, axis=1)
    found = reconstruction_quality(by(lambda X: X.astype(np.float32)), X)
    assert (found.still, found.moving) == pytest.approx((1, 1))


def test_ragged_sequences_count_by_their_frames():
    X = [np.zeros((2, 1)), np.ones((6, 1))]
    found = reconstruction_quality(by(lambda X: [0 * x for x in X]), X, batch_size=1)
    assert found.mean_squared.mean == 0.5
    assert found.peak_signal_to_noise == pytest.approx(-10 * np.log10(6 / 8))


def test_the_squared_error_is_that_of_reconstruction_error():
    dark = by(lambda X: X // 2)
    found = reconstruction_quality(dark, VIDEOS, batch_size=2)
    assert found.mean_squared.mean == pytest.approx(reconstruction_error(dark, VIDEOS).mean_squared)


def test_signal_to_noise_is_that_of_scikit_image():
    metrics = pytest.importorskip("skimage.metrics")
    found = reconstruction_quality(by(lambda X: X // 2), VIDEOS).peak_signal_to_noise
    assert found == pytest.approx(metrics.peak_signal_noise_ratio(VIDEOS, VIDEOS // 2))


def test_similarity_is_one_where_nothing_is_missed_and_falls_with_noise():
    pytest.importorskip("skimage.metrics")
    assert structural_similarity(by(lambda X: X), VIDEOS).mean == pytest.approx(1)
    noise = RNG.randint(256, size=VIDEOS.shape, dtype=np.uint8)
    rows = iter(noise)
    found = structural_similarity(by(lambda X: np.stack([next(rows) for _ in X])), VIDEOS)
    assert abs(found.mean) < 0.1


@pytest.mark.parametrize("shape", [(3, 4, 20, 20), (3, 4, 6, 9, 1)])
def test_similarity_of_grey_and_of_small_frames(shape):
    pytest.importorskip("skimage.metrics")
    assert structural_similarity(by(lambda X: X), RNG.rand(*shape)).mean == pytest.approx(1)


def test_similarity_says_what_it_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(ImportError, match=r"needs scikit-image: pip install 'seqdisentangle\[vi"):
        structural_similarity(by(lambda X: X), VIDEOS)


def test_frames_without_structure_are_refused():
    with pytest.raises(ValueError, match="X must hold images"):
        structural_similarity(by(lambda X: X), np.zeros((3, 4, 5)))


@pytest.mark.parametrize(
    ("cut", "told"),
    [(lambda X: X[:, :-1], "frames shaped as those"), (lambda X: X[:-1], "5 sequences.* got 4")],
)
def test_reconstructions_of_another_shape_are_refused(cut, told):
    with pytest.raises(ValueError, match=rf"model\.reconstruct must give {told}"):
        reconstruction_quality(by(cut), VIDEOS)


def test_frames_that_are_all_alike_and_shown_have_no_noise():
    for X in (np.zeros((4, 3, 2)), np.full((4, 3, 2), 0.1)):
        same = SimpleNamespace(reconstruct=lambda X: X)
        assert reconstruction_quality(same, X).peak_signal_to_noise == np.inf
        off = SimpleNamespace(reconstruct=lambda X: X + 1)
        assert reconstruction_quality(off, X).peak_signal_to_noise == -np.inf


def test_a_reconstruction_that_is_not_finite_is_named():
    X = np.random.RandomState(0).normal(size=(5, 4, 2))
    bad = int(np.argmax(X.max((1, 2))))
    model = SimpleNamespace(reconstruct=lambda part: np.where(part == X.max(), np.inf, part))
    told = f"model.reconstruct must give finite numbers, .* for sequence {bad} of X"
    with pytest.raises(ValueError, match=told):
        reconstruction_quality(model, X, batch_size=2)
