"""The game: its formula, number by number, and that its two sides take turns."""

import math

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.model.core import build_model
from seqdisentangle.model.latent import LatentCodes
from seqdisentangle.model.mocogan import ClipDiscriminator, FrameDiscriminator, MoCoGANSpec
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.objectives.adversarial import (
    AdversarialObjective,
    Discriminator,
    Discriminators,
    build_discriminators,
)
from seqdisentangle.training.trainer import Trainer

SHAPES = {"vectors": ((3,), MLP(8, 1)), "images": ((1, 8, 8), Conv(2))}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(kind="vectors", n_actions=None, action_weight=0.7, clip_steps=3, penalty=0.0):
    shape, network = SHAPES[kind]
    spec = MoCoGANSpec(
        shape, kind == "images", 4, 2, 6, network, "concat", None, None, n_actions=n_actions
    )
    pair = Discriminators(
        Discriminator(FrameDiscriminator, 1e-3, penalty),
        Discriminator(ClipDiscriminator, 1e-3, penalty, action_weight if n_actions else 0.0),
    )
    build_discriminators(pair, spec, 0)
    objective = AdversarialObjective(pair, clip_steps=clip_steps, action_weight=action_weight)
    x = torch.rand(6, 5, *shape, generator=seeded(1))
    return objective, build_model(spec, 0), x


def sigmoid(logit):
    return 1 / (1 + math.exp(-logit))


# ---- the formula ---------------------------------------------------------------------------------


@pytest.mark.parametrize("n_actions", [None, 3])
@pytest.mark.parametrize("kind", SHAPES)
def test_each_side_is_the_papers(kind, n_actions):
    objective, model, x = make(kind, n_actions)
    loss, duels = objective(model, Batch(x), seeded())
    generator_side = 0.0
    for duel, discriminator in zip(duels, objective.divergences, strict=True):
        real, _ = discriminator(duel.real)
        fake, said = discriminator(duel.fake)
        # Of equations (4) and (5), in loops: E log D(x) + E log(1 - D(x~)), and - E log D(x~).
        right = sum(math.log(sigmoid(f)) for f in real.tolist()) / len(real)
        caught = sum(math.log(1 - sigmoid(f)) for f in fake.tolist()) / len(fake)
        fooled = sum(math.log(sigmoid(f)) for f in fake.tolist()) / len(fake)
        told = 0.0
        if duel.action is not None:
            for logits, action in zip(said.tolist(), duel.action.tolist(), strict=True):
                total = sum(math.exp(value) for value in logits)
                told -= math.log(math.exp(logits[action]) / total) / len(said)
            assert loss.parts["action"].item() == pytest.approx(told, rel=1e-4)
        value = duel.critic_loss().item()
        assert value == pytest.approx(-right - caught + 0.7 * told, rel=1e-4)
        generator_side += -fooled + 0.7 * told
    assert loss.total.item() == pytest.approx(generator_side, rel=1e-4)
    assert (duels[1].action is None) == (n_actions is None)


def test_discriminators_look_at_each_datum_by_itself():
    objective, _, x = make("images")
    together, _ = objective.video(x)
    alone = torch.cat([objective.video(one.unsqueeze(0))[0] for one in x])
    torch.testing.assert_close(together, alone)


def test_the_penalty_is_half_the_squared_slope_at_real_data():
    objective, model, x = make(penalty=0.0)
    _, duels = objective(model, Batch(x), seeded())
    for duel, discriminator in zip(duels, objective.divergences, strict=True):
        plain = duel.critic_loss()
        discriminator.gradient_penalty = 3.0
        slopes = 0.0
        for one in duel.real:  # these networks look at each by itself

            def logit(value, discriminator=discriminator):
                return discriminator(value.unsqueeze(0))[0].squeeze()

            jacobian = torch.autograd.functional.jacobian(logit, one)
            slopes += sum(value**2 for value in jacobian.flatten().tolist()) / len(duel.real)
        found = (duel.critic_loss() - plain).item()
        assert found == pytest.approx(1.5 * slopes, rel=1e-3, abs=1e-6)
        discriminator.gradient_penalty = 0.0


