"""Statistics over all pairs of draws, in blocks that fit into memory."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

__all__ = [
    "BLOCK",
    "centre",
    "in_blocks",
    "median_unit",
    "over_pairs",
    "paired_statistic",
    "squared_distances",
]

BLOCK = 2**22  # pairs that are held at once: 16 MiB an intermediate value, in float32
MEDIAN_OF = 512  # draws: their 130,000 distances tell a median well enough


def in_blocks(
    statistic: Callable[..., Tensor], n_rows: int, *tensors: Tensor, block: int | None = None
) -> Tensor:
    """Add up a statistic of all pairs of rows, block by block.

    Each block is computed again for its gradient where there are several, so that what is held
    at once does not grow with their number.

    Parameters
    ----------
    statistic : callable
        ``statistic(rows, *tensors)`` of a slice of the n rows, of shape (L, ...): its value for
        the pairs of these rows with all n.
    n_rows : int
        ``n``.
    *tensors : Tensor of shape (L, ...)
    block : int
        Pairs of a block, ``BLOCK`` unless given; the n pairs of a row are never taken apart.

    Returns
    -------
    Tensor of shape (L, ...)
    """
    block = block or BLOCK
    n_leading = len(tensors[0])
    rows_at_once = max(1, min(n_rows, block // max(n_rows, 1)))
    leading_at_once = max(1, block // max(n_rows**2, 1))
    if n_leading == 0 or (n_leading <= leading_at_once and n_rows <= rows_at_once):
        return statistic(slice(0, n_rows), *tensors)

    def again(rows: slice, *part: Tensor) -> Tensor:
        value: Tensor = checkpoint(
            statistic, rows, *part, use_reentrant=False, preserve_rng_state=False
        )
        return value

    totals = []
    for first in range(0, n_leading, leading_at_once):
        part = [tensor[first : first + leading_at_once] for tensor in tensors]
        starts = range(0, n_rows, rows_at_once)
        sums = [again(slice(i, i + rows_at_once), *part) for i in starts]
        totals.append(torch.stack(sums).sum(0))
    return torch.cat(totals)


def over_pairs(
    statistic: Callable[..., Tensor], x: Tensor, *tensors: Tensor, at_once: int = 1
) -> Tensor:
    """Add up a statistic of all pairs of rows of x (..., n, d), see :func:`in_blocks`.

    All tensors have the leading dimensions of x, and so has the result. ``at_once`` says how many
    numbers the statistic holds for a pair in one tensor.
    """
    leading, n = x.shape[:-2], x.shape[-2]
    flat = [t.reshape(math.prod(leading), *t.shape[len(leading) :]) for t in (x, *tensors)]
    with torch.autocast(x.device.type, enabled=False):  # its products would have 8 bits
        total = in_blocks(statistic, n, *flat, block=max(BLOCK // at_once, 1))
    return total.reshape((*leading, *total.shape[1:]))


def paired_statistic(
    kernel: Callable[..., Tensor],
    x: Tensor,
    y: Tensor,
    weight: Tensor,
    *parameters: Tensor,
    unbiased: bool,
) -> Tensor:
    r"""Compare two batches by a kernel, the draws being paired.

    .. math:: \frac{1}{n(n-1)} \sum_{i \ne j} k(x_i, x_j) + k(y_i, y_j) - k(x_i, y_j) - k(x_j, y_i)

    or, if not ``unbiased``, the same over all i and j and divided by :math:`n^2`.

    Parameters
    ----------
    kernel : callable
        ``kernel(a, b, *parameters)``, (..., L, r, d) and (..., L, n, d) -> (..., L, r, n).
    x, y : Tensor of shape (..., n, d)
    weight : Tensor of shape (..., n)
        1, or 0 for padding.
    *parameters : Tensor of shape (..., 1, 1)
        The quantity that the kernel depends on.
    unbiased : bool
        A batch of a single draw then says nothing about a distribution: its value is zero.

    Returns
    -------
    Tensor of shape (...)
    """
    n = x.shape[-2]
    index = torch.arange(n, device=x.device)

    def block(rows: slice, x: Tensor, y: Tensor, weight: Tensor, *parameters: Tensor) -> Tensor:
        counted = weight[:, rows, None] * weight[:, None]
        if unbiased:
            counted = counted * (index[rows, None] != index)
        a, b = x[:, rows], y[:, rows]
        # In one call: for a batch of codes, calls take longer than sums. That of k(y_i, x_j) over
        # all pairs is that of k(x_i, y_j).
        xx, yy, xy = kernel(torch.stack([a, b, a]), torch.stack([x, y, y]), *parameters)
        return ((xx + yy - 2 * xy) * counted).sum((-2, -1))

    total = over_pairs(block, x, y, weight, *parameters, at_once=3)
    count = weight.sum(-1)
    return total / (count * (count - 1) if unbiased else count.square()).clamp(min=1)


def centre(z: Tensor, weight: Tensor) -> Tensor:
    """Mean of the rows that count, (..., n, d) -> (..., 1, d), without gradient.

    Distances keep their digits where rows are near zero.
    """
    weight = weight.detach().unsqueeze(-1)
    total = weight.sum(-2, keepdim=True).clamp(min=1)
    return (z.detach() * weight).sum(-2, keepdim=True) / total


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances of all pairs of rows, (..., r, d), (..., n, d) -> (..., r, n).

    By the expansion of :math:`|a - b|^2`, which loses digits for rows far from zero.
    """
    norms = a.square().sum(-1).unsqueeze(-1) + b.square().sum(-1).unsqueeze(-2)
    return (norms - 2 * a @ b.mT).clamp(min=0)


