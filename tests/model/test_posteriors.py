"""Posteriors: what content cannot see, and what a motion code may know."""

import copy
import math

import pytest
import torch
from torch import nn

from seqdisentangle.data.packing import Packing
from seqdisentangle.model.posteriors import (
    ContentPosterior,
    MotionPosterior,
    RecurrentContentPosterior,
    RecurrentMotionPosterior,
)
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.networks.base import SLOPE

T = 5
CASES = [(MLP(8, 1), (3,)), (Conv(2), (1, 16, 16))]
each_case = pytest.mark.parametrize(("network", "frame_shape"), CASES, ids=str)
each_mode = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
each_noise = pytest.mark.parametrize("noise", [0.3, None], ids=["fixed", "learned"])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(posterior, network, frame_shape, noise=0.3, size=4):
    torch.manual_seed(0)
    return posterior(network.encoder(frame_shape), size, 6, noise).double()


def sequences(frame_shape, n=7, steps=T):
    return torch.rand(n, steps, *frame_shape, dtype=torch.float64, generator=seeded(1))


def fresh(posterior, x):
    """The codes of a posterior that no batch before this one has moved."""
    return copy.deepcopy(posterior)(x, seeded())


# Content


@each_case
@each_mode
@each_noise
def test_content_does_not_know_the_order_of_frames(network, frame_shape, training, noise):
    posterior = make(ContentPosterior, network, frame_shape, noise).train(training)
    x = sequences(frame_shape)
    for order in (torch.arange(T).flip(0), torch.randperm(T, generator=seeded())):
        torch.testing.assert_close(fresh(posterior, x[:, order]), fresh(posterior, x))


def test_content_does_not_know_where_a_feature_is():
    pixels = nn.Identity()
    pixels.feature_shape = (3, 8, 6)
    posterior = ContentPosterior(pixels, 4, 6, 0.3).double()
    x = sequences((3, 8, 6))
    for moved in (x.roll((2, 3), (-2, -1)), x.flip(-1), x.transpose(-2, -1)):
        torch.testing.assert_close(fresh(posterior, moved).mean, fresh(posterior, x).mean)
    channels = x.roll(1, 2)
    assert not torch.allclose(fresh(posterior, channels).mean, fresh(posterior, x).mean)


@each_case
def test_content_of_a_repeated_frame_is_that_of_the_frame(network, frame_shape):
    posterior = make(ContentPosterior, network, frame_shape).eval()
    x = sequences(frame_shape, steps=1)
    torch.testing.assert_close(posterior(x.repeat_interleave(4, 1)).mean, posterior(x).mean)


@each_case
def test_content_of_a_sequence_does_not_depend_on_its_batch(network, frame_shape):
    posterior = make(ContentPosterior, network, frame_shape).eval()
    x = sequences(frame_shape)
    torch.testing.assert_close(posterior(x[2:4]).mean, posterior(x).mean[2:4])


@each_case
def test_content_is_normalised_and_whitened(network, frame_shape):
    posterior = make(ContentPosterior, network, frame_shape).train()
    x = sequences(frame_shape, n=9)
    normalised = []
    posterior.norm[0].register_forward_hook(lambda norm, args, out: normalised.append(out))
    with torch.no_grad():
        posterior.head[-1].weight *= 1000  # so that the epsilon of the normalisation is nothing
        for _ in range(600):
            white = posterior(x, seeded()).mean
    before = normalised[-1]
    for mean in (before, white):
        torch.testing.assert_close(mean.mean(0), torch.zeros_like(mean[0]), atol=0.01, rtol=0)
    unit = torch.ones_like(before[0])
    torch.testing.assert_close(before.var(0, correction=0), unit, atol=0.01, rtol=0)
    least, most = torch.linalg.eigvalsh(before.T.cov(correction=0))[[0, -1]]
    least_white, most_white = torch.linalg.eigvalsh(white.T.cov(correction=0))[[0, -1]]
    assert most_white < 1.01 / 0.95 < most
    assert least_white > 5 * least
    learned = make(ContentPosterior, network, frame_shape, noise=None).train()
    assert learned(sequences(frame_shape, n=9), seeded()).mean.mean(0).abs().max() > 1e-3


