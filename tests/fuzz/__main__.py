"""Read 10,000 mutated files, and print what came of them: ``python -m tests.fuzz``.

A case is found again by its number: ``python -m tests.fuzz --case 1234 --keep mutated``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from .cases import FAULTS, PAIRS, VERDICTS, Case, make_files, outcome_of, run_limited
from .readers import READERS

SHOWN = 20


def main() -> int:
    """Run the command; return 1 if there is a fault."""
    args = arguments()
    with tempfile.TemporaryDirectory() as folder:
        make_files(Path(folder))
        if args.case is not None:
            return one(Case(args.case, args.seed), Path(folder), args.keep)
        cases = [Case(number, args.seed) for number in range(args.cases)]
        if args.reader:
            cases = [case for case in cases if args.reader in case.reader.name]
        counts: Counter[tuple[str, str, str]] = Counter()
        faults = []
        outcomes = run_limited(cases, Path(folder), n_workers=args.workers)
        for case, outcome in tqdm(outcomes, total=len(cases), mininterval=10):
            counts[case.reader.name, case.kind, outcome.verdict] += 1
            if outcome.verdict in FAULTS:
                faults.append((case, outcome))
                tqdm.write(f"case {case.number}: {outcome.verdict}")
    print(table(counts))
    for case, outcome in faults[: args.shown]:
        print(f"\ncase {case.number}, {case.reader.name}, {case.kind}: {outcome.verdict}")
        print(outcome.said.strip()[-1500:])
    return int(bool(faults))


def arguments() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="number of mutated files")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other files")
    parser.add_argument("--reader", default="", help="only readers with this in their name")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--shown", type=int, default=SHOWN, help="faults to be shown in full")
    parser.add_argument("--case", type=int, help="run this one alone, in this process")
    parser.add_argument("--keep", type=Path, help="where to put the mutated file of the case")
    return parser.parse_args()


def one(case: Case, folder: Path, keep: Path | None) -> int:
    """Run one case and print what came of it."""
    if keep is not None:
        original = folder / str(READERS.index(case.reader)) / case.reader.file
        keep.write_bytes(case.mutated(original.read_bytes()))
    outcome = outcome_of(case, folder)
    print(f"{case.reader.name}, {case.kind}: {outcome.verdict}\n{outcome.said}")
    return int(outcome.verdict in FAULTS)


def table(counts: Counter[tuple[str, str, str]]) -> str:
    """Cases by reader, kind of mutation and verdict, with sums."""
    rows = [("reader", "mutation", "files", *VERDICTS)]
    for reader, kind in PAIRS:
        numbers = [counts[reader.name, kind, verdict] for verdict in VERDICTS]
        if sum(numbers):
            rows.append((reader.name, kind, *map(str, (sum(numbers), *numbers))))
    totals = [sum(int(row[i]) for row in rows[1:]) for i in range(2, len(rows[0]))]
    rows.append(("all", "", *map(str, totals)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i < 2 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


if __name__ == "__main__":
    sys.exit(main())
