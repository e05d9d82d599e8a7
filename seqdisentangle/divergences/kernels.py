r"""Kernels of the squared distance, summed over several scales.

Every kernel here is :math:`k(x, y) = \sum_s k_s(\lVert x - y \rVert^2)`. A scale is relative: it
multiplies a unit of squared distance, :math:`C_s = s \cdot u`. The unit is by default the one that
two independent draws of :math:`N(0, I_d)` have in the mean, :math:`u = 2 d`, so that one set of
scales serves codes of any size; or the median of the squared distances at hand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from .._parts import Part, Registry

__all__ = [
    "KERNELS",
    "Gaussian",
    "InverseMultiquadratic",
    "Kernel",
    "KernelSum",
    "Laplacian",
    "MultiscaleKernel",
    "RationalQuadratic",
    "resolve_kernel",
]

# The scales of Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018 (their released settings).
SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Kernel(Part, ABC):
    """A kernel that depends on the squared distance alone.

    Kernels add: ``Gaussian() + Laplacian()`` is one. A subclass is a dataclass of its parameters
    and is registered by a name in ``KERNELS``.

    Examples
    --------
    >>> import torch
    >>> class Cauchy(Kernel):
    ...     def __call__(self, squared_distance, unit):
    ...         return 1 / (1 + squared_distance / unit) ** 2
    >>> (Cauchy() + Gaussian([1.0]))(torch.tensor([0.0, 4.0]), unit=4.0)
    tensor([2.0000, 0.6179])
    """

    @abstractmethod
    def __call__(self, squared_distance: Tensor, unit: float | Tensor) -> Tensor:
        """Value of the kernel, elementwise.

        Parameters
        ----------
        squared_distance : Tensor
        unit : float or Tensor
            The squared distance that a scale of 1 stands for; it broadcasts.

        Returns
        -------
        Tensor of the shape of squared_distance
        """

    def __add__(self, other: Kernel) -> KernelSum:
        return KernelSum((self, other)) if isinstance(other, Kernel) else NotImplemented


@dataclass
class KernelSum(Kernel):
    """The sum of kernels, each with scales of its own.

    Parameters
    ----------
    kernels : sequence of Kernel

    Raises
    ------
    TypeError
        If one of them is no kernel.

    Examples
    --------
    >>> import torch
    >>> kernel = KernelSum([Gaussian([1.0]), InverseMultiquadratic([1.0])])
    >>> kernel(torch.tensor([0.0, 4.0]), unit=4.0)
    tensor([2.0000, 0.8679])
    """

    kernels: Sequence[Kernel]

    def __post_init__(self) -> None:
        if not self.kernels or not all(isinstance(kernel, Kernel) for kernel in self.kernels):
            raise TypeError(
                f"KernelSum: kernels must be a sequence of kernels, got {self.kernels!r}"
            )

    def __call__(self, squared_distance: Tensor, unit: float | Tensor) -> Tensor:
        """Value of the sum, elementwise."""
        value = self.kernels[0](squared_distance, unit)
        for kernel in self.kernels[1:]:
            value = value + kernel(squared_distance, unit)
        return value


@dataclass
class MultiscaleKernel(Kernel):
    """A kernel summed over several scales, given its value at one of them.

    Parameters
    ----------
    scales : sequence of positive float
        See the module's first lines for what a scale of 1 means.

    Raises
    ------
    ValueError
        If ``scales`` is empty or holds a number that is not positive and finite.

    Examples
    --------
    >>> import torch
    >>> class Linear(MultiscaleKernel):
    ...     def at_scale(self, squared_distance, bandwidth):
    ...         return -squared_distance / bandwidth
    >>> Linear(scales=[0.5, 1.0])(torch.tensor(4.0), unit=2.0)
    tensor(-6.)
    """

    scales: Sequence[float] = SCALES

    def __post_init__(self) -> None:
        message = (
            f"{type(self).__name__}: scales must be a sequence of positive finite numbers, got "
            f"{self.scales!r}"
        )
        try:
            scales = self._floats()
        except (TypeError, ValueError) as error:
            raise TypeError(message) from error
        if not scales or not all(0 < scale < float("inf") for scale in scales):
            raise ValueError(message)

    @abstractmethod
    def at_scale(self, squared_distance: Tensor, bandwidth: float | Tensor) -> Tensor:
        r"""Value of the kernel of one bandwidth :math:`C_s`, elementwise."""

    def __call__(self, squared_distance: Tensor, unit: float | Tensor) -> Tensor:
        """Value of the sum over scales, elementwise."""
        first, *others = self._floats()
        value = self.at_scale(squared_distance, unit * first)
        for scale in others:
            value = value + self.at_scale(squared_distance, unit * scale)
        return value

    def _floats(self) -> list[float]:
        return [float(scale) for scale in self.scales]


@dataclass
class InverseMultiquadratic(MultiscaleKernel):
    r""":math:`k_s = C_s / (C_s + \lVert x - y \rVert^2)`.

    Its heavy tails give a gradient to codes that are still far from their prior, which is why it
    is the default (Tolstikhin, Bousquet, Gelly, Schölkopf: Wasserstein Auto-Encoders, ICLR 2018).

    Examples
    --------
    >>> import torch
    >>> InverseMultiquadratic(scales=[1.0])(torch.tensor([0.0, 4.0]), unit=4.0)
    tensor([1.0000, 0.5000])
    """

    def at_scale(self, squared_distance: Tensor, bandwidth: float | Tensor) -> Tensor:
        """Value of the kernel of one bandwidth, elementwise."""
        return bandwidth / (bandwidth + squared_distance)


@dataclass
class Gaussian(MultiscaleKernel):
    r""":math:`k_s = \exp(-\lVert x - y \rVert^2 / C_s)`.

    Examples
    --------
    >>> import torch
    >>> Gaussian(scales=[1.0])(torch.tensor([0.0, 4.0]), unit=4.0)
    tensor([1.0000, 0.3679])
    """

    def at_scale(self, squared_distance: Tensor, bandwidth: float | Tensor) -> Tensor:
        """Value of the kernel of one bandwidth, elementwise."""
        return torch.exp(-squared_distance / bandwidth)


@dataclass
class RationalQuadratic(MultiscaleKernel):
    r""":math:`k_s = (1 + \lVert x - y \rVert^2 / (2 \alpha C_s))^{-\alpha}`.

    Parameters
    ----------
    scales : sequence of positive float
    alpha : float
        Weight of the tails: a Gaussian in the limit of large ``alpha``.

    Examples
    --------
    >>> import torch
    >>> RationalQuadratic(scales=[1.0], alpha=0.5)(torch.tensor([0.0, 4.0]), unit=4.0)
    tensor([1.0000, 0.7071])
    """

    alpha: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        alpha: Any = self.alpha
        if not isinstance(alpha, Real) or not 0 < float(alpha) < float("inf"):
            raise ValueError(
                f"{type(self).__name__}: alpha must be a positive finite number, got {alpha!r}"
            )

    def at_scale(self, squared_distance: Tensor, bandwidth: float | Tensor) -> Tensor:
        """Value of the kernel of one bandwidth, elementwise."""
        alpha = float(self.alpha)
        return (1 + squared_distance / (2 * alpha * bandwidth)) ** -alpha


@dataclass
class Laplacian(MultiscaleKernel):
    r""":math:`k_s = \exp(-\lVert x - y \rVert / \sqrt{C_s})`.

    Its peak at zero makes it see fine structure that smoother kernels pass over.

    Examples
    --------
    >>> import torch
    >>> Laplacian(scales=[1.0])(torch.tensor([0.0, 4.0]), unit=4.0)
    tensor([1.0000, 0.3679])
    """

    def at_scale(self, squared_distance: Tensor, bandwidth: float | Tensor) -> Tensor:
        """Value of the kernel of one bandwidth, elementwise."""
        ratio = squared_distance / bandwidth
        # The root has no slope at zero: equal codes get none, rather than an infinite one.
        apart = ratio > 0
        return torch.exp(-torch.where(apart, ratio, 1).sqrt() * apart)


KERNELS: Registry[Kernel] = Registry(
    "kernel",
    {
        "inverse_multiquadratic": InverseMultiquadratic,
        "gaussian": Gaussian,
        "rational_quadratic": RationalQuadratic,
        "laplacian": Laplacian,
        "sum": KernelSum,
    },
)


def resolve_kernel(
    kernel: str | Kernel, scales: Sequence[float], parameter: str = "kernel"
) -> Kernel:
    """Turn a `kernel` parameter into a kernel.

    Parameters
    ----------
    kernel : str or Kernel
        A name in ``KERNELS`` or an object.
    scales : sequence of float
        Scales of a kernel given by name.
    parameter : str
        The parameter that the user set, for messages.

    Raises
    ------
    ValueError
        If the name is unknown, or a scale is not positive.
    TypeError
        If it is neither a name nor a kernel.
    """
    if isinstance(kernel, Kernel):
        return kernel
    if not isinstance(kernel, str):
        raise TypeError(
            f"{parameter} must be a Kernel or a name ({KERNELS.listed}), got {kernel!r}"
        )
    return KERNELS.make(kernel, parameter, scales=scales)
