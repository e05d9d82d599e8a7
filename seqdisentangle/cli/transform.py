"""``seqdisentangle transform``: sequences to their codes."""

from __future__ import annotations

import argparse
from typing import Any

from ._inputs import model_in, sequences_in
from ._options import SEQUENCES, add_command, add_model, add_videos, file_of, place
from ._outputs import tell, write_arrays

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "transform",
        run,
        "write the codes of sequences, content and motion",
        "transform X.npy --out codes.npz",
    )
    parser.add_argument("X", type=place, help=SEQUENCES)
    parser.add_argument(
        "--out",
        type=file_of(".npz", ".h5"),
        required=True,
        metavar="FILE",
        help="the arrays content and motion, .npz, or .h5 for codes larger than memory",
    )
    add_model(parser)
    add_videos(parser)


def run(options: argparse.Namespace) -> None:
    """Encode, and write the codes."""
    model = model_in(options.model, "transform").set_params(codes="both")
    X = sequences_in(options.X, options, model)
    if options.out.suffix.lower() == ".h5":
        model.transform(X, out=options.out)
        tell(options.out, "the data sets content and motion")
        return
    codes = model.transform(X)
    write_arrays(options.out, codes._asdict())
    content, motion = codes
    ragged = isinstance(motion, list)
    shape = f"{len(motion)} of different lengths" if ragged else f"of shape {motion.shape}"
    tell(options.out, f"content of shape {content.shape}, motion {shape}")
