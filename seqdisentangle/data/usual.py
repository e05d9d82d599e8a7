"""The usual frame of a data set: what is seen at each place most of the time."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .batches import to_model
from .passes import evenly_picked
from .sequences import Sequences
from .units import Scaling

__all__ = ["usual_frame"]

# Frames that the median is taken over, and fewer where they have more values than these together.
FRAMES, LEAST_FRAMES, VALUES = 256, 16, 2**25
# Of each sequence at least, where there are so many sequences.
FRAMES_EACH = 4


def usual_frame(sequences: Sequences, scaling: Scaling) -> Tensor:
    """Find the median of each value over some frames.

    Things that move cover a place in less than half of the frames: the median is what lies behind
    them. Frames are evenly picked from sequences that are evenly picked, and these are read one at
    a time: memory holds about 256 frames, and fewer of large ones.

    Parameters
    ----------
    sequences : Sequences
    scaling : Scaling

    Returns
    -------
    Tensor of the shape of a frame, on the CPU
        In the model's scale. Missing values do not count; one that is missing in all frames is
        zero, as models see it.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[[0.0], [5.0], [5.0]], [[5.0], [5.0], [9.0]]])
    >>> usual_frame(Sequences(X), Scaling("none"))
    tensor([5.])
    """
    size = math.prod(sequences.layout.frame_shape)
    n_frames = min(max(VALUES // size, LEAST_FRAMES), FRAMES)
    rows = evenly_picked(len(sequences), n_frames // FRAMES_EACH)
    n_each = -(-n_frames // len(rows))
    singles = [rows[i : i + 1] for i in range(len(rows))]
    lengths = sequences.all_lengths[rows]
    frames = []
    for row, x, length in zip(singles, sequences.read_all(singles), lengths, strict=True):
        some = x[:, evenly_picked(int(length), n_each)].cpu()
        batch = to_model(some, row, sequences, scaling, some.device, torch.float32)
        seen = batch.x if batch.observed is None else batch.x.where(batch.observed, torch.nan)
        frames.append(seen[0].numpy())
    return torch.from_numpy(medians(np.concatenate(frames)))


def medians(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median over the first axis of what is not NaN, and zero where all are.

    Examples
    --------
    >>> medians(np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan]]))
    array([1.5, 0. ])
    """
    known = np.where(np.isnan(values).all(0), np.zeros_like(values[:1]), values)
    median = np.nanmedian if np.isnan(known).any() else np.median  # several times as fast
    return np.asarray(median(known, axis=0))
