"""``seqdisentangle sample``: new sequences."""

from __future__ import annotations

import argparse
from typing import Any

from ..display import SampleDisplay
from ._inputs import model_in
from ._options import add_command, add_model, add_seed, count, file_of
from ._outputs import PICTURES, tell, write_arrays, write_picture

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "sample",
        run,
        "draw new sequences, and write them or a picture of them",
        "sample --n 16 --steps 50 --out samples.gif",
    )
    parser.add_argument("--n", type=count, default=8, help="sequences to draw (8)")
    parser.add_argument("--steps", type=count, help="their length (the longest of those learned)")
    parser.add_argument(
        "--out",
        type=file_of(*PICTURES, ".npy", ".npz", ".h5"),
        required=True,
        metavar="FILE",
        help="a picture (.png, .pdf, .svg), one that moves (.gif, .mp4), or the array X: .npy, "
        ".npz, or .h5 for samples larger than memory",
    )
    add_model(parser)
    add_seed(parser)


def run(options: argparse.Namespace) -> None:
    """Draw, and write arrays or a picture."""
    model = model_in(options.model, "sample")
    suffix, seed = options.out.suffix.lower(), {"random_state": options.seed}
    if suffix == ".h5":
        model.sample(options.n, options.steps, out=options.out, **seed)
        tell(options.out, f"{options.n} sequences, read as {options.out}:/X")
        return
    if suffix in PICTURES:

        def draw() -> SampleDisplay:
            return SampleDisplay.from_estimator(model, options.n, options.steps, **seed)

        write_picture(options.out, draw)
        tell(options.out, f"{options.n} sequences")
        return
    samples = model.sample(options.n, options.steps, **seed)
    write_arrays(options.out, {"X": samples})
    tell(options.out, f"sequences of shape {samples.shape}")
