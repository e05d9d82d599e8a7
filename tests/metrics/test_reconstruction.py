"""Reconstruction error: a known shift has a known square."""

from types import SimpleNamespace

import numpy as np
import pytest

from seqdisentangle.metrics import reconstruction_error


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_a_shift_costs_its_square(batch_size):
    X = np.random.RandomState(0).normal(size=(7, 3, 4, 5))
    shifted = SimpleNamespace(reconstruct=lambda x: x + 0.5)
    error = reconstruction_error(shifted, X, batch_size=batch_size)
    assert error.mean_squared == pytest.approx(0.25)
    assert error.per_frame == pytest.approx(0.25 * 4 * 5)


def test_uint8_does_not_wrap_and_counts_from_zero_to_one():
    X = np.zeros((2, 3, 4, 4, 3), dtype=np.uint8)
    white = SimpleNamespace(reconstruct=lambda x: x + np.uint8(255))
    assert reconstruction_error(white, X).mean_squared == 1.0


def test_numbers_are_frames_of_one():
    shifted = SimpleNamespace(reconstruct=lambda x: x + 2.0)
    error = reconstruction_error(shifted, np.zeros((2, 3)))
    assert error.mean_squared == error.per_frame == 4.0


def test_other_shapes_are_refused():
    short = SimpleNamespace(reconstruct=lambda x: x[:, 1:])
    with pytest.raises(ValueError, match="shape"):
        reconstruction_error(short, np.zeros((2, 3, 1)))
    with pytest.raises(ValueError, match="at least one sequence"):
        reconstruction_error(short, np.zeros((0, 3, 1)))


def test_missing_values_are_left_out():
    X = np.random.RandomState(0).normal(size=(5, 4, 3))
    X[1, 2, 0] = X[3] = np.nan
    blank = SimpleNamespace(reconstruct=np.zeros_like)
    found = reconstruction_error(blank, X, batch_size=2)
    assert found.mean_squared == pytest.approx(np.nanmean(X**2))
    assert found.per_frame == pytest.approx(3 * np.nanmean(X**2))


@pytest.mark.parametrize(
    ("X", "reconstruct", "told"),
    [
        (np.full((2, 3, 2), np.nan), np.zeros_like, "X holds no value"),
        (np.full((2, 3, 2), np.inf), np.zeros_like, "X and model.reconstruct must have finite"),
        (np.ones((2, 3, 2)), lambda X: X * np.nan, "X and model.reconstruct must have finite"),
        (np.ones((2, 3, 0)), np.zeros_like, r"X must hold .* shape \(2, 3, 0\)"),
        (np.ones((2, 0, 3)), np.zeros_like, r"X must hold .* shape \(2, 0, 3\)"),
    ],
    ids=["all missing", "infinite", "made NaN", "no feature", "no step"],
)
def test_what_has_no_error_is_refused(X, reconstruct, told):
    with pytest.raises(ValueError, match=told):
        reconstruction_error(SimpleNamespace(reconstruct=reconstruct), X)
