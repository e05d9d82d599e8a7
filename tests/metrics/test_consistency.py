"""Consistency: linear maps of codes, kernels by another formula, and parts of sequences."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from seqdisentangle.metrics import (
    Consistency,
    consistency,
    content_stability,
    linear_cka,
    linear_consistency,
    prediction_stability,
)

RNG = np.random.RandomState(0)


def mapped(A):
    """Codes of levels and courses, by a linear map."""

    def transform(X):
        levels = np.stack([x.mean(0) for x in X])
        return SimpleNamespace(
            content=levels @ A, motion=[(x - m) @ A for x, m in zip(X, levels, strict=True)]
        )

    return SimpleNamespace(transform=transform)


def test_linear_maps_of_both_codes_agree(levels):
    X = [x[: 4 + i % 5] for i, x in enumerate(levels(40))]
    found = consistency(mapped(np.eye(3)), mapped(RNG.normal(size=(3, 4))), X, random_state=0)
    assert min(found.content, found.motion) > 0.99
    assert found.content_cka < 1


def test_what_cannot_agree_is_named(levels):
    X = levels(10)
    one = mapped(np.eye(3))
    with pytest.raises(ValueError, match="X must hold at least two sequences, got 1"):
        consistency(one, one, X[:1])
    for models, name in (
        ((mapped(0 * np.eye(3)), one), "model_a"),
        ((one, mapped(0 * np.eye(3))), "model_b"),
    ):
        with pytest.raises(ValueError, match=f"{name} gives the same content for all of X"):
            consistency(*models, X)


def test_codes_of_other_sequences_do_not_agree():
    X = RNG.normal(size=(150, 5, 3))
    shuffled = SimpleNamespace(transform=lambda X: mapped(np.eye(3)).transform(X[::-1]))
    found = consistency(mapped(np.eye(3)), shuffled, X, random_state=0)
    assert max(found.content, found.motion, found.content_cka, found.motion_cka) < 0.1


def test_the_mean_of_both_ways_is_taken():
    z = RNG.normal(size=(200, 2))
    # Both numbers say the first, which says half of their variance.
    assert linear_consistency(z, z[:, :1], random_state=0) == pytest.approx(0.75, abs=0.05)


def test_alignment_is_that_of_centred_gram_matrices():
    a, b = RNG.normal(size=(20, 3)), RNG.normal(size=(20, 5))
    centre = np.eye(20) - 1 / 20
    K, L = centre @ a @ a.T @ centre, centre @ b @ b.T @ centre
    expected = np.sum(K * L) / np.sqrt(np.sum(K * K) * np.sum(L * L))
    assert linear_cka(a, b) == pytest.approx(expected)


def test_two_codes_are_always_aligned():
    assert linear_cka(RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3))) == pytest.approx(1)


def content_of_first_frame():
    return SimpleNamespace(
        transform=lambda X: SimpleNamespace(content=np.stack([x[0] for x in X]), motion=X)
    )


def test_stability_of_a_hand_worked_case():
    X = np.array([[0.0, 1.0], [4.0, 3.0]])[..., None]  # between 18, within 0.5
    assert content_stability(content_of_first_frame(), X) == pytest.approx(8.5 / 9.5)


def test_parts_that_are_alike_are_stable_and_noise_is_not():
    X = RNG.normal(size=(400, 6, 2))
    assert content_stability(content_of_first_frame(), X, n_parts=3) == pytest.approx(0, abs=0.1)
    still = np.repeat(X[:, :1], 7, axis=1)
    assert content_stability(content_of_first_frame(), still, n_parts=3) == pytest.approx(1)


def test_sequences_that_cannot_be_cut_are_refused():
    with pytest.raises(ValueError, match=r"at least n_parts=3 steps, got 2, the shortest of 2"):
        content_stability(content_of_first_frame(), np.zeros((2, 2, 1)), n_parts=3)
    with pytest.raises(ValueError, match="the same content"):
        content_stability(content_of_first_frame(), np.zeros((2, 2, 1)))


@pytest.mark.parametrize(
    ("predictions", "expected"),
    [([[1, 1, 1]], 1), ([[1, 2, 3]], 1 / 3), ([["a"], ["a", "b"]], 0.75)],
)
def test_flicker_of_labels(predictions, expected):
    assert prediction_stability(predictions) == pytest.approx(expected)


@pytest.mark.parametrize("predictions", [3, [], [[]], [[[1]]], [1, 2]])
def test_predictions_of_no_frames_are_refused(predictions):
    with pytest.raises(ValueError, match="predictions must"):
        prediction_stability(predictions)


@pytest.mark.parametrize("of", [pd.DataFrame, pl.DataFrame, torch.tensor, memoryview, iter])
def test_predictions_are_rows_of_any_container(of):
    labels = np.array([[0, 0, 1, 0], [2, 2, 2, 2]])
    assert prediction_stability(of(labels)) == 0.875


@pytest.mark.parametrize("measure", [linear_consistency, linear_cka])
def test_codes_that_cannot_be_compared_are_refused(measure):
    with pytest.raises(ValueError, match=r"codes_a and codes_b must be of the same sequences"):
        measure(RNG.normal(size=(3, 2)), RNG.normal(size=(4, 2)))
    with pytest.raises(ValueError, match="codes_b must be finite and not all alike"):
        measure(RNG.normal(size=(3, 2)), np.ones((3, 2)))


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_cka_is_that_of_codes_of_any_scale(scale):
    rng = np.random.RandomState(0)
    a, b = rng.normal(size=(20, 3)), rng.normal(size=(20, 4))
    expected = linear_cka(a, b)
    assert 0 < expected < 1
    assert linear_cka(scale * a, b) == pytest.approx(expected)
    assert linear_cka(a, scale * b) == pytest.approx(expected)


@pytest.mark.parametrize("n", [3, 7, 10, 41])
def test_codes_that_are_alike_are_refused_whatever_their_mean_is_rounded_to(n):
    alike, z = np.full((n, 2), 0.1), RNG.normal(size=(n, 2))
    for measure in (linear_cka, linear_consistency):
        with pytest.raises(ValueError, match="codes_b must be finite and not all alike"):
            measure(z, alike)
        with pytest.raises(ValueError, match="codes_a must be finite and not all alike"):
            measure(alike, z)
    constant = SimpleNamespace(
        transform=lambda X: SimpleNamespace(content=np.full((len(X), 2), 0.1), motion=X)
    )
    for n_parts in (2, 3):
        with pytest.raises(ValueError, match="model gives every part of X the same content"):
            content_stability(constant, RNG.normal(size=(n, 6, 2)), n_parts=n_parts)


@pytest.mark.parametrize("scale", [2.0**-700, 2.0**700, 2.0**1000])
def test_consistency_is_that_of_codes_of_any_scale(scale):
    a = RNG.normal(size=(40, 3))
    b = a @ RNG.normal(size=(3, 2)) + 0.5 * RNG.normal(size=(40, 2))
    expected = linear_consistency(a, b, random_state=0)
    assert 0.1 < expected < 0.9
    assert linear_consistency(a * scale, b, random_state=0) == pytest.approx(expected, abs=1e-12)
    assert linear_consistency(a, b * scale, random_state=0) == pytest.approx(expected, abs=1e-12)


def test_the_report_of_agreement_has_all_four_numbers():
    told = str(Consistency(0.25, 0.5, 0.75, 1.0))
    assert " ".join(told.split()) == ("content: R2 0.250, CKA 0.750 motion: R2 0.500, CKA 1.000")


def test_motions_of_other_steps_are_not_compared(levels):
    X = levels(10)
    one = mapped(np.eye(3))
    short = SimpleNamespace(transform=lambda X: one.transform([x[1:] for x in X]))
    with pytest.raises(ValueError, match="model_a and model_b must give motion of the same steps"):
        consistency(one, short, X)
    with pytest.raises(ValueError, match=r"codes_a and codes_b must be of the same .* 10 and 9"):
        linear_cka(RNG.normal(size=(10, 2)), RNG.normal(size=(9, 2)))
