"""The objective: reconstruction cost plus weighted divergences, as one number and its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ..divergences import Dependence, Divergences, Samples, joint
from ..model import Action, Latent, Mixture, Packing, SequenceModel, with_action
from .base import Comparison, ramp
from .communicator import Communicator, SingleProcess
from .costs import Cost, mean_cost

__all__ = ["Loss", "Objective", "ReinforcedLoss", "negative_log_likelihood"]

# Of the prior's likelihood. Its gradient is the prior's alone, for which Adam makes any weight the
# same: one that neither the loss nor the norm of the whole gradient has to notice.
LIKELIHOOD_WEIGHT = 1e-4

View = Callable[..., Tensor]  # of a batch, a generator and, where there is padding, the lengths


class Loss(NamedTuple):
    """The objective of one batch.

    Attributes
    ----------
    total : Tensor, scalar
    cost, content, motion, independence : Tensor, scalar
        Mean cost of a sequence, and the divergences without their weights.
    likelihood : Tensor, scalar
        Mean negative log-likelihood of a sequence of motion codes under a prior that is a mixture,
        in nats, else zero.
    """

    total: Tensor
    cost: Tensor
    content: Tensor
    motion: Tensor
    independence: Tensor
    likelihood: Tensor


class ReinforcedLoss(NamedTuple):
    """The objective of one batch of a model with actions.

    Attributes
    ----------
    total, cost, content, motion, independence, likelihood : Tensor, scalar
        As those of :class:`Loss`.
    action : Tensor, scalar
        The divergence of the actions from their prior, without its weight.
    dynamics : Tensor, scalar
        Mean negative log-likelihood of a motion code under the prior, given the action, without its
        weight.
    labels : Tensor, scalar
        Mean cross-entropy of the actions that are known, zero of none, without its weight.
    """

    total: Tensor
    cost: Tensor
    content: Tensor
    motion: Tensor
    independence: Tensor
    likelihood: Tensor
    action: Tensor
    dynamics: Tensor
    labels: Tensor


class Objective(nn.Module):
    r"""The penalised upper bound on the Wasserstein distance between data and model.

    .. math::

        \sum_t E[c(x_t, G(z_{m,t}, z_c))] + \beta_1 D(q(z_c), p(z_c))
        + \beta_2 \sum_t D(q(z_{m,t} \mid z_{m,<t}), p(z_{m,t} \mid z_{m,<t}))
        + \beta_4 D(q(z_c, \bar z_m), q(z_c)\, q(\bar z_m))

    where :math:`c` is a mean over the values of a frame. A sample-based divergence compares the
    conditionals through their joints with the previous code. The last term, which the paper does
    not have, says what the two marginal terms leave open: that content and motion are independent
    of each other in the aggregate, as they are in the prior. Of the motion it takes the mean over
    steps, :math:`\bar z_m`, where what content could repeat would be, and no gradient: what both
    codes know is content's to give up.

    A motion prior whose steps are mixtures is trained by the likelihood of the codes, which has the
    same optimum as the divergence and tells one Gaussian of a step from another; the divergence
    then moves the posterior alone.

    With actions it is, over the whole batch and over the sequences :math:`L` whose action is known,

    .. math::

        \dots + \beta_3 \Big( \mathrm{KL}(q(a) \,\|\, p(a))
        - \frac{1}{T} E \sum_t \log p(z_{m,t} \mid z_{m,<t}, a)
        - \frac{1}{|L|} \sum_{i \in L} \log q(a_i \mid x_i, z_{m,i}) \Big), \quad
        q(a) = \frac{1}{n} \sum_i q(a \mid x_i, z_{m,i})

    It is the aggregated posterior that meets the prior, as everywhere in a Wasserstein autoencoder:
    the divergence of each sequence's own is least where its action says nothing of it. The second
    term, in which the motions are constants, is what makes an action one kind of movement: given
    it, the prior must foretell the motions, as the components of a mixture do.

    Parameters
    ----------
    divergences : Divergences
    cost : callable
    content_weight, motion_weight : float
        A divergence of no weight, independence too, is not computed.
    independence_weight : float or pair of float
        Of a pair, one at the start of a training and one at its end, see :func:`ramp`.
    action_weight : float or None
        None for a model without actions.
    content_view, motion_view : callable or None
        What each encoder sees in training, while the target stays the original.
    frames_per_step : int or None
        Frames of each sequence, drawn at random, that are reconstructed in a step of training: an
        unbiased estimate of the cost for a part of the generator's work. None: all of them.
    communicator : Communicator
        Those that share a batch: divergences are of the whole of it.

    References
    ----------
    Han, Min, Han, Li, Zhang: Disentangled Recurrent Wasserstein Autoencoder, ICLR 2021,
    equation (4).
    """

    def __init__(
        self,
        divergences: Divergences,
        *,
        cost: Cost,
        content_weight: float,
        motion_weight: float,
        independence_weight: float | tuple[float, float] = 0.0,
        action_weight: float | None = None,
        content_view: View | None = None,
        motion_view: View | None = None,
        frames_per_step: int | None = None,
        communicator: Communicator | None = None,
    ) -> None:
        super().__init__()
        self.content_divergence, self.motion_divergence, self.independence_divergence = divergences
        self.cost = cost
        self.content_weight = content_weight
        self.motion_weight = motion_weight
        self.independence_weight = independence_weight
        self.action_weight = action_weight
        self.content_view = content_view
        self.motion_view = motion_view
        self.frames_per_step = frames_per_step
        self.communicator = SingleProcess() if communicator is None else communicator

    @property
    def divergences(self) -> Divergences:
        """The divergences of content, of motion and of their independence."""
        return Divergences(
            self.content_divergence, self.motion_divergence, self.independence_divergence
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """What the loss consists of, its total first."""
        return Loss._fields if self.action_weight is None else ReinforcedLoss._fields

    def forward(
        self,
        model: SequenceModel,
        x: Tensor,
        generator: torch.Generator,
        *,
        lengths: Tensor | None = None,
        observed: Tensor | None = None,
        labels: Tensor | None = None,
        content_delayed: bool = False,
        progress: float = 1.0,
    ) -> tuple[Loss | ReinforcedLoss, list[Comparison]]:
        """Evaluate the objective on a batch.

        Parameters
        ----------
        model : SequenceModel
            Views apply where it is in training mode.
        x : Tensor of shape (n, T, ...)
        generator : torch.Generator
        lengths : Tensor of int64 and shape (n,), on the CPU, optional
            Steps of each sequence that are real, the rest being padding; all by default.
        observed : bool Tensor of the shape of x, optional
            False where a value is missing, and zero in its place; these cost nothing.
        labels : Tensor of int64 and shape (n,), optional
            Actions that are known, -1 where not.
        content_delayed : bool
            Whether content rests: the generator gets it from the prior, so that motion learns its
            share first.
        progress : float
            The share of the training that is done, by which independence weighs more.

        Returns
        -------
        loss : Loss or, with actions, ReinforcedLoss
        comparisons : list of Comparison
            What each divergence was given, for those that learn from it. One of no weight, or that
            rests, compares nothing and is zero.
        """
        packing = None if lengths is None else Packing.of(lengths, x.shape[1], x.device)
        motion = self._encoded(model.motion, self.motion_view, model, x, generator, packing)
        action: Action | None = model.act(motion.value, generator, lengths=lengths, known=labels)
        a = None if action is None else action.value
        prior, likelihood = self._prior(model, motion.value, a, generator, packing)
        q_m, p_m = self._gathered(motion, prior)
        of_all = packing
        if lengths is not None:
            of_all = Packing.of(self.communicator.gather(lengths), x.shape[1], x.device)
        compared: dict[str, Comparison] = {}
        if self.motion_weight > 0:
            compared["motion"] = self._conditional(q_m, p_m, of_all)
        independence_weight = ramp(self.independence_weight, progress)
        if content_delayed:
            like = x.new_empty(len(x), model.spec.content_size)
            content = model.content_prior(like, generator)
        else:
            content = self._encoded(model.content, self.content_view, model, x, generator, packing)
            q_c, p_c = self._gathered(content, model.content_prior(content.value, generator))
            if self.content_weight > 0:
                compared["content"] = Comparison(
                    self.content_divergence,
                    Samples(*q_c),
                    Samples(*p_c),
                    weight=self.content_weight,
                )
            if independence_weight > 0:
                compared["independence"] = self._independence(
                    q_c.value, q_m.value, of_all, independence_weight
                )
        moving = with_action(motion.value, a)
        cost = self.reconstruction_cost(
            model, x, content.value, moving, generator, packing, observed, some=model.training
        )
        content_term, motion_term, independence_term = (
            compared[name].value() if name in compared else x.new_zeros(())
            for name in ("content", "motion", "independence")
        )
        total = cost + self.content_weight * content_term + self.motion_weight * motion_term
        total = total + independence_weight * independence_term
        total = total + LIKELIHOOD_WEIGHT * likelihood
        parts = (cost, content_term, motion_term, independence_term, likelihood)
        if action is None:
            return Loss(total, *parts), list(compared.values())
        kl, known = self._action_terms(model.action_prior, action, labels)
        dynamics = self._dynamics(model, motion.value.detach(), action.value, packing)
        total = total + (self.action_weight or 0.0) * (kl + dynamics + known)
        loss = ReinforcedLoss(total, *parts, kl, dynamics, known)
        return loss, list(compared.values())

    def _prior(
        self,
        model: SequenceModel,
        z: Tensor,
        action: Tensor | None,
        generator: torch.Generator,
        packing: Packing | None,
    ) -> tuple[Latent, Tensor]:
        """A draw of the motion prior beside each code, and the codes' negative log-likelihood."""
        if model.prior.n_components == 1:
            return model.prior(z, generator, action), z.new_zeros(())
        steps = model.prior.steps(z.detach(), action)
        drawn = model.prior.draw(steps, model.prior.noise(z, generator))
        likelihood = self.communicator.mean(negative_log_likelihood(steps, z.detach(), packing))
        return Latent(*(part.detach() for part in drawn)), likelihood

    def _dynamics(
        self, model: SequenceModel, z: Tensor, action: Tensor, packing: Packing | None
    ) -> Tensor:
        """How unlikely motions (n, T, d_m) are given their actions, in nats a step."""
        surprise = -model.prior.steps(z, action).log_prob(z).unsqueeze(-1)  # (n, T, 1)
        if packing is None:
            return self.communicator.mean(surprise.mean((1, 2)))
        real = surprise.masked_fill(~packing.mask.unsqueeze(-1), 0.0)
        return self.communicator.mean(packing.mean(real).squeeze(-1))

    def _action_terms(
        self, prior: Tensor, action: Action, labels: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The divergence of actions from their prior, and the cross-entropy of known ones."""
        logits = self.communicator.gather(action.logits)  # (N, K)
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        aggregated = logits.softmax(-1).mean(0)
        # A share that underflows to zero has a limit, and no logarithm.
        kl = (aggregated * (aggregated.clamp(min=1e-12).log() - prior.log())).sum()
        if labels is None:
            return kl, logits.new_zeros(())
        labels = self.communicator.gather(labels)
        entropies = cross_entropy(logits, labels.clamp(min=0), reduction="none")
        known = labels >= 0
        return kl, (entropies * known).sum() / known.sum().clamp(min=1)

    def _gathered(self, q: Latent, p: Latent) -> tuple[Latent, Latent]:
        """What the encoders and priors of all processes say."""
        parts = self.communicator.gather(torch.cat([*q, *p], dim=-1)).chunk(6, dim=-1)
        return Latent(*parts[:3]), Latent(*parts[3:])

    @staticmethod
    def _encoded(
        posterior: nn.Module,
        view: View | None,
        model: SequenceModel,
        x: Tensor,
        generator: torch.Generator,
        packing: Packing | None,
    ) -> Latent:
        """What an encoder says of its view of the sequences, or of themselves out of training."""
        if view is not None and model.training:
            n_steps = x.shape[1]
            if packing is None:
                x = view(x, generator)
            else:
                x = view(x, generator, packing.lengths.to(x.device))
            if x.shape[1] != n_steps:
                packing = None  # by the contract of views, none of the steps is padding then
        latent: Latent = posterior(x, generator, packing=packing)
        return latent

    def reconstruction_cost(
        self,
        model: SequenceModel,
        x: Tensor,
        content: Tensor,
        motion: Tensor,
        generator: torch.Generator,
        packing: Packing | None = None,
        observed: Tensor | None = None,
        *,
        some: bool = True,
    ) -> Tensor:
        """Mean cost of a sequence, or with ``some`` an unbiased estimate from some of its frames.

        In a model with actions, motion has the action beside it.
        """
        n, n_steps = x.shape[:2]
        k = self.frames_per_step
        if k is None or k >= n_steps or not some:
            costs = self._cost_of_each(model, x, content, motion, packing, observed)
            return self.communicator.mean(costs)
        key = torch.rand(n, n_steps, generator=generator, device=x.device)
        if packing is not None:
            key = torch.where(packing.mask, key, 2.0)  # padding comes last
        chosen = key.argsort(1)[:, :k]
        motion = motion.take_along_dim(chosen.unsqueeze(-1), 1)
        rows = (chosen + n_steps * torch.arange(n, device=x.device).unsqueeze(-1)).flatten()
        x = frames_at(x, rows).unflatten(0, (n, k))
        if observed is not None:
            observed = frames_at(observed, rows).unflatten(0, (n, k))
        if packing is None:
            costs = self._cost_of_each(model, x, content, motion, None, observed)
            return self.communicator.mean(costs) * (n_steps / k)
        of_chosen = Packing.of(packing.lengths.clamp(max=k), k, x.device)
        share = of_chosen.mask.sum(1) / packing.mask.sum(1)
        costs = self._cost_of_each(model, x, content, motion, of_chosen, observed)
        return self.communicator.mean(costs / share)

    def _cost_of_each(
        self,
        model: SequenceModel,
        x: Tensor,
        content: Tensor,
        motion: Tensor,
        packing: Packing | None = None,
        observed: Tensor | None = None,
    ) -> Tensor:
        """The cost of each sequence, of its real frames, (n,)."""
        if packing is None:
            return mean_cost(self.cost, model.decode(content, motion), x, observed)
        frames = model.decode_real(content, motion, packing).unsqueeze(1)
        x = packing.pack(x).unsqueeze(1)
        observed = None if observed is None else packing.pack(observed).unsqueeze(1)
        return packing.pad(mean_cost(self.cost, frames, x, observed)).sum(1)

    def _conditional(self, q: Latent, p: Latent, packing: Packing | None) -> Comparison:
        """The motion posterior beside its prior, all steps at once."""
        # Steps become the leading dimension, (n, T, d) -> (T, n, d): one call does them all.
        samples_q, samples_p = (Samples(*(part.transpose(0, 1) for part in z)) for z in (q, p))
        if self.motion_divergence.sample_based:
            history = nn.functional.pad(samples_q.value, (0, 0, 0, 0, 1, -1)).detach()
            samples_q, samples_p = joint(history, samples_q), joint(history, samples_p)
        mask = None if packing is None else packing.mask.mT
        return Comparison(
            self.motion_divergence, samples_q, samples_p, mask, weight=self.motion_weight
        )

    def _independence(
        self, content: Tensor, motion: Tensor, packing: Packing | None, weight: float
    ) -> Comparison:
        """The joint distribution of the codes beside the product of its marginals."""
        motion = motion.detach()
        other = motion.mean(1) if packing is None else packing.mean(motion)  # (n, d_m)
        if isinstance(self.independence_divergence, Dependence):
            compared = Samples(content), Samples(other)
        else:
            # A batch is in random order: each content beside the next sequence's motion is a draw
            # from the product.
            together = joint(content, Samples(other))
            compared = together, joint(content, Samples(other.roll(1, 0)))
        return Comparison(self.independence_divergence, *compared, weight=weight)


def negative_log_likelihood(steps: Mixture, z: Tensor, packing: Packing | None) -> Tensor:
    """Of each sequence of codes (n, T, d), in nats, (n,); padding is none of it."""
    log_prob = steps.log_prob(z)  # (n, T)
    if packing is not None:
        log_prob = torch.where(packing.mask, log_prob, 0.0)
    return -log_prob.sum(1)


def frames_at(x: Tensor, rows: Tensor) -> Tensor:
    """Some of all frames of a batch, (n, T, ...) -> (N, ...)."""
    # Channels last while they are gathered: an image's values then lie side by side.
    return x.flatten(0, 1).movedim(1, -1).index_select(0, rows).movedim(-1, 1)
