"""Scaled maximum mean discrepancy: MMD of a learned feature map, its sharpness paid for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .base import Samples, check_number, paired
from .critics import Adversarial
from .kernels import SCALES, Kernel, resolve_kernel
from .mmd import MMD

__all__ = ["ScaledMMD"]


class ScaledMMD(Adversarial):
    r"""MMD of a learned feature map :math:`\phi`, scaled by its expected squared gradient.

    .. math::

        \mathrm{SMMD}^2 = \sigma^2\, \mathrm{MMD}^2_{k \circ \phi}, \qquad
        \sigma^{-2} = \lambda + k(0) + 2 \lvert k'(0) \rvert\, E \lVert \nabla \phi(z) \rVert_F^2

    where the kernel is a function of the squared distance and the expectation is over the draws of
    both sides. The map is trained to maximise it: it looks for features in which codes and prior
    differ, and the scale keeps it from winning by growing steep. What a fixed kernel sees little
    of, a few odd codes in many dimensions, say, this sees.

    Parameters
    ----------
    feature_map : nn.Module or None, default=None
        (..., d) -> (..., k), differentiable twice. None: two layers of 128 units, k = 16.
    penalty : float, default=1.0
        :math:`\lambda`: the larger, the less the scale depends on the map.
    kernel, scales
        The kernel of the features, as in :class:`~seqdisentangle.divergences.MMD`.
    learning_rate : float, default=1e-3
        Step size of the feature map.
    critic_steps : int, default=1
        Its steps to each one of the model.

    Raises
    ------
    ValueError
        If a number is out of its range, or the kernel has no finite slope at zero.

    References
    ----------
    Arbel, Sutherland, Bińkowski, Gretton: On gradient regularizers for MMD GANs, NeurIPS 2018,
    where the expectation is over one of the two.

    Examples
    --------
    >>> import torch
    >>> q, p = (Samples(torch.randn(100, 3) * spread) for spread in (0.8, 1.0))
    >>> smmd = ScaledMMD().build(3)
    >>> optimizer = torch.optim.Adam(smmd.parameters(), 1e-2)
    >>> before = smmd(q, p)
    >>> for _ in range(50):
    ...     optimizer.zero_grad()
    ...     smmd.critic_loss(q, p).backward()
    ...     _ = optimizer.step()
    >>> bool(smmd(q, p) > before)
    True
    """

    def __init__(
        self,
        feature_map: nn.Module | None = None,
        penalty: float = 1.0,
        kernel: str | Kernel = "inverse_multiquadratic",
        scales: Sequence[float] = SCALES,
        learning_rate: float = 1e-3,
        critic_steps: int = 1,
    ) -> None:
        super().__init__("feature_map", feature_map, 16, learning_rate, critic_steps)
        check_number(self, "penalty", penalty)
        if not 0 <= penalty < math.inf:
            raise ValueError(
                f"ScaledMMD: penalty must be a finite number of at least 0, got {penalty!r}"
            )
        self.penalty = penalty
        self.kernel = kernel
        self.scales = scales
        value, slope = at_zero(resolve_kernel(kernel, scales, "ScaledMMD: kernel"))
        self.mmd = MMD(kernel, scales)
        if not 0 < -slope < math.inf:
            raise ValueError(
                "ScaledMMD needs a kernel that falls with the squared distance and has a finite "
                f"slope at zero, got {kernel!r} with slope {slope:g}"
            )
        self.value_at_zero, self.slope_at_zero = value, slope

    def as_part(self, name: str, value: Any) -> Any:
        """The kernel that a name stands for."""
        return resolve_kernel(value, self.scales) if name == "kernel" else value

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Estimate the divergence under the map as it is, in float32 or better."""
        x, y, weight = paired("ScaledMMD", q, p, mask)
        n = x.shape[-2]
        with torch.autocast(x.device.type, enabled=False):
            features, slopes = self.with_slopes(torch.cat([x, y], dim=-2))
            slope = (slopes * weight.tile(2)).sum(-1) / (2 * weight.sum(-1)).clamp(min=1)
            mmd = self.mmd(Samples(features[..., :n, :]), Samples(features[..., n:, :]), mask)
        return mmd * self.squared_scale(slope, features.shape[-1])

    def squared_scale(self, slope: Tensor, n_features: int) -> Tensor:
        r""":math:`\sigma^2` for a mean squared norm of the Jacobian of the map."""
        # The kernel's slope was taken for a unit of 1; MMD's unit is 2k for k features.
        steepness = 2 * abs(self.slope_at_zero) / (2 * n_features)
        return 1 / (self.penalty + self.value_at_zero + steepness * slope)


def at_zero(kernel: Kernel) -> tuple[float, float]:
    """A kernel's value and slope at a squared distance of zero, for a unit of 1."""
    with torch.enable_grad():
        near = torch.tensor([0.0, 1e-12], dtype=torch.float64, requires_grad=True)
        value = kernel(near, 1.0)
        (slope,) = torch.autograd.grad(value.sum(), near)
    at, beside = slope.tolist()
    # A peak has no slope at zero, whatever autograd takes for it, and a steep one beside it.
    return value[0].item(), at if math.isclose(at, beside, rel_tol=1e-3) else -math.inf
