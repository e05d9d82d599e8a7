"""Agreement of the verdict without labels with judges that have them, over models of many kinds.

Run as ``python -m tests.benchmarks.verdict``. Models of random capacities, options, seeds and
lengths of training, some too short to learn anything, learn a part of each data set. A judge with
labels reads off their swaps how often they show the content donor, less how often the motion donor:
the labelled score. The table has Spearman's rank correlation with it, of ``metrics.separation``, of
its half that is of what stays, and of the reconstruction, which is all that ``score`` knows.

The labels are of what stays: a swap that moves as its content donor does has the best labelled
score. Whose movement it has needs no label, since the frames of both donors are known. So a second
labelled score is the product of two balances, of the judge and of the slopes of the movement of
swaps on that of both donors.

A model is a line of the file of ``--json``, and models that are there are not trained again.

Examples
--------
::

    python -m tests.benchmarks.verdict --json models.jsonl
    python -m tests.benchmarks.verdict --data japanese_vowels --models 42 --threads 1
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn.datasets import load_digits

from seqdisentangle import RecurrentWAE
from seqdisentangle.datasets import make_moving_digits
from seqdisentangle.metrics import separation
from seqdisentangle.metrics.separation import balance
from seqdisentangle.networks import MLP, Conv

from ._common import build
from ._results import add_results, parse, write_results
from .real.data import DATA_SETS, RealData
from .real.measures import Judge, measured, movement_of, rows_of

N_SEQUENCES, N_TEST_SEQUENCES = 400, 200


@dataclass(frozen=True)
class Zoo:
    """The models of a data set.

    Attributes
    ----------
    read : callable
        Makes the data.
    epochs : pair of int
        Bounds of the lengths of training, of which logarithms are drawn evenly.
    """

    read: Callable[[], RealData]
    epochs: tuple[int, int]


def small_digits() -> RealData:
    """One digit on 12 x 12 pixels, 8 frames: the digit is what stays the same."""
    shape: dict[str, Any] = {"n_steps": 8, "size": 12, "digit_size": 8}
    train = make_moving_digits(N_SEQUENCES, subset="train", random_state=0, **shape)
    test = make_moving_digits(N_TEST_SEQUENCES, subset="test", random_state=1, **shape)
    y, y_test = (load_digits().target[data.image_index[:, 0]] for data in (train, test))
    return RealData(train.X, test.X, {"digit": (y, y_test)})


ZOOS = {
    "watch": Zoo(DATA_SETS["watch"], (4, 50)),
    "basic_motions": Zoo(DATA_SETS["basic_motions"], (8, 120)),
    "spoken_digits": Zoo(DATA_SETS["spoken_digits"], (2, 25)),
    "small_digits": Zoo(small_digits, (6, 50)),
    "japanese_vowels": Zoo(DATA_SETS["japanese_vowels"], (3, 50)),
}


def main(argv: Sequence[str] | None = None) -> dict[str, dict[str, float]]:
    """Run the benchmark; return the rank correlations of each data set."""
    options = _parse(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    found = {}
    for name in options.data:
        data = part(ZOOS[name].read(), options.max_sequences)
        records = models(name, data, options)
        found[name] = ranks(records)
        print(f"{name:18}" + "  ".join(f"{k} {v:.2f}" for k, v in found[name].items()), flush=True)
        if options.results:
            write_results(options.results, [row(name, found[name], options)])
    return found


def part(data: RealData, n: int) -> RealData:
    """Some sequences of each half, in random order."""
    rng = np.random.RandomState(0)
    train, test = (
        rng.permutation(len(X))[:most]
        for X, most in ((data.X, n), (data.X_test, min(n, N_TEST_SEQUENCES)))
    )
    X, X_test = rows_of(data.X, train), rows_of(data.X_test, test)
    labels = {name: (y[train], y_test[test]) for name, (y, y_test) in data.labels.items()}
    return RealData(X, X_test, labels)


def models(name: str, data: RealData, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Train and judge the models of a data set that have no record yet; return all records."""
    records = recorded(options.json, name)
    judge = Judge(data, options.judge_cache)
    for k in range(options.models):
        if k in records:
            continue
        params = drawn(k, ZOOS[name], images=data.of_images)
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that some of them learn little is meant
            model = build(RecurrentWAE, {**params, "random_state": k}).fit(data.X)
        verdict = separation(model, data.X_test, random_state=0)
        shown = verdict.shown
        records[k] = {
            "data": name,
            "model": k,
            "params": {key: repr(value) for key, value in params.items()},
            "seconds": time.perf_counter() - start,
            "separation": verdict.score,
            "separation_still": balance(shown.content, shown.content_of_motion_donor),
            **measured(model, data, judge, seed=0),
            **movement(model, data.X_test, seed=0),
        }
        if options.json:
            with options.json.open("a", encoding="utf-8") as file:
                file.write(json.dumps(records[k]) + "\n")
    return [records[k] for k in range(options.models)]


