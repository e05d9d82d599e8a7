"""Files of results: the tables that the documentation reads, and the options for them."""

from __future__ import annotations

import argparse
import csv
import platform
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from seqdisentangle.persistence import written_whole

# Options with one value that say where something is kept: they have no part in the figures.
PLACES = {"--checkpoint", "--save", "--picture", "--json", "--results", "--case"}
PLACES |= {"--hardware", "--data-home", "--judge-cache", "--mnist"}
# A table of results: the title and the format of each measure that it has, by the measure's name.
Columns = Mapping[str, tuple[str, str]]


def add_results(parser: argparse.ArgumentParser) -> None:
    """Add the options of a file of results."""
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        help="put the figures into this CSV file, in place of those that it has of the same",
    )
    parser.add_argument("--hardware", default=hardware(), help="the machine, as the file names it")


def parse(
    parser: argparse.ArgumentParser, module: str, argv: Sequence[str] | None
) -> argparse.Namespace:
    """Read the options, and remember as ``command`` those that say what is measured."""
    given = list(sys.argv[1:] if argv is None else argv)
    options = parser.parse_args(given)
    kept = [
        word
        for before, word in zip(["", *given], given, strict=False)
        if not {before, word} & PLACES
    ]
    options.command = shlex.join([module, *kept])
    return options


def result_rows(
    options: argparse.Namespace, case: str, records: list[dict[str, Any]], columns: Columns
) -> list[dict[str, str]]:
    """Make the rows of a file of results, one a record, as they are printed in the docs."""
    return [
        {
            "case": options.case or case,
            "seed": str(record["seed"]),
            **{
                title: format(record[name], form) if name in record else ""
                for name, (title, form) in columns.items()
            },
            "minutes": f"{record['train_seconds'] / 60:.1f}",
            "hardware": options.hardware,
            "command": options.command,
        }
        for record in records
    ]


def write_figures(options: argparse.Namespace, figures: Mapping[str, str]) -> None:
    """Put figures that no seed has into the file that ``--results`` names, a row each."""
    if options.results is None:
        return
    rows = [
        {
            "measure": name,
            "value": value,
            "hardware": options.hardware,
            "command": options.command,
        }
        for name, value in figures.items()
    ]
    write_results(options.results, rows, keys=("measure",))


def write_results(
    path: Path,
    rows: list[dict[str, str]],
    keys: tuple[str, ...] = ("case", "seed"),
    place: Callable[[dict[str, str]], int] = lambda row: 0,
) -> None:
    """Put rows into a CSV file, whole or not at all, in place of those with the same keys.

    `keys` are the columns that tell rows apart. Rows are sorted by `place`, and those of one place
    stay in the order in which they came.
    """
    found: dict[tuple[str, ...], dict[str, str]] = {}
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            found = {tuple(row[key] for key in keys): row for row in csv.DictReader(file)}
    found |= {tuple(row[key] for key in keys): row for row in rows}
    # Columns of this run first; a row of an older one may have others, and none has those of some.
    named = dict.fromkeys(name for row in (*rows, *found.values()) for name in row)
    columns = [name for name in named if any(row.get(name) for row in found.values())]
    with written_whole(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(
            file, columns, restval="", extrasaction="ignore", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(sorted(found.values(), key=place))


def hardware() -> str:
    """Name the processor, or the GPU where there is one."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
