"""The Divergence contract: a number that says how far a batch of codes is from its prior."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

__all__ = ["Divergence", "FunctionDivergence", "Samples", "joint"]


class Samples(NamedTuple):
    r"""A batch of draws from a distribution and, where it is a Gaussian, its moments.

    Attributes
    ----------
    value : Tensor of shape (..., n, d)
        The draws. ``n`` is always the second to last dimension, so that one call compares the
        draws of all :math:`T` steps at once, steps being a leading dimension.
    mean, log_var : Tensor of shape (..., n, d) or None
        Mean and log-variance of the distribution behind each draw; None where it has no closed
        form.
    """

    value: Tensor
    mean: Tensor | None = None
    log_var: Tensor | None = None


def joint(history: Tensor, samples: Samples) -> Samples:
    r"""Put the history that a draw was conditioned on beside the draw.

    The divergence of a conditional is a divergence of the joint: with one draw per history
    :math:`h`, :math:`q(z \mid h)` and :math:`p(z \mid h)` cannot be compared one history at a
    time, and comparing all :math:`z` at once compares marginals only. The joints
    :math:`(h, z_q)` and :math:`(h, z_p)`, with the same :math:`h` on both sides, agree only
    where the conditionals do.

    Parameters
    ----------
    history : Tensor of shape (..., n, d_h)
    samples : Samples with values of shape (..., n, d)

    Returns
    -------
    Samples with values of shape (..., n, d_h + d)
    """
    return Samples(torch.cat([history, samples.value], dim=-1))


class Divergence(nn.Module):
    r"""Base class of all divergences :math:`D(q, p)` between a batch of codes and its prior.

    A subclass implements :meth:`forward`. It knows nothing of models, steps or training: a
    divergence compares two batches of vectors.

    Attributes
    ----------
    sample_based : bool
        True (the default) if only ``value`` is read. Conditionals are then compared through their
        joints (see :func:`joint`). False if the moments are compared draw by draw, in closed form.

    Examples
    --------
    >>> import torch
    >>> class MeanGap(Divergence):
    ...     def forward(self, q, p, mask=None):
    ...         return (q.value.mean(-2) - p.value.mean(-2)).square().sum(-1)
    >>> MeanGap()(Samples(torch.ones(5, 2)), Samples(torch.zeros(5, 2)))
    tensor(2.)
    """

    sample_based: bool = True

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Compare two batches.

        Parameters
        ----------
        q, p : Samples with values of shape (..., n, d)
            Draws of the posterior and of the prior.
        mask : bool Tensor of shape (..., n), optional
            False where a draw is padding and does not count.

        Returns
        -------
        Tensor of shape (...)
            One number for each leading index.
        """
        raise NotImplementedError


class FunctionDivergence(Divergence):
    """Any function ``(z_q, z_p) -> scalar`` of two (n, d) tensors, as a :class:`Divergence`.

    Parameters
    ----------
    function : callable
        For example ``geomloss.SamplesLoss("sinkhorn")`` or a lambda. A module is registered, so
        that parameters it may have move with the divergence.

    Examples
    --------
    >>> import torch
    >>> gap = FunctionDivergence(lambda q, p: (q.mean() - p.mean()) ** 2)
    >>> gap(Samples(torch.ones(4, 5, 2)), Samples(torch.zeros(4, 5, 2)))  # 4 steps at once
    tensor([1., 1., 1., 1.])
    """

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Call the function once for each leading index, on the draws that are not padding."""
        n, d = q.value.shape[-2:]
        leading = q.value.shape[:-2]
        keep = None if mask is None else mask.expand(*leading, n).reshape(-1, n)
        values = []
        for i, (z_q, z_p) in enumerate(
            zip(q.value.reshape(-1, n, d), p.value.reshape(-1, n, d), strict=True)
        ):
            rows = slice(None) if keep is None else keep[i]
            value = torch.as_tensor(self.function(z_q[rows], z_p[rows]))
            if value.numel() != 1:
                raise ValueError(
                    f"reg: the function {self.function!r} must return one number for two (n, d) "
                    f"tensors, got a tensor of shape {tuple(value.shape)}"
                )
            values.append(value.reshape(()))
        return torch.stack(values).reshape(leading)
