"""Videos in a tree of folders: where they are, and what their folders say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "_FRAME_SUFFIXES",
    "_VIDEO_SUFFIXES",
    "Place",
    "entries",
    "find_videos",
    "frame_files",
    "natural",
]

_FRAME_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
_VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".gif")


class Place(NamedTuple):
    """A video in a tree.

    Parameters
    ----------
    path : Path
        A folder of frames, or a file.
    names : tuple of str
        The name on each level, of a file without its suffix.
    """

    path: Path
    names: tuple[str, ...]


def find_videos(root: Path, levels: Sequence[str]) -> list[Place]:
    """Find all videos of a tree, in the natural order of their names.

    Parameters
    ----------
    root : Path
        The folder above all levels.
    levels : sequence of str
        What the folders of each level stand for; those of the last one are the videos.

    Returns
    -------
    places : list of Place

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If it holds no videos, or holds frames or videos on another level than the last.

    Examples
    --------
    >>> find_videos(Path("no/such/folder"), ("subject", "take"))
    Traceback (most recent call last):
        ...
    FileNotFoundError: root='no/such/folder': there is no such folder
    """
    if not root.exists():
        raise FileNotFoundError(f"root={str(root)!r}: there is no such folder")
    if not root.is_dir():
        raise NotADirectoryError(f"root={str(root)!r} is a file, expected a folder")
    places = list(_walk(root, (), tuple(levels)))
    if not places:
        raise ValueError(
            f"root={str(root)!r} holds no videos, expected folders for each "
            f"{', in it for each '.join(levels)}: a folder of frames or a video file"
        )
    return places


def _walk(folder: Path, names: tuple[str, ...], levels: tuple[str, ...]) -> Iterator[Place]:
    level, is_last = levels[len(names)], len(names) == len(levels) - 1
    for path in entries(folder):
        suffix = path.suffix.lower()
        if path.is_dir() and not is_last:
            yield from _walk(path, (*names, path.name), levels)
        elif path.is_dir():
            if not frame_files(path):
                raise ValueError(
                    f"'{path}' holds no frames ({', '.join(_FRAME_SUFFIXES)}), expected a folder "
                    f"of frames for each {level} by levels={levels}: levels must have a name for "
                    "each level of folders, down to the videos"
                )
            yield Place(path, (*names, path.name))
        elif suffix in _VIDEO_SUFFIXES and is_last:
            yield Place(path, (*names, path.stem))
        elif suffix in _VIDEO_SUFFIXES or suffix in _FRAME_SUFFIXES:
            expected = "folder of frames or a video file" if is_last else "folder"
            raise ValueError(
                f"'{path}' lies where a {expected} is expected for each {level} by "
                f"levels={levels}: levels must have a name for each level of folders, down to the "
                "videos"
            )


def entries(folder: Path) -> list[Path]:
    """List a folder without what is hidden, numbers in names in the order of their values.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    paths : list of Path
    """
    found = [path for path in folder.iterdir() if not path.name.startswith(".")]
    return sorted(found, key=lambda path: natural(path.name))


def frame_files(folder: Path) -> list[Path]:
    """List the images of a folder, in the order of time.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    paths : list of Path
    """
    return [path for path in entries(folder) if path.suffix.lower() in _FRAME_SUFFIXES]


def natural(name: str) -> tuple[list[str | int], str]:
    """Return a key for sorting by which ``img_10`` comes after ``img_9``.

    Parameters
    ----------
    name : str

    Returns
    -------
    key : tuple

    Examples
    --------
    >>> sorted(["img_10", "img_9"], key=natural)
    ['img_9', 'img_10']
    """
    parts = re.split(r"(\d+)", name.lower())  # text and numbers in turn
    return [int(part) if part.isdecimal() else part for part in parts], name
