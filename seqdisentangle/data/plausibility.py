"""Warnings of data that look as if they were meant otherwise than they are read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .layout import IMAGE_CHANNELS, image_layouts, told
from .sequences import Sequences
from .tables import doubts_of_table, is_data_frame

__all__ = ["LayoutWarning", "doubts"]

# Sequences, rows of a table, and values that correlations are taken from.
MOST_SEQUENCES = 64
MOST_ROWS = 4096
MOST_VALUES = 2**20
# Correlations of neighbours, as they are in sensors, speech and video. In the right layout, with
# more features than steps, features that have an order correlate by up to 0.95, but then steps by
# 0.4 or more. With channels first the last axis correlates by 0.4 or more, channels by 0.1 or less.
UNORDERED, ORDERED = 0.2, 0.3
# Of rows: up to 0.64 in sorted sets of curves, 0.72 in sorted flowers; 0.9 in hourly measurements.
FOLLOWING = 0.8
FEWEST_ROWS = 50


class LayoutWarning(UserWarning):
    """Data are read in one layout and look as if they were meant in another.

    The message says what the data were read as, what speaks against it, and the line that turns
    them. Where they are as they should be, filter the warning out.

    Examples
    --------
    >>> import warnings
    >>> from seqdisentangle.data import LayoutWarning
    >>> warnings.filterwarnings("ignore", category=LayoutWarning)
    """


def doubts(X: Any, sequences: Sequences, channels: str = "auto") -> Iterator[str]:
    """Say what speaks against the reading of some data, and how to mend them.

    Parameters
    ----------
    X : array-like
        The data as they were handed in.
    sequences : Sequences
        What they are read as.
    channels : {"auto", "first", "last"}
        The place of channels that was told.

    Yields
    ------
    str
        A sentence or more for each doubt.
    """
    of_table = list(doubts_of_table(X, sequences.name)) if is_data_frame(X) else []
    yield from of_table
    yield from channels_in_place_of_steps(sequences)
    yield from one_step(sequences)
    yield from one_sequence(sequences)
    if not of_table:
        yield from rows_of_one_recording(sequences)
    if channels != "auto":
        yield from channels_in_the_wrong_place(sequences)


def one_sequence(sequences: Sequences) -> Iterator[str]:
    """Doubt a single sequence: nothing of it is seen to differ from another's."""
    n, n_steps = sequences.shape[:2]
    if n == 1:
        yield (
            f"{reading(sequences)}: a single sequence, n = 1, with T = {n_steps}. What stays the "
            "same in it cannot be told from what all sequences share. A long recording is cut into "
            f"many: X, groups = seqdisentangle.data.windows({sequences.name}[0], length=...)"
        )


def one_step(sequences: Sequences) -> Iterator[str]:
    """Doubt sequences of one step, in which nothing changes."""
    n, n_steps, *frame = sequences.shape
    if n == 1 or n_steps > 1:
        return
    name = sequences.name
    start = f"{reading(sequences)}: {n} sequences of a single step, in which nothing changes"
    if not frame:
        yield (
            f"{start}. If they are the steps of one recording: "
            f"X, groups = seqdisentangle.data.windows(numpy.ravel({name}), length=...)"
        )
    elif len(frame) == 1:
        yield (
            f"{start}, of {frame[0]} features. If they are series (n, channels, T) of one channel, "
            f"as in aeon: X = seqdisentangle.data.from_channels_first({name})"
        )
    else:
        yield (
            f"{start}. Steps are the second axis; if they are on another one: "
            f"X = numpy.moveaxis({name}, axis, 1)"
        )


