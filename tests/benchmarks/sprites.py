"""Disentanglement on Sprites, judged on held-out characters.

Run as ``python -m tests.benchmarks.sprites``. A judge trained on real sequences of the training
characters reads every label. Results are printed for each seed, and as mean and standard deviation
over seeds.

Examples
--------
::

    python -m tests.benchmarks.sprites --seed 0 1 2 --json results.jsonl
    python -m tests.benchmarks.sprites --epochs 5 --set reg="'kl'" --set content_noise=None
    python -m tests.benchmarks.sprites --full --save model.safetensors --picture swaps.png
    python -m tests.benchmarks.sprites --model reinforced
    python -m tests.benchmarks.sprites --model reinforced --labels 0.05
    python -m tests.benchmarks.sprites --epochs 12 --without motion_view
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import normalized_mutual_info_score

from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE
from seqdisentangle.datasets import fetch_sprites
from seqdisentangle.metrics import (
    SequenceJudge,
    action_consistency,
    clustering_accuracy,
    conditional_entropy,
    disentanglement_report,
    inception_score,
    sample_quality,
)
from seqdisentangle.networks import Conv

from ._common import AS_MEASURED, data_home, parameters, parser_of_runs, print_measures, run_seeds
from ._results import Columns, parse

# Knowledge that a user of such videos has: appearance does not depend on left and right, movement
# not on colours, and eight frames of one action are too alike to draw all of them every step.
KNOWLEDGE: dict[str, Any] = {
    **AS_MEASURED,
    "content_view": ["random_frames", "mirror"],
    "motion_view": "color_mix",
    "training__frames_per_step": 4,
}
N_ACTIONS = 9  # three kinds of movement in three directions
# Each system: its class and its parameters. All get as many epochs.
MODELS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "auto": (RecurrentWAE, {"reg": "auto", **KNOWLEDGE}),
    "mmd": (RecurrentWAE, {"reg": "mmd", **KNOWLEDGE}),
    "gan": (RecurrentWAE, {"reg": "gan", **KNOWLEDGE}),
    "reinforced": (RecurrentWAE, {"reg": "auto", "n_actions": N_ACTIONS, **KNOWLEDGE}),
    "published-mmd": (
        RecurrentWAE.as_published,
        {"reg": "mmd", "max_epochs": AS_MEASURED["max_epochs"]},
    ),
    "published-gan": (
        RecurrentWAE.as_published,
        {"reg": "gan", "max_epochs": AS_MEASURED["max_epochs"]},
    ),
    "dsvae": (DSVAE, {"max_epochs": AS_MEASURED["max_epochs"]}),
    "mocogan": (MoCoGAN, {"max_epochs": AS_MEASURED["max_epochs"]}),
}
# The parameter that leaves each option out.
WITHOUT: dict[str, dict[str, Any]] = {
    "palette": {"network": Conv(palette=0)},
    "style": {"network": Conv(generator="concat")},
    "content_noise": {"content_noise": None},
    "motion_noise": {"motion_noise": None},
    "content_delay": {"training__content_delay": 0},
    "independence": {"independence_weight": 0},
    "rising_independence": {"independence_weight": 0.5},
    "content_view": {"content_view": None},
    "motion_view": {"motion_view": None},
    "mixtures": {"motion_prior": "gaussian"},
    "finetuning": {"training__finetune_epochs": 0},
}
COLUMNS: Columns = {
    "content_drawn_motion": ("action given motion", ".3f"),
    "motion_drawn_content": ("attributes given content", ".3f"),
    "swap_motion": ("action, swap", ".3f"),
    "swap_content": ("attributes, swap", ".3f"),
    "reconstruction_content": ("attributes, reconstructed", ".3f"),
    "mean_squared_error": ("squared error", ".5f"),
    "inception_score": ("Inception score", ".2f"),
    "conditional_entropy": ("H(y given x)", ".3f"),
    "marginal_entropy": ("H(y)", ".3f"),
    "samples_appearance_inception_score": ("appearance of samples, Inception score", ".2f"),
    "samples_valid": ("valid characters of samples", ".3f"),
    "samples_new": ("of these never seen in training", ".3f"),
    "samples_characters": ("of the 1,296 characters", ".0f"),
    "clustering_accuracy": ("clustering accuracy", ".3f"),
    "action_consistency": ("samples of one action in one class", ".3f"),
}
ATTRIBUTES = ("body", "bottomwear", "topwear", "hair")
SURE = 0.9  # probability of an attribute
SCALES = {
    "quick": {"size": 32, "max_epochs": None},  # None: the estimator's own default
    "full": {"size": 64, "max_epochs": 100},
}
# The judge is right on all test characters long before it is sure, and what it doubts of real
# sequences it doubts of samples as well.
JUDGE = {"max_epochs": 20, "tol": 5e-4, "random_state": 0}


def main(
    argv: Sequence[str] | None = None,
    *,
    make_model: Callable[..., Any] | None = None,
    fetch: Callable[..., Any] = fetch_sprites,
) -> list[dict[str, Any]]:
    """Run the benchmark; return one record a seed."""
    options = _parse(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    size = SCALES[options.scale]["size"]
    train = fetch(options.data_home, subset="train", size=size)
    test = fetch(options.data_home, subset="test", size=size)
    judge = trained_judge(train, test, options.judge_cache)

    rng = np.random.RandomState(0)
    if options.max_sequences:
        rows = np.sort(rng.permutation(len(train.X))[: options.max_sequences])
        train.X, train.action = train.X[rows], train.action[rows]
    held_out = np.sort(rng.permutation(len(test.X))[: options.max_test_sequences])
    X, X_test = train.X, test.X[held_out]
    known = {}
    if options.labels is not None:
        known["actions"] = some_labels(train.action, options.labels)
    action, attributes = test.action[held_out], test.attributes[held_out]
    seen = {tuple(row) for row in np.asarray(train.attributes).tolist()}

    def measure(model: Any, seed: int) -> dict[str, float]:
        measures = measured(model, X_test, action, attributes, judge, seed)
        measures |= characters_of_samples(model, X_test, judge, seen, seed)
        if getattr(model, "n_actions", None):
            measures |= measured_actions(model, X_test, action, judge, seed)
        return measures

    return run_seeds(
        options,
        make_model or MODELS[options.model][0],
        _parameters(options),
        X,
        X_test,
        measure,
        title=options.model if options.without is None else f"without {options.without}",
        facts={
            "model": options.model,
            "without": options.without,
            "labels": options.labels,
            "size": size,
        },
        columns=COLUMNS,
        **known,
    )


def some_labels(action: np.ndarray, share: float) -> np.ndarray:
    """A share of the actions, drawn at random, and -1 for the others."""
    known = np.random.RandomState(2).permutation(len(action))[: round(share * len(action))]
    labels = np.full(len(action), -1)
    labels[known] = action[known]
    print(f"\n{len(known)} of {len(action)} actions are known")
    return labels


def measured(
    model: Any, X: Any, action: np.ndarray, attributes: np.ndarray, judge: SequenceJudge, seed: int
) -> dict[str, float]:
    """Print and return how well codes are held apart or, of a model without codes, its samples."""
    if hasattr(model, "transform"):
        report = disentanglement_report(model, X, action, attributes, judge, random_state=seed)
        print(f"(content labels: {', '.join(ATTRIBUTES)})\n{report}")
        return report.as_dict() | appearance_of_samples(model, X, judge, seed)
    quality = sample_quality(model, judge, len(X), X.shape[1], random_state=seed)
    measures = {
        "inception_score": quality.inception_score,
        "conditional_entropy": quality.conditional_entropy,
        "marginal_entropy": quality.marginal_entropy,
    }
    print_measures(measures)
    return measures | appearance_of_samples(model, X, judge, seed)


def appearance_of_samples(model: Any, X: Any, judge: SequenceJudge, seed: int) -> dict[str, float]:
    """Print and return how sure the judge is of the attributes of samples, the mean of all."""
    samples = model.sample(len(X), X.shape[1], random_state=seed)
    measures = {}
    for name, sequences in {"samples": samples, "data": X}.items():
        _, *each = judge.predict_proba(sequences)  # of the action, of each attribute
        for score in (inception_score, conditional_entropy):
            measures[f"{name}_appearance_{score.__name__}"] = float(
                np.mean([score(p) for p in each])
            )
    print_measures(measures)
    return measures


def characters_of_samples(
    model: Any, X: Any, judge: SequenceJudge, seen: set[tuple[int, ...]], seed: int
) -> dict[str, float]:
    """Print and return how many samples are whole characters, and how many of these are new.

    A character is valid where the judge is sure of each of its attributes, and new where none of
    the training sequences is of it.
    """
    _, *each = judge.predict_proba(model.sample(len(X), X.shape[1], random_state=seed))
    valid = np.min([p.max(1) for p in each], axis=0) >= SURE
    drawn = np.stack([p.argmax(1) for p in each], axis=1)[valid]
    characters = [tuple(row) for row in drawn.tolist()]
    measures = {
        "samples_valid": float(valid.mean()),
        "samples_new": float(np.mean([c not in seen for c in characters])) if characters else 0.0,
        "samples_characters": float(len(set(characters))),
    }
    print_measures(measures)
    return measures


def measured_actions(
    model: Any, X: Any, action: np.ndarray, judge: SequenceJudge, seed: int
) -> dict[str, float]:
    """Print and return how far clusters are actions, and samples of one action show one."""
    shares = action_consistency(model, judge, model.n_actions, X.shape[1], random_state=seed)
    measures = {"action_consistency": float(shares.mean())}
    if hasattr(model, "predict"):
        found = model.predict(X)
        measures |= {
            "clustering_accuracy": clustering_accuracy(action, found),
            "normalized_mutual_information": float(normalized_mutual_info_score(action, found)),
            "label_accuracy": float(np.mean(found == action)),  # of the numbers as they are
        }
    print_measures(measures)
    print(f"consistency of each action: {' '.join(f'{share:.2f}' for share in shares)}")
    return measures


def trained_judge(train: Any, test: Any, cache: Path) -> SequenceJudge:
    """Judge of (action, attributes) for frames of this size: from `cache`, or trained and kept."""
    frame = "x".join(str(d) for d in train.X.shape[2:])
    path = cache / f"sprites-judge-{frame}-{len(train.X)}.safetensors"
    if path.exists():
        return SequenceJudge.load(path)
    start = time.perf_counter()
    labels = np.column_stack([train.action, train.attributes])
    judge = SequenceJudge(**JUDGE).fit(train.X, labels)
    score = judge.score(test.X, np.column_stack([test.action, test.attributes]))
    seconds = time.perf_counter() - start
    print(f"judge: {score:.4f} right on held-out characters, {seconds:.0f} s, kept as {path}")
    cache.mkdir(parents=True, exist_ok=True)
    judge.save(path)
    return judge


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = parser_of_runs("sprites", __doc__)
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", dest="scale", action="store_const", const="quick")
    scale.add_argument("--full", dest="scale", action="store_const", const="full")
    parser.set_defaults(scale="quick")
    parser.add_argument("--model", choices=MODELS, default="auto", help="the system (auto)")
    parser.add_argument(
        "--labels", type=float, metavar="SHARE", help="share of the actions that fit is told"
    )
    parser.add_argument("--without", choices=WITHOUT, help="an option to leave out")
    parser.add_argument("--max-sequences", type=int, help="train on a random subset")
    parser.add_argument("--max-test-sequences", type=int, help="judge a random subset")
    parser.add_argument("--data-home", type=Path, default=data_home())
    parser.add_argument(
        "--judge-cache", type=Path, default=Path(tempfile.gettempdir()) / "seqdisentangle-judges"
    )
    return parse(parser, "sprites", argv)


def _parameters(options: argparse.Namespace) -> dict[str, Any]:
    """Constructor parameters: this benchmark's, less --without, then --epochs, then --set."""
    epochs = SCALES[options.scale]["max_epochs"]
    limits = {} if epochs is None else {"max_epochs": epochs}
    left_out = WITHOUT.get(options.without, {})
    return parameters(options, {**MODELS[options.model][1], **limits, **left_out})


if __name__ == "__main__":
    main()
