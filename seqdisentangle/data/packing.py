"""The real frames of a padded batch: side by side, and back in their places."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

__all__ = ["Packing", "around_mean", "packed", "real_values"]


@dataclass(frozen=True)
class Packing:
    """The real frames of n sequences that are padded to T steps.

    Networks that look at single frames are given the real ones alone, side by side, so that padding
    costs nothing and takes no part in batch statistics.

    Attributes
    ----------
    lengths : Tensor of int64 and shape (n,), on the CPU
    n_steps : int
        ``T``.
    rows : Tensor of shape (N,)
        The place of each real frame among the n * T.
    sequence : Tensor of shape (N,)
        The sequence that each belongs to.
    mask : bool Tensor of shape (n, T)
    """

    lengths: Tensor
    n_steps: int
    rows: Tensor
    sequence: Tensor
    mask: Tensor

    @classmethod
    def of(cls, lengths: Tensor, n_steps: int, device: torch.device) -> Packing:
        """Find the real frames of sequences of the given lengths."""
        # On the CPU, where the lengths are known: on a GPU, their number would be waited for.
        mask = torch.arange(n_steps, device=lengths.device) < lengths.unsqueeze(-1)
        rows = mask.flatten().nonzero().squeeze(-1)
        rows, sequence, mask = (
            part.to(device, non_blocking=True) for part in (rows, rows // n_steps, mask)
        )
        return cls(lengths, n_steps, rows, sequence, mask)

    def pack(self, x: Tensor) -> Tensor:
        """The real frames of a batch, (n, T, ...) -> (N, ...)."""
        return x.flatten(0, 1).index_select(0, self.rows)

    def pad(self, frames: Tensor) -> Tensor:
        """Put values of the real frames in their places among zeros, (N, ...) -> (n, T, ...)."""
        n = len(self.lengths)
        padded = frames.new_zeros(n * self.n_steps, *frames.shape[1:])
        return padded.index_copy(0, self.rows, frames).unflatten(0, (n, self.n_steps))

    def mean(self, padded: Tensor) -> Tensor:
        """Mean over the real steps of values that are zero elsewhere, (n, T, d) -> (n, d)."""
        return padded.sum(1) / self.mask.sum(1, keepdim=True)


def packed(features: Tensor, lengths: Tensor | None) -> Tensor | PackedSequence:
    """Sequences for a recurrent layer, which is to stop where each of them does."""
    if lengths is None:
        return features
    return pack_padded_sequence(features, lengths, batch_first=True, enforce_sorted=False)


def real_values(x: Tensor, packing: Packing | None, observed: Tensor | None) -> Tensor:
    """One where a value is neither padding nor missing, else zero, the shape of ``x``."""
    real = torch.ones_like(x)
    if packing is not None:
        real = real * packing.mask[(..., *[None] * (x.ndim - 2))]
    return real if observed is None else real * observed


def around_mean(x: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Means over time of the values that are real, deviations from them, and how many are real.

    Parameters
    ----------
    x : Tensor of shape (n, T, ...)
    real : Tensor of shape (n, T, ...)
        As :func:`real_values` gives it.

    Returns
    -------
    mean : Tensor of shape (n, 1, ...)
    deviation : Tensor of shape (n, T, ...)
        Zero where a value is not real.
    number : Tensor of shape (n, 1, ...)
        One at least.
    """
    number = real.sum(1, keepdim=True).clamp(min=1.0)
    mean = (x * real).sum(1, keepdim=True) / number
    return mean, (x - mean) * real, number
