"""Models of parts: followed by where they are, read where they are, and drawn from one prior."""

import pytest
import torch

from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.model.parts import PartsPrior, folded, unfolded
from seqdisentangle.model.prior_networks import LSTMPrior
from seqdisentangle.networks import Conv, Parts

K = 2


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def model(**changes):
    network = Parts(K, width=4, network=Conv(2))
    spec = {"motion_input": "changes", "content_noise": 0.1, "motion_noise": 0.1} | changes
    return build_model(
        ModelSpec((1, 16, 16), True, 3 * K, 3 * K, 8, network, "style", **spec), 0
    ).eval()


@pytest.mark.parametrize("shape", [(5, 6), (5, 4, 6)])
def test_unfolding_undoes_folding(shape):
    z = torch.randn(shape, generator=seeded())
    torch.testing.assert_close(unfolded(folded(z, K), K), z)


def test_a_folded_code_is_that_of_one_part_of_one_sequence():
    z = torch.randn(5, 4, 6, generator=seeded())
    torch.testing.assert_close(folded(z, K)[2 * K + 1], z[2, :, 3:])


# The posteriors


def test_content_is_read_where_the_part_is():
    made = model()
    x = torch.zeros(1, 2, 1, 16, 16)
    x[:, :, :, 2:6, 3:7] = torch.rand(1, 1, 1, 4, 4, generator=seeded())
    moved = x.roll((6, 4), (3, 4))
    at = torch.tensor([4 / 8 - 1, 5 / 8 - 1]).expand(1, 2, K, 2)
    to = at + torch.tensor([6 / 8, 4 / 8])
    codes = [
        made.content(frames, sample=False, places=places).mean
        for frames, places in ((x, at), (moved, to))
    ]
    torch.testing.assert_close(*codes)


def test_codes_of_a_place_are_told_to_the_decoder():
    made = model()
    x = torch.rand(3, 5, 1, 16, 16, generator=seeded())
    posterior = made.encode(x, sample=False)
    assert posterior.content.mean.shape == (3, 3 * K)
    assert posterior.motion.mean.shape == (3, 5, 3 * K)
    places = made.seen_of(posterior.motion)["places"]
    torch.testing.assert_close(places, made.decoder.places(posterior.codes.motion))


def test_what_stays_the_same_of_the_looks_is_not_motions():
    x = torch.rand(3, 1, 1, 16, 16, generator=seeded()).expand(-1, 6, -1, -1, -1)
    z = model().motion(x, sample=False).mean.unflatten(-1, (K, -1))
    same = z[:1, :1, :1, 2:].expand_as(z[..., 2:])
    torch.testing.assert_close(z[..., 2:], same, atol=1e-3, rtol=0)  # as places settle


def test_gradients_reach_all_that_encodes():
    made = model().train()
    torch.nn.init.normal_(made.motion.tracker.finer[-1].weight, generator=seeded())  # zero at first
    x = torch.rand(4, 6, 1, 16, 16, generator=seeded())
    codes = made.encode(x, seeded()).codes
    (made.decode(codes) - x).square().sum().backward()
    without = {name for name, p in made.named_parameters() if p.grad is None or not p.grad.any()}
    assert without == {name for name, _ in made.named_parameters() if name.startswith("prior.")}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"motion_input": "causal_changes"}, "motion_input must be 'changes' or 'frames'"),
        ({"motion_size": K}, "motion_size must be at least 2 with parts"),
    ],
)
def test_settings_that_do_not_go_with_parts_are_named(changes, named):
    spec = {"content_noise": 0.1, "motion_noise": 0.1, "motion_input": "changes"}
    sizes = {"content_size": 4, "motion_size": 6, "hidden_size": 8} | changes
    network = Parts(K, width=4, network=Conv(2))
    with pytest.raises(ValueError, match=named):
        ModelSpec((1, 16, 16), True, network=network, generator="style", **(spec | sizes)).build()


# Before the first step


SIDE = 32
BEHIND = {
    "dark": torch.zeros(SIDE, SIDE),
    "bright": torch.ones(SIDE, SIDE),
    "textured": 0.3 + 0.4 * torch.rand(SIDE, SIDE, generator=seeded(1)),
}


def moving(behind, n=24, steps=8, n_things=K):
    """Videos (n, T, 1, H, W) of discs that move before something, and their places."""
    rng = seeded(2)
    start = torch.rand(n, 1, n_things, 2, generator=rng) - 0.5
    end = torch.rand(n, 1, n_things, 2, generator=rng) - 0.5
    places = start + torch.linspace(0, 1, steps)[None, :, None, None] * (end - start)
    cells = (2 * torch.arange(SIDE) + 1) / SIDE - 1
    grid = torch.stack(torch.meshgrid(cells, cells, indexing="ij"), -1)
    discs = ((grid - places[..., None, None, :]).norm(dim=-1) < 0.22).any(2)
    return torch.where(discs, 1 - behind.round(), behind).unsqueeze(2), places


def built(seed, usual):
    spec = {"motion_input": "changes", "content_noise": 0.1, "motion_noise": 0.1}
    network = Parts(K, width=8, network=Conv(2))
    frame = (1, SIDE, SIDE)
    made = build_model(ModelSpec(frame, True, 3 * K, 3 * K, 8, network, "style", **spec), seed)
    made.start_from(usual)
    return made


