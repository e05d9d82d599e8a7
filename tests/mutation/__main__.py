"""Change the package in 150 places, one at a time, and print which its tests notice.

``python -m tests.mutation``, in the root of the repository. Only the tests that mirror a module
are run on its mutants, the contract of its room and the suite of all defaults; a survivor may be
equivalent, or noticed by tests of other modules.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path

# What every run imports; the package itself is imported by each anew.
import hypothesis  # noqa: F401
import pandas as pd  # noqa: F401
import sklearn.base  # noqa: F401
import torch

from .mutants import mutant_of, sites_of
from .runs import LEAST, PATIENCE, mirror_of, verdict_of

PACKAGE = Path("seqdisentangle")
ROOMS = ("divergences", "metrics", "data", "persistence.py")


def main() -> int:
    """Run the command; return 1 if fewer are noticed than are asked for."""
    args = arguments()
    torch.set_num_threads(1)
    modules = [module for room in args.rooms for module in modules_of(room)]
    sites = [(module, site) for module in modules for site in sites_of(PACKAGE / module)]
    random.Random(args.seed).shuffle(sites)
    chosen = [mutant_of(module, PACKAGE, site) for module, site in sites[: args.mutants]]
    print(f"{len(chosen)} of {len(sites)} mutants of {len(modules)} modules", flush=True)
    usual: dict[Path, float] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for mutant in chosen:
        if mutant.path not in usual:
            verdict, usual[mutant.path] = verdict_of(mutant.path, None, 600.0)
            if verdict != "survived":
                print(f"{mirror_of(mutant.path)} fails without a mutation", flush=True)
                return 2
        limit = max(PATIENCE * usual[mutant.path], LEAST)
        verdict, _ = verdict_of(mutant.path, mutant, limit)
        counts[mutant.path.parts[0], verdict] += 1
        print(f"{verdict:>9}  {mutant}", flush=True)
    n_survived = sum(n for (_, verdict), n in counts.items() if verdict == "survived")
    for room in sorted({room for room, _ in counts}):
        of_room = {verdict: n for (where, verdict), n in counts.items() if where == room}
        n = sum(of_room.values())
        print(f"{room}: {n - of_room.get('survived', 0)} of {n} noticed {of_room}")
    share = 1 - n_survived / max(len(chosen), 1)
    print(f"all: {share:.1%} of {len(chosen)} noticed")
    return int(share < args.least)


def modules_of(room: str) -> list[Path]:
    """The modules of a room that have code of their own, relative to the package."""
    path = PACKAGE / room
    found = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [one.relative_to(PACKAGE) for one in found if one.name != "__init__.py"]


def arguments() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", default=ROOMS, help="rooms or modules of the package")
    parser.add_argument("--mutants", type=int, default=150, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws others")
    parser.add_argument("--least", type=float, default=0.85, help="share that has to be noticed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
