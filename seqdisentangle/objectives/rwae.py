"""The objective of the recurrent Wasserstein autoencoder, with and without actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from .._modes import full_precision
from ..data.batches import Batch
from ..data.packing import Packing
from ..divergences import Dependence, Divergences, Samples, joint
from ..model import LatentCodes, SequenceModel
from ..model.latent import Action, Latent
from ..model.levels import ExpectedLevels, Levels
from .autoencoder import AutoencoderObjective, check_steps
from .base import Comparison, Loss, Term, counts, ramp
from .communicator import Communicator
from .constancy import error_of_constancy
from .costs import Cost
from .exchange import error_of_swaps
from .sharing import levels_of, partners, picked

__all__ = ["WassersteinObjective"]

# Of the prior's likelihood. Its gradient is the prior's alone, for which Adam makes any weight the
# same: one that neither the loss nor the norm of the whole gradient has to notice.
LIKELIHOOD_WEIGHT = 1e-4

View = Callable[..., Tensor]  # of a batch, an rng and, where there is padding, the lengths


class WassersteinObjective(AutoencoderObjective):
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
    codes know is content's to give up. Where groups say what content is, it is motion's,
    in the mean of its squares too.

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
    the divergence of each sequence's own, which the paper writes (``action_kl="each"``), is least
    where its action says nothing of it. The second term, in which the motions are constants, is
    what makes an action one kind of movement: given it, the prior must foretell the motions, as the
    components of a mixture do.

    Its losses have the parts ``cost``, the mean cost of a sequence and its weighed movement;
    ``content``, ``motion`` and ``independence``, the divergences; ``likelihood``, the mean negative
    log-likelihood of a sequence of motion codes under a prior that is a mixture, in nats, else
    zero; and with actions ``action``, the divergence of the actions from their prior, ``dynamics``,
    the mean negative log-likelihood of a motion code given the action, and ``labels``, the mean
    cross-entropy of the actions that are known; and with weights of their own ``swap`` and
    ``constancy``, the mean :func:`error_of_swaps` and :func:`error_of_constancy`. ``dynamics`` is
    zero where it is switched off.

    Of a batch with groups, the decoder is given each sequence's motion beside the content of
    another of its group, and it is with the code of that one that its own must agree.

    Parameters
    ----------
    divergences : Divergences
    cost : callable
    content_weight, motion_weight : float
        A divergence of no weight, independence too, is not computed.
    movement_weight : float
        As in :class:`AutoencoderObjective`.
    independence_weight : float or pair of float
        Of a pair, one at the start of a training and one at its end, see :func:`ramp`.
    swap_weight : float
        Of the error of swaps in what stays the same, 0 for images.
    constancy_weight : float
        Of the distance between two content codes of a sequence, by two draws of ``content_view``,
        or of two sequences of a group.
    action_weight : float or None
        None for a model without actions.
    action_kl : {"aggregated", "each"}
        The posterior of actions that meets the prior, of the batch or of each sequence.
    action_dynamics : bool
        False leaves out that motions are to be foretold given their action.
    content_view, motion_view : callable or None
        The view that each encoder has in training, while the target stays the original. That of
        motion keeps the time steps.
    frames_per_step, communicator
        As in :class:`AutoencoderObjective`.

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
        movement_weight: float = 0.0,
        independence_weight: float | tuple[float, float] = 0.0,
        swap_weight: float = 0.0,
        constancy_weight: float = 0.0,
        action_weight: float | None = None,
        action_kl: Literal["aggregated", "each"] = "aggregated",
        action_dynamics: bool = True,
        content_view: View | None = None,
        motion_view: View | None = None,
        frames_per_step: int | None = None,
        communicator: Communicator | None = None,
    ) -> None:
        super().__init__(
            divergences,
            cost=cost,
            content_weight=content_weight,
            motion_weight=motion_weight,
            movement_weight=movement_weight,
            frames_per_step=frames_per_step,
            communicator=communicator,
        )
        self.independence_weight = independence_weight
        self.swap_weight = swap_weight
        self.constancy_weight = constancy_weight
        self.action_weight = action_weight
        self.action_kl = action_kl
        self.action_dynamics = action_dynamics
        self.content_view = content_view
        self.motion_view = motion_view

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of a loss, those of actions last."""
        parts: tuple[str, ...] = ("cost", "content", "motion", "independence", "likelihood")
        parts += tuple(name for name, weight in self._weights_of_content.items() if weight > 0)
        return parts if self.action_weight is None else (*parts, "action", "dynamics", "labels")

    @property
    def _weights_of_content(self) -> dict[str, float]:
        """The weights of the errors in what stays the same."""
        return {"swap": self.swap_weight, "constancy": self.constancy_weight}

    def forward(
        self,
        model: SequenceModel,
        batch: Batch,
        rng: torch.Generator,
        *,
        content_delayed: bool = False,
        progress: float | Tensor = 1.0,
    ) -> tuple[Loss, list[Comparison]]:
        """Evaluate the objective on a batch.

        Parameters
        ----------
        model : SequenceModel
            Views apply where it is in training mode.
        batch : Batch
            Labels are actions, and groups share their content.
        rng : torch.Generator
        content_delayed : bool
            If True, content rests: the decoder gets it from the prior, so that motion learns its
            share first.
        progress : float or Tensor
            The share of the training that is done, by which independence weighs more.

        Returns
        -------
        loss : Loss
        comparisons : list of Comparison
            Samples that each divergence was given, for those that learn from it. One of no
            weight, or that rests, compares nothing and is zero.
        """
        learns = model.training and not content_delayed
        rows = partners(batch.groups, rng) if learns and batch.groups is not None else None
        content = None
        told: dict[str, Any] = {"observed": batch.observed}
        if model.levels is not None:
            content = self._content(model, batch, rng, content_delayed)
            if learns:
                self._learn_levels(model.levels, picked(content, rows), batch)
            told["expected"] = model.expected_of(content.mean)
        motion = self._encoded("motion", model, batch, rng, **told)
        check_steps(motion, batch)
        lengths, known = batch.lengths, batch.labels
        action: Action | None = model.act(motion.value, rng, lengths=lengths, known=known)
        a = None if action is None else action.value
        prior, likelihood = self._prior(model, motion.value, a, rng, batch.packing)
        q_m, p_m = self.gathered(motion, motion if prior is None else prior)
        of_all = self.packing_of_all(batch)
        compared: dict[str, Comparison] = {}
        if self.motion_weight > 0:
            compared["motion"] = self.compare_motion(q_m, p_m, of_all)
        independence_weight = ramp(self.independence_weight, progress)
        if content is None:
            content = self._content(model, batch, rng, content_delayed, **model.seen_of(motion))
        if not content_delayed:
            q_c, p_c = self.gathered(content, model.content_prior(content.value, rng))
            if self.content_weight > 0:
                compared["content"] = self.compare_content(q_c, p_c)
            if counts(independence_weight):
                given = q_c.value, q_m.value, of_all, independence_weight
                grouped = batch.groups is not None
                compared["independence"] = self._independence(*given, grouped=grouped)
        codes = LatentCodes(picked(content, rows).value, motion.value, a)
        cost = self.reconstruction_cost(model, codes, batch, rng, some=model.training)
        nothing = cost.new_zeros(())
        weights = {
            "content": self.content_weight,
            "motion": self.motion_weight,
            "independence": independence_weight,
        }
        values = {name: compared[name].value() for name in weights if name in compared}
        terms = [Term({"cost": cost})]
        terms += [Term({name: values.get(name, nothing)}, w) for name, w in weights.items()]
        terms.append(Term({"likelihood": likelihood}, LIKELIHOOD_WEIGHT))
        errors = dict.fromkeys(self._weights_of_content, nothing)
        if not content_delayed:
            errors |= self._errors_of_content(model, codes, batch, rng, content, rows)
        of_content = self._weights_of_content.items()
        terms += [Term({name: errors[name]}, weight) for name, weight in of_content if weight > 0]
        if action is not None:
            terms.append(self._action_term(model, motion, action, batch))
        return Loss.of(*terms), list(compared.values())

    def _content(
        self, model: SequenceModel, batch: Batch, rng: torch.Generator, rests: bool, **at: Any
    ) -> Latent:
        """The content of sequences by its view; while it rests, draws of its prior."""
        if rests:
            return model.content_prior(batch.x.new_empty(len(batch), model.spec.content_size), rng)
        return self._encoded("content", model, batch, rng, **at)

    def _learn_levels(self, levels: ExpectedLevels, content: Latent, batch: Batch) -> None:
        """Have it seen which levels sequences have beside the content that they share."""
        sizes = [content.mean.shape[-1], *[batch.x.shape[-1]] * 2]
        seen = torch.cat([content.mean.detach(), *levels_of(batch)], -1)
        codes, mean, log_spread = self.communicator.gather(seen).split(sizes, -1)
        levels.observe(codes, Levels(mean, log_spread))

    def _errors_of_content(
        self,
        model: SequenceModel,
        codes: LatentCodes,
        batch: Batch,
        rng: torch.Generator,
        content: Latent,
        rows: Tensor | None,
    ) -> dict[str, Tensor]:
        """The errors in what stays the same, of swaps and of constancy.

        ``rows`` says whose content each sequence of a group is given, and must agree with.
        """
        errors = {}
        if self.swap_weight > 0:
            expected = model.expected_of(picked(content, rows).mean)
            errors["swap"] = error_of_swaps(model, codes, batch, expected)
        if self.constancy_weight > 0:
            again = content
            if model.training and self.content_view is not None:
                again = self._content(model, batch, rng, rests=False)
            errors["constancy"] = error_of_constancy(content, picked(again, rows), batch)
        return {name: self.communicator.mean(error) for name, error in errors.items()}

    def _encoded(
        self,
        kind: Literal["content", "motion"],
        model: SequenceModel,
        batch: Batch,
        rng: torch.Generator,
        **told: Any,
    ) -> Latent:
        """A posterior given its view of the sequences, or these themselves out of training."""
        x, packing = batch.x, batch.packing
        posterior: nn.Module = getattr(model, kind)
        view: View | None = getattr(self, f"{kind}_view")
        if view is not None and model.training:
            lengths = [] if packing is None else [packing.lengths.to(x.device, non_blocking=True)]
            try:
                x = view(x, rng, *lengths)
            except ValueError as error:
                raise ValueError(f"{kind}_view: {error}") from error
            if x.shape[1] != batch.x.shape[1]:
                packing = None  # by the contract of views, none of the steps is padding then
        latent: Latent = posterior(x, rng, packing=packing, **told)
        return latent

    def _prior(
        self,
        model: SequenceModel,
        z: Tensor,
        action: Tensor | None,
        rng: torch.Generator,
        packing: Packing | None,
    ) -> tuple[Latent | None, Tensor]:
        """A draw of the motion prior beside each code, and the codes' negative log-likelihood.

        A mixture that nothing is compared with draws noise alone, which leaves ``rng`` as it were.
        """
        prior = model.prior
        if prior.n_components == 1:
            return prior(z, rng, action), z.new_zeros(())
        z = z.detach()
        hidden, noise, drawn = prior.hidden(z, action), prior.noise(z, rng), None
        if self.motion_weight > 0:
            with torch.no_grad(), full_precision(z.device):
                drawn = prior.draw(prior.distribution(hidden), noise)
        likelihood = prior.log_likelihood(hidden, z, packing)
        return drawn, self.communicator.mean(-likelihood)

    def _independence(
        self,
        content: Tensor,
        motion: Tensor,
        packing: Packing | None,
        weight: float | Tensor,
        *,
        grouped: bool,
    ) -> Comparison:
        """The joint distribution of the codes beside the product of its marginals."""
        of_codes = isinstance(self.independence_divergence, Dependence)
        content, motion = (content.detach(), motion) if grouped else (content, motion.detach())
        if grouped and of_codes:  # in its spread as well; critics are built for the codes alone
            motion = torch.cat([motion, motion.square()], -1)
        other = motion.mean(1) if packing is None else packing.mean(motion)  # (n, d_m)
        if of_codes:
            compared = Samples(content), Samples(other)
        else:
            # A batch is in random order: each content beside the next sequence's motion is a draw
            # from the product.
            together = joint(content, Samples(other))
            compared = together, joint(content, Samples(other.roll(1, 0)))
        return Comparison(self.independence_divergence, *compared, weight=weight)

    # ---- actions ---------------------------------------------------------------------------------

    def _action_term(
        self, model: SequenceModel, motion: Latent, action: Action, batch: Batch
    ) -> Term:
        """The divergence of the actions, the motions given them, and the known ones."""
        kl, known = self._action_costs(model.action_prior, action, batch.labels)
        dynamics = kl.new_zeros(())
        if self.action_dynamics:
            dynamics = self._dynamics(model, motion.value.detach(), action.value, batch.packing)
        values = {"action": kl, "dynamics": dynamics, "labels": known}
        return Term(values, self.action_weight or 0.0)

    def _dynamics(
        self, model: SequenceModel, z: Tensor, action: Tensor, packing: Packing | None
    ) -> Tensor:
        """The surprise at motions (n, T, d_m) given their actions, in nats a time step."""
        hidden = model.prior.hidden(z, action)
        surprise = -model.prior.log_prob(hidden, z).unsqueeze(-1)  # (n, T, 1)
        if packing is None:
            return self.communicator.mean(surprise.mean((1, 2)))
        real = surprise.masked_fill(~packing.mask.unsqueeze(-1), 0.0)
        return self.communicator.mean(packing.mean(real).squeeze(-1))

    def _action_costs(
        self, prior: Tensor, action: Action, labels: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The divergence of actions from their prior, and the cross-entropy of known ones."""
        logits = self.communicator.gather(action.logits)  # (N, K)
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        q = logits.softmax(-1)
        if self.action_kl == "aggregated":
            q = q.mean(0, keepdim=True)
        # A share that underflows to zero has a limit, and no logarithm.
        kl = (q * (q.clamp(min=1e-12).log() - prior.log())).sum(-1).mean()
        if labels is None:
            return kl, logits.new_zeros(())
        labels = self.communicator.gather(labels)
        entropies = cross_entropy(logits, labels.clamp(min=0), reduction="none")
        known = labels >= 0
        return kl, (entropies * known).sum() / known.sum().clamp(min=1)
