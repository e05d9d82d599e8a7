"""The base of the divergences of a kernel: its choice, its bandwidth, its values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from torch import Tensor

from .base import Divergence
from .kernels import Kernel, resolve_kernel
from .pairs import median_unit, squared_distances

__all__ = ["KernelDivergence"]

BANDWIDTHS = ("prior", "median")


class KernelDivergence(Divergence):
    """A divergence of the values of a kernel between all pairs of draws.

    Parameters
    ----------
    kernel : str or Kernel
    scales : sequence of float
    bandwidth : {"prior", "median"}
    unbiased : bool
    """

    def __init__(
        self,
        kernel: str | Kernel,
        scales: Sequence[float],
        bandwidth: Literal["prior", "median"],
        unbiased: bool,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if bandwidth not in BANDWIDTHS:
            raise ValueError(
                f"{name}: bandwidth must be one of {list(BANDWIDTHS)}, got {bandwidth!r}"
            )
        if not isinstance(unbiased, bool):
            raise TypeError(f"{name}: unbiased must be a bool, got {unbiased!r}")
        self.kernel = kernel
        self.scales = scales
        self.bandwidth = bandwidth
        self.unbiased = unbiased
        self.resolved_kernel = resolve_kernel(kernel, scales, f"{name}: kernel")

    def as_part(self, name: str, value: Any) -> Any:
        """The kernel that a name stands for."""
        return resolve_kernel(value, self.scales) if name == "kernel" else value

    def unit(self, z: Tensor, weight: Tensor) -> Tensor:
        """The squared distance of a scale of 1, (..., n, d) -> (..., 1, 1)."""
        if self.bandwidth == "median":
            return median_unit(z, weight)
        return z.new_full((*z.shape[:-2], 1, 1), 2.0 * z.shape[-1])

    def values(self, a: Tensor, b: Tensor, unit: Tensor) -> Tensor:
        """Kernel of all pairs of rows, (..., r, d) and (..., n, d) -> (..., r, n)."""
        return self.resolved_kernel(squared_distances(a, b), unit)
