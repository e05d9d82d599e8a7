"""Everything that reads files, in the order in which cases count them."""

from __future__ import annotations

from .arrays import HDF5, ChunkedHDF5, FolderOfNpy, NanPadded, Npy, RaggedHDF5, Table
from .base import Reader
from .models import (
    AdversarialModel,
    BaselineModel,
    ImageModel,
    Judge,
    Resumed,
    Settings,
    VectorModel,
)

__all__ = ["READERS"]

READERS: tuple[Reader, ...] = (
    VectorModel(),
    ImageModel(),
    BaselineModel(),
    AdversarialModel(),
    Judge(),
    Settings(),
    Resumed(),
    HDF5(),
    ChunkedHDF5(),
    RaggedHDF5(),
    Npy(),
    FolderOfNpy(),
    Table(),
    NanPadded(),
)
