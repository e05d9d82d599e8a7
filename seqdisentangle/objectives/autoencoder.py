"""The base of objectives of a model that encodes: a cost of frames, and codes compared."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .._frames import frames_at, random_steps
from ..data.batches import Batch
from ..data.packing import Packing
from ..divergences import Divergences, Samples, joint
from ..model import LatentCodes, SequenceModel
from ..model.latent import Latent
from .base import Comparison, Objective
from .communicator import Communicator
from .costs import Cost
from .reconstruction import cost_of, error_of_movement

__all__ = ["AutoencoderObjective", "check_steps"]


class AutoencoderObjective(Objective):
    """Base of the objectives that have a reconstruction cost and divergences of codes.

    Parameters
    ----------
    divergences : Divergences
    cost : callable
    content_weight, motion_weight : float
    movement_weight : float
        The weight of the squared error of what moves, which the cost of frames has in it already:
        where movement is a small part of the frames, it must count for more to be learned.
    frames_per_step : int or None
        Frames of each sequence, drawn at random, that are reconstructed in a step of training: an
        unbiased estimate of the cost for a part of the decoder's work. None: all of them.
    communicator : Communicator
        Those that share a batch: divergences are of the whole of it.
    """

    def __init__(
        self,
        divergences: Divergences,
        *,
        cost: Cost,
        content_weight: float,
        motion_weight: float,
        movement_weight: float = 0.0,
        frames_per_step: int | None = None,
        communicator: Communicator | None = None,
    ) -> None:
        super().__init__(communicator)
        self.content_divergence, self.motion_divergence, self.independence_divergence = divergences
        self.cost = cost
        self.content_weight = content_weight
        self.motion_weight = motion_weight
        self.movement_weight = movement_weight
        self.frames_per_step = frames_per_step

    @property
    def divergences(self) -> Divergences:
        """The divergences of content, of motion and of their independence."""
        return Divergences(
            self.content_divergence, self.motion_divergence, self.independence_divergence
        )

    # ---- the cost --------------------------------------------------------------------------------

    def reconstruction_cost(
        self,
        model: SequenceModel,
        codes: LatentCodes,
        batch: Batch,
        rng: torch.Generator,
        *,
        some: bool = True,
    ) -> Tensor:
        """Mean cost of a sequence, or with ``some`` an unbiased estimate from some of its frames.

        Parameters
        ----------
        model : SequenceModel
        codes : LatentCodes
            Of the sequences of the batch.
        batch : Batch
        rng : torch.Generator
        some : bool
            If True, ``frames_per_step`` of the frames are drawn; if False, all count.

        Returns
        -------
        Tensor, scalar
        """
        n, n_steps = batch.x.shape[:2]
        k = self.frames_per_step
        if k is None or k >= n_steps or not some:
            return self.communicator.mean(self._cost_of_each(model, codes, batch))
        packing, observed = batch.packing, batch.observed
        real = None if packing is None else packing.mask
        chosen = random_steps(n, n_steps, rng, batch.x.device, real)[:, :k]
        few = Batch(
            frames_at(batch.x, chosen),
            None if batch.lengths is None else batch.lengths.clamp(max=k),
            None if observed is None else frames_at(observed, chosen),
        )
        costs = self._cost_of_each(model, codes, few, chosen)
        if packing is None or few.packing is None:
            return self.communicator.mean(costs) * (n_steps / k)
        share = few.packing.mask.sum(1) / packing.mask.sum(1)
        return self.communicator.mean(costs / share)

    def _cost_of_each(
        self,
        model: SequenceModel,
        codes: LatentCodes,
        batch: Batch,
        steps: Tensor | None = None,
    ) -> Tensor:
        """The cost of each sequence, of its real frames, (n,)."""
        packing = batch.packing
        frames = model.decode(codes, packing, steps)
        costs = cost_of(self.cost, frames, batch)
        if packing is not None:
            costs = packing.pad(costs).sum(1)
        if self.movement_weight > 0:
            costs = costs + self.movement_weight * error_of_movement(frames, batch)
        return costs

    # ---- the codes of all processes --------------------------------------------------------------

    def gathered(self, q: Latent, p: Latent) -> tuple[Latent, Latent]:
        """The posteriors and the priors of all processes."""
        parts = self.communicator.gather(torch.cat([*q, *p], dim=-1)).chunk(6, dim=-1)
        return Latent(*parts[:3]), Latent(*parts[3:])

    def packing_of_all(self, batch: Batch) -> Packing | None:
        """The real frames of the batches of all processes; None where all are real."""
        if batch.lengths is None:
            return None
        lengths = self.communicator.gather(batch.lengths)
        if lengths is batch.lengths:
            return batch.packing
        return Packing.of(lengths, batch.x.shape[1], batch.x.device)

    # ---- comparisons -----------------------------------------------------------------------------

    def compare_content(self, q: Latent, p: Latent) -> Comparison:
        """The content posterior beside its prior."""
        return Comparison(
            self.content_divergence, Samples(*q), Samples(*p), weight=self.content_weight
        )

    def compare_motion(self, q: Latent, p: Latent, packing: Packing | None) -> Comparison:
        """The motion posterior beside its prior, all time steps at once."""
        # Steps become the leading dimension, (n, T, d) -> (T, n, d): one call does them all.
        samples_q, samples_p = (Samples(*(part.transpose(0, 1) for part in z)) for z in (q, p))
        if self.motion_divergence.sample_based:
            history = nn.functional.pad(samples_q.value, (0, 0, 0, 0, 1, -1)).detach()
            samples_q, samples_p = joint(history, samples_q), joint(history, samples_p)
        mask = None if packing is None else packing.mask.mT
        return Comparison(
            self.motion_divergence, samples_q, samples_p, mask, weight=self.motion_weight
        )


def check_steps(motion: Latent, batch: Batch) -> None:
    """Raise a ValueError unless each time step of a batch has a motion code."""
    made, steps = motion.value.shape[1], batch.x.shape[1]
    if made != steps:
        raise ValueError(
            f"motion_view must keep the time steps, each of which has a motion code of its own: it "
            f"made {made} of {steps}. A view of some of the frames is for content_view"
        )
