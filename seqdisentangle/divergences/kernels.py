r"""Kernels of the squared distance, summed over several scales.

Every kernel here is :math:`k(x, y) = \sum_s k_s(\lVert x - y \rVert^2)`. A scale is relative: it
multiplies the squared distance that two independent draws of :math:`N(0, I_d)` have in the mean,
:math:`C_s = 2 d s`, so that one set of scales serves codes of any size.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["KERNELS", "Gaussian", "InverseMultiquadratic", "Kernel", "RationalQuadratic"]

# The scales of Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018 (their released settings).
SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Kernel:
    """A kernel that depends on the squared distance alone, summed over scales.

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
        self.scales = tuple(float(scale) for scale in scales)
        if not self.scales or not all(0 < scale < float("inf") for scale in self.scales):
            raise ValueError(f"scales must be positive finite numbers, got {tuple(scales)!r}")

    def at_scale(self, squared_distance: Tensor, bandwidth: float) -> Tensor:
        r"""Value of the kernel of one bandwidth :math:`C_s`, elementwise."""
        raise NotImplementedError

    def __call__(self, squared_distance: Tensor, d: int) -> Tensor:
        """Value of the kernel for squared distances between vectors of ``d`` numbers."""
        value = self.at_scale(squared_distance, 2 * d * self.scales[0])
        for scale in self.scales[1:]:
            value = value + self.at_scale(squared_distance, 2 * d * scale)
        return value

    def __repr__(self) -> str:
        return f"{type(self).__name__}(scales={self.scales})"


class InverseMultiquadratic(Kernel):
    r""":math:`k_s = C_s / (C_s + \lVert x - y \rVert^2)`.

    Its heavy tails give a gradient to codes that are still far from their prior, which is why it
    is the default (Tolstikhin, Bousquet, Gelly, Schölkopf: Wasserstein Auto-Encoders, ICLR 2018).

    Examples
    --------
    >>> import torch
    >>> InverseMultiquadratic(scales=[1.0])(torch.tensor([0.0, 4.0]), d=2)
    tensor([1.0000, 0.5000])
    """

    def at_scale(self, squared_distance: Tensor, bandwidth: float) -> Tensor:
        """Value of the kernel of one bandwidth, elementwise."""
        return bandwidth / (bandwidth + squared_distance)


class Gaussian(Kernel):
    r""":math:`k_s = \exp(-\lVert x - y \rVert^2 / C_s)`.

    Examples
    --------
    >>> import torch
    >>> Gaussian(scales=[1.0])(torch.tensor([0.0, 4.0]), d=2)
    tensor([1.0000, 0.3679])
    """

    def at_scale(self, squared_distance: Tensor, bandwidth: float) -> Tensor:
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
    >>> RationalQuadratic(scales=[1.0], alpha=0.5)(torch.tensor([0.0, 4.0]), d=2)
    tensor([1.0000, 0.7071])
    """

    def __init__(self, scales: Sequence[float] = SCALES, alpha: float = 0.5) -> None:
        super().__init__(scales)
        if not 0 < alpha < float("inf"):
            raise ValueError(f"alpha must be a positive finite number, got {alpha!r}")
        self.alpha = float(alpha)

    def at_scale(self, squared_distance: Tensor, bandwidth: float) -> Tensor:
        """Value of the kernel of one bandwidth, elementwise."""
        return (1 + squared_distance / (2 * self.alpha * bandwidth)) ** -self.alpha

    def __repr__(self) -> str:
        return f"{type(self).__name__}(scales={self.scales}, alpha={self.alpha})"


KERNELS: dict[str, type[Kernel]] = {
    "inverse_multiquadratic": InverseMultiquadratic,
    "gaussian": Gaussian,
    "rational_quadratic": RationalQuadratic,
}
