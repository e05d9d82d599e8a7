"""The reconstruction cost of a batch and its error of what moves; padding is no part of them."""

from __future__ import annotations

from torch import Tensor

from ..data.batches import Batch
from ..data.packing import Packing, around_mean, real_values
from ..model import LatentCodes, SequenceModel
from .costs import Cost, mean_cost

__all__ = ["cost_of_frames", "error_of_movement"]


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
    return cost_of(cost, model.decode(codes, batch.packing, steps), batch)


def cost_of(cost: Cost, frames: Tensor, batch: Batch) -> Tensor:
    """The cost of frames that were made of a batch, (n,), or (N,) of a padded one."""
    packing, x, observed = batch.packing, batch.x, batch.observed
    if packing is not None:  # each real frame as a sequence of its own
        frames, x = frames.unsqueeze(1), packing.pack(x).unsqueeze(1)
        observed = None if observed is None else packing.pack(observed).unsqueeze(1)
    return mean_cost(cost, frames, x, observed)


def error_of_movement(frames: Tensor, batch: Batch) -> Tensor:
    r"""The squared error of what moves: of each frame less the mean of its sequence.

    .. math::

        \frac{T}{T - 1} \sum_t \frac{1}{|x_t|}
            \lVert (x_t - \bar x) - (x'_t - \bar x') \rVert^2

    whose mean over T frames is, in expectation, the same for any number of them that is drawn.

    Parameters
    ----------
    frames : Tensor of shape (n, T, ...), or (N, ...) of a padded batch
    batch : Batch

    Returns
    -------
    Tensor of shape (n,)
        Zero for a single frame.
    """
    x, packing = batch.x, batch.packing
    made = frames if packing is None else packing.pad(frames)
    real = real_values(x, packing, batch.observed)
    _, deviation, _ = around_mean(made - x, real)
    within = tuple(range(2, x.ndim))
    each = deviation.square().sum(within) / real.sum(within).clamp(min=1.0)  # (n, T)
    n_steps = number_of_steps(batch, packing)
    return each.sum(1) * n_steps / (n_steps - 1).clamp(min=1.0)


def number_of_steps(batch: Batch, packing: Packing | None) -> Tensor:
    """The number of real frames of each sequence, (n,) or a scalar."""
    if packing is None:
        return batch.x.new_full((), batch.x.shape[1])  # made there: a copy would be waited for
    return packing.mask.sum(1).to(batch.x.dtype)
