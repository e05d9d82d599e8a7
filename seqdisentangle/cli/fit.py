"""``seqdisentangle fit``: sequences to a model in a file."""

from __future__ import annotations

import argparse
from typing import Any

from ._inputs import ESTIMATORS, SIZE, sequences_in
from ._options import MODEL, SEQUENCES, add_command, add_seed, add_videos, count, file_of, place
from ._outputs import tell
from .settings import setting

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "fit",
        run,
        "learn from sequences, and write the model",
        "fit X.npy --out model.safetensors --set max_epochs=50 --seed 0",
    )
    parser.add_argument("X", type=place, help=SEQUENCES)
    parser.add_argument(
        "--out",
        type=file_of(".safetensors"),
        default=MODEL,
        metavar="FILE",
        help=f"the model, .safetensors ({MODEL})",
    )
    parser.add_argument(
        "--estimator", choices=ESTIMATORS, default="RecurrentWAE", help="(RecurrentWAE)"
    )
    parser.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="PARAM=VALUE",
        help="any parameter of the estimator, training__ema=0.99 say; may be given many times",
    )
    add_seed(parser)
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with a training that was cut short, of --set checkpoint=FOLDER",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_videos(parser).add_argument(
        "--size", type=count, default=SIZE, help=f"height and width of a frame, in pixels ({SIZE})"
    )


def run(options: argparse.Namespace) -> None:
    """Train, and write the model."""
    said = {"verbose": 0 if options.quiet else 1, "random_state": options.seed}
    model = ESTIMATORS[options.estimator]().set_params(**{**said, **dict(options.set)})
    model.fit(sequences_in(options.X, options), resume=options.resume)
    model.set_params(verbose=0).save(options.out)
    tell(options.out, f"{options.estimator} after {model.n_epochs_} epochs")
