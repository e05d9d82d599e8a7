"""The objective: its parts, what warming up leaves out, where views apply, its gradient."""

import copy
import math

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import (
    HSIC,
    MMD,
    FunctionDivergence,
)
from seqdisentangle.model.core import ModelSpec
from seqdisentangle.model.latent import Action
from seqdisentangle.model.norms import RunningNorm
from seqdisentangle.networks import MLP
from seqdisentangle.objectives.rwae import LIKELIHOOD_WEIGHT
from seqdisentangle.views import FunctionView, RandomFrames
from tests.objectives._common import (
    ACTING,
    IMAGES,
    LEARNED,
    MIXTURE,
    VECTORS,
    Constant,
    Marginal,
    Recorder,
    each_spec,
    make,
    seeded,
)

# Its parts


@each_spec
@pytest.mark.parametrize("weights", [(0.0, 0.0), (2.0, 0.5), (0.0, 7.0)])
def test_the_total_is_the_weighted_sum_of_its_parts(spec, weights):
    objective, model, x = make(spec, content_weight=weights[0], motion_weight=weights[1])
    (total, parts), _ = objective(model, Batch(x), seeded())
    cost, content, motion, independence, likelihood = parts.values()
    expected = cost + weights[0] * content + weights[1] * motion + LIKELIHOOD_WEIGHT * likelihood
    torch.testing.assert_close(total, expected)
    assert cost > 0
    assert independence == 0  # its weight is zero


def test_any_function_is_a_divergence():
    gap = FunctionDivergence(lambda q, p: (q.mean() - p.mean()).square())
    objective, model, x = make(content=gap, motion=gap)
    loss, _ = objective(model, Batch(x), seeded())
    assert loss.parts["content"] > 0
    assert loss.parts["motion"] > 0


# Warming up


def test_while_warming_up_content_rests():
    objective, model, x = make(content=Constant(5.0))
    loss, _ = objective(model, Batch(x), seeded(), content_delayed=True)
    loss.total.backward()
    assert loss.parts["content"] == 0
    torch.testing.assert_close(loss.total, loss.parts["cost"] + 3 * loss.parts["motion"])
    assert all(p.grad is None for p in model.content.parameters())
    for part in (model.motion, model.prior, model.decoder):
        assert all(p.grad is not None for p in part.parameters())


# Constancy


def test_content_codes_of_two_draws_of_the_view_are_to_agree():
    objective, model, x = make(constancy_weight=0.5, content_view=RandomFrames(1))
    batch = Batch(x)
    loss, _ = objective(model, batch, seeded())
    without, _ = make(content_view=RandomFrames(1))[0](model, batch, seeded())
    assert loss.parts["constancy"] > 0
    torch.testing.assert_close(loss.total - without.total, 0.5 * loss.parts["constancy"])
    resting, _ = objective(model, batch, seeded(), content_delayed=True)
    assert resting.parts["constancy"] == 0
    in_use, _ = objective(model.eval(), batch, seeded())  # where there are no views
    assert in_use.parts["constancy"] == 0


def test_a_mixture_learns_from_the_likelihood_of_codes_that_it_does_not_move():
    objective, model, x = make(MIXTURE)
    loss, _ = objective(model, Batch(x), seeded())
    z = model.motion(x, seeded()).value.detach()  # the first draws of the same noise
    expected = -model.prior.steps(z).log_prob(z).sum(1).mean()
    torch.testing.assert_close(loss.parts["likelihood"], expected)
    of_loss = torch.autograd.grad(
        loss.parts["likelihood"], list(model.parameters()), retain_graph=True, allow_unused=True
    )
    of_expected = torch.autograd.grad(expected, list(model.prior.parameters()))
    found = dict(zip(dict(model.named_parameters()), of_loss, strict=True))
    for (name, _), gradient in zip(model.prior.named_parameters(), of_expected, strict=True):
        torch.testing.assert_close(found.pop(f"prior.{name}"), gradient)
    assert all(gradient is None for gradient in found.values())
    rest = loss.total - LIKELIHOOD_WEIGHT * loss.parts["likelihood"]
    of_rest = torch.autograd.grad(rest, list(model.prior.parameters()), allow_unused=True)
    assert not any(g is not None and g.abs().max() > 1e-12 for g in of_rest)


def test_one_gaussian_learns_from_the_divergence_alone():
    objective, model, x = make()
    loss, _ = objective(model, Batch(x), seeded())
    assert loss.parts["likelihood"] == 0
    assert torch.autograd.grad(loss.parts["motion"], model.prior.head.weight)[0].any()


def test_afterwards_all_parameters_learn():
    objective, model, x = make()
    objective(model, Batch(x), seeded())[0].total.backward()
    assert all(p.grad.any() for p in model.parameters())


