"""Frames of many videos, one after the other, in memory or in a folder that is mapped into it."""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Stored", "read_stored", "write_stored"]

_FRAMES, _ABOUT = "frames.npy", "videos.json"


class Stored(NamedTuple):
    """The frames of some videos.

    Parameters
    ----------
    videos : list of ndarray of shape (T_i, H, W, 3), uint8
    numbers : list of int
        Which of the videos that were asked for these are.
    """

    videos: list[npt.NDArray[np.uint8]]
    numbers: list[int]


def write_stored(
    folder: Path,
    videos: Iterable[npt.NDArray[np.uint8] | None],
    frame: tuple[int, ...],
    about: Any,
) -> None:
    """Write frames to a new folder, which is there whole or not at all.

    Parameters
    ----------
    folder : Path
    videos : iterable of ndarray of shape (T_i, *frame), or None for one to leave out
    frame : tuple of int
    about : any
        What JSON holds and :func:`read_stored` compares.
    """
    with _written_whole(folder) as partial:
        lengths: dict[int, int] = {}
        with (partial / _FRAMES).open("w+b") as file:
            _write_head(file, (0, *frame))
            for number, frames in enumerate(videos):
                if frames is not None:
                    frames.tofile(file)
                    lengths[number] = len(frames)
            file.seek(0)  # NumPy leaves room in the head for the number of frames to grow
            _write_head(file, (sum(lengths.values()), *frame))
        kept = {"about": about, "numbers": list(lengths), "lengths": list(lengths.values())}
        (partial / _ABOUT).write_text(json.dumps(kept), encoding="utf-8")


def read_stored(folder: Path, about: Any) -> Stored:
    """Map the frames of a folder into memory.

    Parameters
    ----------
    folder : Path
    about : any
        What must have been written with them.

    Returns
    -------
    stored : Stored
        Its videos are views of one memory map.

    Raises
    ------
    ValueError
        If the folder is not one of :func:`write_stored`, or was written of something else.
    """
    try:
        kept = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        frames = np.load(folder / _FRAMES, mmap_mode="r", allow_pickle=False)
        written, numbers, lengths = kept["about"], kept["numbers"], kept["lengths"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"out={str(folder)!r} is there, and holds no videos that were written before "
            f"({error}): name a folder that does not exist yet"
        ) from error
    changed = [name for name in about if written.get(name) != about[name]]
    if changed or len(frames) != sum(lengths):
        name = changed[0] if changed else "frames"
        raise ValueError(
            f"out={str(folder)!r} was written with other {', '.join(changed) or name}"
            f"{_difference(written.get(name), about[name]) if changed else ''}: delete it, or "
            "name another folder"
        )
    ends = np.cumsum(lengths)
    videos = [frames[end - n : end] for end, n in zip(ends.tolist(), lengths, strict=True)]
    return Stored(videos, numbers)


def _difference(written: Any, asked: Any) -> str:
    """Say how two values differ, where that is short."""
    if isinstance(written, list) and isinstance(asked, list) and len(asked) > 3:
        here, there = {json.dumps(one) for one in asked}, {json.dumps(one) for one in written}
        return f" ({len(here - there)} are new or changed, {len(there - here)} are gone)"
    return f" ({written} there, {asked} asked for)"


def _write_head(file: Any, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_1_0(
        file, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )


@contextlib.contextmanager
def _written_whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write, which takes its name once nothing has been raised."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.part")
    partial.mkdir()
    try:
        yield partial
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
