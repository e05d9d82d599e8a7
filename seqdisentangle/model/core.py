"""The one module that the rest of the package sees: encode, decode, rollout."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

from .._seeding import seeded
from ..data.packing import Packing
from ..networks import CodeShape, FrameNetwork, Parts, resolve_network
from .action import ActionPosterior, with_action
from .latent import Action, Latent, LatentCodes, Posterior
from .levels import ExpectedLevels, Levels
from .parts import PartsContentPosterior, PartsMotionPosterior, PartsPrior
from .posteriors import POSTERIORS, MotionInput
from .prior_networks import PriorNetwork, content_prior
from .priors import GaussianPrior, MotionPrior

__all__ = ["ModelSpec", "SequenceModel", "build_model"]


@dataclass(frozen=True)
class ModelSpec:
    """The settings that a :class:`SequenceModel` is built from, parameters of ``RecurrentWAE``.

    ``frame_shape`` is (D,) or (C, H, W); ``bounded`` says whether values lie in [0, 1];
    ``action_prior`` sums to one, None being uniform.
    """

    frame_shape: tuple[int, ...]
    bounded: bool
    content_size: int
    motion_size: int
    hidden_size: int
    network: Any
    generator: Literal["style", "concat"]
    content_noise: float | None
    motion_noise: float | None
    motion_prior: MotionPrior = field(default_factory=GaussianPrior)
    n_actions: int | None = None
    action_prior: tuple[float, ...] | None = None
    motion_input: MotionInput = "frames"
    posteriors: str = "framewise"

    def build(self) -> SequenceModel:
        """Make the model, with weights from torch's global generator."""
        return SequenceModel(self)


