"""``seqdisentangle swap``: the motion of sequences with the content of others."""

from __future__ import annotations

import argparse
from typing import Any

from ..display import SwapDisplay
from ._inputs import model_in, sequences_in, spread
from ._options import SEQUENCES, add_command, add_model, add_videos, count, file_of, place
from ._outputs import PICTURES, check_apart, tell, write_arrays, write_picture

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "swap",
        run,
        "write sequences with the motion of A and the content of B, or a picture of them",
        "swap X.npy --out swaps.png",
    )
    parser.add_argument("A", type=place, help=SEQUENCES)
    parser.add_argument("B", type=place, nargs="?", help="the same; a picture can do with A alone")
    parser.add_argument(
        "--out",
        type=file_of(*PICTURES, ".npy", ".npz"),
        required=True,
        metavar="FILE",
        help="a picture (.png, .pdf, .svg), one that moves (.gif, .mp4), or arrays: .npy, the "
        "motion of each of A with the content of its like in B; .npz, the reverse too",
    )
    parser.add_argument(
        "--n", type=count, default=4, help="sequences of each that a picture shows (4)"
    )
    parser.add_argument(
        "--parts",
        type=int,
        nargs="+",
        metavar="K",
        help="the parts whose contents arrays exchange, of a model of parts, from 0 (all)",
    )
    add_model(parser)
    add_videos(parser)


def run(options: argparse.Namespace) -> None:
    """Swap, and write arrays or a picture."""
    is_picture = options.out.suffix.lower() in PICTURES
    if not is_picture and options.B is None:
        raise ValueError(
            f"{str(options.out)!r} is a file of arrays, which takes two: swap A B --out "
            f"{options.out}"
        )
    if is_picture and options.parts is not None:
        raise ValueError(
            f"--parts is for arrays (.npy, .npz), got {str(options.out)!r}: pictures swap all parts"
        )
    given = [text for text in (options.A, options.B) if text is not None]
    check_apart(options.out, *given)
    model = model_in(options.model, "swap")
    read = [sequences_in(text, options, model) for text in given]
    if is_picture:
        write_swaps(options, model, read[0], read[-1])
        return
    told = {} if options.parts is None else {"parts": options.parts}
    swaps = model.swap(*read, **told)
    write_arrays(options.out, swaps._asdict())
    tell(options.out, f"{len(swaps.a_motion_b_content)} sequences, motion of A, content of B")


def write_swaps(options: argparse.Namespace, model: Any, A: Any, B: Any) -> None:
    """Write a picture of the motion of some of A, each with the content of some of B."""
    motion, row_names = spread(A, options.n, model, "A")
    content, column_names = spread(B, options.n, model, "B")

    def draw() -> SwapDisplay:
        return SwapDisplay.from_estimator(
            model, motion, content, row_names=row_names, column_names=column_names
        )

    write_picture(options.out, draw)
    rows, columns = ", ".join(row_names), ", ".join(column_names)
    tell(options.out, f"motion of sequences {rows}, content of {columns}")
