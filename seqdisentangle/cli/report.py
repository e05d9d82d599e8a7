"""``seqdisentangle report``: a verdict on the codes, or a table of measures with labels."""

from __future__ import annotations

import argparse
from typing import Any

from .. import metrics
from ..data.sequences import Sequences
from ..metrics._factors import factors_in
from ._inputs import labels_in, model_in, sequences_in
from ._options import SEQUENCES, add_command, add_model, add_seed, add_videos, file_in, place

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "report",
        run,
        "say whether the codes separate what stays the same from what changes",
        "report X_held_out.npy --labels labels.csv",
    )
    parser.add_argument("X", type=place, help=f"{SEQUENCES}; better others than fit has seen")
    parser.add_argument(
        "--labels",
        type=file_in,
        metavar="FILE",
        help="measure by these too: .npy, .npz of named columns, or .csv with a line of names and "
        "a line a sequence",
    )
    add_model(parser)
    add_seed(parser)
    add_videos(parser)


def run(options: argparse.Namespace) -> None:
    """Print the verdict, or the table."""
    labels = None if options.labels is None else labels_in(options.labels)
    model = model_in(options.model, "transform", "swap")
    X = sequences_in(options.X, options, model)
    if labels is None:
        print(metrics.separation(model, X, random_state=options.seed))
    else:
        n = len(Sequences(X, layout=model.layout_, missing="mask"))
        factors_in(labels, n, "--labels")  # here they have another name than in Python
        print(metrics.report(model, X, labels, random_state=options.seed))
