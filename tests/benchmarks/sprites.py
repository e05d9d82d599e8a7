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

from seqdisentangle import RecurrentWAE
from seqdisentangle.datasets import fetch_sprites
from seqdisentangle.metrics import SequenceJudge, disentanglement_report

# What a user of such videos would say of them: looks do not depend on left and right, movement not
# on colours, and eight frames of one action are too alike to draw all of them every step.
KNOWLEDGE: dict[str, Any] = {
    "content_view": ["random_frames", "mirror"],
    "motion_view": "color_mix",
    "frames_per_step": 4,
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
    make_model: Callable[..., Any] = RecurrentWAE,
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
        train.X = train.X[np.sort(rng.permutation(len(train.X))[: options.max_sequences])]
    held_out = np.sort(rng.permutation(len(test.X))[: options.max_test_sequences])
    X, X_test = train.X, test.X[held_out]
    params = _parameters(options)
    records = []
    for seed in options.seed:
        print(f"\n== seed {seed}: {len(X)} sequences {X.shape[1:]}, {params}", flush=True)
        model = make_model(**params, random_state=seed)
        start = time.perf_counter()
        model.fit(X)
        seconds = time.perf_counter() - start
        report = disentanglement_report(
            model,
            X_test,
            test.action[held_out],
            test.attributes[held_out],
            judge,
            random_state=seed,
        )
        print(f"(content labels: {', '.join(ATTRIBUTES)})\n{report}")
        records.append(
            {
                "seed": seed,
                "params": {name: repr(value) for name, value in params.items()},
                "n_sequences": len(X),
                "n_test_sequences": len(X_test),
                "size": size,
                "n_epochs": getattr(model, "n_epochs_", None),
                "train_seconds": seconds,
                "device": str(getattr(model, "device_", "cpu")),
                **machine(),
                **report.as_dict(),
            }
        )
        _print_cost(records[-1])
        if options.json:
            with options.json.open("a", encoding="utf-8") as file:
                file.write(json.dumps(records[-1]) + "\n")
        if options.save:
            model.save(_for_seed(options.save, seed, options.seed))
        if options.picture:
            draw_swaps(model, X_test, rng, _for_seed(options.picture, seed, options.seed))
    if len(records) > 1:
        print_summary(records)
    return records


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
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="one run each")
    parser.add_argument("--epochs", type=int, help="max_epochs")
    parser.add_argument(
        "--set",
        type=_setting,
        action="append",
        default=[],
        metavar="PARAM=VALUE",
        help="any parameter of RecurrentWAE; the value a Python literal, or else a string",
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
    return {"reg": "mmd", **KNOWLEDGE, **limits, **dict(options.set)}


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