# Motion


@each_case
@each_mode
@each_noise
def test_a_motion_code_knows_no_later_frame(network, frame_shape, training, noise):
    posterior = make(MotionPosterior, network, frame_shape, noise).train(training)
    if training:
        posterior.encoder.eval()  # whose batch statistics are of all steps
    nn.init.normal_(posterior.from_previous.weight)
    x = sequences(frame_shape).requires_grad_()
    z = posterior(x, seeded()).value
    for t in range(T):
        weight = torch.randn(z[:, t].shape, generator=seeded(2), dtype=z.dtype)
        (gradient,) = torch.autograd.grad((z[:, t] * weight).sum(), x, retain_graph=True)
        seen = gradient.flatten(2).abs().amax((0, 2)) > 0
        assert seen.tolist() == [step <= t for step in range(T)]


@each_case
@each_noise
@pytest.mark.parametrize("sample", [True, False])
def test_the_only_memory_is_the_previous_code(network, frame_shape, noise, sample):
    posterior = make(MotionPosterior, network, frame_shape, noise).eval()
    nn.init.normal_(posterior.from_previous.weight)
    x = sequences(frame_shape).requires_grad_()
    z = posterior(x, seeded(), sample=sample)
    before = torch.cat([torch.zeros_like(z.value[:, :1]), z.value[:, :-1]], 1)
    features = posterior.features(posterior.encoder(x.flatten(0, 1)).flatten(1))
    hidden = posterior.from_frame(features) + posterior.from_previous(before.flatten(0, 1).tanh())
    output = posterior.output(nn.functional.leaky_relu(hidden, SLOPE))
    mean = output[:, :4] if noise is None else posterior.norm(output)
    torch.testing.assert_close(z.mean.flatten(0, 1), mean)
    nn.init.zeros_(posterior.from_previous.weight)  # without it, each frame is on its own
    (gradient,) = torch.autograd.grad(posterior(x).value[:, 3].sum(), x)
    assert (gradient.flatten(2).abs().amax((0, 2)) > 0).nonzero().tolist() == [[3]]


@each_case
@pytest.mark.parametrize("ragged", [False, True])
def test_motion_is_normalised_over_all_steps(network, frame_shape, ragged):
    posterior = make(MotionPosterior, network, frame_shape).train()
    x = sequences(frame_shape, n=9)
    lengths = torch.tensor([1, 2, 3, 4, 5, 6, T, T, T]) if ragged else torch.full((9,), T)
    packing = Packing.of(lengths, T, x.device) if ragged else None
    with torch.no_grad():
        posterior.output.weight *= 100  # so that the epsilon of the normalisation is nothing
        for _ in range(300):
            mean = posterior(x, packing=packing, sample=False).mean
    means = mean.flatten(0, 1) if packing is None else packing.pack(mean)
    torch.testing.assert_close(means.mean(0), torch.zeros_like(means[0]), atol=0.01, rtol=0)
    unit = torch.ones_like(means[0])
    torch.testing.assert_close(means.var(0, correction=0), unit, atol=0.02, rtol=0)


def test_motion_keeps_what_all_sequences_have_in_common_at_a_step():
    posterior = make(MotionPosterior, MLP(8, 1), (3,)).train()
    with torch.no_grad():
        posterior.output.weight *= 100  # so that the epsilon of the normalisation is nothing
    x = sequences((3,), n=1).expand(9, -1, -1)  # they all do the same at the same time
    for _ in range(100):
        mean = posterior(x, sample=False).mean
    assert mean.var((0, 1)).min() > 0.9


def test_motion_of_a_long_sequence_is_bounded_however_strong_its_memory():
    posterior = make(MotionPosterior, MLP(8, 1), (3,)).eval()
    nn.init.normal_(posterior.from_previous.weight, std=100.0)
    short, long = (posterior(sequences((3,), steps=k), sample=False).mean for k in (20, 2000))
    assert long.isfinite().all()
    assert long.abs().max() < 3 * short.abs().max()


