"""Readers of arrays in files of other libraries, and of what converters are handed."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from seqdisentangle.data import from_nan_padded, from_table
from seqdisentangle.data.sequences import Sequences

from .base import NotWholeError, Reader, told, vectors


class ArrayReader(Reader):
    """``X`` by a path: the same values as from the library behind the format, or an error."""

    def read(self, folder: Path) -> str:
        return told_sequences(Sequences(self.place(folder / self.file)))

    def place(self, path: Path) -> str:
        """``X`` for a file."""
        return str(path)

    @abstractmethod
    def loaded(self, path: Path) -> Any:
        """The same in memory."""

    def expected(self, folder: Path) -> str:
        return told_sequences(Sequences(self.loaded(folder / self.file)))


def told_sequences(sequences: Sequences) -> str:
    """All values of sequences, each read and checked as in ``fit``."""
    chunks = [np.array(chunk) for chunk in sequences.chunks()]
    values = [np.ravel(chunk) for chunk in chunks] or [np.empty(0)]
    return told(sequences.shape, sequences.all_lengths, np.concatenate(values))


class HDF5(ArrayReader):
    name = "X='file.h5:/X'"
    file = "file.h5"

    def make(self, folder: Path) -> None:
        with h5py.File(folder / self.file, "w") as file:
            file.create_dataset("X", data=vectors())

    def place(self, path: Path) -> str:
        return f"{path}:/X"

    def loaded(self, path: Path) -> Any:
        with h5py.File(path, "r") as file:
            return file["X"][...]


class ChunkedHDF5(HDF5):
    name = "X='file.h5:/X', chunks with checksums"

    def make(self, folder: Path) -> None:
        with h5py.File(folder / self.file, "w", libver="latest") as file:
            file.create_dataset(
                "X", data=vectors(), chunks=(2, 5, 3), compression="gzip", fletcher32=True
            )


class RaggedHDF5(HDF5):
    name = "X='file.h5:/X', frames and offsets"
    lengths = (3, 5, 1, 4)

    def make(self, folder: Path) -> None:
        with h5py.File(folder / self.file, "w") as file:
            file["X/frames"] = vectors()[:, 0].repeat(2, 0)[: sum(self.lengths)]
            file["X/offsets"] = np.concatenate([[0], np.cumsum(self.lengths)])

    def loaded(self, path: Path) -> Any:
        with h5py.File(path, "r") as file:
            frames, offsets = file["X/frames"][...], file["X/offsets"][...]
        return [frames[a:b] for a, b in itertools.pairwise(offsets.tolist())]


class Npy(ArrayReader):
    name = "X='file.npy'"
    file = "file.npy"

    def make(self, folder: Path) -> None:
        np.save(folder / self.file, vectors())

    def loaded(self, path: Path) -> Any:
        return np.load(path, allow_pickle=False)


class FolderOfNpy(ArrayReader):
    name = "X='folder of .npy'"
    file = "X/1.npy"

    def make(self, folder: Path) -> None:
        (folder / "X").mkdir()
        for i, length in enumerate((4, 5, 3)):
            np.save(folder / "X" / f"{i}.npy", vectors()[i, :length])

    def place(self, path: Path) -> str:
        return str(path.parent)

    def loaded(self, path: Path) -> Any:
        return [np.load(file, allow_pickle=False) for file in sorted(path.parent.glob("*.npy"))]


# ---- converters ----------------------------------------------------------------------------------


class Table(Reader):
    """Data frames of mutated text, as far as pandas takes it."""

    name = "data.from_table"
    file = "table.csv"
    names_file = False

    def make(self, folder: Path) -> None:
        frame = pd.DataFrame(vectors()[:4, :3].reshape(12, 3).round(2), columns=list("xyz"))
        frame.insert(0, "who", np.repeat(list("aabb"), 3)[np.arange(12) // 3 * 3])
        frame.insert(1, "when", np.arange(12))
        frame.to_csv(folder / self.file, index=False)

    def read(self, folder: Path) -> str:
        frame = self.frame(folder / self.file)
        if frame is None:
            return "no table"
        sequences, ids = from_table(frame, id="who", time="when")
        if not all(x.dtype.kind == "f" and x.ndim == 2 and len(x) for x in sequences):
            raise NotWholeError("sequences that are no arrays (T, D) of floats")
        return told(sequences, [str(i) for i in ids])

    def expected(self, folder: Path) -> str | None:
        frame = self.frame(folder / self.file)
        if frame is None:
            return "no table"
        values = frame.drop(columns=["who", "when"]).astype(float)
        groups = [group.sort_values("when") for _, group in frame.groupby("who", sort=True)]
        return told(
            [values.loc[group.index].to_numpy() for group in groups],
            [str(group["who"].iloc[0]) for group in groups],
        )

    @staticmethod
    def frame(path: Path) -> pd.DataFrame | None:
        try:
            return pd.read_csv(path).reset_index(drop=True)
        except Exception:  # pandas' own to say
            return None


class NanPadded(Reader):
    name = "data.from_nan_padded"
    file = "padded.npy"
    names_file = False

    def make(self, folder: Path) -> None:
        X = vectors()
        X[::2, 3:] = np.nan
        np.save(folder / self.file, X)

    def read(self, folder: Path) -> str:
        X = self.array(folder / self.file)
        return "no array" if X is None else told(from_nan_padded(X))

    def expected(self, folder: Path) -> str | None:
        X = self.array(folder / self.file)
        if X is None:
            return "no array"
        real = [np.flatnonzero(~np.isnan(x).reshape(len(x), -1).all(1))[-1] + 1 for x in X]
        return told([x[:length] for x, length in zip(X, real, strict=True)])

    @staticmethod
    def array(path: Path) -> np.ndarray | None:
        try:
            return np.load(path, allow_pickle=False)
        except Exception:  # NumPy's own to say
            return None
