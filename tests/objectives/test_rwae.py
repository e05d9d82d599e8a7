"""The objective: its parts, what warming up leaves out, where views apply, its gradient."""

import copy
import dataclasses
import math

import pytest
import torch

from seqdisentangle.divergences import (
    HSIC,
    MMD,
    Divergence,
    Divergences,
    FunctionDivergence,
    JensenShannon,
    Samples,
)
from seqdisentangle.model import Action, ModelSpec, Packing, build_model
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.objectives import COSTS, Loss, Objective
from seqdisentangle.objectives.rwae import LIKELIHOOD_WEIGHT
from seqdisentangle.views import RandomFrames, resolve_view

VECTORS = ModelSpec((3,), False, 4, 2, 5, MLP(4, 1), "style", 0.1, 0.3)
LEARNED = ModelSpec((2,), False, 3, 2, 5, MLP(4, 1), "concat", None, None)
IMAGES = ModelSpec((1, 8, 8), True, 3, 2, 5, Conv(2), "style", 0.1, 0.3)
MIXTURE = dataclasses.replace(VECTORS, motion_components=3)
each_spec = pytest.mark.parametrize(
    "spec", [VECTORS, LEARNED, IMAGES, MIXTURE], ids=["vectors", "learned", "images", "mixture"]
)


class Constant(Divergence):
    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, q, p, mask=None):
        return q.value.new_full(q.value.shape[:-2], self.value)


class Marginal(MMD):
    """An MMD of the codes alone."""

    sample_based = False


class Recorder(Divergence):
    def __init__(self, sample_based):
        super().__init__()
        self.sample_based = sample_based
        self.calls = []
        self.masks = []

    def forward(self, q, p, mask=None):
        self.calls.append((q, p))
        self.masks.append(mask)
        return q.value.sum((-2, -1))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(spec=VECTORS, content=None, motion=None, independence=None, steps=4, n=6, **parameters):
    parameters = {
        "cost": COSTS["squared"],
        "content_weight": 2.0,
        "motion_weight": 3.0,
    } | parameters
    divergences = Divergences(content or MMD(), motion or MMD(), independence or HSIC())
    objective = Objective(divergences, **parameters)
    x = torch.rand(n, steps, *spec.frame_shape, dtype=torch.float64, generator=seeded(1))
    return objective, build_model(spec, 0).double(), x


# Its parts


@each_spec
@pytest.mark.parametrize("weights", [(0.0, 0.0), (2.0, 0.5), (0.0, 7.0)])
def test_the_total_is_the_weighted_sum_of_its_parts(spec, weights):
    objective, model, x = make(spec, content_weight=weights[0], motion_weight=weights[1])
    (total, cost, content, motion, independence, likelihood), _ = objective(model, x, seeded())
    expected = cost + weights[0] * content + weights[1] * motion + LIKELIHOOD_WEIGHT * likelihood
    torch.testing.assert_close(total, expected)
    assert cost > 0
    assert independence == 0  # its weight is zero


def test_motion_is_summed_over_steps_and_content_counts_once():
    objective, model, x = make(content=Constant(5.0), motion=Constant(1.0), steps=7)
    loss, _ = objective(model, x, seeded())
    assert (loss.content, loss.motion) == (5, 7)


def test_a_sample_based_divergence_compares_joints_that_share_a_detached_history():
    recorder = Recorder(sample_based=True)
    objective, model, x = make(motion=recorder)
    objective(model, x, seeded())
    ((q, p),) = recorder.calls
    history, z = q.value.split(2, -1)  # (T, n, d) each
    assert torch.equal(p.value[..., :2], history)
    assert torch.equal(history, torch.cat([torch.zeros_like(z[:1]), z[:-1]]))
    (gradient,) = torch.autograd.grad(
        history.sum(),
        model.motion.output.weight,
        retain_graph=True,
        allow_unused=True,
        materialize_grads=True,
    )
    assert not gradient.any()
    assert not torch.equal(p.value[..., 2:], z)


def test_a_divergence_in_closed_form_gets_the_moments_of_each_step():
    recorder = Recorder(sample_based=False)
    objective, model, x = make(motion=recorder)
    objective(model, x, seeded())
    for samples in recorder.calls[0]:
        assert {part.shape for part in samples} == {(4, 6, 2)}


