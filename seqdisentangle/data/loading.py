"""Batches on the device, in the model's scale."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .ragged import Rows
from .scaling import Scaling
from .sequences import Layout, Sequences

__all__ = ["Batch", "Batches", "load", "to_user"]

# Batches of shuffled sequences that are sorted by length together before they are cut.
BUCKET = 16


class Batch(NamedTuple):
    """Some sequences on the device, in the model's scale.

    Attributes
    ----------
    x : Tensor of shape (n, T, ...)
    lengths : Tensor of int64 and shape (n,), on the CPU, or None
        Steps that are real where the rest is padding; None where all are.
    """

    x: Tensor
    lengths: Tensor | None = None


class Batches:
    """The sequences of a data set, batch by batch.

    Batches differ in size by one at most, so that none is too small for its statistics. Where
    lengths differ, sequences of like lengths come together, so that little is padded.

    Parameters
    ----------
    sequences : Sequences
    scaling : Scaling
    batch_size : int
    device : torch.device
    dtype : torch.dtype
    rows : array of int, optional
        The sequences to read; all of them by default.
    generator : torch.Generator, optional
        Shuffles them anew at every iteration. In order by default.
    """

    def __init__(
        self,
        sequences: Sequences,
        scaling: Scaling,
        *,
        batch_size: int,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        rows: NDArray[np.intp] | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        self.sequences = sequences
        self.scaling = scaling
        self.device = device
        self.dtype = dtype
        self.rows = rows
        self.generator = generator
        self.n = len(sequences) if rows is None else len(rows)
        self.n_batches = -(-self.n // batch_size)

    def __len__(self) -> int:
        return self.n_batches

    def __iter__(self) -> Iterator[Batch]:
        return self.epoch()

    def epoch(self, first: int = 0) -> Iterator[Batch]:
        """The batches in an order drawn anew, from one of them on: those before are not read."""
        edges = list(pairwise(np.linspace(0, self.n, self.n_batches + 1).round().astype(int)))
        order, lengths = self._order(), self.sequences.lengths
        if self.generator is not None and order is not None and lengths is not None:
            order = bucketed(order, lengths, edges)
            turns = torch.randperm(self.n_batches, generator=self.generator).tolist()
            edges = [edges[i] for i in turns]  # not from short to long
        for start, stop in edges[first:]:
            # Increasing rows: what an h5py data set asks for, and kinder to every other source.
            rows = slice(start, stop) if order is None else np.sort(order[start:stop])
            yield load(self.sequences, rows, self.scaling, self.device, self.dtype)

    def _order(self) -> NDArray[np.intp] | None:
        if self.generator is None:
            return self.rows
        order = torch.randperm(self.n, generator=self.generator).numpy()
        return order if self.rows is None else self.rows[order]


def bucketed(
    order: NDArray[np.intp], lengths: NDArray[np.intp], edges: list[tuple[int, int]]
) -> NDArray[np.intp]:
    """Sort each stretch of some batches by length."""
    parts = []
    for i in range(0, len(edges), BUCKET):
        stretch = order[edges[i][0] : edges[min(i + BUCKET, len(edges)) - 1][1]]
        parts.append(stretch[np.argsort(lengths[stretch], kind="stable")])
    return np.concatenate(parts)


def load(
    sequences: Sequences,
    rows: Rows,
    scaling: Scaling,
    device: torch.device,
    dtype: torch.dtype,
) -> Batch:
    """Some sequences as the model sees them, (n, T, ...), images with channels last in memory."""
    # Sent as it is stored: 8-bit images are a quarter of the traffic of their floats.
    x = sequences.read(rows).to(device, non_blocking=True)
    x = scaling.apply(sequences.layout.to_frames(x), dtype)
    if x.ndim == 5:
        frames = x.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        x = frames.unflatten(0, x.shape[:2])
    if sequences.lengths is None:
        return Batch(x)
    lengths = torch.from_numpy(sequences.lengths[rows])
    return Batch(x, None if bool((lengths == x.shape[1]).all()) else lengths)


def to_user(x: Tensor, layout: Layout, scaling: Scaling, dtype: np.dtype) -> NDArray:
    """Frames of the model (n, T, ...) in the user's units, layout and dtype."""
    x = layout.from_frames(scaling.undo(x, dtype))
    if dtype == np.uint8:
        # On the device: a quarter of the traffic.
        return x.round().clamp(0, 255).to(torch.uint8).contiguous().cpu().numpy()
    values = x.cpu().numpy()
    if dtype.kind == "b":
        values = values > 0.5
    elif dtype.kind in "ui":
        info = np.iinfo(dtype)
        # In float64, rounded towards zero: the largest 64-bit integers are between two floats.
        high = float(info.max)
        high = high if int(high) <= info.max else float(np.nextafter(high, 0))
        values = np.clip(values.astype(np.float64).round(), info.min, high)
    return np.ascontiguousarray(values, dtype=dtype)
