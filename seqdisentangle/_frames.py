"""Frames picked from a batch of sequences: in random order, and by their steps."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["frames_at", "random_steps"]


def random_steps(
    n: int,
    n_steps: int,
    rng: torch.Generator | None,
    device: torch.device,
    real: Tensor | None = None,
) -> Tensor:
    """Draw a permutation of the time steps of each of n sequences.

    Parameters
    ----------
    n, n_steps : int
    rng : torch.Generator or None
        On the device; None for torch's global generator.
    device : torch.device
    real : bool Tensor of shape (n, n_steps), optional
        False where a step is padding; all are real by default.

    Returns
    -------
    Tensor of int64 and shape (n, n_steps)
        Padding comes last, in its own order.
    """
    key = torch.rand(n, n_steps, generator=rng, device=device)
    if real is not None:
        # Padding sorts after every key, which is below 1.
        key = torch.where(real, key, 1.0 + torch.arange(n_steps, device=device))
    return key.argsort(1)


def frames_at(x: Tensor, steps: Tensor) -> Tensor:
    """Pick frames by their time steps, in the memory format that the batch has.

    Parameters
    ----------
    x : Tensor of shape (n, T, *frame)
    steps : Tensor of int64 and shape (n, k)

    Returns
    -------
    Tensor of shape (n, k, *frame)

    Examples
    --------
    >>> frames_at(torch.arange(8).reshape(2, 4), torch.tensor([[3, 1], [0, 0]]))
    tensor([[3, 1],
            [4, 4]])
    """
    n, n_steps = x.shape[:2]
    first = torch.arange(n, device=x.device).unsqueeze(-1)
    channels_last = x.ndim == 5 and x.movedim(2, -1).is_contiguous()
    if not (channels_last or x.is_contiguous()):
        # Flattening would copy every frame, those not asked for too.
        return x[first, steps]
    rows = (steps + n_steps * first).flatten()
    frames = x.flatten(0, 1)
    if channels_last:  # an image's values lie side by side while they are gathered
        picked = frames.movedim(1, -1).index_select(0, rows).movedim(-1, 1)
    else:
        picked = frames.index_select(0, rows)
    return picked.unflatten(0, steps.shape)
