"""The model of MoCoGAN: a recurrent prior of motions, a decoder to frames, no encoder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..data.packing import Packing
from ..networks import CodeShape, resolve_network
from ..networks.base import SLOPE, FrameEncoder
from .action import with_action
from .core import ModelSpec
from .latent import LatentCodes

__all__ = ["ClipDiscriminator", "FrameDiscriminator", "MoCoGANModel", "MoCoGANSpec", "clips"]


@dataclass(frozen=True)
class MoCoGANSpec(ModelSpec):
    """The settings that a :class:`MoCoGANModel` is built from, parameters of ``MoCoGAN``."""

    def build(self) -> MoCoGANModel:  # type: ignore[override]  # it has no posterior
        """Make the model, with weights from torch's global generator."""
        return MoCoGANModel(self)


class MoCoGANModel(nn.Module):
    r"""Frames :math:`x_t = G(z_C, z_M^{(t)})` of a content code and a walk through motion codes.

    .. math::

        z_C \sim N(0, I), \quad \epsilon^{(t)} \sim N(0, I), \quad
        z_M^{(t)} = R_M(\epsilon^{(t)}, z_A, z_M^{(t-1)})

    with a gated recurrent unit :math:`R_M`; with actions, :math:`z_A` is a one-hot vector that is
    the same in all steps.

    Parameters
    ----------
    spec : MoCoGANSpec

    References
    ----------
    Tulyakov, Liu, Yang, Kautz: MoCoGAN: Decomposing Motion and Content for Video Generation,
    CVPR 2018, section 3.
    """

    action_prior: Tensor  # (K,), in a model with actions

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec
        n_actions = spec.n_actions or 0
        self.recurrence = nn.GRU(spec.motion_size + n_actions, spec.motion_size, batch_first=True)
        network = resolve_network(spec.network, spec.frame_shape, spec.generator)
        codes = CodeShape(
            motion_size=spec.motion_size,
            content_size=spec.content_size,
            hidden_size=spec.hidden_size,
            generator=network.generator,
            bounded=spec.bounded,
        )
        self.decoder = network.decoder(spec.frame_shape, codes)
        if n_actions:
            prior = spec.action_prior or [1 / n_actions] * n_actions
            self.register_buffer("action_prior", torch.tensor(prior))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in the stubs

    @property
    def noise_size(self) -> int:
        """Standard normal numbers that a step of motion takes."""
        return self.spec.motion_size

    def rollout(
        self,
        noise: Tensor,
        history: None = None,
        lengths: None = None,
        action: Tensor | None = None,
    ) -> Tensor:
        """Motion codes of noise (n, T, d_m), given actions (n, K) if there are any."""
        codes: Tensor = self.recurrence(with_action(noise, action))[0]
        return codes

    def act(self, motion: Tensor, **how: Any) -> None:
        """Nothing is read off motions: the decoder is given these alone."""

    def decode(self, codes: LatentCodes) -> Tensor:
        """Frames of codes, (n, T, ...); an action has done its work in the recurrence."""
        frames: Tensor = self.decoder(codes.motion, codes.content)
        return frames


def without_norms(module: nn.Module) -> nn.Module:
    """The module with its batch normalisations taken out.

    In a discriminator they would compare real data with real data and generated with generated,
    whose statistics give each away; and the slope at one datum would be one of all.
    """
    for name, child in module.named_children():
        if isinstance(child, _BatchNorm):
            setattr(module, name, nn.Identity())
        else:
            without_norms(child)
    return module


class FrameDiscriminator(nn.Module):
    """Tells real frames from generated ones, (N, ...) -> a logit each, (N,).

    Parameters
    ----------
    encoder : FrameEncoder
    hidden_size : int
    """

    def __init__(self, encoder: FrameEncoder, hidden_size: int) -> None:
        super().__init__()
        self.encoder = without_norms(encoder)
        self.head = nn.Sequential(
            nn.Linear(math.prod(encoder.feature_shape), hidden_size),
            nn.LeakyReLU(SLOPE),
            nn.Linear(hidden_size, 1),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        """The logits, and nothing of actions."""
        return self.head(self.encoder(x).flatten(1)).squeeze(-1), None


class ClipDiscriminator(nn.Module):
    """Tells real clips from generated ones, and which action a clip is of.

    Two convolutions over time of the features of frames, and their mean over steps.

    Parameters
    ----------
    encoder : FrameEncoder
    hidden_size : int
    n_actions : int
        0 for a model without actions.
    """

    def __init__(self, encoder: FrameEncoder, hidden_size: int, n_actions: int = 0) -> None:
        super().__init__()
        self.encoder = without_norms(encoder)
        self.features = nn.Linear(math.prod(encoder.feature_shape), hidden_size)
        self.over_time = nn.ModuleList(
            nn.Conv1d(hidden_size, hidden_size, 3, padding=1) for _ in range(2)
        )
        self.head = nn.Linear(hidden_size, 1 + n_actions)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, T, ...) -> logits of being real (n,), and of the actions (n, K)."""
        frames = self.features(self.encoder(x.flatten(0, 1)).flatten(1))
        hidden = frames.unflatten(0, x.shape[:2]).mT  # (n, hidden_size, T)
        for layer in self.over_time:
            hidden = layer(nn.functional.leaky_relu(hidden, SLOPE))
        out = self.head(nn.functional.leaky_relu(hidden, SLOPE).mean(-1))
        return out[:, 0], out[:, 1:]


def clips(x: Tensor, n_steps: int, rng: torch.Generator, packing: Packing | None = None) -> Tensor:
    """A stretch of each sequence that begins anywhere, (n, T, ...) -> (n, n_steps, ...).

    None is longer than the shortest sequence.
    """
    n, longest = x.shape[:2]
    lengths: int | Tensor = longest
    shortest = longest
    if packing is not None:
        shortest = int(packing.lengths.min())  # on the CPU
        lengths = packing.lengths.to(x.device, non_blocking=True)
    n_steps = min(n_steps, shortest)
    room = lengths - n_steps + 1  # places to begin at
    first = (torch.rand(n, generator=rng, device=x.device) * room).long()
    first = first.clamp(max=room - 1)  # a draw may round up to one
    rows = first.unsqueeze(-1) + torch.arange(n_steps, device=x.device)
    rows = rows + longest * torch.arange(n, device=x.device).unsqueeze(-1)
    return x.flatten(0, 1)[rows.flatten()].unflatten(0, (n, n_steps))
