"""Disentanglement of real data with the defaults, beside baselines that learn little or nothing.

Run as ``python -m tests.benchmarks.real``. One set of defaults has to do for sensors, speech, air,
patients, faces and curves. A judge with labels, trained on real sequences, reads off swaps which
donor they show; curves show it by the level and the width of their values. Where papers predict a
label, of speech, air and patients, so do linear heads on the codes. Moving digits and
Sprites are measured by their own benchmarks, without the options that are set there.

``aeon`` brings its data with it. Exercises come with the package ``seglearn``, and the folder that
SEQDISENTANGLE_DATA names has speech, air, patients and faces: what is not there is left out.

Examples
--------
::

    python -m tests.benchmarks.real --seed 0 1 2 --threads 1
    python -m tests.benchmarks.real --data watch faces --system rwae dsvae cebra
    python -m tests.benchmarks.real --data spoken_digits --set motion_size=8
    python -m tests.benchmarks.real --data spoken_digits --system rwae --groups
    python -m tests.benchmarks.real --data watch basic_motions --ablate content_view
    python -m tests.benchmarks.real --data beijing_air_days physionet_4_hours --seed 0 1 2
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from seqdisentangle import DSVAE, RecurrentWAE

from .. import digits, sprites
from .._common import parameters, parser_of_runs, print_measures, run_seeds
from .._results import Columns, parse, result_rows, write_results
from .baselines import (
    Distribution,
    Frames,
    Mean,
    MeanAndCovariance,
    MeanAndDeviation,
    MeanOfComponents,
    forest,
)
from .contrastive import ContrastiveCodes
from .data import DATA_SETS, RealData
from .heads import heads
from .measures import Judge, measured


@dataclass(frozen=True)
class System:
    """A learner of codes, or what takes them for granted.

    Attributes
    ----------
    title : str
        Its name in tables.
    make : callable
        Makes it with a random state.
    learned : bool
        It is an estimator of the package: it takes parameters, and can be saved.
    fits : callable
        Says of data whether they are of a kind that it can have.
    """

    title: str
    make: Callable[..., Any]
    learned: bool = False
    fits: Callable[[RealData], bool] = lambda data: True


SYSTEMS = {
    "rwae": System("RecurrentWAE", RecurrentWAE, learned=True),
    "dsvae": System("DSVAE", DSVAE, learned=True),
    "cebra": System("CEBRA", ContrastiveCodes, fits=lambda data: not data.of_images),
    "level": System("mean", Mean),
    "mean": System("mean and deviation", MeanAndDeviation),
    "covariance": System(
        "mean and covariance",
        MeanAndCovariance,
        fits=lambda data: not (data.of_images or data.of_curves),
    ),
    "distribution": System("distribution", Distribution, fits=lambda data: data.of_curves),
    "pca": System("mean of principal components", MeanOfComponents),
    "frames": System("all frames", Frames, fits=lambda data: not data.of_images),
    "forest": System(
        "random forest of means and deviations",
        MeanAndDeviation,
        fits=lambda data: not data.of_images,
    ),
}
# The value of each option that switches it off, or is that of the videos it was first made for.
ABLATIONS: dict[str, Any] = {
    "motion_input": "frames",
    "motion_size": 6,
    "motion_noise": 0.2,
    "independence_weight": 0,
    "movement_weight": 0,
    "constancy_weight": 0,
    "content_view": None,
    "training__content_delay": 0,
}
COLUMNS: Columns = {
    "chance": ("chance", ".2f"),
    "probe_content": ("label from content", ".2f"),
    "probe_motion": ("label from motion", ".2f"),
    "error_rate_content": ("equal error rate of content", ".3f"),
    "error_rate_motion": ("equal error rate of motion", ".3f"),
    "error_rate_gap": ("gap of equal error rates", ".3f"),
    "judge_real": ("judge, real", ".2f"),
    "judge_reconstructed": ("judge, reconstructed", ".2f"),
    "swap_content_donor": ("swap shows content donor", ".2f"),
    "swap_motion_donor": ("swap shows motion donor", ".2f"),
    "digit_probe_content": ("digit from content", ".2f"),
    "digit_probe_motion": ("digit from motion", ".2f"),
    "digit_swap_content_donor": ("digit of content donor", ".2f"),
    "digit_swap_motion_donor": ("digit of motion donor", ".2f"),
    "level_content_donor": ("level of content donor", ".2f"),
    "level_motion_donor": ("level of motion donor", ".2f"),
    "width_content_donor": ("width of content donor", ".2f"),
    "width_motion_donor": ("width of motion donor", ".2f"),
    "r2": ("R2", ".2f"),
    "r2_movement": ("R2 of movement", ".2f"),
}
# Data whose labels the papers predict, and the columns of linear heads.
DOWNSTREAM = (
    "spoken_digits",
    "beijing_air",
    "beijing_air_days",
    "physionet",
    "physionet_4_hours",
    "physionet_measured",
)
HEADS: Columns = {
    "head_chance": ("chance", ".2f"),
    "head_content": ("content", ".3f"),
    "head_motion": ("motion", ".3f"),
    "head_both": ("content and motion", ".3f"),
    "precision_chance": ("AUPRC, chance", ".2f"),
    "precision_content": ("AUPRC, content", ".3f"),
    "precision_motion": ("AUPRC, motion", ".3f"),
    "precision_both": ("AUPRC, both", ".3f"),
}
# Benchmarks with protocols of their own: what their measures are called here.
OTHERS: dict[str, tuple[Callable[..., list[dict[str, Any]]], dict[str, str]]] = {
    "moving_digits": (
        digits.main,
        {
            "digits_chance": "chance",
            "digits_real": "judge_real",
            "digits_reconstructed": "judge_reconstructed",
            "digits_swap": "swap_content_donor",
            "probe_digits_content": "probe_content",
            "probe_digits_mean_motion": "probe_motion",
        },
    ),
    "sprites": (
        sprites.main,
        {
            "chance_content": "chance",
            "data_content": "judge_real",
            "reconstruction_content": "judge_reconstructed",
            "swap_content": "swap_content_donor",
        },
    ),
}


def main(argv: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Run the benchmark; return one record a data set, system and seed."""
    options = _parse(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    records = []
    for name in options.data or [*DATA_SETS, *OTHERS]:
        if name in OTHERS:
            records += run_other(name, options)
            continue
        try:
            data = DATA_SETS[name]()
        except FileNotFoundError as error:
            if options.data:
                raise
            print(f"\n== {name} is left out: {error}", flush=True)
            continue
        records += run_all(name, data, options)
    return records


def run_all(name: str, data: RealData, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Run all systems, or all ablations, on a data set."""
    judge = Judge(data, options.judge_cache) if data.judged else None
    records = []
    for system, case, params in runs(options):
        if not SYSTEMS[system].fits(data):
            continue

        def measure(model: Any, seed: int, system: str = system) -> dict[str, float]:
            alone = system == "forest"
            found = forest(model, data) if alone else measured(model, data, judge, seed)
            if name in DOWNSTREAM and not alone:
                found |= heads(model, data)
            print_measures(found)
            return found

        told = {}
        if options.groups and system == "rwae":
            case, told = f"{case} told groups", {"groups": next(iter(data.labels.values()))[0]}
        found = run_seeds(
            _for_run(options, name, system, case),
            SYSTEMS[system].make,
            {**data.params, **params} if SYSTEMS[system].learned else {},
            data.X,
            data.X_test,
            measure,
            title=f"{name}, {case}",
            facts={"data": name, "system": system, "case": case},
            columns=COLUMNS,
            **told,
        )
        title = f"{name}, {case}"
        write_mean(options, title, found, table="curves" if data.of_curves else "")
        if name in DOWNSTREAM:
            write_mean(options, title, found, table="downstream", columns=HEADS)
        records += found
    return records


def runs(options: argparse.Namespace) -> list[tuple[str, str, dict[str, Any]]]:
    """List system, case and parameters of every run on a data set."""
    given = parameters(options, {})
    titles = {name: system.title for name, system in SYSTEMS.items()}
    titles["rwae"] = options.case or titles["rwae"]
    if options.ablate is None:
        return [(name, titles[name], given) for name in options.system]
    return [
        ("rwae", f"{titles['rwae']} without {name}", {**given, name: value})
        for name, value in ABLATIONS.items()
        if name in (options.ablate or ABLATIONS)
    ]


def run_other(name: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Run another benchmark with the defaults of every system that the package has."""
    benchmark, names = OTHERS[name]
    records = []
    for system, case, params in runs(options):
        if not SYSTEMS[system].learned:
            continue
        argv = ["--defaults", "--seed", *map(str, options.seed)]
        if options.threads:
            argv += ["--threads", str(options.threads)]
        if options.json:
            argv += ["--json", str(options.json)]
        for parameter, value in params.items():
            argv += ["--set", f"{parameter}={value!r}"]
        found = benchmark(argv, make_model=SYSTEMS[system].make)
        found = [{**record, "data": name, "system": system, "case": case} for record in found]
        ours = [record | {new: record[old] for old, new in names.items()} for record in found]
        write_mean(options, f"{name}, {case}", ours)
        records += found
    return records


def write_mean(
    options: argparse.Namespace,
    title: str,
    records: list[dict[str, Any]],
    *,
    table: str = "",
    columns: Columns = COLUMNS,
) -> None:
    """Put the mean over seeds into the file that ``--results`` names, one row a run.

    Curves and linear heads, which have measures of their own, go to a `table` beside it.
    """
    if options.results is None:
        return
    path: Path = options.results
    path = path.with_stem(f"{path.stem}_{table}") if table else path
    measures = [name for name in ("train_seconds", *columns) if name in records[0]]
    mean = {name: float(np.mean([record[name] for record in records])) for name in measures}
    seeds = " ".join(str(record["seed"]) for record in records)
    mean["seed"] = seeds if len(records) == 1 else f"{seeds}, mean"
    named = argparse.Namespace(**{**vars(options), "case": title})
    rows = result_rows(named, title, [mean], columns)
    names = [*DATA_SETS, *OTHERS]
    write_results(path, rows, place=lambda row: names.index(row["case"].partition(",")[0]))


def _for_run(options: argparse.Namespace, name: str, system: str, case: str) -> argparse.Namespace:
    """Options with names of files that no other run has; rows of results are written here."""
    ours = argparse.Namespace(**{**vars(options), "results": None})
    tag = f"{name}-{case.replace(' ', '-')}"
    for place in ("save", "picture", "checkpoint"):
        path = getattr(options, place)
        if path is not None and SYSTEMS[system].learned:
            path = path.with_name(f"{path.stem}-{tag}{path.suffix}")
        setattr(ours, place, path if SYSTEMS[system].learned else None)
    return ours


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = parser_of_runs("real", __doc__)
    names = [*DATA_SETS, *OTHERS]
    parser.add_argument(
        "--data", nargs="+", choices=names, help="all that can be had, if not given"
    )
    parser.add_argument(
        "--system",
        nargs="+",
        choices=SYSTEMS,
        default=[name for name in SYSTEMS if name not in ("dsvae", "cebra")],
        help="all but dsvae and cebra, if not given",
    )
    parser.add_argument(
        "--ablate",
        nargs="*",
        choices=ABLATIONS,
        metavar="OPTION",
        help="RecurrentWAE without each of these options in turn, or without each that there is",
    )
    parser.add_argument(
        "--groups",
        action="store_true",
        help="tell RecurrentWAE which sequences share the first of the labels",
    )
    parser.add_argument(
        "--judge-cache", type=Path, default=Path(tempfile.gettempdir()) / "seqdisentangle-judges"
    )
    return parse(parser, "real", argv)


if __name__ == "__main__":
    main()