@pytest.mark.parametrize("posterior", [ContentPosterior, MotionPosterior])
@each_mode
def test_a_fixed_noise_is_its_standard_deviation(posterior, training):
    model = make(posterior, MLP(8, 1), (3,), noise=0.2).train(training)
    with torch.no_grad():
        z = model(sequences((3,), n=2000), seeded())
    assert torch.equal(z.log_var, torch.full_like(z.log_var, 2 * math.log(0.2)))
    assert float((z.value - z.mean).std()) == pytest.approx(0.2, rel=0.05)
    assert (z.value - z.mean).mean().abs() < 0.01


@pytest.mark.parametrize("posterior", [ContentPosterior, MotionPosterior])
def test_a_learned_noise_differs_between_inputs_and_stays_in_range(posterior):
    model = make(posterior, MLP(8, 1), (3,), noise=None)
    x = sequences((3,))
    assert model(x).log_var.std(0).min() > 0
    extreme = model(1e4 * x).log_var.exp()
    assert extreme.min() >= math.exp(-10) * (1 - 1e-9)
    assert extreme.max() <= math.exp(4) * (1 + 1e-9)
    model(x, seeded()).value.sum().backward()
    assert all(p.grad is not None for p in model.parameters())


@each_case
@each_noise
def test_without_sampling_motion_is_its_mean(network, frame_shape, noise):
    posterior = make(MotionPosterior, network, frame_shape, noise).eval()
    x = sequences(frame_shape)
    z = posterior(x, seeded(0), sample=False)
    assert torch.equal(z.value, z.mean)
    assert torch.equal(z.value, posterior(x, seeded(1), sample=False).value)


@pytest.mark.parametrize("posterior", [ContentPosterior, MotionPosterior])
def test_codes_are_the_same_in_training_and_out_of_it(posterior):
    model, x = make(posterior, MLP(8, 1), (3,)).train(), sequences((3,))
    for _ in range(5):
        model(x, seeded())
    expected = fresh(model.eval(), x).mean
    torch.testing.assert_close(fresh(model.train(), x).mean, expected)


@each_case
def test_one_sequence_of_one_frame_trains(network, frame_shape):
    posterior = make(MotionPosterior, network, frame_shape).train()
    posterior(sequences(frame_shape, n=1, steps=1), seeded()).value.sum().backward()
    assert all(p.grad.isfinite().all() for p in posterior.output.parameters())


@pytest.mark.parametrize("posterior", [ContentPosterior, MotionPosterior])
def test_draws_are_of_the_generator_alone(posterior):
    model, x = make(posterior, MLP(8, 1), (3,)).eval(), sequences((3,))
    state = torch.get_rng_state()
    assert torch.equal(model(x, seeded(1)).value, model(x, seeded(1)).value)
    assert not torch.equal(model(x, seeded(1)).value, model(x, seeded(2)).value)
    assert torch.equal(torch.get_rng_state(), state)


# Motion that sees what changes


@each_mode
def test_motion_does_not_know_the_level_and_scale_of_vectors(training):
    torch.manual_seed(0)
    posterior = MotionPosterior(MLP(8, 1).encoder((3,)), 4, 6, 0.3, "changes").double()
    posterior.train(training)
    x = 10 * sequences((3,), steps=40)
    moved = torch.tensor([2.0, 30.0, 0.5], dtype=torch.float64) * x + 3.0
    torch.testing.assert_close(
        fresh(posterior, moved).mean, fresh(posterior, x).mean, atol=0.05, rtol=0
    )
    posterior.sees = "frames"
    assert not torch.allclose(fresh(posterior, moved).mean, fresh(posterior, x).mean, atol=0.5)


def test_motion_of_images_knows_no_feature_that_stays_the_same():
    torch.manual_seed(0)
    pixels = nn.Identity()
    pixels.feature_shape = (3, 8, 6)
    posterior = MotionPosterior(pixels, 4, 6, 0.3, "changes").double().eval()
    x = sequences((3, 8, 6))
    scene = torch.rand(len(x), 1, 3, 8, 6, dtype=torch.float64, generator=seeded(5))
    torch.testing.assert_close(
        posterior(x + scene, sample=False).mean, posterior(x, sample=False).mean
    )


