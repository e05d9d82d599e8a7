"""Arguments to a command, its errors and warnings as lines, and the exit code."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from .._version import release
from . import explore, fit, report, sample, swap, transform

__all__ = ["main", "parser"]

#: Modules of one command each, in the order of the help.
COMMANDS = (fit, transform, swap, sample, explore, report)

#: Errors that a user can mend. Any other one is of the package, and has its traceback.
MENDABLE = (ValueError, TypeError, OSError, ImportError, RuntimeError, MemoryError)

EXAMPLE = """\
example:
  seqdisentangle fit X.npy
  seqdisentangle swap X.npy --out swaps.png
  seqdisentangle explore X.npy
  seqdisentangle transform X.npy --out codes.npz
"""


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; what it returns has the command's function as `run`."""
    made = argparse.ArgumentParser(
        prog="seqdisentangle",
        description="Learn what stays the same in sequences and what changes, and exchange them.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"%(prog)s {release()}")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, as ``python -m seqdisentangle`` and the script ``seqdisentangle`` do.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line by default.

    Returns
    -------
    int
        The exit code: 0, 2 after an error that the user can mend, which is printed to standard
        error, and 130 after Ctrl-C.

    Raises
    ------
    SystemExit
        With 2 if the arguments are not those of a command, with 0 after ``--help``.
    """
    options = parser().parse_args(arguments)
    with warnings.catch_warnings():
        warnings.showwarning = print_warning
        try:
            options.run(options)
        except KeyboardInterrupt:
            return 130
        except MENDABLE as error:
            print(f"seqdisentangle: {error}", file=sys.stderr)
            return 2
    return 0


def print_warning(message: Warning | str, *where: Any, **more: Any) -> None:
    """Print a warning as a line, without the place in the code."""
    print(f"seqdisentangle: warning: {message}", file=sys.stderr)
