"""Batches on the device, in the model's scale."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .ragged import Rows
from .scaling import Scaling
from .sequences import Layout, Sequences

__all__ = ["Batch", "Batches", "to_model", "to_user"]

# Batches of shuffled sequences that are read, or sorted by length, together.
STRETCH = 16
# Bytes of them in memory where they come from outside of it; two stretches are there at a time.
STRETCH_BYTES = 2**26
# Bytes of neighbours that stay together in the shuffling of what is read from outside of memory.
BLOCK_BYTES = 2**20


class Batch(NamedTuple):
    """Some sequences on the device, in the model's scale.

    Attributes
    ----------
    x : Tensor of shape (n, T, ...)
    lengths : Tensor of int64 and shape (n,), on the CPU, or None
        Steps that are real where the rest is padding; None where all are.
    observed : bool Tensor of the shape of x, or None
        False where a value is missing, and zero in its place; None where none is known to be.
    labels : Tensor of int64 and shape (n,), or None
        What is known of the sequences, -1 where nothing is; None where nothing is of any.
    """

    x: Tensor
    lengths: Tensor | None = None
    observed: Tensor | None = None
    labels: Tensor | None = None


class Batches:
    """The sequences of a data set, batch by batch.

    Batches differ in size by one at most, so that none is too small for its statistics. Where
    lengths differ, sequences of like lengths come together, so that little is padded. What is not
    in memory is read in the background, some batches at once: these are made of blocks of
    neighbours in random order, so that most is read in a row, and shuffled among themselves.

    Parameters
    ----------
    sequences : Sequences
    scaling : Scaling
    batch_size : int
    device : torch.device
    dtype : torch.dtype
    rows : array of int, optional
        The sequences to read, increasing; all of them by default.
    generator : torch.Generator, optional
        Shuffles them anew at every iteration. In order by default.
    shard : callable, optional
        Takes the rows of a batch to those that are read of it, the others being another process's.
    labels : array of int, optional
        A label for each of all sequences.
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
        shard: Callable[[Rows], Rows] = lambda rows: rows,
        labels: NDArray[np.int64] | None = None,
    ) -> None:
        self.sequences = sequences
        self.scaling = scaling
        self.device = device
        self.dtype = dtype
        self.rows = rows
        self.generator = generator
        self.shard = shard
        self.labels = labels
        self.n = len(sequences) if rows is None else len(rows)
        self.n_batches = -(-self.n // batch_size)

    def __len__(self) -> int:
        return self.n_batches

    def __iter__(self) -> Iterator[Batch]:
        return self.epoch()

    def epoch(self, first: int = 0) -> Iterator[Batch]:
        """The batches in an order drawn anew, from one of them on: those before are not read."""
        if self.generator is not None:
            stretches = self._shuffled(self.generator)
            if self.sequences.streamed:
                yield from self._from_stretches(without_first(stretches, first))
                return
            passes: list[Rows] = list(itertools.chain.from_iterable(stretches))
        elif self.rows is None:
            passes = [slice(start, stop) for start, stop in self._edges()]
        else:
            passes = [self.rows[start:stop] for start, stop in self._edges()]
        passes = passes[first:]
        shards = [self.shard(rows) for rows in passes]
        for batch, rows, x in zip(passes, shards, self.sequences.read_all(shards), strict=True):
            yield self._batch(x, rows, batch)

    def _from_stretches(self, stretches: list[list[NDArray[np.intp]]]) -> Iterator[Batch]:
        """The batches of stretches, each of these read at once."""
        shards = [[np.asarray(self.shard(batch)) for batch in stretch] for stretch in stretches]
        wholes = [np.sort(np.concatenate(stretch)) for stretch in shards]
        read = self.sequences.read_all(wholes)
        for stretch, of_this, whole, x in zip(stretches, shards, wholes, read, strict=True):
            for batch, rows in zip(stretch, of_this, strict=True):
                longest = int(self.sequences.all_lengths[rows].max())
                places = torch.from_numpy(np.searchsorted(whole, rows)).to(x.device)
                yield self._batch(x[places, :longest], rows, batch)

    def _shuffled(self, generator: torch.Generator) -> list[list[NDArray[np.intp]]]:
        """The rows of each batch of some that are read together, in an order of the generator."""
        edges, lengths = self._edges(), self.sequences.lengths
        together = self._batches_together()
        order = self._order(generator, together)
        stretches: list[list[NDArray[np.intp]]] = []
        for start in range(0, len(edges), together):
            some = edges[start : start + together]
            first = some[0][0]
            stretch = order[first : some[-1][1]]
            if lengths is not None:
                stretch = stretch[np.argsort(lengths[stretch], kind="stable")]
                # Not from short to long.
                turns = torch.randperm(len(some), generator=generator).tolist()
                some = [some[i] for i in turns]
            # Increasing rows, which are kinder to every source.
            stretches.append([np.sort(stretch[i - first : j - first]) for i, j in some])
        return stretches

    def _order(self, generator: torch.Generator, together: int) -> NDArray[np.intp]:
        """All rows in random order, neighbours in one stretch where they are read from outside."""
        rows = np.arange(self.n) if self.rows is None else self.rows
        if not self.sequences.streamed or together >= self.n_batches:
            return rows[torch.randperm(self.n, generator=generator).numpy()]
        size = max(BLOCK_BYTES // self._bytes_each(), 1)
        size = -(-size // self.sequences.rows_together) * self.sequences.rows_together
        # Blocks of the source's own rows, so that none of its chunks is read for two of them.
        blocks = np.split(rows, np.flatnonzero(np.diff(rows // size)) + 1)
        turns = torch.randperm(len(blocks), generator=generator).tolist()
        order = np.concatenate([blocks[i] for i in turns])
        edges = self._edges()
        for start in range(0, len(edges), together):
            first, last = edges[start][0], edges[min(start + together, len(edges)) - 1][1]
            shuffle = torch.randperm(last - first, generator=generator).numpy()
            order[first:last] = order[first:last][shuffle]
        return order

    def _batches_together(self) -> int:
        if not self.sequences.streamed:
            return STRETCH
        n_sequences = STRETCH_BYTES // self._bytes_each()
        return max(n_sequences * self.n_batches // self.n, 1)

    def _bytes_each(self) -> int:
        return max(int(np.prod(self.sequences.shape[1:])) * self.sequences.dtype.itemsize, 1)

    def _edges(self) -> list[tuple[int, int]]:
        """Where each batch starts and stops."""
        edges = np.linspace(0, self.n, self.n_batches + 1).round().astype(int).tolist()
        return list(itertools.pairwise(edges))

    def _batch(self, x: Tensor, rows: Rows, batch: Rows) -> Batch:
        """Some rows of a batch, as long as the longest of all of its."""
        found = to_model(x, rows, self.sequences, self.scaling, self.device, self.dtype)
        if self.labels is not None:
            found = found._replace(labels=sent(torch.from_numpy(self.labels[rows]), self.device))
        if self.sequences.lengths is None or rows is batch:
            return found
        lengths = self.sequences.lengths[batch]
        longest = int(lengths.max())
        if (lengths == longest).all():
            return found
        return Batch(
            extended(found.x, longest),
            torch.from_numpy(self.sequences.lengths[rows]),
            None if found.observed is None else extended(found.observed, longest),
            found.labels,
        )


def without_first(stretches: list[list[NDArray[np.intp]]], n: int) -> list[list[NDArray[np.intp]]]:
    """Stretches of batches less the first n of these."""
    left = []
    for stretch in stretches:
        left.append(stretch[n:])
        n = max(n - len(stretch), 0)
    return [stretch for stretch in left if stretch]


def extended(x: Tensor, n_steps: int) -> Tensor:
    """Padded with zeros, (n, T, ...) -> (n, n_steps, ...)."""
    more = n_steps - x.shape[1]
    return torch.cat([x, x.new_zeros(len(x), more, *x.shape[2:])], dim=1) if more else x


def to_model(
    x: Tensor,
    rows: Rows,
    sequences: Sequences,
    scaling: Scaling,
    device: torch.device,
    dtype: torch.dtype,
) -> Batch:
    """Sequences that were read as the model sees them, images with channels last in memory."""
    # Sent as it is stored: 8-bit images are a quarter of the traffic of their floats.
    x = sequences.layout.to_frames(sent(x, device))
    observed = None
    if sequences.missing == "mask" and x.is_floating_point():
        observed = ~torch.isnan(x)
        # Without a look at what is on another device, which would have to be waited for.
        observed = None if device.type == "cpu" and bool(observed.all()) else observed
    x = scaling.apply(x, dtype)
    if observed is not None:
        x = torch.where(observed, x, 0.0)
    if x.ndim == 5:
        frames = x.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        x = frames.unflatten(0, x.shape[:2])
    if sequences.lengths is None:
        return Batch(x, None, observed)
    lengths = torch.from_numpy(sequences.lengths[rows])
    return Batch(x, None if bool((lengths == x.shape[1]).all()) else lengths, observed)


def sent(x: Tensor, device: torch.device) -> Tensor:
    """On the device; nothing is waited for."""
    if device.type == "cuda" and x.device.type == "cpu":
        x = x.pin_memory()  # from other memory a copy is not in the background
    return x.to(device, non_blocking=True)


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