def median_unit(z: Tensor, weight: Tensor) -> Tensor:
    """Median of the squared distances between rows, (..., n, d) -> (..., 1, 1), without gradient.

    Of ``MEDIAN_OF`` evenly spaced rows, where more of them count.
    """
    leading, (n, d) = z.shape[:-2], z.shape[-2:]
    m = min(n, MEDIAN_OF)
    with torch.no_grad(), torch.autocast(z.device.type, enabled=False):
        count = weight.sum(-1, keepdim=True)
        places = (torch.arange(m, device=z.device) * (count / max(m, 1)).clamp(min=1)).long()
        real_first = weight.argsort(dim=-1, descending=True, stable=True)
        rows = real_first.gather(-1, places.clamp(max=n - 1))
        some = z.gather(-2, rows.unsqueeze(-1).expand(*rows.shape, d))
        n_leading, at_once = math.prod(leading), max(1, BLOCK // max(m * m, 1))
        parts = zip(
            some.reshape(n_leading, m, d).split(at_once),
            (places < count).reshape(n_leading, m).split(at_once),
            strict=True,
        )
        unit = torch.cat([median_distance(*part) for part in parts]).reshape(*leading, 1, 1)
        smallest = torch.finfo(z.dtype).eps  # codes that are all equal have a kernel too
        return unit.nan_to_num(1.0).clamp(min=smallest)


def median_distance(z: Tensor, keep: Tensor) -> Tensor:
    """Median of the squared distances between kept rows, (L, m, d), (L, m) -> (L,); NaN of none."""
    itself = torch.eye(z.shape[-2], device=z.device).bool()
    pairs = keep.unsqueeze(-1) & keep.unsqueeze(-2) & ~itself
    distances = squared_distances(z, z).masked_fill(~pairs, torch.nan).flatten(-2)
    return median_of_known(distances) if z.shape[-2] else z.new_ones(len(z))


def median_of_known(x: Tensor) -> Tensor:
    """The lower median of the values that are not NaN, (L, n) -> (L,); NaN of none."""
    if not torch.are_deterministic_algorithms_enabled():
        return x.nanmedian(-1).values
    # CUDA has no deterministic kernel for that one, which finds the place of the median too.
    last = (~x.isnan()).sum(-1, keepdim=True) - 1
    return x.sort(-1).values.gather(-1, (last // 2).clamp(min=0)).squeeze(-1)  # NaN is sorted last
