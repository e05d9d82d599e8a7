"""The objective of MoCoGAN: a generator of frames against two discriminators, which take turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot, softplus

from .._seeding import seeded
from ..data.batches import Batch
from ..model import LatentCodes, MoCoGANModel
from ..model.core import ModelSpec
from ..model.mocogan import clips
from ..networks import resolve_network
from .base import Loss, Objective, Term
from .communicator import Communicator

__all__ = [
    "AdversarialObjective",
    "Discriminator",
    "Discriminators",
    "Duel",
    "build_discriminators",
]

Self = TypeVar("Self", bound="Discriminator")


class Discriminator(nn.Module):
    """A discriminator with the settings of its training.

    Parameters
    ----------
    make : callable
        Makes the network: x -> (logits of being real (N,), logits of actions (N, K) or None).
    learning_rate : float
    gradient_penalty : float
        Of the squared gradient at real data.
    action_weight : float
        Of the cross-entropy of actions.
    """

    critic_steps = 1

    def __init__(
        self,
        make: Callable[..., nn.Module],
        learning_rate: float,
        gradient_penalty: float = 0.0,
        action_weight: float = 0.0,
    ) -> None:
        super().__init__()
        self.gradient_penalty = gradient_penalty
        self._make = make
        self.learning_rate = learning_rate
        self.action_weight = action_weight

    def build(self: Self, *sizes: Any) -> Self:
        """Make the network."""
        self.network = self._make(*sizes)
        return self

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """As the network."""
        logits: tuple[Tensor, Tensor | None] = self.network(x)
        return logits


class Discriminators(NamedTuple):
    """The discriminators of a MoCoGAN.

    Attributes
    ----------
    image, video : Discriminator
    """

    image: Discriminator
    video: Discriminator


def build_discriminators(discriminators: Discriminators, spec: ModelSpec, seed: int) -> None:
    """Make the networks of the discriminators of a model's frames."""
    network = resolve_network(spec.network, spec.frame_shape, spec.generator)
    image, video = discriminators
    with seeded(seed):
        image.build(network.encoder(spec.frame_shape), spec.hidden_size)
        video.build(network.encoder(spec.frame_shape), spec.hidden_size, spec.n_actions or 0)


class Duel(NamedTuple):
    r"""A discriminator :math:`D = \mathrm{sigmoid} f` with what it was shown on a batch.

    Attributes
    ----------
    divergence : Discriminator
    fake, real : Tensor of shape (N, ...)
    action : Tensor of int64 and shape (N,), or None
        Actions of the generated ones.
    weight : float
        Of its value in the loss of the generator.
    """

    divergence: Discriminator
    fake: Tensor
    real: Tensor
    action: Tensor | None = None
    weight: float = 1.0

    @property
    def is_zero_sum(self) -> bool:
        r"""False: the generator maximises :math:`\log D`, and that is another game."""
        return False

    def value(self) -> tuple[Tensor, Tensor]:
        r"""The loss of the generator: :math:`-E \log D(\tilde x)`, and that of the actions."""
        fooled, said = self.divergence(self.fake)
        return softplus(-fooled).mean(), self._of_action(said, fooled)

    def critic_loss(self) -> Tensor:
        r"""The loss of the discriminator, on constant frames.

        .. math::

            -E \log D(x) - E \log (1 - D(\tilde x)) + \lambda L(a)
            + \tfrac{\gamma}{2} E \lVert \nabla f(x) \rVert^2
        """
        weight = self.divergence.gradient_penalty
        real = self.real.detach().requires_grad_(weight > 0)
        right, _ = self.divergence(real)
        penalty = right.new_zeros(())
        if weight > 0:
            (slope,) = torch.autograd.grad(right.sum(), real, create_graph=True)
            penalty = 0.5 * weight * slope.flatten(1).square().sum(1).mean()
        fooled, said = self.divergence(self.fake.detach())
        told = self._of_action(said, fooled)
        return (
            softplus(-right).mean()
            + softplus(fooled).mean()
            + self.divergence.action_weight * told
            + penalty
        )

    def _of_action(self, said: Tensor | None, like: Tensor) -> Tensor:
        if self.action is None or said is None:
            return like.new_zeros(())
        return cross_entropy(said, self.action)


