"""The error of swaps in what stays the same: they must have that of the donor of their content."""

from __future__ import annotations

import torch
from torch import Tensor

from ..data.batches import Batch
from ..data.packing import around_mean, real_values
from ..model import LatentCodes, SequenceModel
from ..model.levels import Levels

__all__ = ["error_of_swaps"]

# Of a variance, which keeps the slope of its root finite.
FLOOR = 1e-6


def error_of_swaps(
    model: SequenceModel, codes: LatentCodes, batch: Batch, expected: Levels | None = None
) -> Tensor:
    r"""The error of the level and the spread of swaps, feature by feature.

    .. math::

        T \, \frac{1}{D} \left( \lVert \bar x' - \bar x \rVert^2 + \lVert s' - s \rVert^2 \right)

    where :math:`\bar x` and :math:`s` are the mean and the deviation over the time of the sequence
    that gave the content, and with a dash those of the swap, of T frames, that another sequence
    gave the motion for. Reconstructions never show the decoder a content beside the motion of
    another sequence; this does.

    Where content is shared by groups, motion has what a sequence departs by from the levels that
    are expected of its content, and takes it along: wanted are those of the donor of the motion,
    less what was expected of it, plus what is of the donor of the content.

    Parameters
    ----------
    model : SequenceModel
        Of vectors, whose motion sees changes: level and spread are then content's to say.
    codes : LatentCodes
        Of the sequences of the batch, each of which gets the content of the one before.
    batch : Batch
    expected : Levels of shape (n, D), optional
        The levels that the contents foretell, where motion sees what these leave.

    Returns
    -------
    Tensor of shape (n,)
    """
    packing = batch.packing
    made = model.decode(codes._replace(content=codes.content.roll(1, 0)), packing)
    # In full precision: sums over time, and differences of like numbers.
    made = (made if packing is None else packing.pad(made)).to(batch.x.dtype)
    level, spread, n_steps = statistics(made, real_values(made, packing, None))
    given = statistics(batch.x, real_values(batch.x, packing, batch.observed))
    wanted_level, wanted_spread = wanted(*given[:2], expected)
    error = (level - wanted_level).square() + (spread - wanted_spread).square()
    return (n_steps * error).flatten(1).mean(1)


def wanted(level: Tensor, spread: Tensor, expected: Levels | None) -> tuple[Tensor, Tensor]:
    """The level and the spread of swaps, of those that each sequence has, all (n, D)."""
    if expected is None:
        return level.roll(1, 0), spread.roll(1, 0)
    mean, log_spread = (part.detach() for part in expected)
    stretched = torch.exp(log_spread.roll(1, 0) - log_spread)
    return mean.roll(1, 0) + (level - mean) * stretched, spread * stretched


def statistics(x: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean and deviation over time (n, ...) of values that are real, and how many these are."""
    mean, deviation, number = around_mean(x, real)
    variance = deviation.square().sum(1, keepdim=True) / number
    spread = torch.sqrt(variance + FLOOR)
    return mean.squeeze(1), spread.squeeze(1), number.squeeze(1)
