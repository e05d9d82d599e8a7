"""Options that commands share, checked while the command line is read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = [
    "MODEL",
    "add_command",
    "add_model",
    "add_seed",
    "add_videos",
    "count",
    "file_in",
    "file_of",
    "place",
]

#: Where ``fit`` writes a model, and the others look for one, unless told.
MODEL = "model.safetensors"

#: The help of an argument that names sequences.
SEQUENCES = "sequences: X.npy, file.h5:/key, or a folder of .npy files or of videos"


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], None], about: str, example: str
) -> argparse.ArgumentParser:
    """A parser for a command, of which `about` says in a line what it does."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=f"example:\n  seqdisentangle {example}\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.set_defaults(run=run)
    return made


def add_model(parser: argparse.ArgumentParser) -> None:
    """``--model``, the file that ``fit`` wrote."""
    parser.add_argument(
        "--model", type=Path, default=MODEL, metavar="FILE", help=f"what fit wrote ({MODEL})"
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """``--seed``, of all that is drawn at random."""
    parser.add_argument("--seed", type=seed, help="the same seed gives the same results")


def add_videos(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Options of how a folder of videos is read."""
    group = parser.add_argument_group(
        "folders of videos", "video files, or folders of images, at any depth of folders"
    )
    group.add_argument(
        "--crop",
        choices=("center", "face", "none"),
        default="center",
        help="part of the frames that is kept: the middle, a face, or all, squeezed (center)",
    )
    group.add_argument("--step", type=count, default=1, help="keep one frame in so many (1)")
    return group


def seed(text: str) -> int:
    """A seed of NumPy, a whole number of 32 bits."""
    if not text.isdecimal() or not int(text) < 2**32:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 2**32 - 1, got {text}")
    return int(text)


def count(text: str) -> int:
    """A whole number of at least 1."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def place(text: str) -> str:
    """The place of sequences, which :mod:`seqdisentangle.data` knows how to read."""
    if not text:  # of an empty variable, say
        raise argparse.ArgumentTypeError("expected a path, got nothing")
    return text


def file_in(text: str) -> Path:
    """The name of a file to read, which is there."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return Path(text)


def file_of(*suffixes: str) -> Callable[[str], Path]:
    """A reader of names of files to write, which are of some kinds, in folders that are there."""

    def read(text: str) -> Path:
        path = Path(text)
        if path.suffix.lower() not in suffixes:
            raise argparse.ArgumentTypeError(
                f"expected a name that ends in {' or '.join(suffixes)}, got {text!r}"
            )
        if path.is_dir():
            raise argparse.ArgumentTypeError(f"{text!r} is a folder: name a file in it")
        if not path.parent.is_dir():
            raise argparse.ArgumentTypeError(f"there is no folder {str(path.parent)!r}: make it")
        return path

    return read
