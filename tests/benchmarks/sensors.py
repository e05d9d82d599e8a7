"""Disentanglement of sensor readings: which activity it is, and how far it has got.

Run as ``python -m tests.benchmarks.sensors``. BasicMotions, which comes with ``aeon``, are 40
sequences to train on and 40 others to test on: 100 steps of an accelerometer and a gyroscope, six
channels, of people who stand, walk, run or play badminton. The activity stays the same in a
sequence. Every line has chance and the level of real readings beside the model's.

Examples
--------
::

    python -m tests.benchmarks.sensors --seed 0 1 2 --threads 1
    python -m tests.benchmarks.sensors --set training__content_delay=0.125 --picture swaps.png
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from aeon.datasets import load_basic_motions
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import r2_score

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import from_channels_first
from seqdisentangle.metrics import chance, probe_accuracy

from ._common import AS_MEASURED, parameters, parser_of_runs, print_table, probe_r2, run_seeds
from ._results import Columns, parse

# Few sequences make short epochs: smaller batches, and more of them. The activity is how strongly
# readings swing, and motion would learn that too, where it learns before content or has room for
# more than how far a swing has got.
KNOWLEDGE: dict[str, Any] = {
    **AS_MEASURED,
    "batch_size": 8,
    "max_epochs": 150,
    "training__content_delay": 0,
    "content_view": None,
    "motion_size": 3,
    "motion_noise": 0.5,
}
COLUMNS: Columns = {
    "activity_content": ("activity from content", ".2f"),
    "activity_one_step_of_motion": ("activity from one step of motion", ".2f"),
    "readings_r2_motion": ("readings from motion, R2", ".2f"),
    "readings_r2_content": ("readings from content, R2", ".2f"),
    "readings_r2_reconstructed": ("readings reconstructed, R2", ".2f"),
    "judge_of_activity_reconstructed": ("activity read off reconstructions", ".2f"),
    "swap_shows_activity_of_content_donor": ("swaps with the activity of the content donor", ".2f"),
    "swap_shows_activity_of_motion_donor": ("swaps with the activity of the motion donor", ".2f"),
}
N_PAIRINGS = 20  # ways to pair the test sequences for swaps


def main(
    argv: Sequence[str] | None = None, *, make_model: Callable[..., Any] = RecurrentWAE
) -> list[dict[str, Any]]:
    """Run the benchmark; return one record a seed."""
    options = parse(parser_of_runs("sensors", __doc__), "sensors", argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    (X, y), (X_test, y_test) = (basic_motions(split) for split in ("train", "test"))
    judge = RandomForestClassifier(random_state=0).fit(statistics_of(X), y)

    def measure(model: Any, seed: int) -> dict[str, float]:
        return print_table(
            probes(model, X, y, X_test, y_test) | swaps(model, X_test, y_test, judge, seed)
        )

    return run_seeds(
        options,
        make_model,
        parameters(options, KNOWLEDGE),
        X,
        X_test,
        measure,
        title="BasicMotions",
        facts={},
        columns=COLUMNS,
    )


def basic_motions(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Readings (n, 100, 6) and activities (n,)."""
    X, y = load_basic_motions(split=split)
    return np.stack(from_channels_first(X)), np.asarray(y)


def statistics_of(X: np.ndarray) -> np.ndarray:
    """Mean, deviation and mean step of each channel: (n, 18)."""
    return np.concatenate([X.mean(1), X.std(1), np.abs(np.diff(X, axis=1)).mean(1)], axis=1)


def probes(
    model: Any, X: np.ndarray, y: np.ndarray, X_test: np.ndarray, y_test: np.ndarray
) -> dict[str, dict[str, float]]:
    """Linear probes of codes: the activity, and the readings of a step as R^2."""
    z, z_test = model.transform(X), model.transform(X_test)
    n_steps = X.shape[1]
    activities = [np.repeat(labels, n_steps) for labels in (y, y_test)]
    readings = [np.concatenate(x) for x in (X, X_test)]
    motion = [np.concatenate(codes.motion) for codes in (z, z_test)]
    content = [np.repeat(codes.content, n_steps, axis=0) for codes in (z, z_test)]
    means = np.repeat(X_test.mean(axis=1), n_steps, axis=0)
    reconstructed = np.concatenate(model.reconstruct(X_test))

    def activity(codes: list[np.ndarray]) -> float:
        return probe_accuracy(codes[0], activities[0], codes[1], activities[1])

    def r2(codes: list[np.ndarray]) -> float:
        return probe_r2(codes[0], readings[0], codes[1], readings[1])

    return {
        "activity": {
            "chance": chance(y_test),
            "content": activity(content),
            "one_step_of_motion": activity(motion),
            "one_real_step": activity(readings),
        },
        "readings_r2": {
            "chance": 0.0,
            "motion": r2(motion),
            "content": r2(content),
            "mean_of_the_sequence": float(r2_score(readings[1], means)),
            "reconstructed": float(r2_score(readings[1], reconstructed)),
        },
    }


def swaps(
    model: Any, X: np.ndarray, y: np.ndarray, judge: RandomForestClassifier, seed: int
) -> dict[str, dict[str, float]]:
    """The activity that a swap shows, of pairs of sequences with different ones."""
    rng = np.random.RandomState(seed)
    content_donor, motion_donor = [], []
    for _ in range(N_PAIRINGS):
        partner = rng.permutation(len(X))
        a, b = (rows[y != y[partner]] for rows in (np.arange(len(X)), partner))
        shown = judge.predict(statistics_of(model.swap(X[a], X[b]).a_motion_b_content))
        content_donor.append(np.mean(shown == y[b]))
        motion_donor.append(np.mean(shown == y[a]))
    return {
        "judge_of_activity": {
            "chance": chance(y),
            "real": float(judge.score(statistics_of(X), y)),
            "reconstructed": float(judge.score(statistics_of(model.reconstruct(X)), y)),
        },
        "swap_shows_activity_of": {
            "chance": chance(y),
            "content_donor": float(np.mean(content_donor)),
            "motion_donor": float(np.mean(motion_donor)),
        },
    }


if __name__ == "__main__":
    main()
