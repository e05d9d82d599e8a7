"""Batches on the device, in the model's scale: read ahead, and made by one maker."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .packing import Packing
from .passes import Passes, without_first
from .ragged import Rows
from .sequences import Sequences
from .units import Scaling

__all__ = ["Batch", "Batches"]

#: Signed integers as large as the unsigned ones.
SAME_SIZE = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}


@dataclass(frozen=True)
class Batch:
    """Some sequences on the device, in the model's scale.

    Attributes
    ----------
    x : Tensor of shape (n, T, ...)
    lengths : Tensor of int64 and shape (n,), on the CPU, or None
        Time steps that are real where the rest is padding; None where all are.
    observed : bool Tensor of the shape of x, or None
        False where a value is missing, and zero in its place; None where none is known to be.
    labels : Tensor of int64 and shape (n,) or (n, n_tasks), or None
        The labels of the sequences, -1 where there is none; None where none is known of any.
    groups : Tensor of int64 and shape (n,), or None
        Numbers of the groups that the sequences are of; None where no groups are known.
    """

    x: Tensor
    lengths: Tensor | None = None
    observed: Tensor | None = None
    labels: Tensor | None = None
    groups: Tensor | None = None

    def __len__(self) -> int:
        return len(self.x)

    @functools.cached_property
    def packing(self) -> Packing | None:
        """The frames that are real; None where all are."""
        if self.lengths is None:
            return None
        return Packing.of(self.lengths, self.x.shape[1], self.x.device)


class Batches:
    """The sequences of a data set, pass by pass: read ahead, sent and scaled.

    It makes the batches of a training and the passes of a prediction alike; what differs is how the
    sequences are cut, which ``passes`` say. What is not in memory is read in the background.

    Parameters
    ----------
    sequences : Sequences
    scaling : Scaling
    passes : Passes
        The rows of each batch.
    device : torch.device
    dtype : torch.dtype
    shard : callable, optional
        Takes the rows of a batch to those that are read of it, the others being another process's.
    labels : array of int and shape (n,) or (n, n_tasks), optional
        Those of all sequences.
    groups : array of int and shape (n,), optional
        Those of all sequences.
    """

    def __init__(
        self,
        sequences: Sequences,
        scaling: Scaling,
        passes: Passes,
        *,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        shard: Callable[[Rows], Rows] = lambda rows: rows,
        labels: NDArray[np.int64] | None = None,
        groups: NDArray[np.int64] | None = None,
    ) -> None:
        self.sequences = sequences
        self.scaling = scaling
        self.passes = passes
        self.device = device
        self.dtype = dtype
        self.shard = shard
        self.labels = labels
        self.groups = groups

    def __len__(self) -> int:
        return len(self.passes)

    def __iter__(self) -> Iterator[Batch]:
        return self.epoch()

    @property
    def rng(self) -> torch.Generator | None:
        """The generator of the order, None where it is always the same."""
        return self.passes.rng

    def epoch(self, first: int = 0) -> Iterator[Batch]:
        """The batches in an order drawn anew, from one of them on: those before are not read."""
        stretches = without_first(self.passes.stretches(), first)
        shards = [[self.shard(rows) for rows in stretch] for stretch in stretches]
        wholes = [part[0] if len(part) == 1 else united(part) for part in shards]
        read = self.sequences.read_all(wholes)
        for stretch, of_this, whole, x in zip(stretches, shards, wholes, read, strict=True):
            for batch, rows in zip(stretch, of_this, strict=True):
                yield self._batch(x if rows is whole else self._part(x, whole, rows), rows, batch)

    def _part(self, x: Tensor, whole: Rows, rows: Rows) -> Tensor:
        """Some of the sequences of a stretch, which were read together."""
        longest = int(self.sequences.all_lengths[rows].max())
        places = torch.from_numpy(np.searchsorted(np.asarray(whole), np.asarray(rows)))
        # Of unsigned integers but uint8 torch 2.4 takes no rows by number: of their bits it does.
        bits = x.view(SAME_SIZE.get(x.dtype, x.dtype))
        return bits[sent(places, x.device), :longest].view(x.dtype)

    def _batch(self, x: Tensor, rows: Rows, batch: Rows) -> Batch:
        """Some rows of a batch, as long as the longest of all of its."""
        found = to_model(x, rows, self.sequences, self.scaling, self.device, self.dtype)
        if self.labels is not None:
            found = replace(found, labels=sent(torch.from_numpy(self.labels[rows]), self.device))
        if self.groups is not None:
            found = replace(found, groups=sent(torch.from_numpy(self.groups[rows]), self.device))
        if self.sequences.lengths is None or rows is batch:
            return found
        lengths = self.sequences.lengths[batch]
        longest = int(lengths.max())
        if (lengths == longest).all():
            return found
        return replace(
            found,
            x=extended(found.x, longest),
            lengths=torch.from_numpy(self.sequences.lengths[rows]),
            observed=None if found.observed is None else extended(found.observed, longest),
        )


def united(parts: list[Rows]) -> Rows:
    """The rows of passes that are read together, increasing."""
    return np.sort(np.concatenate([np.asarray(part) for part in parts]))


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