# Independence


def pairs_of(objective, model, x):
    (comparison,) = (
        c
        for c in objective(model, Batch(x), seeded())[1]
        if c.divergence is objective.independence_divergence
    )
    return comparison.q.value, comparison.p.value


def test_a_measure_of_dependence_gets_each_content_with_the_mean_of_its_motion():
    objective, model, x = make(independence_weight=0.5)
    (total, parts), _ = objective(model, Batch(x), seeded())
    cost, content, motion, independence, _ = parts.values()
    assert independence != 0
    torch.testing.assert_close(total, cost + 2 * content + 3 * motion + 0.5 * independence)
    z_c, mean_motion = pairs_of(objective, model, x)
    posterior = objective(model, Batch(x), seeded())[1][0].q.value[
        ..., 2:
    ]  # (T, n, d), after the history
    torch.testing.assert_close(mean_motion, posterior.mean(0))
    assert z_c.shape == (6, 4)


def test_any_other_divergence_gets_the_joint_and_the_product():
    objective, model, x = make(independence=MMD(), independence_weight=1.0)
    together, apart = pairs_of(objective, model, x)
    assert torch.equal(together[:, :4], apart[:, :4])
    assert torch.equal(together[:, 4:].roll(1, 0), apart[:, 4:])
    assert not torch.equal(together, apart)


@pytest.mark.parametrize("independence", [HSIC(), MMD()], ids=["hsic", "mmd"])
def test_independence_moves_content_and_leaves_motion(independence):
    objective, model, x = make(independence=independence, independence_weight=1.0)
    objective(model, Batch(x), seeded())[0].parts["independence"].backward()
    assert all(p.grad.any() for p in model.content.parameters())
    assert all(p.grad is None for p in model.motion.parameters())


@pytest.mark.parametrize("independence", [HSIC(), MMD()], ids=["hsic", "mmd"])
def test_motion_yields_where_groups_say_what_content_is(independence):
    objective, model, x = make(independence=independence, independence_weight=1.0)
    batch = Batch(x, groups=torch.tensor([0, 0, 1, 1, 2, 2]))
    objective(model, batch, seeded())[0].parts["independence"].backward()
    assert all(p.grad is None for p in model.content.parameters())
    assert all(p.grad.any() for p in model.motion.parameters())


@pytest.mark.parametrize(
    ("progress", "weight"), [(0, 0.5), (0.25, 0.5), (0.5, 1.75), (0.75, 3), (1, 3)]
)
def test_of_a_pair_of_weights_training_goes_from_the_first_to_the_second(progress, weight):
    objective, model, x = make(independence_weight=(0.5, 3.0))
    loss, compared = objective(model, Batch(x), seeded(), progress=progress)
    total, (cost, content, motion, independence, _) = loss.total, loss.parts.values()
    assert independence != 0
    torch.testing.assert_close(total, cost + 2 * content + 3 * motion + weight * independence)
    assert compared[-1].weight == weight  # by which the gradient of its critic is divided


@pytest.mark.parametrize("progress", [0.3, 0.5, 0.74])
def test_a_weight_that_rises_may_do_so_by_a_tensor(progress):
    found = []
    for done in (progress, torch.tensor(progress)):
        objective, model, x = make(independence_weight=(0.0, 8.0))
        loss, games = objective(model, Batch(x), seeded(), progress=done)
        loss.total.backward()
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        found.append((loss.total.detach(), [game.is_zero_sum for game in games], gradients))
    torch.testing.assert_close(*found)


def test_independence_rests_with_content():
    objective, model, x = make(independence_weight=1.0)
    loss, compared = objective(model, Batch(x), seeded(), content_delayed=True)
    assert loss.parts["independence"] == 0
    assert [c.divergence for c in compared] == [objective.motion_divergence]


@pytest.mark.parametrize("off", ["content", "motion", "independence"])
def test_a_divergence_of_no_weight_is_not_computed_and_changes_no_draw(off):
    weights = {"content_weight": 2.0, "motion_weight": 3.0, "independence_weight": 0.5}
    divergences = {"content": MMD(), "motion": MMD(), "independence": HSIC()}
    objective, model, x = make(**weights, **divergences)
    on, _ = objective(model, Batch(x), seeded())
    recorder = Recorder(sample_based=True)
    objective, model, x = make(**weights | {f"{off}_weight": 0.0}, **divergences | {off: recorder})
    loss, compared = objective(model, Batch(x), seeded())
    assert not recorder.calls
    assert recorder not in [comparison.divergence for comparison in compared]
    assert loss.parts == on.parts | {off: loss.total.new_zeros(())}


