"""Models, sequences and labels that commands read; nothing in a file is run."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.sequences import Sequences
from ..datasets import load_video_folder
from ..datasets._video_tree import _VIDEO_SUFFIXES, entries, frame_files
from ..estimators import DSVAE, MoCoGAN, RecurrentWAE
from ..persistence import MALFORMED, load_file

__all__ = ["ESTIMATORS", "labels_in", "model_in", "sequences_in", "spread"]

ESTIMATORS: dict[str, type[Any]] = {cls.__name__: cls for cls in (RecurrentWAE, DSVAE, MoCoGAN)}

#: Side of the frames of videos, in pixels, unless told.
SIZE = 64


def model_in(path: Path, *verbs: str) -> Any:
    """A model that ``fit`` wrote.

    Parameters
    ----------
    path : Path
    *verbs : str
        Methods that it must have.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it holds no model, or none with these methods.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no model {str(path)!r}: make one by 'seqdisentangle fit', or name another "
            "by --model"
        )
    _, settings = load_file(path)
    name = settings.get("estimator")
    if name not in ESTIMATORS:
        raise ValueError(
            f"{str(path)!r} holds {name or 'no estimator'}, expected one of {', '.join(ESTIMATORS)}"
        )
    model = ESTIMATORS[name].load(path)
    if missing := [verb for verb in verbs if not hasattr(model, verb)]:
        raise ValueError(f"{str(path)!r} holds {name}, which has no {missing[0]}")
    return model


def sequences_in(text: str, options: argparse.Namespace, model: Any = None) -> Any:
    """The sequences at a path, which ``fit`` reads by itself unless they are videos.

    Parameters
    ----------
    text : str
    options : Namespace
        With those of `add_videos`, and without a model `size` and `quiet`.
    model : estimator, optional
        Whose size of frames videos are brought to.
    """
    folder = Path(text)
    if not folder.is_dir() or any(folder.glob("*.npy")) or not (depth := depth_of(folder)):
        return text
    if model is None:
        size: Any = options.size
        verbose = not options.quiet
    else:
        shape = model.frame_shape_
        size = shape[:2] if len(shape) == 3 else SIZE
        verbose = True
    return load_video_folder(
        folder,
        levels=[f"level_{k}" for k in range(depth)],
        size=size,
        crop=None if options.crop == "none" else options.crop,
        step=options.step,
        verbose=verbose,
    ).X


def depth_of(folder: Path) -> int:
    """Levels of folders down to the first video, that of the videos included; 0 without one."""
    for path in entries(folder):
        if path.suffix.lower() in _VIDEO_SUFFIXES and path.is_file():
            return 1
        if path.is_dir():
            below = 0 if frame_files(path) else depth_of(path)
            if below or frame_files(path):
                return 1 + below
    return 0


def spread(X: Any, n: int, model: Any, name: str) -> tuple[list[NDArray[Any]], list[str]]:
    """Read n sequences from all over the data, fewer if there are fewer, and their numbers.

    Neighbours in files are often of one person, or one recording.
    """
    sequences = Sequences(X, layout=model.layout_, missing="mask", name=name)
    rows = np.unique(np.linspace(0, len(sequences) - 1, n).round().astype(np.intp))
    return sequences.arrays(rows), [str(row) for row in rows]


def labels_in(path: Path) -> Any:
    """Labels of sequences: an array, or columns by their names.

    Parameters
    ----------
    path : Path
        ``.npy`` of (n,) or (n, k), ``.npz`` of such columns, or ``.csv`` with a line of names and a
        line a sequence.

    Raises
    ------
    OSError, ValueError
        If there is no such file, or it cannot be read.
    """
    if path.suffix.lower() == ".csv":
        return columns_in(path)
    try:
        found = np.load(path, allow_pickle=False)
        return {name: found[name] for name in found.files} if hasattr(found, "files") else found
    except (*MALFORMED, EOFError) as error:
        raise ValueError(f"{str(path)!r} holds no labels that can be read: {error}") from error


def columns_in(path: Path) -> dict[str, NDArray[Any]]:
    """The columns of a CSV file, as numbers where all of a column are."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        names, *rows = list(csv.reader(file)) or [[]]
    rows = [row for row in rows if row]
    for k, row in enumerate(rows):
        if len(row) != len(names):
            raise ValueError(
                f"{str(path)!r} has {len(row)} values in row {k}, expected {len(names)}, one for "
                f"each of {', '.join(names)}"
            )
    columns: dict[str, NDArray[Any]] = {}
    for name, *values in zip(names, *rows, strict=True):
        try:
            columns[name] = np.array(values, dtype=np.float64)
        except ValueError:
            columns[name] = np.array(values)
    return columns
