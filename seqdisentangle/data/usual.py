"""The usual frame of a data set: what is seen at each place most of the time."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .batches import to_model
from .passes import evenly_picked
from .sequences import Sequences
from .units import Scaling

__all__ = ["usual_frame"]


def usual_frame(
    sequences: Sequences, scaling: Scaling, n_read: int = 64, n_frames: int = 4
) -> Tensor:
    """Find the median of each value over frames of a few sequences.

    Things that move cover a place in less than half of the frames: the median is what lies behind
    them.

    Parameters
    ----------
    sequences : Sequences
    scaling : Scaling
    n_read : int, default=64
        Sequences, evenly picked and read one at a time.
    n_frames : int, default=4
        Frames of each, evenly picked.

    Returns
    -------
    Tensor of the shape of a frame
        In the model's scale. A value that is missing in most frames is zero, as models see it.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[[0.0], [5.0], [5.0]], [[5.0], [5.0], [9.0]]])
    >>> usual_frame(Sequences(X), Scaling("none"))
    tensor([5.])
    """
    rows = evenly_picked(len(sequences), n_read)
    singles = [rows[i : i + 1] for i in range(len(rows))]
    lengths = sequences.all_lengths[rows]
    frames = []
    for row, x, length in zip(singles, sequences.read_all(singles), lengths, strict=True):
        seen = to_model(x, row, sequences, scaling, torch.device("cpu"), torch.float32).x[0]
        frames.append(seen[evenly_picked(int(length), n_frames)])
    return torch.from_numpy(np.median(torch.cat(frames).numpy(), axis=0))