# Views


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("content_delayed", [True, False])
def test_views_change_what_encoders_see_in_training_and_never_the_target(training, content_delayed):
    targets, seen = [], {}

    def cost(reconstruction, target):
        targets.append(target)
        return (reconstruction - target).square()

    objective, model, x = make(
        cost=cost, content_view=lambda x, g: x + 1, motion_view=lambda x, g: x + 2
    )
    for name in ("content", "motion"):
        getattr(model, name).register_forward_pre_hook(
            lambda module, args, name=name: seen.update({name: args[0]})
        )
    objective(model.train(training), Batch(x), seeded(), content_delayed=content_delayed)
    assert torch.equal(targets[0], x)
    assert torch.equal(seen["motion"], x + 2 * training)
    assert ("content" in seen) != content_delayed
    assert torch.equal(seen.get("content", x + training), x + training)


@pytest.mark.parametrize("view", [RandomFrames(), FunctionView(lambda x: x[:, ::2])])
@pytest.mark.parametrize("lengths", [None, torch.tensor([5, 4, 3, 5, 2, 5])])
def test_a_view_of_motion_must_keep_the_time_steps(view, lengths):
    objective, model, x = make(motion_view=view, steps=5)
    with pytest.raises(ValueError, match=r"motion_view must keep the time steps.* made [13] of 5"):
        objective(model, Batch(x, lengths), seeded())


def test_views_draw_from_the_generator_of_the_step():
    def view(x, rng):
        return x + torch.randn(x.shape, generator=rng, dtype=x.dtype)

    objective, model, x = make(content_view=view, motion_view=view)
    state = torch.get_rng_state()
    first, again, other = (
        objective(copy.deepcopy(model), Batch(x), seeded(s))[0].total for s in (0, 0, 1)
    )
    assert first == again != other
    assert torch.equal(torch.get_rng_state(), state)


# Its gradient


@pytest.mark.parametrize(
    "spec", [VECTORS, LEARNED, IMAGES], ids=["vectors", "learned", "images"]
)  # not of a mixture, which holds the codes fixed
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    ("motion", "steps"), [(MMD(), 1), (Marginal(), 3)], ids=["one step", "three steps"]
)
def test_the_gradient_is_that_of_finite_differences(spec, training, motion, steps):
    # A history is held fixed, which finite differences are not: one step, or marginals.
    objective, model, x = make(spec, motion=motion, steps=steps)
    model.train(training)
    for norm in model.modules():
        if isinstance(norm, RunningNorm):
            norm.eval()  # its gradient is that of its batch, and its value is not: see test_norms
    # Each pass in training moves the whitening of the next: copies, which all begin alike.
    one = copy.deepcopy(model)
    gradients = torch.autograd.grad(
        objective(one, Batch(x), seeded())[0].total, list(one.parameters())
    )
    weights = list(model.parameters())
    direction = [torch.randn(w.shape, generator=seeded(2), dtype=w.dtype) for w in weights]
    slope = sum((g * v).sum() for g, v in zip(gradients, direction, strict=True))

    @torch.no_grad()
    def total(step):
        for w, v in zip(weights, direction, strict=True):
            w.add_(v, alpha=step)
        return objective(copy.deepcopy(model), Batch(x), seeded())[0].total

    eps = 1e-6
    difference = total(eps) - total(-2 * eps)  # from the weights that the first call left
    assert float(difference) / (2 * eps) == pytest.approx(float(slope), rel=1e-5)


# Actions


def test_actions_add_their_divergence_and_the_cross_entropy_of_known_ones():
    objective, model, x = make(ACTING, action_weight=0.7, steps=4)
    labels = torch.tensor([2, -1, -1, 0, 2, -1])
    loss, _ = objective(model, Batch(x, labels=labels), seeded())

    # By the formulas, number by number. The generator draws motion first.
    z = model.motion(x, seeded()).value
    probabilities = model.act(z, sample=False).logits.softmax(-1).tolist()
    kl = 0.0
    for k, prior in enumerate([0.5, 0.3, 0.2]):
        share = sum(row[k] for row in probabilities) / 6
        kl += share * math.log(share / prior)
    known = [(i, k) for i, k in enumerate(labels.tolist()) if k >= 0]
    entropy = -sum(math.log(probabilities[i][k]) for i, k in known) / len(known)

    # What the prior says of each number, given the action that was drawn.
    value = model.act(z, after_motion(model, x), known=labels).value
    prior = model.prior(z, action=value)
    surprise = []
    for number, mean, log_var in zip(*(v.flatten().tolist() for v in (z, *prior[1:])), strict=True):
        variance = math.exp(log_var)
        density = math.exp(-((number - mean) ** 2) / (2 * variance))
        surprise.append(-math.log(density / math.sqrt(2 * math.pi * variance)))

    assert loss.parts["action"].item() == pytest.approx(kl, rel=1e-6)
    assert loss.parts["dynamics"].item() == pytest.approx(sum(surprise) / (6 * 4), rel=1e-5)
    assert loss.parts["labels"].item() == pytest.approx(entropy)
    parts = loss.parts["cost"] + 2 * loss.parts["content"] + 3 * loss.parts["motion"]
    parts = parts + 0.7 * (loss.parts["action"] + loss.parts["dynamics"] + loss.parts["labels"])
    torch.testing.assert_close(loss.total, parts)