def test_a_part_too_many_is_where_the_thing_is_and_sees_nothing():
    x, true = moving(BEHIND["dark"], n_things=1)
    made = built(0, torch.zeros(1, SIDE, SIDE))
    with torch.no_grad():
        posterior = made.encode(x, sample=False)
    places = made.seen_of(posterior.motion)["places"]
    moved = (true[:, -1] - true[:, 0]).norm(dim=-1).squeeze(1) > 0.2
    assert torch.equal(places[moved, :, 0], places[moved, :, 1])
    first, second = posterior.content.mean[moved].unflatten(1, (K, -1)).unbind(1)
    torch.testing.assert_close(second, second[:1].expand_as(second))
    assert first.std(0).min() > 10 * second.std(0).max()


@pytest.mark.parametrize("behind", BEHIND)
def test_parts_are_at_things_whatever_the_seed(behind):
    x, true = moving(BEHIND[behind])
    usual = x.flatten(0, 1).median(0).values
    for seed in range(12):
        made = built(seed, usual).train()
        with torch.no_grad():
            places = made.seen_of(made.motion(x, sample=False))["places"]
        # The middle of all parts is that of all things, and none is far from the nearest.
        both = torch.stack([places.mean(2).flatten(0, 1), true.mean(2).flatten(0, 1)])
        for axis in range(2):
            assert torch.corrcoef(both[..., axis])[0, 1] > 0.9, seed
        off = (places.unsqueeze(3) - true.unsqueeze(2)).norm(dim=-1).amin(-1)
        assert off.median() * SIDE / 2 < 2.5, seed  # pixels


def test_the_background_is_the_usual_frame_at_first():
    usual = BEHIND["textured"][None]
    made = built(0, usual).eval()
    far = torch.full((1, 2, 3 * K), 100.0)  # out of sight
    torch.testing.assert_close(made.decoder(far, torch.zeros(1, 3 * K))[0, 0], usual)


def test_dark_things_before_what_is_bright_are_found_as_bright_ones_before_what_is_dark():
    x, _ = moving(BEHIND["dark"], n=2)
    maps = torch.zeros(2, 8, 8, 16, 16)
    bright, dark = (built(0, torch.full((1, SIDE, SIDE), usual)).motion for usual in (0.0, 1.0))
    torch.testing.assert_close(
        bright._unusual(x, maps, None, None), dark._unusual(1 - x, maps, None, None)
    )


def test_what_is_missing_or_padding_is_not_unusual():
    usual = BEHIND["textured"][None]
    motion, maps = built(0, usual).motion, torch.zeros(1, 3, 8, 16, 16)
    x = usual.expand(1, 3, 1, SIDE, SIDE).clone()
    x[..., 4:10, 20:28] = 1
    holes = x.clone()
    holes[..., 16:, :16] = 0
    told = motion._unusual(holes, maps, None, (holes == x).expand_as(x))
    torch.testing.assert_close(told, motion._unusual(x, maps, None, None))
    holes[:, 2] = torch.nan
    mask = torch.tensor([[True, True, False]])
    padded = motion._unusual(holes, maps, mask, (holes == x).expand_as(x))
    torch.testing.assert_close(padded[:, :2], told[:, :2])
    assert padded[:, 2].isfinite().all()


# The prior


@pytest.fixture(params=[1, 4], ids=["gaussian", "mixture"])
def prior(request):
    torch.manual_seed(0)
    return PartsPrior(LSTMPrior(3, 8, request.param).double(), K)


def noise(prior, n, steps):
    return torch.randn(n, steps, prior.noise_size, dtype=torch.float64, generator=seeded())


def test_parts_are_drawn_as_sequences_of_their_own(prior):
    eps = noise(prior, 5, 6)
    together = prior.rollout(eps)
    torch.testing.assert_close(folded(together, K), prior.of_one.rollout(folded(eps, K)))


def test_teacher_forced_it_gives_the_codes_of_the_rollout(prior):
    z = prior.rollout(noise(prior, 5, 6))
    torch.testing.assert_close(prior(z, seeded()).value, z)


@pytest.mark.parametrize("lengths", [None, torch.tensor([2, 4, 1])])
def test_a_rollout_goes_on_from_a_history(prior, lengths):
    history = torch.randn(3, 4, 6, dtype=torch.float64, generator=seeded(1))
    eps = noise(prior, 3, 5)
    following = prior.rollout(eps, history, lengths)
    for i in range(3):
        past = history[i : i + 1, : 4 if lengths is None else lengths[i]]
        torch.testing.assert_close(prior.rollout(eps[i : i + 1], past), following[i : i + 1])


def test_the_likelihood_of_a_sequence_is_that_of_its_parts(prior):
    z = torch.randn(5, 6, 6, dtype=torch.float64, generator=seeded())
    of_one = prior.of_one
    each = of_one.log_likelihood(of_one.hidden(folded(z, K)), folded(z, K))
    torch.testing.assert_close(
        prior.log_likelihood(prior.hidden(z), z), each.unflatten(0, (5, K)).sum(1)
    )
