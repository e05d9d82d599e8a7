"""Fit 2,000 models with random valid parameters, and print the memory that is taken.

``python -m tests.soak``; a fit is found again by its number, ``python -m tests.soak --fit 123``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

# oneDNN keeps 1,024 kernels, one for each shape that it has met: 0.25 MB a fit, and no leak.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "0")

import torch

from .fits import Fit
from .memory import Memory

ROWS = 10  # of the table
#: Bytes by which memory may grow after the first tenth of the fits: what the allocator keeps for
#: larger models that are drawn later. A leak of one model a fit would take twice as much.
MOST = 64 * 2**20


def main() -> int:
    """Run the command; return 1 if a fit failed, or memory grew."""
    args = arguments()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        if args.fit is not None:
            one = Fit(args.fit, args.seed)
            print(f"{one}\n{one.outcome(Path(folder))}")
            return 0
        counts: Counter[str] = Counter()
        memory = Memory()
        print(f"{'fits':>6}  {memory.heading}  {'fitted':>6}  {'refused':>7}  {'faults':>6}")
        for number in range(args.fits):
            fit = Fit(number, args.seed)
            outcome = fit.outcome(Path(folder))
            counts[outcome.verdict] += 1
            if outcome.verdict == "fault":
                print(f"fit {number}, {fit}: {outcome.said[:300]}", flush=True)
            if (number + 1) % max(args.fits // ROWS, 1) == 0:
                held = memory.measure()
                ends = [counts[verdict] for verdict in ("fitted", "refused", "fault")]
                print(
                    f"{number + 1:>6}  {held}  {ends[0]:>6}  {ends[1]:>7}  {ends[2]:>6}", flush=True
                )
    grown = memory.growth()
    print(f"after the first row memory grew by {grown / 2**20:.1f} MB")
    return int(counts["fault"] > 0 or grown > MOST)


def arguments() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--fits", type=int, default=2000, help="number of fits")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other fits")
    parser.add_argument("--fit", type=int, help="run this one alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
