"""``seqdisentangle explore``: a page on which to swap content and motion by hand."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..explorer import export_explorer
from ._inputs import labels_in, model_in, sequences_in, spread
from ._options import (
    SEQUENCES,
    add_command,
    add_model,
    add_seed,
    add_videos,
    count,
    file_in,
    file_of,
    place,
)
from ._outputs import check_apart, tell

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "explore",
        run,
        "write a page on which to swap content and motion by hand, for any browser",
        "explore X.npy --labels labels.csv",
    )
    parser.add_argument("X", type=place, help=SEQUENCES)
    parser.add_argument(
        "--out",
        type=file_of(".html"),
        default=Path("swap.html"),
        metavar="FILE",
        help="the page (swap.html)",
    )
    parser.add_argument(
        "--labels",
        type=file_in,
        metavar="FILE",
        help="names of the sequences: a file as report takes",
    )
    parser.add_argument("--n", type=count, default=12, help="sequences to swap (12)")
    add_model(parser)
    add_seed(parser)
    add_videos(parser)


def run(options: argparse.Namespace) -> None:
    """Write the page."""
    check_apart(options.out, options.X)
    labels = None if options.labels is None else names_in(options.labels)
    model = model_in(options.model, "swap", "sample", "transform")
    X = sequences_in(options.X, options, model)
    sequences, rows = spread(X, options.n, model, "X")
    names = rows if labels is None else labels_of(rows, labels, options)
    export_explorer(
        model, sequences, options.out, names, max_sequences=options.n, random_state=options.seed
    )
    tell(options.out, f"swaps of sequences {', '.join(rows)}, to open in a browser")


def labels_of(rows: list[str], labels: list[str], options: argparse.Namespace) -> list[str]:
    """The labels of some sequences, by their numbers."""
    if int(rows[-1]) >= len(labels):
        raise ValueError(
            f"{str(options.labels)!r} has {len(labels)} labels, expected one for each sequence of "
            f"{options.X!r}"
        )
    return [labels[int(row)] for row in rows]


def names_in(path: Path) -> list[str]:
    """The labels of each sequence in a file, as one name."""
    labels = labels_in(path)
    columns = list(labels.values()) if isinstance(labels, Mapping) else np.atleast_2d(labels.T)
    return [", ".join(map(shown, row)) for row in zip(*columns, strict=True)]


def shown(label: Any) -> str:
    """A label as people write it, 3 rather than 3.0."""
    return f"{label:g}" if isinstance(label, np.floating) else str(label)
