"""Views of images: mirrored, or in other colours."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from .base import View, check_batch, check_real

__all__ = ["ColorMix", "Mirror"]


@dataclass
class Mirror(View):
    """Images flipped left to right, a whole sequence or none of it.

    For **content**, where looking or walking left or right is motion.

    Parameters
    ----------
    probability : float, default=0.5
        With which a sequence is flipped, in [0, 1].

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import Mirror
    >>> x = torch.arange(3.0).expand(1, 2, 1, 1, 3)
    >>> Mirror(probability=1)(x)[0, 0, 0, 0]
    tensor([2., 1., 0.])
    """

    probability: float = 0.5

    def __post_init__(self) -> None:
        check_real(self, "probability", high=1)

    def __call__(
        self, x: Tensor, rng: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        check_batch(self, x, frame=("C", "H", "W"))
        drawn = torch.rand(x.shape[0], 1, 1, 1, 1, generator=rng, device=x.device)
        return torch.where(drawn < float(self.probability), x.flip(-1), x)


@dataclass
class ColorMix(View):
    r"""Colours of each sequence turned, stretched and shifted, its shapes left alone.

    .. math:: x' = e^{\gamma \nu} \, [(1 - w) I + w Q] \, x + \omega \epsilon, \qquad
              w \sim U[0, s], \; Q \sim \mathrm{Haar}(SO(C)), \; \nu \sim N(0, 1), \;
              \epsilon \sim N(0, I_C)

    with :math:`s` the strength, :math:`\gamma` the gain and :math:`\omega` the offset; one draw
    per sequence, :math:`x \in R^C` being the channels of a pixel. The values are not clipped to
    [0, 1]: clipping would send different colours to the same one, and different poses with them.

    For **motion**: what has no constant colour for the encoder is left to content.

    Parameters
    ----------
    strength : float, default=1.0
        Largest weight of the rotation, in [0, 1].
    gain : float, default=0.3
        Standard deviation of the log of the gain, not negative.
    offset : float, default=0.2
        Standard deviation of each channel's offset, in units of the pixel's range, not negative.
    keep_black : bool, default=True
        Leave pixels whose channels are all exactly 0, a cut-out's background, as they are.

    Notes
    -----
    With a single channel (grey) the only rotation is the identity: gain and offset remain.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import ColorMix
    >>> x = torch.rand(4, 8, 3, 16, 16)
    >>> x[..., :8] = 0
    >>> seen = ColorMix()(x, torch.Generator().manual_seed(0))
    >>> bool((seen[..., :8] == 0).all()), bool((seen[..., 8:] != x[..., 8:]).any())
    (True, True)
    """

    strength: float = 1.0
    gain: float = 0.3
    offset: float = 0.2
    keep_black: bool = True

    def __post_init__(self) -> None:
        check_real(self, "strength", high=1)
        check_real(self, "gain")
        check_real(self, "offset")
        if not isinstance(self.keep_black, bool):
            raise ValueError(f"ColorMix: keep_black must be a bool, got {self.keep_black!r}.")

    def __call__(
        self, x: Tensor, rng: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        check_batch(self, x, frame=("C", "H", "W"))
        n, T, C, H, W = x.shape
        mix, offset = self._draw(n, C, x.device, rng)
        mix = mix.to(x.dtype)[:, None].expand(n, T, C, C).reshape(n * T, C, C)
        offset = offset.to(x.dtype)[:, None, :, None]  # (n, 1, C, 1)
        # A black pixel is a fixed point of the mix: only the offset has to spare it.
        if self.offset and self.keep_black:
            lit = x.detach().abs().amax(dim=2).sign_().view(n, T, 1, H * W)  # 0 where black, else 1
            out = torch.bmm(mix, x.reshape(n * T, C, H * W)).view(n, T, C, H * W)
            out = out.addcmul_(offset, lit)
        else:
            shift = offset.expand(n, T, C, 1).reshape(n * T, C, 1)
            out = torch.baddbmm(shift, mix, x.reshape(n * T, C, H * W))
        return out.view(n, T, C, H, W)

    def _draw(
        self, n: int, C: int, device: torch.device, rng: Generator | None
    ) -> tuple[Tensor, Tensor]:
        """One matrix (n, C, C) and one offset (n, C) for each sequence."""
        w = float(self.strength) * torch.rand(n, 1, 1, generator=rng, device=device)
        rotation = random_rotations(n, C, device, rng)
        gain = (float(self.gain) * torch.randn(n, 1, 1, generator=rng, device=device)).exp()
        offset = float(self.offset) * torch.randn(n, C, generator=rng, device=device)
        return gain * torch.lerp(
            torch.eye(C, device=device).expand_as(rotation), rotation, w
        ), offset


def random_rotations(n: int, C: int, device: torch.device, rng: Generator | None) -> Tensor:
    """Rotations (n, C, C), uniform (Haar) on SO(C).

    Three channels by a unit quaternion, uniform on its sphere (Shoemake, 1992), which on a GPU
    takes no LAPACK; any other number by the QR decomposition of a Gaussian matrix with the signs
    of R's diagonal made positive (Mezzadri, 2007, https://arxiv.org/abs/math-ph/0609050).
    """
    if C == 3:
        q = torch.randn(4, n, generator=rng, device=device)
        a, b, c, d = q / torch.linalg.vector_norm(q, dim=0)
        rows = (
            (1 - 2 * (c * c + d * d), 2 * (b * c - a * d), 2 * (b * d + a * c)),
            (2 * (b * c + a * d), 1 - 2 * (b * b + d * d), 2 * (c * d - a * b)),
            (2 * (b * d - a * c), 2 * (c * d + a * b), 1 - 2 * (b * b + c * c)),
        )
        return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
    Q, R = torch.linalg.qr(torch.randn(n, C, C, generator=rng, device=device))
    Q = Q * R.diagonal(dim1=-2, dim2=-1).sign()[:, None, :]
    sign = torch.linalg.det(Q).sign()[:, None, None]
    return torch.cat([Q[..., :1] * sign, Q[..., 1:]], dim=-1)
