"""The part of a sequence that changes: its frames without what stays the same over its time."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .._modes import full_precision
from ..data.packing import Packing, around_mean, real_values
from .levels import Levels

__all__ = ["centred", "residuals", "standardised", "variance_of"]

# Of the variance that a feature has over all sequences, which the scale of the data makes 1: what
# changes less than a tenth of its spread is not blown up to the size of what changes.
FLOOR = 1e-2
# Correlations of more features take longer to find than the networks take, and few sequences have
# the steps to tell them.
MOST_CORRELATED = 64
# Steps of a sequence in an exported program, which has as many iterations whatever it is given.
LONGEST = 10_000


def standardised(
    x: Tensor,
    packing: Packing | None = None,
    observed: Tensor | None = None,
    *,
    causal: bool = False,
) -> Tensor:
    r"""Vectors without the mean, the scale and the correlations that their sequence has over time.

    .. math::

        y_t = C^{-1/2}\, \frac{x_t - \bar x}{\sqrt{s^2 + \epsilon}}, \quad
        C = \frac{T}{T + D}\, R + \frac{D}{T + D}\, I

    where :math:`\bar x` and :math:`s` are the mean and the deviation of the sequence's T frames,
    feature by feature, and :math:`R` their correlations, shrunk since few frames tell them badly.
    No code of :math:`y` can say what it was.

    Parameters
    ----------
    x : Tensor of shape (n, T, D)
        Zero in padding.
    packing : Packing, optional
        The frames that are real, where some are padding.
    observed : bool Tensor of shape (n, T, D), optional
        False where a value is missing, which counts for nothing.
    causal : bool, default=False
        Each frame by the mean and deviation of the frames up to it, which no later frame changes.
        Correlations stay: the first frames cannot tell them.

    Returns
    -------
    Tensor of shape (n, T, D)
        Zero where there is padding.

    Notes
    -----
    Speech knows the first two as cepstral mean and variance normalisation. The inverse square root
    is found by coupled Newton-Schulz iterations, products of matrices alone, which a GPU need not
    be waited for.

    References
    ----------
    Higham: Functions of Matrices, SIAM 2008, section 6.3, equation (6.35).

    Examples
    --------
    >>> import torch
    >>> x = torch.randn(4, 50, 3)
    >>> told_apart = standardised(10 * x + 5) - standardised(x)
    >>> bool(told_apart.abs().max() < 0.02)
    True
    """
    # In full precision, under autocast too: differences of like numbers, and an inverse.
    with full_precision(x.device):
        real = real_values(x, packing, observed)
        return deviations_so_far(x, real) if causal else decorrelated(*deviations(x, real))


def deviations(x: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """Standardised values (n, T, D), zero where nothing is known, and how many are, (n, 1, D)."""
    _, deviation, number = around_mean(x, real)
    return deviation * variance_of(deviation, number).rsqrt(), number


def variance_of(deviation: Tensor, number: Tensor) -> Tensor:
    """Variances (n, 1, D) over time, and the floor, of deviations and their number."""
    return deviation.square().sum(1, keepdim=True) / number + FLOOR


def residuals(
    x: Tensor,
    expected: Levels,
    packing: Packing | None = None,
    observed: Tensor | None = None,
) -> Tensor:
    r"""Vectors without the level and the spread that are expected of their sequence.

    .. math:: y_t = (x_t - \bar x) / s

    What a sequence has for itself stays, though it be constant.

    Parameters
    ----------
    x : Tensor of shape (n, T, D)
        Zero in padding.
    expected : Levels of shape (n, D)
    packing, observed
        As in :func:`standardised`.

    Returns
    -------
    Tensor of shape (n, T, D)
        Zero where there is padding, or a value is missing.
    """
    mean, log_spread = (part.unsqueeze(1) for part in expected)
    return (x - mean) * torch.exp(-log_spread) * real_values(x, packing, observed)


def deviations_so_far(x: Tensor, real: Tensor) -> Tensor:
    """Values (n, T, D) standardised by those up to their step, zero where nothing is known."""
    number = real.cumsum(1).clamp(min=1.0)
    mean = (x * real).cumsum(1) / number
    before = torch.nn.functional.pad(mean, (0, 0, 1, 0))[:, :-1]
    # Welford's sum of squares, none of whose terms is negative.
    squares = ((x - before) * (x - mean) * real).cumsum(1)
    return (x - mean) * real * (squares / number + FLOOR).rsqrt()


def decorrelated(y: Tensor, number: Tensor) -> Tensor:
    """Standardised values (n, T, D) without their correlations, which few values tell badly."""
    n_steps, n_features = y.shape[1:]
    if not 1 < n_features <= MOST_CORRELATED:
        return y
    prior = n_features / number.amax(-1, keepdim=True)  # (n, 1, 1), a share of the steps there are
    identity = torch.eye(n_features, dtype=y.dtype, device=y.device)
    correlations = y.mT @ y / number.amax(-1, keepdim=True)
    shrunk = (correlations + prior * identity) / (1 + prior)
    return y @ inverse_square_root(shrunk, condition=n_steps + 1)


def centred(
    features: Tensor, n: int, packing: Packing | None = None, *, causal: bool = False
) -> Tensor:
    """Features of frames without their mean over the time of their sequence, place by place.

    Parameters
    ----------
    features : Tensor of shape (N, ...)
        Of all frames of n sequences, one sequence after the other; of the real ones with
        ``packing``.
    n : int
    packing : Packing, optional
        The frames that are real, where some are padding.
    causal : bool, default=False
        The mean is over the frames up to each, which no later frame changes.

    Returns
    -------
    Tensor of shape (N, ...)
    """
    flat = features.flatten(1)
    if causal:
        frames = flat.unflatten(0, (n, -1)) if packing is None else packing.pad(flat)
        steps = torch.arange(1, frames.shape[1] + 1, device=flat.device)
        frames = frames - frames.cumsum(1) / steps[:, None]
        return (frames if packing is None else packing.pack(frames)).reshape(features.shape)
    if packing is None:
        frames = flat.unflatten(0, (n, -1))
        return (frames - frames.mean(1, keepdim=True)).view_as(features)
    means = packing.mean(packing.pad(flat))
    return (flat - means[packing.sequence]).view_as(features)


def inverse_square_root(matrices: Tensor, condition: float | torch.SymInt) -> Tensor:
    """The inverse square root of positive definite matrices, (..., d, d).

    ``condition`` bounds the ratio of the largest eigenvalue to the smallest.
    """
    scale = torch.linalg.matrix_norm(matrices, keepdim=True)  # bounds the largest eigenvalue
    size = matrices.shape[-1]
    identity = torch.eye(size, dtype=matrices.dtype, device=matrices.device)
    root, inverse = matrices / scale, identity.expand_as(matrices)
    if isinstance(condition, torch.SymInt):  # of a program that is traced, for any length
        condition = LONGEST
    # A step takes the smallest eigenvalue times 9/4 at first, and squares the error at last.
    for _ in range(math.ceil(math.log(condition * math.sqrt(size), 2.25)) + 4):
        step = 1.5 * identity - 0.5 * inverse @ root
        root, inverse = root @ step, step @ inverse
    return inverse * scale.rsqrt()
