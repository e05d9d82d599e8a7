"""The objective: reconstruction cost plus weighted divergences, as one number and its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..divergences import Divergence, Samples, joint
from ..model import Latent, SequenceModel
from .costs import Cost, mean_cost

__all__ = ["Loss", "Objective"]

View = Callable[[Tensor, torch.Generator], Tensor]


class Loss(NamedTuple):
    """The objective of one batch.

    Attributes
    ----------
    total : Tensor, scalar
    cost, content, motion : Tensor, scalar
        Mean cost of a sequence, and the two divergences without their weights.
    """

    total: Tensor
    cost: Tensor
    content: Tensor
    motion: Tensor


class Objective(nn.Module):
    r"""The penalised upper bound on the Wasserstein distance between data and model.

    .. math::

        \sum_t E[c(x_t, G(z_{m,t}, z_c))] + \beta_1 D(q(z_c), p(z_c))
        + \beta_2 \sum_t D(q(z_{m,t} \mid z_{m,<t}), p(z_{m,t} \mid z_{m,<t}))

    where :math:`c` is a mean over the values of a frame. A sample-based divergence compares the
    conditionals through their joints with the previous code.

    Parameters
    ----------
    content_divergence, motion_divergence : Divergence
    cost : callable
    content_weight, motion_weight : float
    content_view, motion_view : callable or None
        What each encoder sees in training, while the target stays the original.
    frames_per_step : int or None
        Frames of each sequence, drawn at random, that are reconstructed in a step of training: an
        unbiased estimate of the cost for a part of the generator's work. None: all of them.

    References
    ----------
    Han, Min, Han, Li, Zhang: Disentangled Recurrent Wasserstein Autoencoder, ICLR 2021,
    equation (4).
    """

    def __init__(
        self,
        content_divergence: Divergence,
        motion_divergence: Divergence,
        *,
        cost: Cost,
        content_weight: float,
        motion_weight: float,
        content_view: View | None = None,
        motion_view: View | None = None,
        frames_per_step: int | None = None,
    ) -> None:
        super().__init__()
        self.content_divergence = content_divergence
        self.motion_divergence = motion_divergence
        self.cost = cost
        self.content_weight = content_weight
        self.motion_weight = motion_weight
        self.content_view = content_view
        self.motion_view = motion_view
        self.frames_per_step = frames_per_step

    def forward(
        self,
        model: SequenceModel,
        x: Tensor,
        generator: torch.Generator,
        *,
        warming_up: bool = False,
    ) -> Loss:
        """Evaluate the objective on a batch.

        Parameters
        ----------
        model : SequenceModel
            Views apply where it is in training mode.
        x : Tensor of shape (n, T, ...)
        generator : torch.Generator
        warming_up : bool
            Whether content rests: the generator gets it from the prior, so that motion learns its
            share first.
        """
        motion = model.motion(self._view(self.motion_view, model, x, generator), generator)
        motion_prior = model.prior(motion.value, generator)
        if warming_up:
            like = x.new_empty(len(x), model.spec.content_size)
            content = model.content_prior(like, generator)
            content_term = x.new_zeros(())
        else:
            content = model.content(self._view(self.content_view, model, x, generator), generator)
            content_term = self.content_divergence(
                Samples(*content), Samples(*model.content_prior(content.value, generator))
            )
        motion_term = self._conditional(motion, motion_prior)
        cost = self._cost(model, x, content.value, motion.value, generator)
        total = cost + self.content_weight * content_term + self.motion_weight * motion_term
        return Loss(total, cost, content_term, motion_term)

    def _view(
        self, view: View | None, model: SequenceModel, x: Tensor, generator: torch.Generator
    ) -> Tensor:
        return view(x, generator) if view is not None and model.training else x

    def _cost(
        self,
        model: SequenceModel,
        x: Tensor,
        content: Tensor,
        motion: Tensor,
        generator: torch.Generator,
    ) -> Tensor:
        """Mean cost of a sequence, or an unbiased estimate of it from some of its frames."""
        n, n_steps = x.shape[:2]
        k = self.frames_per_step
        if k is None or k >= n_steps or not model.training:
            return mean_cost(self.cost, model.decode(content, motion), x).mean()
        chosen = torch.rand(n, n_steps, generator=generator, device=x.device).argsort(1)[:, :k]
        motion = motion.take_along_dim(chosen.unsqueeze(-1), 1)
        rows = (chosen + n_steps * torch.arange(n, device=x.device).unsqueeze(-1)).flatten()
        # Channels last while they are gathered: an image's values then lie side by side.
        frames = x.flatten(0, 1).movedim(1, -1).index_select(0, rows).movedim(-1, 1)
        x = frames.unflatten(0, (n, k))
        return mean_cost(self.cost, model.decode(content, motion), x).mean() * (n_steps / k)

    def _conditional(self, q: Latent, p: Latent) -> Tensor:
        """Divergence of the motion posterior from its prior, summed over steps."""
        # Steps become the leading dimension, (n, T, d) -> (T, n, d): one call does them all.
        samples_q, samples_p = (Samples(*(part.transpose(0, 1) for part in z)) for z in (q, p))
        if self.motion_divergence.sample_based:
            history = nn.functional.pad(samples_q.value, (0, 0, 0, 0, 1, -1)).detach()
            samples_q, samples_p = joint(history, samples_q), joint(history, samples_p)
        return self.motion_divergence(samples_q, samples_p).sum()
