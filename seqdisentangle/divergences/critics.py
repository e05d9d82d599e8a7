"""The base of adversarial divergences: a network of their own, how it is trained, its gradient."""

from __future__ import annotations

import math
from typing import TypeVar

import torch
from torch import Tensor, nn

from .base import Divergence, check_number

__all__ = ["Adversarial"]

Self = TypeVar("Self", bound="Adversarial")


class Adversarial(Divergence):
    """A divergence that learns one network: the user's, or a default that :meth:`build` makes.

    Parameters
    ----------
    name : str
        The argument of the subclass that ``network`` was, for messages.
    network : nn.Module or None
    output_size : int
        Of the default network.
    learning_rate : float
    critic_steps : int
    """

    def __init__(
        self,
        name: str,
        network: nn.Module | None,
        output_size: int,
        learning_rate: float,
        critic_steps: int,
    ) -> None:
        super().__init__()
        kind = type(self).__name__
        if network is not None and not isinstance(network, nn.Module):
            raise TypeError(f"{kind}: {name} must be a torch module or None, got {network!r}")
        check_number(self, "learning_rate", learning_rate)
        check_number(self, "critic_steps", critic_steps)
        if not 0 < learning_rate < math.inf:
            raise ValueError(
                f"{kind}: learning_rate must be positive and finite, got {learning_rate!r}"
            )
        if not 1 <= critic_steps < math.inf or critic_steps != int(critic_steps):
            raise ValueError(
                f"{kind}: critic_steps must be an int of at least 1, got {critic_steps!r}"
            )
        self._name: str = name
        self._output_size: int = output_size
        setattr(self, name, network)
        self.learning_rate = learning_rate
        self.critic_steps = critic_steps
        self.default_network: nn.Module | None = None

    def build(self: Self, size: int) -> Self:
        """Make the network for vectors of ``size`` numbers, unless one was given."""
        if getattr(self, self._name) is None:
            self.default_network = mlp(size, self._output_size)
        return self

    @property
    def network(self) -> nn.Module:
        """The network given, or the default one."""
        given: nn.Module | None = getattr(self, self._name)
        network = self.default_network if given is None else given
        if network is None:
            raise RuntimeError(
                f"{type(self).__name__} has no {self._name} yet: call build(d) first"
            )
        return network

    def with_slopes(self, z: Tensor) -> tuple[Tensor, Tensor]:
        r"""The network's output and the squared norm of its Jacobian, draw by draw.

        Parameters
        ----------
        z : Tensor of shape (..., n, d)

        Returns
        -------
        output : Tensor of shape (..., n, k)
        slope : Tensor of shape (..., n)
            :math:`\lVert \partial f / \partial z \rVert_F^2`.
        """
        learning = torch.is_grad_enabled()
        # Anomalies are looked for where the slope is differentiated: in batches torch cannot.
        anomalies = torch.autograd.set_detect_anomaly(False)
        with torch.inference_mode(False), torch.enable_grad(), anomalies:
            z = z.clone() if z.is_inference() else z
            z = z if learning and z.requires_grad else z.detach().requires_grad_()
            output = self.network(z)
            # Draws do not mix in the network: the gradient of a sum over them is each one's own.
            each = torch.eye(output.shape[-1], dtype=output.dtype, device=output.device)
            (jacobian,) = torch.autograd.grad(
                output,
                z,
                each.view(-1, *[1] * (output.ndim - 1), output.shape[-1]).expand(-1, *output.shape),
                create_graph=learning,
                is_grads_batched=True,
            )  # (k, ..., n, d)
        slope = jacobian.square().sum((0, -1))
        return (output, slope) if learning else (output.detach(), slope.detach())


def mlp(size: int, output_size: int, hidden_size: int = 128) -> nn.Sequential:
    """Two hidden layers; smooth ones, because divergences differentiate them twice."""
    return nn.Sequential(
        nn.Linear(size, hidden_size),
        nn.SiLU(),
        nn.Linear(hidden_size, hidden_size),
        nn.SiLU(),
        nn.Linear(hidden_size, output_size),
    )
