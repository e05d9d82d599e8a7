"""Views of some frames, or of all in another order."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import torch
from torch import Generator, Tensor

from .._frames import frames_at, random_steps
from .base import View, check_batch, number

__all__ = ["RandomFrames", "Shuffle"]


@dataclass
class RandomFrames(View):
    """A few frames of each sequence, at random and without replacement, in their order.

    For **content**: from one frame nobody can tell the order of events.

    Parameters
    ----------
    n_frames : int or float, default=1
        Number of frames. An int is a number of frames, at least 1 (all of them where a batch has
        fewer); a float in (0, 1] is a share of the batch's steps, rounded, at least one frame.
        A padded sequence with fewer real frames than that has them repeated in turn.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import RandomFrames
    >>> x = torch.arange(10.0).reshape(2, 5, 1)
    >>> seen = RandomFrames(3)(x, torch.Generator().manual_seed(0))
    >>> seen.shape
    torch.Size([2, 3, 1])
    >>> bool((seen.diff(dim=1) > 0).all())
    True
    """

    n_frames: int | float = 1

    def __post_init__(self) -> None:
        n: Any = self.n_frames
        if not (number(n) >= 1 if isinstance(n, Integral) else 0 < number(n) <= 1):
            raise ValueError(
                "RandomFrames: n_frames must be an int of at least 1 or a float in (0, 1], "
                f"got {n!r}."
            )

    def __call__(
        self, x: Tensor, rng: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        check_batch(self, x)
        T = x.shape[1]
        n: Any = self.n_frames
        k = min(int(n), T) if isinstance(n, Integral) else max(1, round(float(n) * T))
        chosen = random_order(x, rng, lengths)[:, :k]  # (n, k)
        if lengths is not None and k < T:  # else padding stays where it is
            turn = torch.arange(k, device=x.device) % lengths.to(x.device)[:, None]
            chosen = chosen.gather(1, turn)
        return frames_at(x, chosen.sort(dim=1).values)


@dataclass
class Shuffle(View):
    """All frames of each sequence in an order drawn anew; padding stays at the end.

    For **content**: takes away the order of events and nothing else.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import Shuffle
    >>> x = torch.arange(10.0).reshape(2, 5, 1)
    >>> seen = Shuffle()(x, torch.Generator().manual_seed(0))
    >>> bool((seen.sort(dim=1).values == x).all())
    True
    """

    def __call__(
        self, x: Tensor, rng: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        check_batch(self, x)
        return frames_at(x, random_order(x, rng, lengths))


def random_order(x: Tensor, rng: Generator | None, lengths: Tensor | None) -> Tensor:
    """A permutation of the steps of each sequence, (n, T), in which padding comes last."""
    n, T = x.shape[:2]
    real = None
    if lengths is not None:
        real = torch.arange(T, device=x.device) < lengths.to(x.device)[:, None]
    return random_steps(n, T, rng, x.device, real)