def test_any_function_is_a_divergence():
    gap = FunctionDivergence(lambda q, p: (q.mean() - p.mean()).square())
    objective, model, x = make(content=gap, motion=gap)
    loss, _ = objective(model, x, seeded())
    assert loss.content > 0
    assert loss.motion > 0


# Warming up


def test_while_warming_up_content_rests():
    objective, model, x = make(content=Constant(5.0))
    loss, _ = objective(model, x, seeded(), content_delayed=True)
    loss.total.backward()
    assert loss.content == 0
    torch.testing.assert_close(loss.total, loss.cost + 3 * loss.motion)
    assert all(p.grad is None for p in model.content.parameters())
    for part in (model.motion, model.prior, model.generator):
        assert all(p.grad is not None for p in part.parameters())


def test_a_mixture_learns_from_the_likelihood_of_codes_that_it_does_not_move():
    objective, model, x = make(MIXTURE)
    loss, _ = objective(model, x, seeded())
    z = model.motion(x, seeded()).value.detach()  # the first draws of the same noise
    expected = -model.prior.steps(z).log_prob(z).sum(1).mean()
    torch.testing.assert_close(loss.likelihood, expected)
    of_loss = torch.autograd.grad(
        loss.likelihood, list(model.parameters()), retain_graph=True, allow_unused=True
    )
    of_expected = torch.autograd.grad(expected, list(model.prior.parameters()))
    found = dict(zip(dict(model.named_parameters()), of_loss, strict=True))
    for (name, _), gradient in zip(model.prior.named_parameters(), of_expected, strict=True):
        torch.testing.assert_close(found.pop(f"prior.{name}"), gradient)
    assert all(gradient is None for gradient in found.values())
    rest = loss.total - LIKELIHOOD_WEIGHT * loss.likelihood
    of_rest = torch.autograd.grad(rest, list(model.prior.parameters()), allow_unused=True)
    assert not any(g is not None and g.abs().max() > 1e-12 for g in of_rest)


def test_one_gaussian_learns_from_the_divergence_alone():
    objective, model, x = make()
    loss, _ = objective(model, x, seeded())
    assert loss.likelihood == 0
    assert torch.autograd.grad(loss.motion, model.prior.head.weight)[0].any()


def test_afterwards_all_parameters_learn():
    objective, model, x = make()
    objective(model, x, seeded())[0].total.backward()
    assert all(p.grad.any() for p in model.parameters())


# Independence


def pairs_of(objective, model, x):
    (comparison,) = (
        c
        for c in objective(model, x, seeded())[1]
        if c.divergence is objective.independence_divergence
    )
    return comparison.q.value, comparison.p.value


def test_a_measure_of_dependence_gets_each_content_with_the_mean_of_its_motion():
    objective, model, x = make(independence_weight=0.5)
    (total, cost, content, motion, independence, _), _ = objective(model, x, seeded())
    assert independence != 0
    torch.testing.assert_close(total, cost + 2 * content + 3 * motion + 0.5 * independence)
    z_c, mean_motion = pairs_of(objective, model, x)
    posterior = objective(model, x, seeded())[1][0].q.value[..., 2:]  # (T, n, d), after the history
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
    objective(model, x, seeded())[0].independence.backward()
    assert all(p.grad.any() for p in model.content.parameters())
    assert all(p.grad is None for p in model.motion.parameters())


@pytest.mark.parametrize(
    ("progress", "weight"), [(0, 0.5), (0.25, 0.5), (0.5, 1.75), (0.75, 3), (1, 3)]
)
def test_of_a_pair_of_weights_training_goes_from_the_first_to_the_second(progress, weight):
    objective, model, x = make(independence_weight=(0.5, 3.0))
    loss, compared = objective(model, x, seeded(), progress=progress)
    total, cost, content, motion, independence, _ = loss
    assert independence != 0
    torch.testing.assert_close(total, cost + 2 * content + 3 * motion + weight * independence)
    assert compared[-1].weight == weight  # by which the gradient of its critic is divided


