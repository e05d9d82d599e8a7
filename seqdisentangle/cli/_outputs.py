"""Files that commands write, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..persistence import naming, written_whole

__all__ = ["MOVING", "PICTURES", "STILL", "check_apart", "tell", "write_arrays", "write_picture"]

STILL = (".png", ".pdf", ".svg")
MOVING = (".gif", ".mp4")
PICTURES = (*STILL, *MOVING)


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays to ``.npz``, or the first of them to ``.npy``.

    Parameters
    ----------
    path : Path
    arrays : mapping from name to array, or list of arrays (T_i, ...)
        In ``.npz`` such a list is ``name/frames``, one after the other, and ``name/offsets``, by
        which sequence i has the frames from ``offsets[i]`` up to ``offsets[i + 1]``.

    Raises
    ------
    ValueError
        If lengths differ and the file is ``.npy``.
    OSError
        If it cannot be written.
    """
    first = next(iter(arrays.values()))
    if path.suffix.lower() == ".npy":
        if isinstance(first, list):
            raise ValueError(
                f"{str(path)!r} cannot hold sequences of different lengths: name a file that ends "
                "in .npz"
            )
        with written_whole(path) as partial, naming(path), partial.open("wb") as file:
            np.save(file, first, allow_pickle=False)
        return
    flat: dict[str, Any] = {}
    for name, values in arrays.items():
        if isinstance(values, list):
            flat[f"{name}/frames"] = np.concatenate(values)
            flat[f"{name}/offsets"] = np.cumsum([0, *map(len, values)])
        else:
            flat[name] = values
    with written_whole(path) as partial, naming(path), partial.open("wb") as file:
        np.savez(file, **flat)


def write_picture(path: Path, draw: Callable[[], Any]) -> None:
    """Write a display to a file, which moves if it can.

    Parameters
    ----------
    path : Path
        Of one of the `PICTURES`.
    draw : callable
        Returns the display, drawn.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    RuntimeError
        If what writes such files is not there.
    OSError
        If it cannot be written.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{str(path)!r} needs matplotlib, which is not installed: "
            "pip install 'seqdisentangle[plot]'"
        ) from error
    plt.switch_backend("agg")  # no window
    suffix = path.suffix.lower()
    display = draw()
    # Writers tell the kind of a picture by its name, which a file that is not whole yet lacks.
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder, f"picture{suffix}")
        if suffix in MOVING:
            display.animate().save(drawn)
        else:
            display.figure_.savefig(drawn, dpi=200)
        with written_whole(path) as partial, naming(path):
            shutil.copyfile(drawn, partial)
    plt.close("all")  # an animation has a figure of its own


def check_apart(out: Path, *inputs: str) -> None:
    """Raise a ValueError if a file to write is one of those that are read, or lies among them."""
    for text in inputs:
        read = Path(text)
        if (read.is_dir() and out.parent.samefile(read)) or (
            read.is_file() and out.exists() and out.samefile(read)
        ):
            raise ValueError(
                f"--out {str(out)!r} is where sequences are read from, {text!r}: name another place"
            )


def tell(path: Path, what: str) -> None:
    """Say that a file has been written, and what is in it."""
    print(f"{path}: {what}")
