"""Networks for single frames, given as many of them at a time as a cache holds."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["in_pieces"]

# Vectors whose layers of 128 units stay in a cache of one megabyte between two operations.
VECTORS = 2**10


def in_pieces(network: Callable[[Tensor], Tensor], frames: Tensor, *, alone: bool) -> Tensor:
    """The output of a network for frames, one piece of them after the other where that is faster.

    It is for vectors without gradients on a CPU: layers are then read from the cache, not from
    memory. Elsewhere the network is given all frames at once.

    Parameters
    ----------
    network : callable
        Maps frames (N, ...) to (N, ...).
    frames : Tensor of shape (N, ...)
    alone : bool
        True if what it makes of a frame depends on no other, as in training it may.

    Returns
    -------
    Tensor of shape (N, ...)

    Examples
    --------
    >>> with torch.no_grad():
    ...     in_pieces(torch.nn.Linear(3, 2), torch.zeros(5000, 3), alone=True).shape
    torch.Size([5000, 2])
    """
    whole = torch.is_grad_enabled() or not alone or frames.ndim > 2
    # A program that is traced is for any number of frames.
    if whole or frames.device.type != "cpu" or torch.compiler.is_compiling():
        return network(frames)
    if len(frames) <= VECTORS:
        return network(frames)
    made = None
    for start in range(0, len(frames), VECTORS):
        piece = network(frames[start : start + VECTORS])
        if made is None:
            made = piece.new_empty(len(frames), *piece.shape[1:])
        made[start : start + VECTORS] = piece
    assert made is not None
    return made