class SequenceModel(nn.Module):
    r"""Posteriors, priors and decoder of a disentangled sequence model.

    .. math::

        p(x_{1:T}, z_c, z_{m,1:T})
            = p(z_c) \prod_t p(z_{m,t} \mid z_{m,<t})\, p(x_t \mid z_{m,t}, z_c)

    and with actions

    .. math::

        p(x_{1:T}, z_c, z_{m,1:T}, a)
            = p(z_c)\, p(a) \prod_t p(z_{m,t} \mid z_{m,<t}, a)\, p(x_t \mid z_{m,t}, z_c, a)

    Frames are float tensors, images in [0, 1] with channels first.

    Parameters
    ----------
    spec : ModelSpec

    References
    ----------
    Han, Min, Han, Li, Zhang: Disentangled Recurrent Wasserstein Autoencoder, ICLR 2021.

    Examples
    --------
    >>> import torch
    >>> spec = ModelSpec((3,), False, 4, 2, 16, "auto", "style", 0.1, 0.3)
    >>> model = SequenceModel(spec).eval()
    >>> posterior = model.encode(torch.zeros(5, 7, 3), sample=False)
    >>> posterior.content.mean.shape, posterior.motion.mean.shape
    (torch.Size([5, 4]), torch.Size([5, 7, 2]))
    >>> model.decode(posterior.codes).shape
    torch.Size([5, 7, 3])
    """

    action_prior: Tensor  # (K,), in a model with actions

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.spec = spec
        network = resolve_network(spec.network, spec.frame_shape, spec.generator)
        n_actions = spec.n_actions or 0
        codes = CodeShape(
            motion_size=spec.motion_size,
            content_size=spec.content_size,
            hidden_size=spec.hidden_size,
            generator=network.generator,
            bounded=spec.bounded,
            n_actions=n_actions,
        )
        self.content, self.motion = self._posteriors(network)
        self.levels: ExpectedLevels | None = None
        if spec.motion_input == "residuals":
            if len(spec.frame_shape) > 1:
                raise ValueError(
                    "motion_input='residuals' is for vectors, got images: 'changes' or 'frames'"
                )
            self.levels = ExpectedLevels(spec.content_size, spec.frame_shape[0])
        self.prior = self._prior(network)
        self.decoder = network.decoder(spec.frame_shape, codes)
        self.action: ActionPosterior | None = None
        if n_actions:
            self.action = ActionPosterior(spec.motion_size, spec.hidden_size, n_actions)
            prior = spec.action_prior or [1 / n_actions] * n_actions
            self.register_buffer("action_prior", torch.tensor(prior))
        # Convolutions are fastest so, on a CPU too: about 1.4 times on 32 x 32 images.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in the stubs

    def _posteriors(self, network: FrameNetwork) -> tuple[nn.Module, nn.Module]:
        """The posteriors of content and of motion."""
        spec = self.spec
        shape, hidden_size = spec.frame_shape, spec.hidden_size
        if isinstance(network, Parts):
            given = network, shape
            return (
                PartsContentPosterior(*given, spec.content_size, hidden_size, spec.content_noise),
                PartsMotionPosterior(
                    *given, spec.motion_size, hidden_size, spec.motion_noise, spec.motion_input
                ),
            )
        content, motion = POSTERIORS[spec.posteriors]
        return (
            content(network.encoder(shape), spec.content_size, hidden_size, spec.content_noise),
            motion(
                network.encoder(shape),
                spec.motion_size,
                hidden_size,
                spec.motion_noise,
                spec.motion_input,
            ),
        )

    def _prior(self, network: FrameNetwork) -> PriorNetwork:
        """The prior of motion, shared by parts."""
        spec, n_parts = self.spec, network.n_parts
        prior = spec.motion_prior.build(
            spec.motion_size // n_parts, spec.hidden_size, spec.n_actions or 0
        )
        return PartsPrior(prior, n_parts) if isinstance(network, Parts) else prior

    @property
    def noise_size(self) -> int:
        """Standard normal numbers that the draw of a step of motion takes."""
        return self.prior.noise_size

    def encode(
        self,
        x: Tensor,
        rng: torch.Generator | None = None,
        *,
        sample: bool = True,
        packing: Packing | None = None,
        observed: Tensor | None = None,
        known: Tensor | None = None,
    ) -> Posterior:
        """Codes of sequences.

        Parameters
        ----------
        x : Tensor of shape (n, T, ...)
        rng : torch.Generator, optional
        sample : bool
            If True, codes are drawn, and each motion code follows on a draw of the one before.
            If False, values are means, and each follows on the mean of the one before.
        packing : Packing, optional
            The frames that are real, where some are padding.
        observed : bool Tensor of the shape of x, optional
            False where a value is missing, and zero in its place.
        known : Tensor of int64 and shape (n,), optional
            Actions that are known, -1 where not.
        """
        how: dict[str, Any] = {"sample": sample, "packing": packing}
        if self.of_parts:
            motion = self.motion(x, rng, **how, observed=observed)
            content = self.content(x, rng, **how, **self.seen_of(motion))
        else:
            content = self.content(x, rng, **how)
            expected = self.expected_of(content.mean)
            motion = self.motion(x, rng, **how, observed=observed, expected=expected)
        lengths = None if packing is None else packing.lengths
        action = self.act(motion.value, rng, sample=sample, lengths=lengths, known=known)
        return Posterior(content, motion, action)

    @property
    def of_parts(self) -> bool:
        """True where frames are of parts, whose content is read where their motion says."""
        return isinstance(self.content, PartsContentPosterior)

    @torch.no_grad()
    def start_from(self, usual: Tensor) -> None:
        """Take the usual frame (C, H, W) for what is behind parts, at the start of a training."""
        parts: Any = self.motion, self.decoder
        for part in parts:
            part.start_from(usual)

    def seen_of(self, motion: Latent) -> dict[str, Tensor]:
        """The places that the content posterior of parts is told; nothing of other models."""
        decoder: Any = self.decoder
        return {"places": decoder.places(motion.mean)} if self.of_parts else {}

    def expected_of(self, content: Tensor) -> Levels | None:
        """The levels that contents (n, d_c) foretell, where motion sees what they leave.

        Contents learn nothing from it.
        """
        return None if self.levels is None else self.levels(content.detach())

    def act(self, motion: Tensor, rng: torch.Generator | None = None, **how: Any) -> Any:
        """The actions of motions, see :class:`ActionPosterior`; None for a model without actions.

        Returns
        -------
        Action of shape (n, K), or None
        """
        action: Action | None = None
        if self.action is not None:
            action = self.action(motion, rng, **how)
        return action

    def decode(
        self, codes: LatentCodes, packing: Packing | None = None, steps: Tensor | None = None
    ) -> Tensor:
        """Frames of codes.

        Parameters
        ----------
        codes : LatentCodes
        packing : Packing, optional
            The frames that are real, where some are padding.
        steps : Tensor of int64 and shape (n, k), optional
            The time steps to make frames of; all by default.

        Returns
        -------
        Tensor of shape (n, T, ...), or (N, ...) with ``packing``
            All frames, or the real ones alone.
        """
        motion = with_action(codes.motion, codes.action)
        if steps is not None:
            motion = motion.take_along_dim(steps.unsqueeze(-1), 1)
        if packing is None:
            return self.decoder(motion, codes.content)
        motion = packing.pack(motion).unsqueeze(1)
        if getattr(self.decoder, "by_sequence", False):
            frames = self.decoder(motion, codes.content, packing.sequence)
        else:
            frames = self.decoder(motion, codes.content[packing.sequence])
        return frames.squeeze(1)

    def rollout(
        self,
        noise: Tensor,
        history: Tensor | None = None,
        lengths: Tensor | None = None,
        action: Tensor | None = None,
    ) -> Tensor:
        """Motion codes from the prior, see :meth:`PriorNetwork.rollout`."""
        return self.prior.rollout(noise, history, lengths, action)

    def content_prior(self, like: Tensor, rng: torch.Generator | None = None) -> Latent:
        """Content codes from the prior, as many as ``like`` (n, d_c) has."""
        return content_prior(like, rng)


def build_model(spec: ModelSpec, seed: int) -> SequenceModel:
    """Build a model with weights drawn from a seed."""
    with seeded(seed):
        return spec.build()
