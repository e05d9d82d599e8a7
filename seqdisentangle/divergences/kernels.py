r"""Kernels of the squared distance, summed over several scales.

Every kernel here is :math:`k(x, y) = \sum_s k_s(\lVert x - y \rVert^2)`. A scale is relative: it
multiplies a unit of squared distance, :math:`C_s = s \cdot u`. The unit is by default the one that
two independent draws of :math:`N(0, I_d)` have in the mean, :math:`u = 2 d`, so that one set of
scales serves codes of any size; or the median of the squared distances at hand.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = [
    "KERNELS",
    "Gaussian",
    "InverseMultiquadratic",
    "Kernel",
    "KernelSum",
    "Laplacian",
    "RationalQuadratic",
    "resolve_kernel",
]

# The scales of Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018 (their released settings).
SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Kernel:
    """A kernel that depends on the squared distance alone, summed over scales.

    Kernels add: ``Gaussian() + Laplacian()`` is one.

    Parameters
    ----------
    scales : sequence of positive float
        See the module's first lines for what a scale of 1 means.

    Raises
    ------
    ValueError
        If ``scales`` is empty or holds a number that is not positive and finite.
    """

    def __init__(self, scales: Sequence[float] = SCALES) -> None:
        try:
            self.scales = tuple(float(scale) for scale in scales)
        except (TypeError, ValueError) as error:
            raise TypeError(f"scales must be positive finite numbers, got {scales!r}") from error
        if not self.scales or not all(0 < scale < float("inf") for scale in self.scales):
            raise ValueError(f"scales must be positive finite numbers, got {tuple(scales)!r}")

    def at_scale(self, squared_distance: Tensor, bandwidth: float | Tensor) -> Tensor:
        r"""Value of the kernel of one bandwidth :math:`C_s`, elementwise."""
        raise NotImplementedError

    def __call__(self, squared_distance: Tensor, unit: float | Tensor) -> Tensor:
        """Value of the kernel, elementwise, ``unit`` being the squared distance of a scale of 1."""
        value = self.at_scale(squared_distance, unit * self.scales[0])
        for scale in self.scales[1:]:
            value = value + self.at_scale(squared_distance, unit * scale)
        return value

    def __add__(self, other: Kernel) -> KernelSum:
        return KernelSum(self, other) if isinstance(other, Kernel) else NotImplemented

    def __repr__(self) -> str:
        return f"{type(self).__name__}(scales={self.scales})"


class KernelSum(Kernel):
    """The sum of kernels, each with scales of its own.

    Parameters
    ----------
    *kernels : Kernel

    Examples
    --------
    >>> import torch
    >>> kernel = Gaussian([1.0]) + InverseMultiquadratic([1.0])
    >>> kernel(torch.tensor([0.0, 4.0]), unit=4.0)
    tensor([2.0000, 0.8679])
    """

    def __init__(self, *kernels: Kernel) -> None:
        self.kernels = kernels

    def __call__(self, squared_distance: Tensor, unit: float | Tensor) -> Tensor:
        """Value of the sum, elementwise."""
        value = self.kernels[0](squared_distance, unit)
        for kernel in self.kernels[1:]:
            value = value + kernel(squared_distance, unit)
        return value

    def __repr__(self) -> str:
        return " + ".join(map(repr, self.kernels))


class InverseMultiquadratic(Kernel):
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


class Gaussian(Kernel):
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


class RationalQuadratic(Kernel):
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

    def __init__(self, scales: Sequence[float] = SCALES, alpha: float = 0.5) -> None:
        super().__init__(scales)
        if not 0 < alpha < float("inf"):
            raise ValueError(f"alpha must be a positive finite number, got {alpha!r}")
        self.alpha = float(alpha)

    def at_scale(self, squared_distance: Tensor, bandwidth: float | Tensor) -> Tensor:
        """Value of the kernel of one bandwidth, elementwise."""
        return (1 + squared_distance / (2 * self.alpha * bandwidth)) ** -self.alpha

    def __repr__(self) -> str:
        return f"{type(self).__name__}(scales={self.scales}, alpha={self.alpha})"


class Laplacian(Kernel):
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


KERNELS: dict[str, type[Kernel]] = {
    "inverse_multiquadratic": InverseMultiquadratic,
    "gaussian": Gaussian,
    "rational_quadratic": RationalQuadratic,
    "laplacian": Laplacian,
}


def resolve_kernel(kernel: str | Kernel, scales: Sequence[float]) -> Kernel:
    """Turn a `kernel` parameter into a kernel.

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
        raise TypeError(f"kernel must be a Kernel or one of {sorted(KERNELS)}, got {kernel!r}")
    if kernel not in KERNELS:
        raise ValueError(f"kernel must be a Kernel or one of {sorted(KERNELS)}, got {kernel!r}")
    return KERNELS[kernel](scales)
