"""Sinkhorn divergence between two batches of codes, by GeomLoss."""

from __future__ import annotations

import torch
from torch import Tensor

from .base import Divergence, Samples, check_number, paired
from .pairs import centre

__all__ = ["Sinkhorn"]


class Sinkhorn(Divergence):
    r"""Debiased entropic optimal transport, between MMD and the Wasserstein distance.

    .. math::

        S_\varepsilon(q, p) = \mathrm{OT}_\varepsilon(q, p)
        - \tfrac12 \mathrm{OT}_\varepsilon(q, q) - \tfrac12 \mathrm{OT}_\varepsilon(p, p),
        \quad c(x, y) = \tfrac1p \lVert x - y \rVert^p, \quad \varepsilon = \mathrm{blur}^p

    Parameters
    ----------
    blur : float, default=0.05
        The distance below which positions are not told apart.
    p : {1, 2}, default=2
        Power of the distance in the cost.
    scaling : float, default=0.5
        Ratio of successive blurs as they fall from the data's diameter to ``blur``: nearer 1 is
        more exact and slower.
    diameter : float, optional
        An upper bound of the distance between any two draws, from which blurs fall: codes of unit
        variance in d dimensions are within about :math:`8 \sqrt d`. By default it is found in each
        batch, for which a training on a GPU waits in every step; a bound is not waited for, and
        four times the diameter costs two more iterations at ``scaling=0.5``.

    Raises
    ------
    ImportError
        If GeomLoss is not installed.
    ValueError
        If an argument is out of its range.

    References
    ----------
    Feydy, Séjourné, Vialard, Amari, Trouvé, Peyré: Interpolating between Optimal Transport and MMD
    using Sinkhorn Divergences, AISTATS 2019. Computed by GeomLoss.

    Notes
    -----
    It holds several matrices of all :math:`T n^2` costs at once; past some thousands of draws,
    :class:`~seqdisentangle.divergences.SlicedWasserstein` is the one to take.

    Examples
    --------
    >>> import torch
    >>> x = torch.tensor([[0.0], [1.0], [3.0]])
    >>> round(float(Sinkhorn()(Samples(x), Samples(x + 2))), 3)  # half the squared shift
    2.0
    """

    def __init__(
        self,
        blur: float = 0.05,
        p: int = 2,
        scaling: float = 0.5,
        diameter: float | None = None,
    ) -> None:
        super().__init__()
        check_number(self, "blur", blur)
        check_number(self, "scaling", scaling)
        if not 0 < blur < float("inf"):
            raise ValueError(f"Sinkhorn: blur must be a positive finite number, got {blur!r}")
        if p not in (1, 2):
            raise ValueError(f"Sinkhorn: p must be 1 or 2, got {p!r}")
        if not 0 < scaling < 1:
            raise ValueError(f"Sinkhorn: scaling must lie between 0 and 1, got {scaling!r}")
        if diameter is not None:
            check_number(self, "diameter", diameter)
            if not 0 < diameter < float("inf"):
                raise ValueError(
                    "Sinkhorn: diameter must be a positive finite number, or None to find it in "
                    f"each batch, got {diameter!r}"
                )
        try:
            from geomloss import SamplesLoss
        except ImportError as error:
            raise ImportError(
                "Sinkhorn needs GeomLoss: install it with `pip install geomloss`, or with "
                "`pip install seqdisentangle[transport]`"
            ) from error
        self.blur = blur
        self.p = p
        self.scaling = scaling
        self.diameter = diameter
        self.loss = SamplesLoss("sinkhorn", p=p, blur=blur, scaling=scaling, backend="tensorized")

    @property
    def replayable(self) -> bool:
        """True with a diameter, which is looked at in each batch otherwise."""
        return self.diameter is not None

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Estimate the divergence of the two batches, in float32 or better."""
        x, y, weight = paired("Sinkhorn", q, p, mask)
        leading, (n, d) = x.shape[:-2], x.shape[-2:]
        if 0 in leading:
            return x.sum((-2, -1))
        middle = centre(x, weight)
        x, y = ((z - middle) * weight.unsqueeze(-1) for z in (x, y))
        diameter = self.diameter
        if diameter is None:  # what GeomLoss would take for it
            both = torch.cat([x, y], -2).detach().flatten(0, -2)
            diameter = (both.amax(0) - both.amin(0)).norm().item()
        self.loss.diameter = max(self.blur, diameter)  # never zero, whose logarithm it takes
        share = (weight / weight.sum(-1, keepdim=True).clamp(min=1)).reshape(-1, n)
        with torch.autocast(x.device.type, enabled=False):
            value: Tensor = self.loss(
                share, x.reshape(-1, n, d).contiguous(), share, y.reshape(-1, n, d).contiguous()
            )
        return value.reshape(leading)