@pytest.mark.parametrize("kind", SHAPES)
def test_frames_and_clips_are_of_the_sequences(kind):
    objective, model, x = make(kind)
    _, (of_frames, of_clips) = objective(model, Batch(x), seeded())
    assert of_frames.real.shape == of_frames.fake.shape == (6, *x.shape[2:])
    assert of_clips.real.shape == of_clips.fake.shape == (6, 3, *x.shape[2:])
    for clip, frame, sequence in zip(of_clips.real, of_frames.real, x, strict=True):
        assert any(torch.equal(clip, sequence[t : t + 3]) for t in range(3))
        assert any(torch.equal(frame, one) for one in clip)
    for frame, clip in zip(of_frames.fake, of_clips.fake, strict=True):
        assert any(torch.equal(frame, one) for one in clip)


def test_the_same_content_in_all_steps_and_the_same_action():
    objective, model, x = make("vectors", n_actions=3)
    seen = []
    model.decoder.register_forward_hook(lambda module, codes, frames: seen.append(codes))
    _, (_, of_clips) = objective(model, Batch(x), seeded())
    ((motion, content),) = seen
    assert content.shape == (6, 4)
    assert motion.shape == (6, 3, 2)
    again = model.decode(LatentCodes(content, motion))
    torch.testing.assert_close(again, of_clips.fake)


# ---- the turns -----------------------------------------------------------------------------------


def training(model, objective, rate):
    return Trainer(
        model,
        objective,
        learning_rate=rate,
        lr_schedule="constant",
        n_updates=1,
        clip_norm=None,
        seed=0,
    )


def copies(module):
    return {name: p.detach().clone() for name, p in module.named_parameters()}


def moved(module, before):
    return {name for name, p in module.named_parameters() if not torch.equal(p, before[name])}


@pytest.mark.parametrize("n_actions", [None, 3])
@pytest.mark.parametrize("kind", SHAPES)
def test_generator_and_discriminators_take_turns(kind, n_actions, monkeypatch):
    objective, model, x = make(kind, n_actions)
    trainer = training(model, objective, 1e-3)
    turns = []

    def watch(optimizer, name):
        step = optimizer.step

        def watched(*args, **kwargs):
            before = {n: copies(m) for n, m in parts.items()}
            result = step(*args, **kwargs)
            turns.append((name, {n for n, m in parts.items() if moved(m, before[n])}))
            return result

        monkeypatch.setattr(optimizer, "step", watched)

    parts = {"generator": model, "image": objective.image, "video": objective.video}
    watch(trainer.optimizer, "generator")
    for name, discriminator in objective.divergences._asdict().items():
        watch(trainer.critics.optimizers[discriminator], name)
    for _ in range(3):
        trainer.step(Batch(x))
    assert turns == [(name, {name}) for _ in range(3) for name in ("image", "video", "generator")]


@pytest.mark.parametrize("n_actions", [None, 3])
def test_all_parameters_of_both_sides_learn(n_actions):
    objective, model, x = make("images", n_actions)
    loss, duels = objective(model, Batch(x), seeded())
    loss.total.backward(inputs=list(model.parameters()), retain_graph=True)
    assert all(p.grad.any() for p in model.parameters())
    assert all(p.grad is None for p in objective.parameters())
    for duel in duels:
        duel.critic_loss().backward()
    assert all(p.grad is not None and p.grad.any() for p in objective.parameters())


def test_discriminators_learn_to_tell_and_the_generator_to_fool_them():
    objective, model, _ = make("vectors", clip_steps=4)
    x = 3 + 0.1 * torch.randn(64, 4, 3, generator=seeded(1))  # far from what it makes at first
    trainer = training(model, objective, 2e-3)

    def gap():
        noise = torch.randn(64, 4, 2, generator=seeded(2))
        content = torch.randn(64, 4, generator=seeded(3))
        frames = model.decode(LatentCodes(content, model.rollout(noise)))
        return float((frames.mean() - x.mean()).abs().detach())

    before = gap()
    for _ in range(400):
        trainer.step(Batch(x))
    assert gap() < 0.3 * before