def recorded(path: Path | None, name: str) -> dict[int, dict[str, Any]]:
    """The records of a data set that a file has, by the number of the model."""
    if path is None or not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    return {record["model"]: record for record in records if record["data"] == name}


def drawn(k: int, zoo: Zoo, *, images: bool) -> dict[str, Any]:
    """Parameters of model k: the same ones every time."""
    rng = np.random.RandomState(k)

    def one_of(*values: Any) -> Any:
        return values[rng.randint(len(values))]

    return {
        "motion_input": one_of("changes", "frames"),
        "motion_size": one_of(1, 2, 3, 4, 6, 8, 12),
        "motion_noise": one_of(0.1, 0.2, 0.3, 0.5, 1.0),
        "content_size": one_of(2, 4, 8, 16, 32),
        "max_epochs": round(math.exp(rng.uniform(*np.log(zoo.epochs)))),
        "independence_weight": one_of(0, (0.5, 3.0), (3.0, 10.0)),
        "constancy_weight": one_of(0, "auto"),
        "movement_weight": one_of(0, "auto"),
        "content_view": one_of(None, "random_frames"),
        "training__content_delay": one_of(0, 0.075, 0.2),
        "batch_size": 32,
        "hidden_size": 64,
        "network": Conv(16) if images else MLP(64),
        "content_prior": "normal",  # of no weight in swaps, and not worth its time here
    }


def movement(model: Any, X: Any, seed: int) -> dict[str, float]:
    """The slopes of the movement of swaps on that of either donor: 0 not at all, 1 wholly.

    Movement is each frame less the mean of its sequence; of vectors, every number counts in units
    of its standard deviation. The slopes are of one regression on both donors, over the steps that
    both have.
    """
    X_b = rows_of(X, np.random.RandomState(seed).permutation(len(X)))
    made = model.swap(X, X_b).a_motion_b_content
    frames = np.concatenate(list(X)).astype(float)
    spread = frames.std(0) if frames.ndim == 2 else frames.std()
    scale = np.where(spread > 0, spread, np.inf)
    columns: list[list[np.ndarray]] = [[], [], []]
    for sequences in zip(made, X_b, X, strict=True):
        n_steps = min(len(x) for x in sequences)
        for column, x in zip(columns, sequences, strict=True):
            column.append(movement_of(np.asarray(x, float) / scale)[:n_steps].ravel())
    ours, theirs, others = (np.concatenate(column) for column in columns)
    slopes = np.linalg.lstsq(np.column_stack([theirs, others]), ours, rcond=None)[0]
    return {"movement_content_donor": float(slopes[0]), "movement_motion_donor": float(slopes[1])}


def ranks(records: list[dict[str, Any]]) -> dict[str, float]:
    """Spearman's rank correlations with the labelled scores, of what stays and with movement."""
    stays = [r["swap_content_donor"] - r["swap_motion_donor"] for r in records]
    both = [
        balance(r["swap_content_donor"], r["swap_motion_donor"])
        * balance(r["movement_motion_donor"], r["movement_content_donor"])
        for r in records
    ]
    by = {key: [r[key] for r in records] for key in ("separation", "separation_still", "r2")}
    found = {name: float(spearmanr(values, stays).statistic) for name, values in by.items()}
    for name in ("separation", "r2"):
        found[f"{name}_with_movement"] = float(spearmanr(by[name], both).statistic)
    return {"models": len(records)} | found


def row(name: str, found: dict[str, float], options: argparse.Namespace) -> dict[str, str]:
    """A row of the table of the documentation."""
    label = next(iter(ZOOS[name].read().labels))
    return {
        "case": name,
        "seed": f"{found['models']:.0f} models",
        "label": label,
        "by separation": f"{found['separation']:.2f}",
        "by its half of what stays": f"{found['separation_still']:.2f}",
        "by reconstruction": f"{found['r2']:.2f}",
        "with movement, by separation": f"{found['separation_with_movement']:.2f}",
        "with movement, by reconstruction": f"{found['r2_with_movement']:.2f}",
        "hardware": options.hardware,
        "command": options.command,
    }


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.verdict", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", nargs="+", choices=ZOOS, default=list(ZOOS), help="all of them")
    parser.add_argument("--models", type=int, default=42, help="of each data set (42)")
    parser.add_argument("--max-sequences", type=int, default=N_SEQUENCES, help="to train on")
    parser.add_argument("--threads", type=int, help="torch threads")
    parser.add_argument("--json", type=Path, help="the file of models")
    parser.add_argument(
        "--judge-cache", type=Path, default=Path(tempfile.gettempdir()) / "seqdisentangle-judges"
    )
    add_results(parser)
    return parse(parser, "verdict", argv)


if __name__ == "__main__":
    main()
