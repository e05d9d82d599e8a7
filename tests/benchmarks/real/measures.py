"""Measures of codes and swaps of real sequences, by their labels where they have any."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seqdisentangle.metrics import (
    SequenceJudge,
    chance,
    probe_accuracy,
    verification_error_rate,
)

from .data import RealData

PARTS = ("content", "motion")
N_PAIRS = 1000  # of sequences, at least, whose codes are swapped
N_JUDGE_STEPS = 600  # of training, at least


class Judge:
    """Reads every label of real and of generated sequences; what is missing is the mean to it.

    It is trained on the real ones, or read from a folder where an earlier run has kept it.
    """

    def __init__(self, data: RealData, cache: Path | None = None) -> None:
        self.prefixes = [prefix for prefix, _ in data.prefixed_labels]
        X, y = _filled(data.X), np.column_stack([y for _, (y, _) in data.prefixed_labels])
        kept = cache and cache / f"real-judge-{_digest(X, y):08x}.safetensors"
        if kept and kept.exists():
            self.judge = SequenceJudge.load(kept)
            return
        n_epochs = max(30, math.ceil(N_JUDGE_STEPS / max(len(X) // 32, 1)))
        self.judge = SequenceJudge(max_epochs=n_epochs, batch_size=32, random_state=0).fit(X, y)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            self.judge.save(kept)

    def __call__(self, X: Any) -> dict[str, np.ndarray]:
        """The labels (n,) that each sequence shows, by the prefix of their measures."""
        return dict(zip(self.prefixes, self.judge.predict(_filled(X)).T, strict=True))


def measured(model: Any, data: RealData, judge: Judge | None, seed: int) -> dict[str, float]:
    """Measure what a model can: anything with some of ``transform``, ``reconstruct``, ``swap``.

    Measures of the first label have names of their own, those of another begin with its name.
    """
    measures = {
        f"{prefix}chance": 0.5 if data.foretold else chance(y)
        for prefix, (_, y) in data.prefixed_labels
    }
    if judge is not None:
        measures |= judged("judge_real", data.X_test, data, judge)
    if hasattr(model, "transform"):
        measures |= codes(model, data)
    if hasattr(model, "reconstruct"):
        measures |= reconstructions(model, data, judge)
    if hasattr(model, "swap"):
        measures |= swaps(model, data, judge, seed)
    return measures


def judged(measure: str, X: Any, data: RealData, judge: Judge) -> dict[str, float]:
    """The share of sequences, one for each to test on, that show its labels."""
    shown = judge(X)
    return {
        f"{prefix}{measure}": float(np.mean(shown[prefix] == y))
        for prefix, (_, y) in data.prefixed_labels
    }


def codes(model: Any, data: RealData) -> dict[str, float]:
    """Linear probes and error rates of verification; motion is the mean over the steps."""
    train, test = (_both_codes(model.transform(X)) for X in (data.X, data.X_test))
    measures = {}
    for prefix, (y, y_test) in data.prefixed_labels:
        for part in PARTS:
            probe = area_under_curve if data.foretold else probe_accuracy
            measures[f"{prefix}probe_{part}"] = probe(train[part], y, test[part], y_test)
            if not data.foretold:
                rate = verification_error_rate(test[part], y_test)
                measures[f"{prefix}error_rate_{part}"] = rate
        if not data.foretold:
            content, motion = (measures[f"{prefix}error_rate_{part}"] for part in PARTS)
            measures[f"{prefix}error_rate_gap"] = motion - content
    return measures


def area_under_curve(
    train: np.ndarray, y: np.ndarray, test: np.ndarray, y_test: np.ndarray
) -> float:
    """Of a logistic regression on standardised codes; 0.5 is chance."""
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(train, y)
    return float(roc_auc_score(y_test, probe.decision_function(test)))


def reconstructions(model: Any, data: RealData, judge: Judge | None) -> dict[str, float]:
    """R^2 of the frames and of their movement, and how often the judge is right."""
    found = model.reconstruct(data.X_test)
    known = [_where_known(*pair) for pair in zip(found, data.X_test, strict=True)]
    measures = {
        "r2": _r2(data.X_test, known),
        "r2_movement": _r2([movement_of(x) for x in data.X_test], [movement_of(x) for x in known]),
    }
    if judge is not None:
        measures |= judged("judge_reconstructed", found, data, judge)
    return measures


def swaps(model: Any, data: RealData, judge: Judge | None, seed: int) -> dict[str, float]:
    """The share of swaps that show the label of either donor, where these differ; see `curves`."""
    rng, n = np.random.RandomState(seed), len(data.X_test)
    n_pairings = math.ceil(N_PAIRS / n)
    a = np.tile(np.arange(n), n_pairings)
    b = np.concatenate([rng.permutation(n) for _ in range(n_pairings)])
    X_a, X_b = rows_of(data.X_test, a), rows_of(data.X_test, b)
    swapped = model.swap(X_a, X_b).a_motion_b_content
    measures = {}
    if data.of_curves:
        measures |= curves(swapped, content_donor=X_b, motion_donor=X_a)
    if judge is not None:
        shown = judge(swapped)
        for prefix, (_, y) in data.prefixed_labels:
            differ = y[a] != y[b]
            for donor, rows in (("content", b), ("motion", a)):
                share = np.mean(shown[prefix][differ] == y[rows][differ])
                measures[f"{prefix}swap_{donor}_donor"] = float(share)
    return measures


def curves(swapped: Any, content_donor: Any, motion_donor: Any) -> dict[str, float]:
    """The slopes of level and width of swaps on those of either donor: 0 not at all, 1 wholly.

    The level of a curve lies halfway between the 10% and the 90% quantile of its values, and its
    width is their distance. They are those of the two states of a curve that rests and rises,
    however long it is in either, and neither depends on the order of the values. The slopes are of
    a regression of the swap's on those of both donors.
    """
    ours, theirs, others = (_level_and_width(X) for X in (swapped, content_donor, motion_donor))
    measures = {}
    for k, name in enumerate(("level", "width")):
        donors = np.column_stack([theirs[:, k], others[:, k], np.ones(len(ours))])
        slopes = np.linalg.lstsq(donors, ours[:, k], rcond=None)[0]
        for donor, slope in zip(("content", "motion"), slopes, strict=False):
            measures[f"{name}_{donor}_donor"] = float(slope)
    return measures


def _level_and_width(X: Any) -> np.ndarray:
    """Of curves (n, T, 1): (n, 2)."""
    low, high = np.quantile(np.asarray(X)[:, :, 0], (0.1, 0.9), axis=1)
    return np.column_stack([(low + high) / 2, high - low])


def _both_codes(found: Any) -> dict[str, np.ndarray]:
    """Content (n, d) and mean motion (n, d); what rounding alone makes differ is the same."""
    motion = np.stack([np.mean(steps, axis=0) for steps in found.motion])
    return {"content": np.asarray(found.content), "motion": motion.round(6)}


def rows_of(X: Any, rows: np.ndarray) -> Any:
    """Some sequences, in the container of all."""
    return [X[i] for i in rows] if isinstance(X, list) else X[rows]


def _filled(X: Any) -> Any:
    return [np.nan_to_num(x) for x in X] if isinstance(X, list) else np.nan_to_num(X)


def _digest(X: Any, y: np.ndarray) -> int:
    """A number that other sequences or labels hardly have, nor the same values in other frames."""
    found = zlib.crc32(np.ascontiguousarray(y), zlib.crc32(repr(np.shape(X[0])[1:]).encode()))
    for x in X:
        found = zlib.crc32(np.ascontiguousarray(x), found)
    return found


def _where_known(found: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The values of `found` in the places that are known of `x`, NaN in the others."""
    return np.where(np.isnan(x), np.nan, found)


def movement_of(x: np.ndarray) -> np.ndarray:
    """Each frame less the mean of its sequence; a value that never is known stays unknown."""
    n_known = np.maximum((~np.isnan(x)).sum(axis=0), 1)
    return x - np.nansum(x, axis=0, dtype=np.float64) / n_known


def _r2(X: Sequence[np.ndarray], found: Sequence[np.ndarray]) -> float:
    """R^2 over all known values of all frames, of which those of one place share a mean."""
    x, x_hat = (np.concatenate(list(sequences)).astype(np.float64) for sequences in (X, found))
    total = np.nansum((x - np.nanmean(x, axis=0)) ** 2)
    return float(1 - np.nansum((x - x_hat) ** 2) / total)
