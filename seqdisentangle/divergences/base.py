"""The Divergence contract: a number that says how far a batch of codes is from its prior."""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn

from .._parts import OfFunction, Part

__all__ = [
    "Dependence",
    "Divergence",
    "FunctionDivergence",
    "Samples",
    "check_number",
    "joint",
    "paired",
]

Self = TypeVar("Self", bound="Divergence")


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


class Divergence(Part, nn.Module, ABC):
    r"""Base class of all divergences :math:`D(q, p)` between a batch of codes and its prior.

    A subclass implements :meth:`forward`. It knows nothing of models, steps or training: a
    divergence compares two batches of vectors. One that has parameters to learn (a critic, a
    feature map) is adversarial: training alternates between a step of the model, which minimises
    :meth:`forward`, and steps of these parameters, which minimise :meth:`critic_loss`.

    The arguments of ``__init__`` are stored under their own names and unchanged, as those of a
    scikit-learn estimator, so that ``clone`` and ``set_params(reg__scales=...)`` work. A subclass
    is registered by a name in ``DIVERGENCES``.

    Attributes
    ----------
    sample_based : bool
        True (the default) if only ``value`` is read. Conditionals are then compared through their
        joints (see :func:`joint`). False if the moments are compared draw by draw, in closed form.
    learning_rate : float
        Learning rate of its own parameters, if it has any; 1e-3 unless set.
    critic_steps : int
        Steps of its own parameters to each one of the model; 1 unless set.
    content_share, motion_share : float
        The cost that a divergence of 1 is worth, as a share of the variance of the data: of all
        frames of a sequence for content, of one frame for motion. The weights of the estimator
        follow from it where they are ``"auto"``; 0.05 and 0.1 unless set.

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
    learning_rate: float = 1e-3
    critic_steps: int = 1
    content_share: float = 0.05
    motion_share: float = 0.1

    def build(self: Self, size: int) -> Self:
        """Make the parameters that depend on the size of the codes.

        Training calls it once, with its own seed for the initial values. It does nothing unless a
        subclass says so.

        Parameters
        ----------
        size : int
            Numbers in a vector, ``d``.

        Returns
        -------
        Divergence
            The divergence itself.
        """
        return self

    @abstractmethod
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

    def critic_loss(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """The loss of its own parameters: minus the divergence, unless a subclass says otherwise.

        Parameters
        ----------
        q, p : Samples with values of shape (..., n, d)
            Detached draws.
        mask : bool Tensor of shape (..., n), optional

        Returns
        -------
        Tensor, scalar
        """
        return -self(q, p, mask).sum()


class Dependence(Divergence):
    r"""Base class of divergences of a joint distribution from the product of its marginals.

    ``forward(q, p)`` takes draws of the two sides, row by row from the same sequence, of shapes
    (..., n, d_1) and (..., n, d_2), rather than draws of two distributions of one vector.

    Examples
    --------
    >>> import torch
    >>> class Covariance(Dependence):
    ...     def forward(self, q, p, mask=None):
    ...         x, y = (z.value - z.value.mean(-2, keepdim=True) for z in (q, p))
    ...         return (x.mT @ y / x.shape[-2]).square().sum((-2, -1))
    >>> x = torch.tensor([[0.0], [2.0]])
    >>> Covariance()(Samples(x), Samples(3 * x))
    tensor(9.)
    """


class FunctionDivergence(OfFunction, Divergence):
    """Any function ``(z_q, z_p) -> scalar`` of two (n, d) tensors, as a :class:`Divergence`.

    Parameters
    ----------
    function : callable
        For example ``geomloss.SamplesLoss("sinkhorn")`` or a lambda. A module is registered, so
        that parameters it may have are learned and kept with the divergence.

    Examples
    --------
    >>> import torch
    >>> gap = FunctionDivergence(lambda q, p: (q.mean() - p.mean()) ** 2)
    >>> gap(Samples(torch.ones(4, 5, 2)), Samples(torch.zeros(4, 5, 2)))  # 4 steps at once
    tensor([1., 1., 1., 1.])
    """

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        if not callable(function):
            raise TypeError(f"FunctionDivergence: function must be callable, got {function!r}")
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
        if not values:  # no steps
            return q.value.sum((-2, -1))
        return torch.stack(values).reshape(leading)


def check_number(part: Part, name: str, value: Any, kind: type = numbers.Real) -> None:
    """Raise a TypeError that names an argument of a part which is no number of a kind."""
    if not isinstance(value, kind):
        word = "an int" if kind is numbers.Integral else "a number"
        raise TypeError(f"{type(part).__name__}: {name} must be {word}, got {value!r}")


def paired(
    name: str, q: Samples, p: Samples, mask: Tensor | None = None, *, one_size: bool = True
) -> tuple[Tensor, Tensor, Tensor]:
    """The draws of both sides in float32 or better, and which of them count.

    Parameters
    ----------
    name : str
        The divergence, for the message.
    q, p : Samples with values of shape (..., n, d)
    mask : bool Tensor of shape (..., n), optional
    one_size : bool
        Demand vectors of one size on both sides.

    Returns
    -------
    x, y : Tensor of shape (..., n, d)
        Zero where they are padding.
    weight : Tensor of shape (..., n)
        1, or 0 for padding.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    x, y = q.value, p.value
    if x.shape[:-1] != y.shape[:-1] or (one_size and x.shape != y.shape):
        but = "" if one_size else " but for the last dimension"
        raise ValueError(
            f"{name} pairs its draws: q and p must have one shape{but}, got {tuple(x.shape)} and "
            f"{tuple(y.shape)}"
        )
    dtype = torch.promote_types(x.dtype, torch.float32)
    x, y = x.to(dtype), y.to(dtype)
    if mask is None:
        return x, y, x.new_ones(x.shape[:-1])
    mask = mask.expand(x.shape[:-1])
    padding = ~mask.unsqueeze(-1)
    return x.masked_fill(padding, 0), y.masked_fill(padding, 0), mask.to(dtype)
