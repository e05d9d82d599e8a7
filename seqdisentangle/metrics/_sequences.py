"""Sequences of any container and of any lengths, read for a model and for a measure."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.ragged import stacked
from ..data.sequences import Sequences
from ._made import check_frames
from ._separation_codes import SequenceCodes

__all__ = ["ReadSequences", "check_several", "filled", "flat_frames", "opened_for"]

FAR = 60  # powers of two from 1, beyond which squares may not fit into float32


class ReadSequences:
    """Sequences in memory, as a model takes them and as measures do.

    Parameters
    ----------
    sequences : Sequences
    rows : array of int
        Those that are read.

    Attributes
    ----------
    X : array or list of arrays
        In the user's layout, as the model takes them; a list where lengths differ.
    frames : list of float64 arrays (T_i, D) or (T_i, C, H, W)
        The same as measures take them; what is missing is interpolated over time. Where numbers are
        tiny or huge, they are times two to the power of less `exponent`, so that they can be
        squared.
    exponent : int
    """

    def __init__(self, sequences: Sequences, rows: NDArray[np.intp]) -> None:
        self.layout = sequences.layout
        arrays = sequences.arrays(rows)
        self.X: Any = stacked(arrays)
        self.exponent = far_exponent([np.require(x, np.float64) for x in arrays])
        with_gaps = self.as_frames(arrays)
        usual = np.nanmean(np.concatenate(with_gaps), axis=0)
        self.frames = [filled(x, np.nan_to_num(usual)) for x in with_gaps]

    @classmethod
    def all_of(cls, X: Any, model: Any = None, name: str = "X", least: int = 1) -> ReadSequences:
        """Read all sequences of X, at least so many, in the layout of the model if it has one."""
        sequences = opened_for(X, model, name=name, least=least)
        if len(sequences) < least:
            raise ValueError(f"{name} must hold at least {least} sequences, got {len(sequences)}")
        return cls(sequences, np.arange(len(sequences)))

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def n_steps(self) -> int | list[int]:
        """Length of the sequences, a list of them where they differ."""
        return self.lengths if isinstance(self.X, list) else self.lengths[0]

    @property
    def lengths(self) -> list[int]:
        """Length of each of the sequences."""
        return [len(x) for x in self.frames]

    def take(self, rows: NDArray[np.intp]) -> Any:
        """Some of the sequences, for the model."""
        return [self.X[i] for i in rows] if isinstance(self.X, list) else self.X[rows]

    def as_frames(self, made: Any) -> list[NDArray[np.float64]]:
        """Sequences in the user's layout, such as a model returns them, as `frames` are."""
        # Torch warns of arrays that cannot be written to, which a model may return.
        each = (torch.from_numpy(np.require(x, np.float64, ["W"])) for x in made)
        found = (self.layout.to_frames(x[None])[0].contiguous().numpy() for x in each)
        return [np.ldexp(x, -self.exponent) if self.exponent else x for x in found]

    def squares(self, value: float) -> float:
        """A mean of squares of `frames` in the units of X."""
        return float(np.ldexp(value, 2 * self.exponent))

    def frames_made(
        self, made: Any, verb: str, lengths: Sequence[int | None]
    ) -> list[NDArray[np.float64]]:
        """Sequences that a method of a model made, as `frames` are.

        Raises
        ------
        ValueError
            If it is no sequence of each length, None standing for any, with frames of the data.
        """
        check_frames(made, self.layout.array_frame_shape, lengths, f"model.{verb}")
        return self.as_frames(made)

    def remade(self, model: Any, rows: NDArray[np.intp]) -> list[NDArray[np.float64]]:
        """Reconstructions of some of the sequences."""
        lengths = [len(self.frames[i]) for i in rows]
        return self.frames_made(model.reconstruct(self.take(rows)), "reconstruct", lengths)

    def encoded(self, model: Any) -> SequenceCodes:
        """Both codes of every sequence.

        Raises
        ------
        ValueError
            If the model does not return both codes, one a sequence, of finite numbers.
        """
        return SequenceCodes.of(model, self.X)


def opened_for(
    X: Any, model: Any = None, lengths: Any = None, name: str = "X", least: int = 1
) -> Sequences:
    """X, checked; where channels are, the model says, if it knows.

    A single sequence is refused with the `least` number, if that is more than one.
    """
    layout = getattr(model, "layout_", None)
    check_several(X, layout, least, name)
    return Sequences(X, lengths=lengths, layout=layout, missing="mask", name=name)


def far_exponent(arrays: list[NDArray]) -> int:
    """The exponent of the largest number, where it is too tiny or huge to be squared; else 0."""
    known = (np.abs(x[np.isfinite(x)]).max(initial=0.0) for x in arrays)
    exponent = int(np.frexp(max(known, default=0.0))[1])
    return exponent if abs(exponent) > FAR else 0


def check_several(X: Any, layout: Any, least: int, name: str = "X") -> None:
    """Raise a ValueError for a single sequence (T, ...) of a known layout if one is too few.

    What reads sequences would advise to hand it in as X[:1], and that be refused in turn.
    """
    shape = shape_of(X)
    if least > 1 and layout is not None and shape and shape[1:] == layout.array_frame_shape:
        raise ValueError(
            f"{name} must hold at least {least} sequences, got a single one, of shape {shape}"
        )


def shape_of(X: Any) -> tuple[int, ...] | None:
    """The shape of an array, or of nested lists as their first entries have it; None of others."""
    if isinstance(X, list | tuple) and X:
        inner = shape_of(X[0])
        return None if inner is None else (len(X), *inner)
    if isinstance(X, Real):
        return ()
    kind = getattr(getattr(X, "dtype", None), "kind", "f")  # objects may be sequences, or paths
    return tuple(X.shape) if hasattr(X, "shape") and kind in "biuf" else None


def flat_frames(frames: list[NDArray]) -> list[NDArray]:
    """Each frame of (T_i, ...) as one row of numbers."""
    return [x.reshape(len(x), -1) for x in frames]


def filled(x: NDArray, usual: NDArray) -> NDArray[np.float64]:
    """Interpolate missing values over time; of those of no step, take the `usual` ones."""
    missing = np.isnan(x)
    if not missing.any():
        return x
    table, gaps = x.reshape(len(x), -1).copy(), missing.reshape(len(x), -1)
    for column in np.flatnonzero(gaps.any(0)):
        known = np.flatnonzero(~gaps[:, column])
        values = table[known, column] if len(known) else usual.reshape(-1)[[column]]
        table[:, column] = np.interp(np.arange(len(x)), known if len(known) else [0], values)
    return table.reshape(x.shape)
