"""The levels that content foretells: what motion need not say of a sequence."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from .._modes import full_precision

__all__ = ["ExpectedLevels", "Levels"]


class Levels(NamedTuple):
    """The level and the spread over time of the features of sequences.

    Attributes
    ----------
    mean, log_spread : Tensor of shape (n, D)
        Means, and natural logarithms of standard deviations, in the model's units.
    """

    mean: Tensor
    log_spread: Tensor


class ExpectedLevels(nn.Module):
    r"""The levels that are expected of a sequence with a content code, by linear regression.

    .. math::

        E[\ell \mid z_c] = B^\top A^{-1} \binom{z_c}{1}, \quad
        A = (1 - \epsilon)\, E\Big[\tbinom{z_c}{1} {\tbinom{z_c}{1}}^\top\Big] + \epsilon I, \quad
        B = E\Big[\tbinom{z_c}{1}\, \ell^\top\Big], \quad \ell = (\bar x, \log s)

    with means over the batches before. Where each sequence's levels are told by the content of
    another one of its group, this is what the group has in common, a speaker's spectrum say, known
    from a single sequence of it. At first it is the level and the spread of all data, zero and one.

    Parameters
    ----------
    content_size, frame_size : int
    floor : float, default=0.01
        The share :math:`\epsilon`, which leaves directions alone that hold next to nothing.
    momentum : float, default=0.02
        The least share that a batch has in the means: the first ones share alike.
    """

    products: Tensor  # (d_c + 1, d_c + 1)
    crossed: Tensor  # (d_c + 1, 2 D)
    weights: Tensor  # (d_c + 1, 2 D)
    n_batches: Tensor  # ()

    def __init__(
        self, content_size: int, frame_size: int, *, floor: float = 0.01, momentum: float = 0.02
    ) -> None:
        super().__init__()
        self.floor = floor
        self.momentum = momentum
        self.register_buffer("products", torch.eye(content_size + 1))
        self.register_buffer("crossed", torch.zeros(content_size + 1, 2 * frame_size))
        self.register_buffer("weights", torch.zeros(content_size + 1, 2 * frame_size))
        self.register_buffer("n_batches", torch.zeros(()))

    def forward(self, content: Tensor) -> Levels:
        """(n, d_c) -> Levels of shape (n, D)."""
        with full_precision(content.device):
            return Levels(*(with_one(content) @ self.weights).chunk(2, dim=-1))

    @torch.no_grad()
    def observe(self, content: Tensor, levels: Levels) -> None:
        """Take contents (n, d_c), and the levels (n, D) to expect of them, into the means."""
        x = with_one(content)
        with full_precision(x.device):
            products, crossed = x.mT @ x / len(x), x.mT @ torch.cat(levels, -1) / len(x)
        share = (1 / (self.n_batches + 1)).clamp(min=self.momentum).to(products.dtype)
        self.products.lerp_(products, share)
        self.crossed.lerp_(crossed, share)
        self.n_batches.add_(1)
        identity = torch.eye(len(products), dtype=products.dtype, device=products.device)
        # Without a look at whether it can be solved, which with a floor it can: on a GPU one waits.
        solved, _ = torch.linalg.solve_ex(self.products.lerp(identity, self.floor), self.crossed)
        self.weights.copy_(solved)


def with_one(content: Tensor) -> Tensor:
    """Codes with a constant beside them, (n, d) -> (n, d + 1)."""
    return nn.functional.pad(content, (0, 1), value=1.0)
