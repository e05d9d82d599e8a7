"""The reconstruction cost of a batch, of which padding is no part."""

from __future__ import annotations

from torch import Tensor

from ..data.batches import Batch
from ..model import LatentCodes, SequenceModel
from .costs import Cost, mean_cost

__all__ = ["cost_of_frames"]


def cost_of_frames(
    cost: Cost,
    model: SequenceModel,
    codes: LatentCodes,
    batch: Batch,
    steps: Tensor | None = None,
) -> Tensor:
    """The cost of the frames that a model makes of codes.

    Parameters
    ----------
    cost : callable
    model : SequenceModel
    codes : LatentCodes
        Of the sequences of the batch.
    batch : Batch
    steps : Tensor of int64 and shape (n, k), optional
        The time steps that the frames of the batch are of; all by default.

    Returns
    -------
    Tensor of shape (n,), or (N,) for a padded batch
        The cost of each sequence; of a padded batch that of each real frame.
    """
    packing, x, observed = batch.packing, batch.x, batch.observed
    frames = model.decode(codes, packing, steps)
    if packing is not None:  # each real frame as a sequence of its own
        frames, x = frames.unsqueeze(1), packing.pack(x).unsqueeze(1)
        observed = None if observed is None else packing.pack(observed).unsqueeze(1)
    return mean_cost(cost, frames, x, observed)
