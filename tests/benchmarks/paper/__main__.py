"""Tables and figures of the R-WAE paper, made from end to end.

Run as ``python -m tests.benchmarks.paper``. Each data set is learned by each system with a simple
(``conv``) and a complex (``resnet``) image network: R-WAE(MMD) and R-WAE(GAN) as published and as
this package has them, DS-VAE, MoCoGAN. A case has its record in the folder of results. A run that
was killed goes on within the case that it was at; cases that are done are not run again, unless
their settings have changed. Several runs may share a folder, of different cases.

In ``FOLDER/quick`` or ``FOLDER/full`` are: ``tables``, of all records there are; ``figures``,
``models`` and ``cases``, of each case.

Examples
--------
::

    python -m tests.benchmarks.paper --results ../paper
    python -m tests.benchmarks.paper --results ../paper --only "sprites-conv-*"
    python -m tests.benchmarks.paper --results ../paper --list
    python -m tests.benchmarks.paper --results ../paper --report
    python -m tests.benchmarks.paper --results ../paper --full --mnist mnist.npz --seed 0 1 2
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch

from .._common import data_home
from .cases import SCALES, Case, all_cases, chosen
from .data import DATA_SETS, PaperData
from .jobs import run_case
from .records import all_records, read_record
from .tables import write_tables


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cases that have no record, and write the tables; return how many have failed."""
    options = _parse(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    folder = options.results / options.scale
    if options.list:
        list_cases(options, folder)
        return 0
    failed = [] if options.report else run_cases(options, folder)
    print("\n" + "\n".join(tables(options, folder)))
    if failed:
        print(f"failed, and run again by the same command: {' '.join(failed)}", file=sys.stderr)
    return len(failed)


def list_cases(options: argparse.Namespace, folder: Path) -> None:
    """Print the cases, and whether they are done."""
    for case in options.cases:
        done = read_record(folder, case, SCALES[options.scale][case.data]) is not None
        print(f"{case.name:40}{'done' if done else '-'}")


def run_cases(options: argparse.Namespace, folder: Path) -> list[str]:
    """Run the cases that have no record of their settings; return those that have failed."""
    budgets = SCALES[options.scale]

    @cache
    def data_of(name: str) -> PaperData:
        return DATA_SETS[name](budgets[name], options)

    failed = []
    for k, case in enumerate(options.cases):
        if read_record(folder, case, budgets[case.data]) is not None:
            continue
        print(f"\n== {case.name}, {k + 1} of {len(options.cases)}", flush=True)
        try:
            run_case(case, budgets[case.data], data_of(case.data), folder)
        except Exception:  # a night's other cases need not wait for one that fails
            traceback.print_exc()
            failed.append(case.name)
        tables(options, folder)
    return failed


def tables(options: argparse.Namespace, folder: Path) -> list[str]:
    """Write the tables of all records there are, whichever cases were chosen."""
    records = all_records(folder, SCALES[options.scale])
    cases: list[Case] = all_cases(options.seed)
    return write_tables(options.tables or folder / "tables", cases, records)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    about = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.paper", description=about)
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", dest="scale", action="store_const", const="quick")
    scale.add_argument("--full", dest="scale", action="store_const", const="full")
    parser.set_defaults(scale="quick")
    parser.add_argument(
        "--results", type=Path, required=True, metavar="FOLDER", help="where all is kept"
    )
    parser.add_argument(
        "--tables", type=Path, metavar="FOLDER", help="where tables go, if not there as well"
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="a case each")
    parser.add_argument(
        "--only", nargs="+", metavar="PATTERN", help='cases to run, "digits-*-mmd-*" say'
    )
    todo = parser.add_mutually_exclusive_group()
    todo.add_argument("--list", action="store_true", help="print the cases, and run none")
    todo.add_argument("--report", action="store_true", help="write the tables, and run no case")
    parser.add_argument("--threads", type=int, help="torch threads")
    home = data_home()
    parser.add_argument("--data-home", type=Path, default=home, help="the folder with Sprites")
    parser.add_argument(
        "--mnist",
        type=Path,
        default=home and home / "mnist5k.npz",
        help="a file of numpy with images (n, 28, 28) and labels, for --full",
    )
    parser.add_argument("--judge-frames", type=int, default=20_000, help="for the judge of digits")
    parser.add_argument(
        "--judge-cache", type=Path, default=Path(tempfile.gettempdir()) / "seqdisentangle-judges"
    )
    options = parser.parse_args(argv)
    try:
        options.cases = chosen(all_cases(options.seed), options.only)
    except ValueError as error:
        parser.error(str(error))
    return options


if __name__ == "__main__":
    sys.exit(min(main(), 1))
