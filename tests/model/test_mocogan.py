"""MoCoGAN: motion of noise and action, and clips of what is real in a sequence."""

import pytest
import torch

from seqdisentangle.data.packing import Packing
from seqdisentangle.model.core import build_model
from seqdisentangle.model.mocogan import ClipDiscriminator, FrameDiscriminator, MoCoGANSpec, clips
from seqdisentangle.networks import MLP, Conv


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_clips_begin_anywhere_and_never_reach_into_padding():
    x = torch.arange(6.0).expand(2000, 6).unsqueeze(-1)
    lengths = torch.tensor([6, 4]).repeat(1000)
    found = clips(x, 3, seeded(), Packing.of(lengths, 6, x.device)).squeeze(-1)
    assert (found.diff(dim=1) == 1).all()
    assert set(found[::2, 0].tolist()) == {0, 1, 2, 3}
    assert set(found[1::2, 0].tolist()) == {0, 1}
    assert clips(x, 9, seeded(), Packing.of(lengths, 6, x.device)).shape[1] == 4


def test_a_motion_code_depends_on_the_noise_until_then_and_on_the_action():
    spec = MoCoGANSpec((3,), False, 4, 2, 6, MLP(8, 1), "concat", None, None, n_actions=3)
    model = build_model(spec, 0)
    noise = torch.randn(1, 5, 2, generator=seeded(), requires_grad=True)
    codes = model.rollout(noise, action=torch.eye(3)[:1])
    for t in range(5):
        (gradient,) = torch.autograd.grad(codes[0, t].sum(), noise, retain_graph=True)
        assert (gradient[0].abs().sum(-1) > 0).tolist() == [s <= t for s in range(5)]
    assert not torch.equal(codes, model.rollout(noise, action=torch.eye(3)[1:2]))


@pytest.mark.parametrize("kind", [FrameDiscriminator, ClipDiscriminator])
def test_discriminators_look_at_each_datum_by_itself_in_training_too(kind):
    discriminator = kind(Conv(2).encoder((1, 8, 8)), 6).train()
    x = torch.rand(6, 3, 1, 8, 8, generator=seeded())
    x = x[:, 0] if kind is FrameDiscriminator else x
    alone = torch.cat([discriminator(one.unsqueeze(0))[0] for one in x])
    torch.testing.assert_close(discriminator(x)[0], alone)


def test_a_discriminator_tells_actions_where_there_are_any():
    encoder = MLP(8, 1).encoder((3,))
    for n_actions in (0, 3):
        real, actions = ClipDiscriminator(encoder, 6, n_actions)(torch.rand(4, 5, 3))
        assert real.shape == (4,)
        assert actions.shape == (4, n_actions)
