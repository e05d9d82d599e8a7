"""Parts that the benchmarks which train share: options, one run a seed, and printed tables."""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seqdisentangle.cli.settings import setting

from ._results import Columns, add_results, result_rows, write_results

# The tables of Sprites, digits, sensors and speech were measured with these, which took what the
# defaults now leave to the data from what suits videos. ``--defaults`` leaves them out.
AS_MEASURED: dict[str, Any] = {
    "content_size": 32,
    "motion_size": 6,
    "motion_input": "frames",
    "motion_noise": 0.2,
    "movement_weight": 0,
    "constancy_weight": 0,
    "training__content_delay": 0.075,
    "max_epochs": 24,
    "batch_size": 64,
}


def parser_of_runs(module: str, about: str | None) -> argparse.ArgumentParser:
    """The options that `run_seeds` reads, for ``python -m tests.benchmarks.<module>``."""
    parser = argparse.ArgumentParser(
        prog=f"python -m tests.benchmarks.{module}", description=(about or "").split("\n")[0]
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="one run each")
    parser.add_argument("--epochs", type=int, help="max_epochs")
    parser.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="PARAM=VALUE",
        help="any parameter of the model, training__ema=0.99 say; the value a Python literal, or "
        "else a string",
    )
    parser.add_argument(
        "--defaults",
        action="store_true",
        help="leave out the parameters that the benchmark sets by what it knows of its data",
    )
    parser.add_argument("--threads", type=int, help="torch threads")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="a folder that keeps each seed's training, and from which one that was cut short goes "
        "on; its time is then that of the last part",
    )
    parser.add_argument("--save", type=Path, help="write the fitted model")
    parser.add_argument("--picture", type=Path, help="write the swap figure")
    parser.add_argument("--json", type=Path, help="append one JSON line a seed")
    parser.add_argument("--case", help="the run's name in the file of --results; its title if none")
    add_results(parser)
    return parser


def parameters(options: argparse.Namespace, params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of the model: the benchmark's, then --epochs, then --set."""
    known = {} if options.defaults else params
    epochs = {} if options.epochs is None else {"max_epochs": options.epochs}
    return {**known, **epochs, **dict(options.set)}


def build(make_model: Callable[..., Any], params: dict[str, Any]) -> Any:
    """Make a model; a parameter of a parameter, ``training__ema``, is set after the others."""
    model = make_model(**{name: value for name, value in params.items() if "__" not in name})
    nested = {name: value for name, value in params.items() if "__" in name}
    return model.set_params(**nested) if nested else model


def run_seeds(
    options: argparse.Namespace,
    make_model: Callable[..., Any],
    params: dict[str, Any],
    X: Any,
    X_test: Any,
    measure: Callable[[Any, int], dict[str, float]],
    *,
    title: str,
    facts: dict[str, Any],
    columns: Columns,
    **fit_params: Any,
) -> list[dict[str, Any]]:
    """Fit on `X` and measure a model a seed; return one record each, `facts` first.

    `columns` are those of the file that ``--results`` names, in which `title` is the case.
    """
    records = []
    for seed in options.seed:
        about = f"{len(X)} sequences like {np.shape(X[0])}, {params}"
        print(f"\n== {title}, seed {seed}: {about}", flush=True)
        kept, resumed = {}, {}
        if options.checkpoint:
            kept, resumed = {"checkpoint": options.checkpoint / f"seed-{seed}"}, {"resume": True}
        model = build(make_model, {**params, **kept, "random_state": seed})
        start = time.perf_counter()
        model.fit(X, **fit_params, **resumed)
        seconds = time.perf_counter() - start
        measures = measure(model, seed)
        records.append(
            {
                **facts,
                "seed": seed,
                "params": {name: repr(value) for name, value in params.items()},
                "n_sequences": len(X),
                "n_test_sequences": len(X_test),
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
        if options.results:
            write_results(options.results, result_rows(options, title, records[-1:], columns))
        if options.save:
            model.save(_for_seed(options.save, seed, options.seed))
        if options.picture and hasattr(model, "transform"):
            draw_swaps(model, X_test, _for_seed(options.picture, seed, options.seed))
    if len(records) > 1:
        print_summary(records, skipped={"seed", *facts})
    return records


def print_measures(measures: dict[str, float]) -> None:
    """Print a line for each."""
    for name, value in measures.items():
        print(f"{name.replace('_', ' '):34}{value:8.3f}")


def print_table(rows: dict[str, dict[str, float]]) -> dict[str, float]:
    """Print a line for each row, its levels beside each other; return ``row_level`` of all."""
    for name, levels in rows.items():
        beside = "  ".join(f"{key.replace('_', ' ')} {value:.3f}" for key, value in levels.items())
        print(f"{name.replace('_', ' '):26}{beside}")
    return {f"{row}_{key}": value for row, levels in rows.items() for key, value in levels.items()}


def print_summary(records: list[dict[str, Any]], skipped: set[str]) -> None:
    """Print mean and standard deviation over seeds of every measure."""
    print(f"\n== mean and standard deviation over {len(records)} seeds")
    skipped = skipped | {"cores", "threads", "n_sequences", "n_test_sequences"}
    for name, value in records[0].items():
        if name in skipped or not isinstance(value, (int, float)):
            continue
        values = [record[name] for record in records]
        print(f"{name:38}{statistics.mean(values):10.4f} +- {statistics.stdev(values):.4f}")


def probe_r2(codes: Any, y: Any, codes_test: Any, y_test: Any) -> float:
    """Held-out R^2 of a ridge regression on standardised codes, the mean over columns of `y`."""
    probe = make_pipeline(StandardScaler(), Ridge())
    return float(probe.fit(codes, y).score(codes_test, y_test))


def machine() -> dict[str, Any]:
    """Cores, threads and the peak memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "peak_memory_mb": peak / (2**20 if sys.platform == "darwin" else 2**10),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def draw_swaps(model: Any, X: Any, path: Path, n_frames: int = 6) -> None:
    """Write the swap figure of eight sequences: four give motion, four content.

    They are cut to the length of the shortest, of which so many frames are shown.
    """
    from matplotlib import pyplot

    from seqdisentangle.display import SwapDisplay

    chosen = [X[i] for i in np.random.RandomState(0).permutation(len(X))[:8]]
    n_steps = min(len(x) for x in chosen)
    cut = np.stack([x[:n_steps] for x in chosen])
    display = SwapDisplay.from_estimator(model, cut[:4], cut[4:], n_frames=n_frames)
    display.figure_.savefig(path, dpi=200)
    pyplot.close(display.figure_)


def data_home() -> Path | None:
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