@pytest.mark.parametrize("sees", ["changes", "causal_changes"])
@each_case
def test_motion_that_sees_changes_does_not_see_padding(network, frame_shape, sees):
    torch.manual_seed(0)
    posterior = MotionPosterior(network.encoder(frame_shape), 4, 6, 0.3, sees).double().eval()
    x, lengths = sequences(frame_shape), torch.tensor([T, 2, 4, T, 1, 3, 2])
    packing = Packing.of(lengths, T, x.device)
    x = x * packing.mask[(..., *[None] * len(frame_shape))]
    found = posterior(x, sample=False, packing=packing).mean
    for i, length in enumerate(lengths.tolist()):
        alone = posterior(x[i : i + 1, :length], sample=False).mean
        torch.testing.assert_close(found[i : i + 1, :length], alone)


@each_case
def test_motion_that_sees_causal_changes_does_not_see_the_future(network, frame_shape):
    torch.manual_seed(0)
    posterior = MotionPosterior(network.encoder(frame_shape), 4, 6, 0.3, "causal_changes")
    posterior, x = posterior.double().eval(), sequences(frame_shape)
    whole = posterior(x, sample=False).mean
    for k in range(1, T):
        torch.testing.assert_close(posterior(x[:, :k], sample=False).mean, whole[:, :k])
    assert not torch.allclose(whole[:, 1:], whole[:, :1])


# The posteriors of the paper


@each_case
@each_noise
def test_recurrent_content_knows_the_order_of_frames(network, frame_shape, noise):
    posterior = make(RecurrentContentPosterior, network, frame_shape, noise).eval()
    x = sequences(frame_shape)
    mean = posterior(x, sample=False).mean
    assert not torch.allclose(posterior(x.flip(1), sample=False).mean, mean)
    torch.testing.assert_close(posterior(x[2:4], sample=False).mean, mean[2:4])


@pytest.mark.parametrize(
    ("posterior", "remembers"), [(MotionPosterior, False), (RecurrentMotionPosterior, True)]
)
@each_case
def test_recurrent_motion_remembers_more_than_the_previous_code(
    posterior, remembers, network, frame_shape
):
    model, x = make(posterior, network, frame_shape).eval(), sequences(frame_shape)
    steps = []

    def forget_last(module, args):
        steps.append(args)
        last = len(steps) % T == 0
        return (torch.zeros_like(args[0]), *args[1:]) if last else args

    model.from_previous.register_forward_pre_hook(forget_last)
    other = torch.cat([1 - x[:, :1], x[:, 1:]], 1)  # another first frame
    last, last_of_other = (model(sequence, sample=False).mean[:, -1] for sequence in (x, other))
    assert torch.allclose(last, last_of_other) != remembers


@pytest.mark.parametrize("posterior", [RecurrentContentPosterior, RecurrentMotionPosterior])
@each_case
@each_noise
def test_recurrent_posteriors_do_not_see_padding(posterior, network, frame_shape, noise):
    model = make(posterior, network, frame_shape, noise).eval()
    x, lengths = sequences(frame_shape), torch.tensor([T, 2, 4, T, 1, 3, 2])
    packing = Packing.of(lengths, T, x.device)
    x[~packing.mask] = math.nan
    found = model(x, sample=False, packing=packing).mean
    for i, length in enumerate(lengths.tolist()):
        alone = model(x[i : i + 1, :length], sample=False).mean
        steps = found[i : i + 1, :length] if found.ndim == 3 else found[i : i + 1]
        torch.testing.assert_close(steps, alone)


@each_case
def test_a_recurrent_motion_code_knows_no_later_frame(network, frame_shape):
    model, x = make(RecurrentMotionPosterior, network, frame_shape).eval(), sequences(frame_shape)
    whole = model(x, sample=False).mean
    for k in range(1, T):
        torch.testing.assert_close(model(x[:, :k], sample=False).mean, whole[:, :k])
