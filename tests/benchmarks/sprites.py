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
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import statistics
import sys
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
    disentanglement_report,
    sample_quality,
)

# What a user of such videos would say of them: looks do not depend on left and right, movement not
# on colours, and eight frames of one action are too alike to draw all of them every step.
KNOWLEDGE: dict[str, Any] = {
    "content_view": ["random_frames", "mirror"],
    "motion_view": "color_mix",
    "frames_per_step": 4,
}
N_ACTIONS = 9  # three kinds of movement in three directions
# What each is made from. All get as many epochs as RecurrentWAE has by default.
MODELS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "mmd": (RecurrentWAE, {"reg": "mmd", **KNOWLEDGE}),
    "gan": (RecurrentWAE, {"reg": "gan", **KNOWLEDGE}),
    "reinforced": (RecurrentWAE, {"reg": "mmd", "n_actions": N_ACTIONS, **KNOWLEDGE}),
    "dsvae": (DSVAE, {"max_epochs": RecurrentWAE().max_epochs}),
    "mocogan": (MoCoGAN, {"max_epochs": RecurrentWAE().max_epochs}),
}
ATTRIBUTES = ("body", "bottomwear", "topwear", "hair")
SCALES = {
    "quick": {"size": 32, "max_epochs": None},  # None: the estimator's own default
    "full": {"size": 64, "max_epochs": 100},
}
JUDGE_SEQUENCES = 3000  # of 9,000: enough for a judge that is right on all test characters


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
    make_model = make_model or MODELS[options.model][0]
    params = _parameters(options)
    known = () if options.labels is None else (some_labels(train.action, options.labels),)
    records = []
    for seed in options.seed:
        about = f"{len(X)} sequences {X.shape[1:]}, {params}"
        print(f"\n== {options.model}, seed {seed}: {about}", flush=True)
        model = make_model(**params, random_state=seed)
        start = time.perf_counter()
        model.fit(X, *known)
        seconds = time.perf_counter() - start
        action, attributes = test.action[held_out], test.attributes[held_out]
        measures = measured(model, X_test, action, attributes, judge, seed)
        if getattr(model, "n_actions", None):
            measures |= measured_actions(model, X_test, action, judge, seed)
        records.append(
            {
                "model": options.model,
                "labels": options.labels,
                "seed": seed,
                "params": {name: repr(value) for name, value in params.items()},
                "n_sequences": len(X),
                "n_test_sequences": len(X_test),
                "size": size,
                "n_epochs": getattr(model, "n_epochs_", None),
                "train_seconds": seconds,
                "device": str(getattr(model, "device_", "cpu")),
                **machine(),
                **measures,
            }
        )
        _print_cost(records[-1])
        if options.json:
            with options.json.open("a", encoding="utf-8") as file:
                file.write(json.dumps(records[-1]) + "\n")
        if options.save:
            model.save(_for_seed(options.save, seed, options.seed))
        if options.picture and hasattr(model, "transform"):
            draw_swaps(model, X_test, rng, _for_seed(options.picture, seed, options.seed))
    if len(records) > 1:
        print_summary(records)
    return records


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
        return report.as_dict()
    quality = sample_quality(model, judge, len(X), X.shape[1], random_state=seed)
    measures = {
        "inception_score": quality.inception_score,
        "conditional_entropy": quality.conditional_entropy,
        "marginal_entropy": quality.marginal_entropy,
    }
    print_measures(measures)
    return measures


def measured_actions(
    model: Any, X: Any, action: np.ndarray, judge: SequenceJudge, seed: int
) -> dict[str, float]:
    """Print and return whether clusters are actions, and samples of one action show one."""
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


def print_measures(measures: dict[str, float]) -> None:
    """Print a line for each."""
    for name, value in measures.items():
        print(f"{name.replace('_', ' '):34}{value:8.3f}")


def trained_judge(train: Any, test: Any, cache: Path) -> SequenceJudge:
    """Judge of (action, attributes) for frames of this size: from `cache`, or trained and kept."""
    rows = np.sort(np.random.RandomState(1).permutation(len(train.X))[:JUDGE_SEQUENCES])
    frame = "x".join(str(d) for d in train.X.shape[2:])
    path = cache / f"sprites-judge-{frame}-{len(rows)}.pt"
    if path.exists():
        return SequenceJudge.load(path)
    start = time.perf_counter()
    judge = SequenceJudge(tol=0.0, random_state=0).fit(
        train.X[rows], np.column_stack([train.action[rows], train.attributes[rows]])
    )
    score = judge.score(test.X, np.column_stack([test.action, test.attributes]))
    seconds = time.perf_counter() - start
    print(f"judge: {score:.4f} right on held-out characters, {seconds:.0f} s, kept as {path}")
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    judge.save(unfinished)
    unfinished.replace(path)  # at once: a benchmark beside this one never reads half a file
    return judge