def test_independence_rests_with_content():
    objective, model, x = make(independence_weight=1.0)
    loss, compared = objective(model, x, seeded(), content_delayed=True)
    assert loss.independence == 0
    assert [c.divergence for c in compared] == [objective.motion_divergence]


@pytest.mark.parametrize("off", ["content", "motion", "independence"])
def test_a_divergence_of_no_weight_is_not_computed_and_changes_no_draw(off):
    weights = {"content_weight": 2.0, "motion_weight": 3.0, "independence_weight": 0.5}
    divergences = {"content": MMD(), "motion": MMD(), "independence": HSIC()}
    objective, model, x = make(**weights, **divergences)
    on, _ = objective(model, x, seeded())
    recorder = Recorder(sample_based=True)
    objective, model, x = make(**weights | {f"{off}_weight": 0.0}, **divergences | {off: recorder})
    loss, compared = objective(model, x, seeded())
    assert not recorder.calls
    assert recorder not in [comparison.divergence for comparison in compared]
    assert loss == on._replace(total=loss.total, **{off: loss.total.new_zeros(())})


# Comparisons


def test_comparisons_hand_detached_draws_to_a_critic():
    objective, model, x = make(content=JensenShannon().build(4).double())
    compared = objective(model, x, seeded())[1][1]
    assert isinstance(compared.q, Samples)
    compared.critic_loss().backward()
    assert all(p.grad is None for p in model.parameters())
    assert all(p.grad is not None for p in objective.content_divergence.parameters())


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
    objective(model.train(training), x, seeded(), content_delayed=content_delayed)
    assert torch.equal(targets[0], x)
    assert torch.equal(seen["motion"], x + 2 * training)
    assert ("content" in seen) != content_delayed
    assert torch.equal(seen.get("content", x + training), x + training)


