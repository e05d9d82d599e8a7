"""Names of rows and columns: broken into lines, and cut short where there is no room."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

__all__ = ["fitted", "letters", "names_width"]

_LETTER = 0.068  # inches of a letter of 8 points


def letters(width: float) -> int:
    """Letters of a name that fit into so many inches."""
    return max(3, int(width / _LETTER))


def names_width(names: Sequence[str]) -> float:
    """Inches that the longest line of some names takes, with a little space."""
    longest = max((len(line) for name in names for line in name.split("\n")), default=0)
    return 0.08 + _LETTER * longest


def fitted(name: str, width: int, n_lines: int) -> str:
    """A name in at most so many lines of so many letters, with an ellipsis if it is too long."""
    parts = [textwrap.wrap(part, width, break_long_words=True) for part in name.split("\n")]
    lines = [line for part in parts for line in part or [""]]
    if len(lines) <= n_lines:
        return "\n".join(lines)
    last = lines[n_lines - 1][: width - 1].rstrip()
    return "\n".join([*lines[: n_lines - 1], last + "…"])