def machine() -> dict[str, Any]:
    """Cores, threads and the peak memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "peak_memory_mb": peak / (2**20 if sys.platform == "darwin" else 2**10),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def print_summary(records: list[dict[str, Any]]) -> None:
    """Print mean and standard deviation over seeds of every measure."""
    print(f"\n== mean and standard deviation over {len(records)} seeds")
    skipped = {"seed", "cores", "threads", "n_sequences", "n_test_sequences", "size"}
    for name, value in records[0].items():
        if name in skipped or not isinstance(value, (int, float)):
            continue
        values = [record[name] for record in records]
        print(f"{name:28}{statistics.mean(values):10.4f} +- {statistics.stdev(values):.4f}")


def draw_swaps(model: Any, X: Any, rng: np.random.RandomState, path: Path) -> None:
    """Write the swap figure of eight test sequences: four give motion, four content."""
    from seqdisentangle.display import SwapDisplay

    rows = rng.permutation(len(X))[:8]
    display = SwapDisplay.from_estimator(model, X[rows[:4]], X[rows[4:]])
    display.figure_.savefig(path, dpi=200)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.sprites", description=(__doc__ or "").split("\n")[0]
    )
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", dest="scale", action="store_const", const="quick")
    scale.add_argument("--full", dest="scale", action="store_const", const="full")
    parser.set_defaults(scale="quick")
    parser.add_argument("--model", choices=MODELS, default="mmd", help="the system (mmd)")
    parser.add_argument(
        "--labels", type=float, metavar="SHARE", help="share of the actions that fit is told"
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="one run each")
    parser.add_argument("--epochs", type=int, help="max_epochs")
    parser.add_argument(
        "--set",
        type=_setting,
        action="append",
        default=[],
        metavar="PARAM=VALUE",
        help="any parameter of the model; the value a Python literal, or else a string",
    )
    parser.add_argument("--max-sequences", type=int, help="train on a random subset")
    parser.add_argument("--max-test-sequences", type=int, help="judge a random subset")
    parser.add_argument("--threads", type=int, help="torch threads")
    parser.add_argument("--save", type=Path, help="write the fitted model")
    parser.add_argument("--picture", type=Path, help="write the swap figure")
    parser.add_argument("--json", type=Path, help="append one JSON line a seed")
    parser.add_argument("--data-home", type=Path, default=_data_home())
    parser.add_argument(
        "--judge-cache", type=Path, default=Path(tempfile.gettempdir()) / "seqdisentangle-judges"
    )
    return parser.parse_args(argv)


def _parameters(options: argparse.Namespace) -> dict[str, Any]:
    """Constructor parameters: this benchmark's, then --epochs, then --set."""
    epochs = options.epochs or SCALES[options.scale]["max_epochs"]
    limits = {} if epochs is None else {"max_epochs": epochs}
    return {**MODELS[options.model][1], **limits, **dict(options.set)}


def _setting(text: str) -> tuple[str, Any]:
    """``"name=value"`` to (name, value)."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"expected PARAM=VALUE, got {text!r}")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def _data_home() -> Path | None:
    """The folder that `SEQDISENTANGLE_DATA` names, or ../shared/data beside the repository."""
    if named := os.environ.get("SEQDISENTANGLE_DATA"):
        return Path(named)
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return beside if beside.is_dir() else None


def _for_seed(path: Path, seed: int, seeds: list[int]) -> Path:
    """`path`, with the seed in its name where there are several."""
    return path if len(seeds) == 1 else path.with_name(f"{path.stem}-{seed}{path.suffix}")


def _print_cost(record: dict[str, Any]) -> None:
    print(
        f"{record['n_epochs']} epochs in {record['train_seconds']:.0f} s, "
        f"peak memory {record['peak_memory_mb']:.0f} MB, "
        f"{record['cores']} cores, {record['threads']} threads, {record['device']}",
        flush=True,
    )


if __name__ == "__main__":
    main()
