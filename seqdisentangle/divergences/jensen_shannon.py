"""Jensen-Shannon divergence between two batches of codes, estimated by a critic."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, softplus

from .base import Samples, check_number, paired
from .critics import Adversarial

__all__ = ["JensenShannon"]


class JensenShannon(Adversarial):
    r"""Jensen-Shannon divergence by a critic that tells draws of the prior from codes.

    The critic :math:`f`, a logit, maximises a bound that its optimum attains,

    .. math::

        \mathrm{JS}(q, p) \ge \log 2
        + \tfrac12 E_p \log \operatorname{sigmoid} f
        + \tfrac12 E_q \log \operatorname{sigmoid} (-f),

    less :math:`\frac{\gamma}{2}` times the mean square of its gradient at the draws of both sides.
    The codes minimise the non-saturating loss :math:`-E_q \log \operatorname{sigmoid} f - \log 2`,
    which has a gradient where the critic is sure; at the optimal critic it is
    :math:`\mathrm{KL}(q \,\|\, p) - \mathrm{KL}(q \,\|\, \frac{p + q}{2})`, zero for equal
    distributions and positive for others. It is what calling the divergence returns;
    :meth:`estimate` gives the bound, in nats.

    Parameters
    ----------
    critic : nn.Module or None, default=None
        (..., d) -> (..., 1). None: two layers of 128 units.
    gradient_penalty : float, default=1.0
        :math:`\gamma`. It keeps the critic from growing without bound where the two do not overlap.
    learning_rate : float, default=1e-3
        Step size of the critic.
    critic_steps : int, default=1
        Its steps to each one of the model.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Goodfellow et al.: Generative Adversarial Nets, NeurIPS 2014; as the
    regulariser of an autoencoder: Tolstikhin, Bousquet, Gelly, Schölkopf: Wasserstein
    Auto-Encoders, ICLR 2018; the penalty: Mescheder, Geiger, Nowozin: Which Training
    Methods for GANs do actually Converge?, ICML 2018.

    Examples
    --------
    >>> import torch
    >>> q, p = (Samples(torch.randn(100, 3) + shift) for shift in (4.0, 0.0))
    >>> js = JensenShannon().build(3)
    >>> optimizer = torch.optim.Adam(js.parameters(), 1e-2)
    >>> for _ in range(50):
    ...     optimizer.zero_grad()
    ...     js.critic_loss(q, p).backward()
    ...     _ = optimizer.step()
    >>> bool(js.estimate(q, p) > 0.4)  # of log 2 = 0.69, for two that hardly overlap
    True
    """

    def __init__(
        self,
        critic: nn.Module | None = None,
        gradient_penalty: float = 1.0,
        learning_rate: float = 1e-3,
        critic_steps: int = 1,
    ) -> None:
        super().__init__("critic", critic, 1, learning_rate, critic_steps)
        check_number(self, "gradient_penalty", gradient_penalty)
        if not 0 <= gradient_penalty < math.inf:
            raise ValueError(
                "JensenShannon: gradient_penalty must be a finite number of at least 0, got "
                f"{gradient_penalty!r}"
            )
        self.gradient_penalty = gradient_penalty

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """The loss of the codes, in float32 or better; ``p`` acts through the critic alone."""
        x, _, weight = paired("JensenShannon", q, p, mask)
        with torch.autocast(x.device.type, enabled=False):
            return weighted_mean(softplus(-self._logits(x)), weight) - math.log(2)

    def critic_loss(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Minus the bound, plus the gradient penalty."""
        x, y, weight = paired("JensenShannon", q, p, mask)
        with torch.autocast(x.device.type, enabled=False):
            if self.gradient_penalty == 0:
                return -self._bound(self._logits(x), self._logits(y), weight).sum()
            (f_x, slope_x), (f_y, slope_y) = self.with_slopes(x), self.with_slopes(y)
        bound = self._bound(self._squeezed(f_x), self._squeezed(f_y), weight)
        penalty = 0.25 * self.gradient_penalty * weighted_mean(slope_x + slope_y, weight)
        return (penalty - bound).sum()

    @torch.no_grad()
    def estimate(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """The bound on the divergence that the critic attains, in nats, at most log 2.

        Parameters
        ----------
        q, p : Samples with values of shape (..., n, d)
        mask : bool Tensor of shape (..., n), optional

        Returns
        -------
        Tensor of shape (...)
        """
        x, y, weight = paired("JensenShannon", q, p, mask)
        with torch.autocast(x.device.type, enabled=False):
            return self._bound(self._logits(x), self._logits(y), weight)

    def _logits(self, z: Tensor) -> Tensor:
        return self._squeezed(self.network(z))

    @staticmethod
    def _squeezed(logits: Tensor) -> Tensor:
        """(..., n, 1) -> (..., n)."""
        if logits.shape[-1] != 1:
            raise ValueError(f"JensenShannon: critic must have one output, got {logits.shape[-1]}")
        return logits.squeeze(-1)

    @staticmethod
    def _bound(f_x: Tensor, f_y: Tensor, weight: Tensor) -> Tensor:
        return math.log(2) + 0.5 * weighted_mean(logsigmoid(f_y) + logsigmoid(-f_x), weight)


def weighted_mean(value: Tensor, weight: Tensor) -> Tensor:
    """(..., n) -> (...)."""
    return (value * weight).sum(-1) / weight.sum(-1).clamp(min=1)
