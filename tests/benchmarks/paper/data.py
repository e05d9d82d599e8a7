"""Data sets of the paper, and the measures of a model on each of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from seqdisentangle.datasets import fetch_sprites
from seqdisentangle.metrics import (
    conditional_entropy,
    inception_score,
    marginal_entropy,
    reconstruction_error,
)

from .. import digits, sprites
from .._common import print_measures, print_table
from .cases import Budget

SCORES = {
    "inception_score": inception_score,
    "conditional_entropy": conditional_entropy,
    "marginal_entropy": marginal_entropy,
}


@dataclass(frozen=True)
class PaperData:
    """Sequences to train on and to judge by.

    Attributes
    ----------
    X, X_test : array of shape (n, T, ...)
        Training and test sequences.
    labels : dict of str to array of shape (n,)
        Labels of the content of the test sequences, which colour maps of codes.
    long : array of shape (m, 100, ...) or None
        Test sequences for swaps of 100 steps, where the data have any.
    measure : callable
        Measures of a fitted model and a seed. ``real_...`` and ``chance_...`` are those of the test
        sequences and of guesses.
    """

    X: Any
    X_test: Any
    labels: dict[str, np.ndarray]
    long: Any
    measure: Callable[[Any, int], dict[str, float]]


def sprites_data(budget: Budget, options: argparse.Namespace) -> PaperData:
    """Read characters in action: eight frames of nine actions, by characters unseen in training."""
    train = fetch_sprites(options.data_home, subset="train", size=budget.size)
    test = fetch_sprites(options.data_home, subset="test", size=budget.size)
    judge = sprites.trained_judge(train, test, options.judge_cache)
    rng = np.random.RandomState(0)
    rows = np.sort(rng.permutation(len(train.X))[: budget.sequences])
    held_out = np.sort(rng.permutation(len(test.X))[: budget.test_sequences])
    X_test, action, attributes = (part[held_out] for part in (test.X, test.action, test.attributes))

    def measure(model: Any, seed: int) -> dict[str, float]:
        return of_sprites(sprites.measured(model, X_test, action, attributes, judge, seed))

    labels = dict(zip(sprites.ATTRIBUTES, attributes.T, strict=True))
    return PaperData(train.X[rows], X_test, labels, None, measure)


def of_sprites(found: dict[str, float]) -> dict[str, float]:
    """Add the errors of labels that are kept, in percent, to the measures of the Sprites benchmark.

    The action must stay where motion is kept and content drawn, each attribute where content is
    kept and motion drawn.
    """
    measures = dict(found)
    if "swap_motion" not in found:  # of a model that only samples
        return measures
    kept = {"action": ("content_drawn", "motion_0")}
    for k, attribute in enumerate(sprites.ATTRIBUTES):
        kept[attribute] = ("motion_drawn", f"content_{k}")
    for row, prefix in {"": "", "data": "real_", "chance": "chance_"}.items():
        errors = {
            f"{prefix}error_{label}": error(found[f"{row or drawn}_{part}"])
            for label, (drawn, part) in kept.items()
        }
        measures |= errors | {f"{prefix}error": float(np.mean(list(errors.values())))}
        measures[f"{prefix}accuracy"] = 100 - errors[f"{prefix}error_action"]
    return measures | {f"real_{name}": found[f"data_{name}"] for name in SCORES}


def digits_data(budget: Budget, options: argparse.Namespace) -> PaperData:
    """Make stochastic moving digits, of images of digits that are unseen in training."""
    assert budget.images is not None
    images = argparse.Namespace(
        images=budget.images,
        size=budget.size,
        digits=digits.SCALES[budget.images]["digits"],
        mnist=options.mnist,
    )
    if budget.images == "mnist" and options.mnist is None:
        raise FileNotFoundError("moving digits of MNIST need --mnist PATH")
    n = budget.test_sequences or 1000
    train = digits.moving(images, "train", budget.sequences or 10_000, digits.N_STEPS, 0)
    test = digits.moving(images, "test", n, digits.N_STEPS, 1)
    far = digits.moving(images, "test", n, digits.LONG, 2)
    frames = digits.moving(images, "train", options.judge_frames, 1, 3)
    judge = digits.FrameJudge(frames)
    locate = digits.brightness_centres if images.digits == 1 else digits.Locator(frames)

    def measure(model: Any, seed: int) -> dict[str, float]:
        found: dict[str, float] = {}
        if hasattr(model, "transform"):
            found["mean_squared_error"] = reconstruction_error(model, test.X).mean_squared
            found |= print_table(digits.interventions(model, test, judge, locate, seed))
            found |= print_table(digits.probes(model, train, test))
        found |= print_table(digits.long_samples(model, train, far, judge, seed))
        return of_digits(found, model, test, judge, seed)

    return PaperData(train.X, test.X, {"digit": test.digits[:, 0]}, far.X, measure)


def of_digits(
    found: dict[str, float], model: Any, test: Bunch, judge: Any, seed: int
) -> dict[str, float]:
    """Add the error of digits that are kept, in percent, and the scores of the digits of samples.

    Digits must stay where content is kept and motion drawn, places where motion is kept and content
    drawn.
    """
    measures = dict(found)
    for row, prefix in {"motion_drawn": "", "real": "real_", "chance": "chance_"}.items():
        if f"digits_{row}" in found:
            measures[f"{prefix}error"] = error(found[f"digits_{row}"])
            measures[f"{prefix}accuracy"] = 100 * found[f"digits_{row}"]
    for row, prefix in {"content_drawn": "", "perfect": "real_", "chance": "chance_"}.items():
        if f"pixels_off_{row}" in found:
            measures[f"{prefix}pixels_off"] = found[f"pixels_off_{row}"]
    samples = model.sample(len(test.X), digits.N_STEPS, random_state=seed)
    scores = {}
    for prefix, sequences in {"": samples, "real_": test.X}.items():
        each = [p.mean(axis=1) for p in judge.probabilities(sequences)]  # of digits (n, classes)
        for name, score in SCORES.items():
            scores[prefix + name] = float(np.mean([score(p) for p in each]))
    print_measures(scores)
    return measures | scores


def error(accuracy: float) -> float:
    """Wrong answers in percent."""
    return 100 * (1 - accuracy)


DATA_SETS: dict[str, Callable[[Budget, argparse.Namespace], PaperData]] = {
    "sprites": sprites_data,
    "digits": digits_data,
}
