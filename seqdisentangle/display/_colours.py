"""Colours that readers with any colour vision can tell apart."""

from __future__ import annotations

__all__ = [
    "CATEGORIES",
    "DIVERGING",
    "MARKERS",
    "MISSING",
    "MUTED",
    "RIGHT",
    "SEQUENTIAL",
    "WRONG",
    "category",
]

#: Okabe and Ito, Color Universal Design, 2008; the pale yellow last, which thin lines lose.
CATEGORIES = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#000000",
    "#F0E442",
)
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
#: Values from low to high, and differences around zero.
SEQUENTIAL = "cividis"
DIVERGING = "PuOr"
#: Values that are missing, in red, green and blue: pale pink, which none of the maps has.
MISSING = (0.95, 0.8, 0.86)
MUTED = "0.6"
RIGHT, WRONG = "#0072B2", "#D55E00"


def category(k: int) -> tuple[str, str]:
    """Colour and marker of a category: sixty-four pairs, the first eight of different colours."""
    n = len(CATEGORIES)
    return CATEGORIES[k % n], MARKERS[(k // n) % len(MARKERS)]
