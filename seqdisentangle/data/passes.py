"""The rows of each pass over a data set: even batches to train on, or as many as memory holds."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from .ragged import Rows
from .sequences import Sequences

__all__ = ["BoundedPasses", "EvenPasses", "Passes", "evenly_picked", "without_first"]

# Batches of shuffled sequences that are read, or sorted by length, together.
STRETCH = 16
# Bytes of them in memory where they come from outside of it; two stretches are there at a time.
STRETCH_BYTES = 2**26
# Bytes of neighbours that stay together in the shuffling of what is read from outside of memory.
BLOCK_BYTES = 2**20

#: The rows of passes that are read together.
Stretch = list[Rows]


class Passes(ABC):
    """A cut of the sequences of a data set into passes.

    Attributes
    ----------
    rng : torch.Generator or None
        The generator of the order, None where it is always the same.
    """

    rng: torch.Generator | None = None

    @abstractmethod
    def __len__(self) -> int:
        """The number of passes."""

    @abstractmethod
    def stretches(self) -> list[Stretch]:
        """The rows of each pass, increasing; passes that are best read together in one list."""

    def __iter__(self) -> Iterator[Rows]:
        return itertools.chain.from_iterable(self.stretches())


class BoundedPasses(Passes):
    """Passes of as many sequences as memory should hold.

    Where lengths differ, those of like lengths come together.

    Parameters
    ----------
    n, n_steps : int
        Sequences, and time steps of the longest.
    n_frames : int
        Frames in a pass, where a single sequence has no more.
    lengths : array of int and shape (n,), optional
        The lengths of the sequences, if they differ.

    Examples
    --------
    >>> list(BoundedPasses(5, n_steps=10, n_frames=25))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    >>> list(BoundedPasses(4, n_steps=9, n_frames=12, lengths=np.array([2, 9, 3, 4])))
    [array([1]), array([0, 2, 3])]
    """

    def __init__(
        self, n: int, n_steps: int, n_frames: int, lengths: NDArray[np.intp] | None = None
    ) -> None:
        self._passes: list[Rows] = []
        if lengths is None:
            size = max(n_frames // n_steps, 1)
            self._passes += [slice(start, min(start + size, n)) for start in range(0, n, size)]
            return
        order = np.argsort(-lengths, kind="stable")
        start = 0
        while start < n:
            size = max(n_frames // int(lengths[order[start]]), 1)
            self._passes.append(np.sort(order[start : start + size]))
            start += size

    def __len__(self) -> int:
        return len(self._passes)

    def stretches(self) -> list[Stretch]:
        """Each pass by itself."""
        return [[rows] for rows in self._passes]


class EvenPasses(Passes):
    """Batches that differ in size by one at most, so that none is too small for its statistics.

    Where lengths differ, sequences of like lengths come together, so that little is padded. What is
    not in memory is read some batches at once: these are made of blocks of neighbours in random
    order, so that most is read in a row, and shuffled among themselves.

    Parameters
    ----------
    sequences : Sequences
    batch_size : int
        The largest number of sequences in a batch.
    rows : array of int, optional
        The sequences to read, increasing; all of them by default.
    rng : torch.Generator, optional
        Shuffles them anew at every iteration. In order by default.
    groups : array of int and shape (n,), optional
        Numbers of the groups that the sequences of the data set are of. Where they are shuffled,
        those of a group then come in pairs, whatever their lengths.

    Examples
    --------
    >>> list(EvenPasses(Sequences(np.zeros((5, 2))), 2))
    [slice(0, 2, None), slice(2, 3, None), slice(3, 5, None)]
    """

    def __init__(
        self,
        sequences: Sequences,
        batch_size: int,
        *,
        rows: NDArray[np.intp] | None = None,
        rng: torch.Generator | None = None,
        groups: NDArray[np.int64] | None = None,
    ) -> None:
        self.sequences = sequences
        self.rows = rows
        self.rng = rng
        self.groups = groups
        self.n = len(sequences) if rows is None else len(rows)
        self.n_batches = -(-self.n // batch_size)

    def __len__(self) -> int:
        return self.n_batches

    def stretches(self) -> list[Stretch]:
        """The rows of each batch; of shuffled ones outside of memory, some at a time."""
        if self.rng is not None:
            stretches = self._shuffled(self.rng)
            if self.sequences.streamed:
                return stretches
            return [[rows] for stretch in stretches for rows in stretch]
        if self.rows is None:
            return [[slice(start, stop)] for start, stop in self._edges()]
        return [[self.rows[start:stop]] for start, stop in self._edges()]

    def _shuffled(self, rng: torch.Generator) -> list[Stretch]:
        """The rows of each batch of some that are sorted together, in a random order."""
        edges, lengths = self._edges(), self.sequences.lengths
        together = self._batches_together()
        order = self._order(rng, together)
        stretches: list[Stretch] = []
        for start in range(0, len(edges), together):
            some = edges[start : start + together]
            first = some[0][0]
            stretch = order[first : some[-1][1]]
            if self.groups is not None:
                stretch = stretch[in_pairs(self.groups[stretch])]
            elif lengths is not None:
                stretch = stretch[np.argsort(lengths[stretch], kind="stable")]
                # Not from short to long.
                turns = torch.randperm(len(some), generator=rng).tolist()
                some = [some[i] for i in turns]
            # Increasing rows, which are kinder to every source.
            stretches.append([np.sort(stretch[i - first : j - first]) for i, j in some])
        return stretches

    def _order(self, rng: torch.Generator, together: int) -> NDArray[np.intp]:
        """All rows in random order, neighbours in one stretch where they are read from outside."""
        rows = np.arange(self.n) if self.rows is None else self.rows
        if not self.sequences.streamed or together >= self.n_batches:
            return rows[torch.randperm(self.n, generator=rng).numpy()]
        size = max(BLOCK_BYTES // self._bytes_each(), 1)
        size = -(-size // self.sequences.rows_together) * self.sequences.rows_together
        # Blocks of the source's own rows, so that none of its chunks is read for two of them.
        blocks = np.split(rows, np.flatnonzero(np.diff(rows // size)) + 1)
        turns = torch.randperm(len(blocks), generator=rng).tolist()
        order = np.concatenate([blocks[i] for i in turns])
        edges = self._edges()
        for start in range(0, len(edges), together):
            first, last = edges[start][0], edges[min(start + together, len(edges)) - 1][1]
            shuffle = torch.randperm(last - first, generator=rng).numpy()
            order[first:last] = order[first:last][shuffle]
        return order

    def _batches_together(self) -> int:
        if not self.sequences.streamed:
            return STRETCH if self.groups is None else self.n_batches
        n_sequences = STRETCH_BYTES // self._bytes_each()
        return max(n_sequences * self.n_batches // self.n, 1)

    def _bytes_each(self) -> int:
        return max(int(np.prod(self.sequences.shape[1:])) * self.sequences.dtype.itemsize, 1)

    def _edges(self) -> list[tuple[int, int]]:
        """The first row of each batch and the one after its last."""
        edges = np.linspace(0, self.n, self.n_batches + 1).round().astype(int).tolist()
        return list(itertools.pairwise(edges))


def in_pairs(groups: NDArray[np.int64]) -> NDArray[np.intp]:
    """An order in which those of a group come in twos, or threes, in random order if they did.

    Examples
    --------
    >>> in_pairs(np.array([7, 8, 7, 8, 9, 7, 7]))
    array([0, 2, 1, 3, 4, 5, 6])
    """
    by_group = np.argsort(groups, kind="stable")
    _, first, counts = np.unique(groups[by_group], return_index=True, return_counts=True)
    place = np.arange(len(groups)) - np.repeat(first, counts)  # in its group
    # One that is left over goes with the last two.
    pair = np.minimum(place // 2, np.maximum(np.repeat(counts, counts) // 2 - 1, 0))
    turn = by_group[np.repeat(first, counts) + 2 * pair]  # that of the first of a pair
    return by_group[np.argsort(turn, kind="stable")]


def without_first(stretches: list[Stretch], n: int) -> list[Stretch]:
    """Stretches of passes less the first n of these."""
    left = []
    for stretch in stretches:
        left.append(stretch[n:])
        n = max(n - len(stretch), 0)
    return [stretch for stretch in left if stretch]


def evenly_picked(n: int, most: int) -> NDArray[np.intp]:
    """At most so many of n rows, evenly apart and increasing: a few that stand for all.

    Examples
    --------
    >>> evenly_picked(10, 4)
    array([0, 3, 6, 9])
    """
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.intp))
