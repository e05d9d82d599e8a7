"""The action posterior: what a draw is, what it knows, and what a model without it is."""

import math

import pytest
import torch

from seqdisentangle.data.packing import Packing
from seqdisentangle.model import MixturePrior
from seqdisentangle.model.action import ANNEALING, COLDEST, ActionPosterior
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.model.latent import LatentCodes
from seqdisentangle.networks import MLP

PLAIN = ModelSpec((3,), False, 4, 2, 6, MLP(8, 1), "style", 0.1, 0.3, MixturePrior(3))
ACTING = ModelSpec(
    (3,),
    False,
    4,
    2,
    6,
    MLP(8, 1),
    "style",
    0.1,
    0.3,
    MixturePrior(3),
    5,
    (0.1, 0.2, 0.3, 0.2, 0.2),
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def posterior(n_actions=4, seed=0):
    torch.manual_seed(seed)
    return ActionPosterior(2, 8, n_actions).double()


def motions(n=6, steps=5, seed=1):
    return torch.randn(n, steps, 2, dtype=torch.float64, generator=seeded(seed))


def test_a_draw_is_one_hot_and_its_gradient_is_that_of_the_softmax():
    module = posterior()
    value, logits = module(motions(), seeded())
    torch.testing.assert_close(value, value.round())
    assert (value.sum(1) == 1).all()
    towards = torch.randn(6, 4, dtype=torch.float64, generator=seeded(2))
    (found,) = torch.autograd.grad((value * towards).sum(), logits)
    again = logits.detach().requires_grad_()
    noise = -torch.empty_like(again).exponential_(generator=seeded()).log()
    soft = ((again + noise) / module.temperature).softmax(-1)
    (expected,) = torch.autograd.grad((soft * towards).sum(), again)
    torch.testing.assert_close(found, expected)


def test_draws_have_the_frequencies_of_the_posterior():
    module = posterior().eval()
    z = motions(1).expand(20000, -1, -1)
    value, logits = module(z, seeded())
    spread = math.sqrt(0.25 / len(z))
    assert ((value.mean(0) - logits[0].softmax(-1)).abs() < 4 * spread).all()


def test_without_a_draw_it_is_the_most_likely_action():
    value, logits = posterior()(motions(), sample=False)
    assert torch.equal(value.argmax(1), logits.argmax(1))


def test_in_half_precision_actions_are_drawn_in_single():
    module, z = posterior().float(), motions().float()
    with torch.autocast("cpu", torch.bfloat16):
        value, logits = module(z, seeded())
    assert value.dtype == logits.dtype == torch.float32


def test_what_is_known_is_not_drawn():
    known = torch.tensor([3, -1, 0, -1, 2, -1])
    for seed in range(5):
        value, _ = posterior()(motions(), seeded(seed), known=known)
        assert torch.equal(value.argmax(1)[known >= 0], known[known >= 0])
    drawn, _ = posterior()(motions(), seeded(4))
    assert torch.equal(value[known < 0], drawn[known < 0])


def test_padding_is_not_read():
    lengths = torch.tensor([5, 2, 3, 1, 5, 4])
    z = motions()
    _, logits = posterior()(z, sample=False, lengths=lengths)
    for i, length in enumerate(lengths):
        _, alone = posterior()(z[i : i + 1, :length], sample=False)
        torch.testing.assert_close(logits[i], alone[0])


def test_the_temperature_falls_with_the_steps_of_training_alone():
    module = posterior()
    for _ in range(3):
        module(motions(), seeded())
    assert module.temperature.item() == pytest.approx(ANNEALING**3)
    module.eval()(motions(), seeded())
    assert module.temperature.item() == pytest.approx(ANNEALING**3)
    module.train().temperature.fill_(COLDEST)
    module(motions(), seeded())
    assert module.temperature.item() == COLDEST
    assert "temperature" in module.state_dict(), "a resumed training goes on with it"


def test_a_model_without_actions_has_nothing_of_them():
    model = build_model(PLAIN, 0)
    assert not any("action" in name for name in model.state_dict())
    x = torch.rand(4, 5, 3, generator=seeded(1))
    assert model.encode(x, seeded()).action is None


def test_the_codes_of_a_model_with_actions_are_those_of_one_without():
    plain, acting = build_model(PLAIN, 0), build_model(ACTING, 0)
    x = torch.rand(4, 5, 3, generator=seeded(1))
    for part in ("content", "motion"):
        for one, other in zip(
            getattr(plain.encode(x, seeded()), part),
            getattr(acting.encode(x, seeded()), part),
            strict=True,
        ):
            assert torch.equal(one, other)


def test_generator_and_prior_are_given_the_action():
    model = build_model(ACTING, 0).eval()
    z_c, z_m = torch.randn(1, 4, generator=seeded()), torch.randn(1, 3, 2, generator=seeded())
    noise = torch.randn(1, 3, 3, generator=seeded())
    one, other = torch.eye(5)[:1], torch.eye(5)[1:2]
    frames = [model.decode(LatentCodes(z_c, z_m, a)) for a in (one, other)]
    assert not torch.equal(*frames)
    walks = [model.rollout(noise, action=a) for a in (one, other)]
    assert not torch.equal(*walks)


def test_a_rollout_of_an_action_continues_it():
    prior = build_model(ACTING, 0).prior
    eps, action = torch.randn(2, 6, 3, generator=seeded()), torch.eye(5)[[1, 3]]
    whole = prior.rollout(eps, action=action)
    following = prior.rollout(eps[:, 4:], history=whole[:, :4], action=action)
    torch.testing.assert_close(following, whole[:, 4:])


def test_a_padded_batch_has_the_actions_of_its_parts():
    model = build_model(ACTING, 0).double().eval()
    x = torch.rand(3, 5, 3, dtype=torch.float64, generator=seeded(1))
    lengths = torch.tensor([5, 3, 4])
    packing = Packing.of(lengths, 5, x.device)
    together = model.encode(x, sample=False, packing=packing).action
    for i, length in enumerate(lengths):
        alone = model.encode(x[i : i + 1, :length], sample=False).action
        torch.testing.assert_close(together.logits[i], alone.logits[0])