def test_views_draw_from_the_generator_of_the_step():
    def view(x, generator):
        return x + torch.randn(x.shape, generator=generator, dtype=x.dtype)

    objective, model, x = make(content_view=view, motion_view=view)
    state = torch.get_rng_state()
    first, again, other = (
        objective(copy.deepcopy(model), x, seeded(s))[0].total for s in (0, 0, 1)
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
    # Each pass in training moves the whitening of the next: copies, which all begin alike.
    one = copy.deepcopy(model)
    gradients = torch.autograd.grad(objective(one, x, seeded())[0].total, list(one.parameters()))
    weights = list(model.parameters())
    direction = [torch.randn(w.shape, generator=seeded(2), dtype=w.dtype) for w in weights]
    slope = sum((g * v).sum() for g, v in zip(gradients, direction, strict=True))

    @torch.no_grad()
    def total(step):
        for w, v in zip(weights, direction, strict=True):
            w.add_(v, alpha=step)
        return objective(copy.deepcopy(model), x, seeded())[0].total

    eps = 1e-6
    difference = total(eps) - total(-2 * eps)  # from the weights that the first call left
    assert float(difference) / (2 * eps) == pytest.approx(float(slope), rel=1e-5)


# Some frames a step


@pytest.mark.parametrize("spec", [VECTORS, IMAGES], ids=["vectors", "images"])
@pytest.mark.parametrize("k", [1, 3])
def test_some_frames_estimate_the_cost_of_all_without_bias(spec, k):
    objective, model, x = make(spec, frames_per_step=k)
    content, motion = (
        torch.randn(6, *shape, dtype=x.dtype, generator=seeded(1))
        for shape in ((spec.content_size,), (4, spec.motion_size))
    )
    # Batch statistics of some frames are not those of all: each frame by itself, but in training.
    model.train()
    model.generator.eval()
    g = seeded(2)
    draws = torch.stack(
        [objective.reconstruction_cost(model, x, content, motion, g) for _ in range(400)]
    )
    objective.frames_per_step = None
    whole = objective.reconstruction_cost(model, x, content, motion, g)
    assert draws.std() > 0
    assert (draws.mean() - whole).abs() < 4 * draws.std() / 20


def test_every_frame_is_scored_where_nothing_is_trained():
    objective, model, x = make(frames_per_step=1)
    some = objective(model.eval(), x, seeded())[0].cost
    objective.frames_per_step = None
    assert some == objective(model, x, seeded())[0].cost


# Sequences of different lengths


LENGTHS = torch.tensor([4, 1, 2, 3, 4, 2])
PADDING = torch.arange(4) >= LENGTHS[:, None]


def padded(x, value):
    """The sequences with a value in their padding."""
    x = x.clone()
    x[PADDING] = value
    return x


def codes_of(spec, x):
    return [
        torch.randn(len(x), *shape, dtype=x.dtype, generator=seeded(1))
        for shape in ((spec.content_size,), (x.shape[1], spec.motion_size))
    ]


def gradients(total, model):
    return torch.autograd.grad(
        total, list(model.parameters()), allow_unused=True, materialize_grads=True
    )


@each_spec
@pytest.mark.parametrize("cost", [*COSTS.values(), lambda a, b: (a - b).abs().flatten(2).sum(2)])
def test_the_cost_of_padded_sequences_is_the_mean_of_the_costs_of_each(spec, cost):
    if cost is COSTS["binary_cross_entropy"] and spec is not IMAGES:
        cost = COSTS["huber"]
    objective, model, x = make(spec, cost=cost)
    model.eval()
    content, motion = codes_of(spec, x)
    packing = Packing.of(LENGTHS, 4, x.device)
    together = objective.reconstruction_cost(
        model, padded(x, math.nan), content, motion, seeded(), packing
    )
    alone = [
        objective.reconstruction_cost(
            model, x[i : i + 1, :k], content[i : i + 1], motion[i : i + 1, :k], None
        )
        for i, k in enumerate(LENGTHS.tolist())
    ]
    torch.testing.assert_close(together, torch.stack(alone).mean(), rtol=1e-12, atol=0)


@each_spec
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("k", [None, 2])
@pytest.mark.parametrize("value", [-1e6, math.nan])
def test_no_part_of_the_loss_nor_its_gradient_knows_the_padding(spec, training, k, value):
    objective, model, x = make(
        spec,
        independence_weight=1.0,
        frames_per_step=k,
        content_view=RandomFrames(2),
        motion_view=lambda x, generator, lengths: 2 * x,
    )
    model.train(training)
    start = {name: w.clone() for name, w in model.state_dict().items()}
    losses, slopes = [], []
    for content in (0.5, value):
        model.load_state_dict(start)
        loss, _ = objective(model, padded(x, content), seeded(), lengths=LENGTHS)
        losses.append(torch.stack(loss))
        slopes.append(gradients(loss.total, model))
    assert losses[0].isfinite().all()
    assert torch.equal(*losses)
    assert all(torch.equal(a, b) for a, b in zip(*slopes, strict=True))


@each_spec
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("k", [None, 3])
def test_lengths_that_are_all_full_change_nothing(spec, training, k):
    objective, model, x = make(
        spec, independence_weight=1.0, frames_per_step=k, motion_view=RandomFrames(4)
    )
    model.train(training)
    start = {name: w.clone() for name, w in model.state_dict().items()}
    losses, slopes = [], []
    for lengths in (None, torch.full((6,), 4)):
        model.load_state_dict(start)
        loss, _ = objective(model, x, seeded(), lengths=lengths)
        losses.append(torch.stack(loss))
        slopes.append(gradients(loss.total, model))
    torch.testing.assert_close(*losses, rtol=1e-12, atol=1e-12)
    for a, b in zip(*slopes, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("sample_based", [True, False])
def test_the_divergence_of_motion_is_told_what_is_padding(sample_based):
    recorder = Recorder(sample_based)
    objective, model, x = make(motion=recorder)
    _, (comparison,) = objective(model, x, seeded(), lengths=LENGTHS, content_delayed=True)
    (mask,) = recorder.masks
    assert mask.dtype == torch.bool
    assert torch.equal(mask, ~PADDING.T)
    assert torch.equal(comparison.mask, mask)
    objective(model, x, seeded())
    assert recorder.masks[1] is None


def test_divergences_of_whole_sequences_get_no_mask():
    content, independence = Recorder(sample_based=True), Recorder(sample_based=True)
    objective, model, x = make(content=content, independence=independence, independence_weight=1.0)
    objective(model, x, seeded(), lengths=LENGTHS)
    assert content.masks == independence.masks == [None]


@pytest.mark.parametrize("motion", [Marginal(), MMD()], ids=["marginal", "joint"])
def test_the_divergence_of_motion_is_that_of_the_steps_that_each_sequence_has(motion):
    objective, model, x = make(motion=motion)
    loss, (comparison, _) = objective(model, x, seeded(), lengths=LENGTHS)
    plain = sum(
        motion(*(Samples(*(None if v is None else v[t, rows] for v in s)) for s in comparison[1:3]))
        for t, rows in enumerate(~PADDING.T)
    )
    torch.testing.assert_close(loss.motion, plain)


@pytest.mark.parametrize("independence", [HSIC(), MMD()], ids=["hsic", "mmd"])
def test_independence_takes_the_mean_over_real_steps(independence):
    objective, model, x = make(independence=independence, independence_weight=1.0)
    _, compared = objective(model, padded(x, math.nan), seeded(), lengths=LENGTHS)
    z_m = compared[0].q.value[..., 2:].transpose(0, 1)  # (n, T, d), after the history
    means = torch.stack([z[:k].mean(0) for z, k in zip(z_m, LENGTHS, strict=True)])
    other = compared[2].p if isinstance(independence, HSIC) else compared[2].q
    torch.testing.assert_close(other.value[:, -2:], means)


@pytest.mark.parametrize("spec", [VECTORS, IMAGES], ids=["vectors", "images"])
@pytest.mark.parametrize("k", [1, 3])
def test_some_frames_of_padded_sequences_estimate_the_cost_of_all_without_bias(spec, k):
    objective, model, x = make(spec, frames_per_step=k)
    x, packing = padded(x, math.nan), Packing.of(LENGTHS, 4, x.device)
    codes = codes_of(spec, x)
    model.train()
    model.generator.eval()
    g = seeded(2)
    draws = torch.stack(
        [objective.reconstruction_cost(model, x, *codes, g, packing) for _ in range(400)]
    )
    objective.frames_per_step = None
    whole = objective.reconstruction_cost(model, x, *codes, g, packing)
    assert draws.std() > 0
    assert (draws.mean() - whole).abs() < 4 * draws.std() / 20


def test_views_are_told_the_lengths():
    seen = []

    def view(x, lengths):
        seen.append((x, lengths))
        return x

    objective, model, x = make(motion_view=resolve_view(view))
    objective(model, x, seeded(), lengths=LENGTHS)
    objective(model, x, seeded())
    assert torch.equal(seen[0][0], x)
    assert torch.equal(seen[0][1], LENGTHS)
    assert seen[1][1] is None


@pytest.mark.parametrize(("n_frames", "steps"), [(2, 2), (4, 4)])
def test_a_view_of_another_length_has_no_padding(n_frames, steps):
    seen = []
    objective, model, x = make(content_view=RandomFrames(n_frames))
    model.content.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append((args[0], kwargs["packing"])), with_kwargs=True
    )
    loss, _ = objective(model, padded(x, math.nan), seeded(), lengths=LENGTHS)
    ((view, packing),) = seen
    assert view.shape[1] == steps
    assert (packing is None) == (steps != 4)
    if packing is None:
        assert view.isfinite().all()
    assert loss.total.isfinite()


def test_while_warming_up_padded_sequences_need_no_content():
    objective, model, x = make(content=Constant(5.0))
    loss, _ = objective(model, padded(x, math.nan), seeded(), lengths=LENGTHS, content_delayed=True)
    assert loss.content == 0
    torch.testing.assert_close(loss.total, loss.cost + 3 * loss.motion)
    loss.total.backward()
    assert all(p.grad is None for p in model.content.parameters())
    assert all(p.grad.isfinite().all() for p in model.motion.parameters())


# Actions

ACTING = ModelSpec((3,), False, 4, 2, 5, MLP(4, 1), "style", 0.1, 0.3, 1, 3, (0.5, 0.3, 0.2))


def test_actions_add_their_divergence_and_the_cross_entropy_of_known_ones():
    objective, model, x = make(ACTING, action_weight=0.7, steps=4)
    labels = torch.tensor([2, -1, -1, 0, 2, -1])
    loss, _ = objective(model, x, seeded(), labels=labels)

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

    assert loss.action.item() == pytest.approx(kl, rel=1e-6)
    assert loss.dynamics.item() == pytest.approx(sum(surprise) / (6 * 4), rel=1e-5)
    assert loss.labels.item() == pytest.approx(entropy)
    parts = loss.cost + 2 * loss.content + 3 * loss.motion
    parts = parts + 0.7 * (loss.action + loss.dynamics + loss.labels)
    torch.testing.assert_close(loss.total, parts)


def after_motion(model, x):
    """The generator as it is once motion has been drawn."""
    generator = seeded()
    model.motion(x, generator)
    return generator


def test_the_dynamics_of_padded_motions_are_those_of_the_real_ones():
    objective, model, x = make(ACTING, action_weight=1.0)
    z = torch.randn(6, 4, 2, dtype=torch.float64, generator=seeded(3))
    action = torch.eye(3, dtype=torch.float64)[[0, 1, 2, 0, 1, 2]]
    lengths = torch.tensor([4, 1, 2, 4, 3, 2])
    packing = Packing.of(lengths, 4, x.device)
    found = objective._dynamics(model, z, action, packing)
    alone = [
        objective._dynamics(model, z[i : i + 1, :k], action[i : i + 1], None)
        for i, k in enumerate(lengths)
    ]
    torch.testing.assert_close(found, torch.stack(alone).mean())


def test_the_dynamics_teach_the_prior_and_the_action():
    objective, model, x = make(ACTING, action_weight=1.0)
    objective(model, x, seeded())[0].dynamics.backward()
    assert all(p.grad.any() for p in model.prior.parameters())
    assert all(p.grad.any() for p in model.action.parameters())
    assert all(p.grad is None for p in model.content.parameters())


def test_prior_and_generator_are_given_the_action_that_was_drawn():
    objective, model, x = make(ACTING, action_weight=1.0, motion=Recorder(sample_based=False))
    labels = torch.tensor([2, 1, 0, 0, 2, 1])
    seen = []
    model.generator.register_forward_hook(lambda module, codes, frames: seen.append(codes[0]))
    objective(model, x, seeded(), labels=labels)
    told = torch.eye(3, dtype=x.dtype)[labels]
    ((q, p),) = objective.motion_divergence.calls
    assert torch.equal(seen[0][..., 2:], told.unsqueeze(1).expand(-1, 4, -1))
    expected = model.prior(q.value.transpose(0, 1), action=told).mean.transpose(0, 1)
    torch.testing.assert_close(p.mean, expected)


@pytest.mark.parametrize("labels", [None, torch.full((6,), -1)], ids=["none", "unknown"])
def test_without_labels_the_cross_entropy_is_zero(labels):
    objective, model, x = make(ACTING, action_weight=1.0)
    loss, _ = objective(model, x, seeded(), labels=labels)
    assert loss.labels == 0
    loss.total.backward()
    assert all(p.grad.any() for p in model.action.parameters())


def test_a_certain_and_balanced_clustering_has_no_divergence_from_an_even_prior():
    spec = ModelSpec((3,), False, 4, 2, 5, MLP(4, 1), "style", 0.1, 0.3, n_actions=3)
    objective, model, x = make(spec, action_weight=1.0)
    logits = 1000 * torch.eye(3, dtype=x.dtype).repeat(2, 1)
    model.act = lambda *args, **how: Action(logits.softmax(-1), logits)
    balanced = objective(model, x, seeded())[0].action
    assert balanced.item() == pytest.approx(0, abs=1e-6)
    logits = logits[:1].expand(6, -1)
    assert objective(model, x, seeded())[0].action.item() == pytest.approx(math.log(3), rel=1e-6)


def test_without_actions_nothing_is_drawn_for_them():
    objective, model, x = make()
    generator, expected = seeded(), seeded()
    objective(model, x, generator)
    model.motion(x, expected)
    model.prior(model.motion(x, seeded()).value, expected)
    model.content_prior(model.content(x, expected).value, expected)
    assert torch.equal(generator.get_state(), expected.get_state())
    assert objective.parts == Loss._fields