class AdversarialObjective(Objective):
    r"""The generator's side of the game.

    .. math::

        \min_{G, R_M} \max_{D_I, D_V}\;
        E \log D_I(S_1(x)) + E \log(1 - D_I(S_1(\tilde x)))
        + E \log D_V(S_T(x)) + E \log(1 - D_V(S_T(\tilde x)))

    where :math:`S_1` takes one frame of a sequence and :math:`S_T` a clip of T frames, at random.
    The generator maximises :math:`\log D` of what it makes rather than minimising
    :math:`\log (1 - D)`, as usual, and with actions :math:`\lambda` times the likelihood of each
    clip's action as the clip discriminator reads it.

    Its losses have the parts ``image`` and ``video``, how well the discriminators of frames and of
    clips see through the generator, and ``action``, the cross-entropy of the actions that clips
    were made of, zero without actions.

    Parameters
    ----------
    discriminators : Discriminators
    clip_steps : int
        T.
    action_weight : float
        :math:`\lambda`.
    communicator : Communicator
        Those that share a batch.

    References
    ----------
    Tulyakov, Liu, Yang, Kautz: MoCoGAN, CVPR 2018, equations (4) and (5).
    """

    parts = ("image", "video", "action")

    def __init__(
        self,
        discriminators: Discriminators,
        *,
        clip_steps: int,
        action_weight: float = 0.0,
        communicator: Communicator | None = None,
    ) -> None:
        super().__init__(communicator)
        self.image, self.video = discriminators
        self.clip_steps = clip_steps
        self.action_weight = action_weight

    @property
    def divergences(self) -> Discriminators:
        """The two discriminators."""
        return Discriminators(self.image, self.video)

    def forward(
        self,
        model: MoCoGANModel,
        batch: Batch,
        rng: torch.Generator,
        *,
        content_delayed: bool = False,
        progress: float | Tensor = 1.0,
    ) -> tuple[Loss, list[Duel]]:
        """Evaluate it on a batch, see :meth:`Objective.forward`; nothing is delayed.

        Returns
        -------
        loss : Loss
        duels : list of Duel
            Frames and clips that each discriminator was shown.
        """
        x, gather = batch.x, self.communicator.gather
        steps = x.shape[1]
        if batch.lengths is not None:
            steps = int(gather(batch.lengths).min())  # the same in all processes
        real = clips(x, min(self.clip_steps, steps), rng, batch.packing)
        codes = self._drawn(model, len(x), real.shape[1], rng, x.device)
        fake = model.decode(codes)
        frame, real_frame = (clips(part, 1, rng).squeeze(1) for part in (fake, real))
        of_frames = Duel(self.image, gather(frame.float()), gather(real_frame.float()))
        of_clips = Duel(self.video, gather(fake.float()), gather(real.float()))
        if codes.action is not None:
            of_clips = of_clips._replace(action=gather(codes.action.argmax(-1)))
        (image, _), (video, told) = of_frames.value(), of_clips.value()
        terms = (
            Term({"image": image}),
            Term({"video": video}),
            Term({"action": told}, self.action_weight),
        )
        return Loss.of(*terms), [of_frames, of_clips]

    @staticmethod
    def _drawn(
        model: MoCoGANModel, n: int, n_steps: int, rng: torch.Generator, device: torch.device
    ) -> LatentCodes:
        """Codes of clips, from the priors."""
        spec = model.spec
        content = torch.randn(n, spec.content_size, generator=rng, device=device)
        noise = torch.randn(n, n_steps, spec.motion_size, generator=rng, device=device)
        if not spec.n_actions:
            return LatentCodes(content, model.rollout(noise))
        number = torch.multinomial(model.action_prior, n, replacement=True, generator=rng)
        action = one_hot(number, spec.n_actions).to(noise.dtype)
        return LatentCodes(content, model.rollout(noise, action=action), action)