def channels_in_place_of_steps(sequences: Sequences) -> Iterator[str]:
    """Doubt (n, T, D) of more features than steps where only the features are in an order.

    Values that follow each other in time are alike, in any order of the features. If neighbours are
    alike along the last axis, and not along the second, the last one is time. Both are alike in
    spectra, images and other features that have an order themselves: there is no doubt then.
    """
    shape = sequences.shape
    if len(shape) != 3 or sequences.lengths is not None or not 1 < shape[1] < shape[2]:
        return
    x = some_values(sequences)
    along_steps = neighbour_correlation(x, axis=1, over=(0, 2))
    along_features = neighbour_correlation(x, axis=2, over=(2,))
    if along_steps < UNORDERED and along_features - 3 / math.sqrt(x.size) > ORDERED:
        yield (
            f"{reading(sequences)}: sequences of {shape[1]} steps with {shape[2]} features. But "
            f"neighbours along the last axis are alike (correlation {along_features:.2f}), as "
            f"steps are, and along the second they are not ({along_steps:.2f}). If the axes are "
            "(n, channels, T), as in aeon and sktime: "
            f"X = seqdisentangle.data.from_channels_first({sequences.name})"
        )


def rows_of_one_recording(sequences: Sequences) -> Iterator[str]:
    """Doubt (n, T) where rows follow each other as steps do, and numbers in a row do not."""
    shape = sequences.shape
    if len(shape) != 2 or sequences.lengths is not None or not 1 < shape[1] < shape[0]:
        return
    if shape[0] < FEWEST_ROWS:
        return
    x = some_values(sequences, MOST_ROWS)
    along_rows = neighbour_correlation(x, axis=0, over=(0,))
    along_steps = neighbour_correlation(x, axis=1, over=(1,))
    if along_rows > FOLLOWING and along_steps < UNORDERED:
        yield (
            f"{reading(sequences)}: {shape[0]} sequences of {shape[1]} numbers, one a row. But "
            f"each row is like the one before (correlation {along_rows:.2f}), as steps are, and "
            f"numbers in a row are not ({along_steps:.2f}). If it is one recording (T, D): "
            f"X, groups = seqdisentangle.data.windows({sequences.name}, length=...)"
        )


def channels_in_the_wrong_place(sequences: Sequences) -> Iterator[str]:
    """Doubt more than 4 channels where the other place has 1 to 4."""
    layout = sequences.layout
    if layout.channels is None or layout.frame_shape[0] in IMAGE_CHANNELS:
        return
    other = image_layouts(sequences.shape).get({"first": "last", "last": "first"}[layout.channels])
    if other is not None and other.frame_shape[0] in IMAGE_CHANNELS:
        yield (
            f"{reading(sequences)}, by channels={layout.channels!r}: {told(layout)}. "
            f"channels={other.channels!r} reads {told(other)}"
        )


def reading(sequences: Sequences) -> str:
    """The start of a message: shape and axes."""
    axes = {
        "univariate": "(n, T)",
        "vector": "(n, T, D)" if sequences.layout.coordinates is None else "(n, T, J, C)",
        "image": "images (n, T, ...)",
    }[sequences.layout.kind]
    return f"{sequences.name} of shape {sequences.shape} is read as {axes}"


def some_values(sequences: Sequences, n_sequences: int = MOST_SEQUENCES) -> NDArray[np.float64]:
    """The first sequences of one length, as many as are enough to take correlations from."""
    values_each = math.prod(sequences.shape[1:])
    rows = slice(0, max(1, min(len(sequences), n_sequences, MOST_VALUES // values_each)))
    return sequences.read(rows).cpu().numpy().astype(np.float64)


def neighbour_correlation(x: NDArray[np.float64], axis: int, over: tuple[int, ...]) -> float:
    """Correlation of neighbours along an axis, of values that are standardised over some axes.

    Missing values and what is constant are left out; zero if nothing is left.

    Examples
    --------
    >>> x = np.tile(np.sin(np.arange(50) / 4), (3, 1))
    >>> round(neighbour_correlation(x, axis=1, over=(1,)), 2)
    0.99
    """
    z = np.ma.masked_invalid(x)
    z = z - z.mean(over, keepdims=True)
    deviation = np.ma.masked_less_equal(z.std(over, keepdims=True), 0)
    z = np.moveaxis((z / deviation).filled(np.nan), axis, 0)
    products = z[1:] * z[:-1]
    known = ~np.isnan(products)
    return float(products[known].mean()) if known.any() else 0.0
