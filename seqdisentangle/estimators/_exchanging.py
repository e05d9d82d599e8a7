"""The verbs that exchange the codes of sequences, whole and by degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.sequences import Sequences
from ._content_prior import on_the_way
from ._of_parts import checked_parts, exchanged, n_parts_of
from ._results import put, room
from ._sampling import SamplingEstimator
from .codes import Swap, check_count

__all__ = ["ExchangingEstimator"]


class ExchangingEstimator(SamplingEstimator):
    """An estimator that exchanges the codes of sequences."""

    def swap(self, a: Any, b: Any, *, parts: Any = None) -> Swap:
        """Exchange the contents of two batches of sequences, pair by pair.

        Parameters
        ----------
        a, b : array-like of n sequences
            Their lengths may differ: each result is as long as the sequence whose motion it has.
        parts : int or list of int, optional
            The parts whose contents are exchanged, of a model of parts, from 0; the others keep
            theirs. All by default.

        Returns
        -------
        Swap
            ``Swap(a_motion_b_content, a_content_b_motion)``, in the layout, units and dtype of
            ``a`` and ``b``.

        Raises
        ------
        ValueError
            If ``a`` and ``b`` differ in number, their frames are unlike those seen in ``fit``, or
            the model has no such parts.
        """
        self = self._whole()
        n_parts = n_parts_of(self.model_.spec.network)
        some = checked_parts(parts, n_parts)
        first, second = self._read_pair(a, b)
        predictor = self._predictor()
        swap = Swap(*(room(part.shape, part.dtype, part.lengths) for part in (first, second)))
        for rows, batch_a, batch_b in predictor.batches(first, second):
            of_a, of_b = predictor.encode(batch_a), predictor.encode(batch_b)
            into_a = exchanged(of_a.content, of_b.content, some, n_parts)
            into_b = exchanged(of_b.content, of_a.content, some, n_parts)
            a_motion = predictor.decode(of_a._replace(content=into_a), first.dtype, rows)
            b_motion = predictor.decode(of_b._replace(content=into_b), second.dtype, rows)
            put(swap.a_motion_b_content, rows, a_motion, first.lengths)
            put(swap.a_content_b_motion, rows, b_motion, second.lengths)
        return swap

    def interpolate(self, a: Any, b: Any, n: int = 8) -> NDArray | list[NDArray]:
        """Walk between the codes of two batches of sequences, content by way of likely appearances.

        Parameters
        ----------
        a, b : array-like of m sequences
            Each pair of one length.
        n : int, default=8
            Stations of each walk, both of its ends included.

        Returns
        -------
        array of shape (m, n, T, ...)
            Sequences from the reconstruction of ``a`` to the reconstruction of ``b``; a list of m
            arrays (n, T_i, ...) where lengths differ.

        Raises
        ------
        ValueError
            If ``a`` and ``b`` differ in number or length, or ``n`` is less than 2.
        """
        self = self._whole()
        check_count(n, "n", at_least=2)
        first, second = self._read_pair(a, b)
        unlike = first.all_lengths != second.all_lengths
        if unlike.any():
            i = int(unlike.argmax())
            raise ValueError(
                f"a and b must have the same length, got {first.all_lengths[i]} and "
                f"{second.all_lengths[i]} steps in pair {i}"
            )
        predictor = self._predictor()
        lengths = first.lengths
        walks = [room(first.shape, first.dtype, lengths) for _ in range(n)]
        for rows, *batches in predictor.batches(first, second):
            ends = [predictor.encode(batch) for batch in batches]
            for walk, share in zip(walks, np.linspace(0, 1, n).tolist(), strict=True):
                station = on_the_way(self.content_prior_, ends[0], ends[1], share)
                put(walk, rows, predictor.decode(station, first.dtype, rows), lengths)
        if lengths is None:
            return np.stack(walks, axis=1)
        return [np.stack(stations) for stations in zip(*walks, strict=True)]

    def _read_pair(self, a: Any, b: Any) -> tuple[Sequences, Sequences]:
        first, second = self._read(a, "a"), self._read(b, "b")
        if len(first) != len(second):
            raise ValueError(
                f"a and b must hold equally many sequences, got {len(first)} and {len(second)}"
            )
        return first, second