def after_motion(model, x):
    """The generator as it is once motion has been drawn."""
    generator = seeded()
    model.motion(x, generator)
    return generator


def test_the_dynamics_teach_the_prior_and_the_action():
    objective, model, x = make(ACTING, action_weight=1.0)
    objective(model, Batch(x), seeded())[0].parts["dynamics"].backward()
    assert all(p.grad.any() for p in model.prior.parameters())
    assert all(p.grad.any() for p in model.action.parameters())
    assert all(p.grad is None for p in model.content.parameters())


def test_prior_and_generator_are_given_the_action_that_was_drawn():
    objective, model, x = make(ACTING, action_weight=1.0, motion=Recorder(sample_based=False))
    labels = torch.tensor([2, 1, 0, 0, 2, 1])
    seen = []
    model.decoder.register_forward_hook(lambda module, codes, frames: seen.append(codes[0]))
    objective(model, Batch(x, labels=labels), seeded())
    told = torch.eye(3, dtype=x.dtype)[labels]
    ((q, p),) = objective.motion_divergence.calls
    assert torch.equal(seen[0][..., 2:], told.unsqueeze(1).expand(-1, 4, -1))
    expected = model.prior(q.value.transpose(0, 1), action=told).mean.transpose(0, 1)
    torch.testing.assert_close(p.mean, expected)


@pytest.mark.parametrize("labels", [None, torch.full((6,), -1)], ids=["none", "unknown"])
def test_without_labels_the_cross_entropy_is_zero(labels):
    objective, model, x = make(ACTING, action_weight=1.0)
    loss, _ = objective(model, Batch(x, labels=labels), seeded())
    assert loss.parts["labels"] == 0
    loss.total.backward()
    assert all(p.grad.any() for p in model.action.parameters())


def test_a_certain_and_balanced_clustering_has_no_divergence_from_an_even_prior():
    spec = ModelSpec((3,), False, 4, 2, 5, MLP(4, 1), "style", 0.1, 0.3, n_actions=3)
    objective, model, x = make(spec, action_weight=1.0)
    logits = 1000 * torch.eye(3, dtype=x.dtype).repeat(2, 1)
    model.act = lambda *args, **how: Action(logits.softmax(-1), logits)
    balanced = objective(model, Batch(x), seeded())[0].parts["action"]
    assert balanced.item() == pytest.approx(0, abs=1e-6)
    logits = logits[:1].expand(6, -1)
    assert objective(model, Batch(x), seeded())[0].parts["action"].item() == pytest.approx(
        math.log(3), rel=1e-6
    )


def test_the_divergence_of_each_sequences_action_is_that_of_the_paper():
    objective, model, x = make(ACTING, action_weight=0.7, action_kl="each", action_dynamics=False)
    loss, _ = objective(model, Batch(x), seeded())
    q = model.act(model.motion(x, seeded()).value, sample=False).logits.softmax(-1)
    kl = (q * (q / torch.tensor([0.5, 0.3, 0.2])).log()).sum(1).mean()
    assert loss.parts["action"].item() == pytest.approx(kl.item(), rel=1e-6)
    assert loss.parts["dynamics"] == 0
    # At least that of the aggregate, by the convexity of the divergence.
    aggregated, *_ = make(ACTING, action_weight=0.7)
    assert loss.parts["action"] > aggregated(model, Batch(x), seeded())[0].parts["action"]
    parts = loss.parts["cost"] + 2 * loss.parts["content"] + 3 * loss.parts["motion"]
    torch.testing.assert_close(loss.total, parts + 0.7 * loss.parts["action"])


def test_without_actions_nothing_is_drawn_for_them():
    objective, model, x = make()
    generator, expected = seeded(), seeded()
    objective(model, Batch(x), generator)
    model.motion(x, expected)
    model.prior(model.motion(x, seeded()).value, expected)
    model.content_prior(model.content(x, expected).value, expected)
    assert torch.equal(generator.get_state(), expected.get_state())
    assert "action" not in objective.parts
