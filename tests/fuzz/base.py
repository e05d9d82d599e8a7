"""The contract of a reader, and what was read as a text, so that two readings can be compared.

What is read is used as far as it has to hold: a model that opens must also encode.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

from .mutations import BYTES, Mutation

__all__ = ["NotWholeError", "Reader", "told", "vectors"]


class NotWholeError(Exception):
    """What was read cannot be used, or is of the wrong types."""


class Reader(ABC):
    """A way in which the package reads a file.

    Attributes
    ----------
    name : str
        The call, for the table.
    file : str
        The name of the file that is mutated, in the folder of the reader.
    kinds : dict of str to mutations
    sealed : bool
        True where the file has a checksum: no other values may be read from a damaged one.
    names_file : bool
        True where errors must name the file, which the reader is given the path of.
    """

    name: ClassVar[str]
    file: ClassVar[str] = "file"
    kinds: ClassVar[dict[str, Mutation]] = BYTES
    sealed: ClassVar[bool] = False
    names_file: ClassVar[bool] = True

    @abstractmethod
    def make(self, folder: Path) -> None:
        """Write what is read into an empty folder."""

    @abstractmethod
    def read(self, folder: Path) -> str:
        """Read and use it; say what was read."""

    def expected(self, folder: Path) -> str | None:
        """The same, as the library behind the format reads it; None where there is a checksum."""
        return None


def told(*values: Any) -> str:
    """Arrays and other values as a text, the same for the same."""
    found = hashlib.sha256()
    for value in values:
        if isinstance(value, list | tuple):
            found.update(told(*value).encode())
        elif isinstance(value, np.ndarray | torch.Tensor):
            array = np.ascontiguousarray(value)
            found.update(f"{array.dtype}{array.shape}".encode())
            found.update(array.tobytes())
        else:
            found.update(repr(value).encode())
    return found.hexdigest()


def vectors() -> np.ndarray:
    rng = np.random.RandomState(0)
    return np.cumsum(rng.normal(size=(8, 5, 3)), axis=1).astype(np.float32)
