"""The order of the examples: from the first look to what is written by oneself."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ORDER", "InOrder"]

ORDER = (
    "quickstart",
    "sprites",
    "pictures",
    "explorer",
    "talking_faces",
    "spoken_digits",
    "japanese_vowels",
    "skeleton",
    "curves",
    "actions",
    "measures",
    "search",
    "missing_values",
    "larger_than_memory",
    "dask_cluster",
    "own_network",
    "own_divergence",
)


class InOrder:
    """Key of an example of a folder: its place in the order, unknown ones last."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:  # part of what decides whether pages are made again
        return f"<{type(self).__name__}>"

    def __call__(self, name: str | Path) -> int:
        stem = Path(name).stem
        return ORDER.index(stem) if stem in ORDER else len(ORDER)
