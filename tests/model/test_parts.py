"""Models of parts: followed by where they are, read where they are, and drawn from one prior."""

import math

import pytest
import torch

from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.model.parts import PartsPrior, Tracker, folded, unfolded
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


# The tracker


def spots(centres, side=16, width=0.15):
    """Maps (n, T, 1, side, side) of bright spots at places (n, T, k, 2)."""
    cells = (2 * torch.arange(side) + 1) / side - 1
    grid = torch.stack(torch.meshgrid(cells, cells, indexing="ij"), -1)
    squares = (grid - centres[..., None, None, :]).square().sum(-1)
    return torch.exp(-squares / (2 * width**2)).amax(2).unsqueeze(2)


@pytest.fixture
def tracker():
    """One that looks for what is bright, and knows nothing of looks."""
    torch.manual_seed(0)
    made = Tracker(K, 1)
    with torch.no_grad():
        made.of_places.weight.zero_()
        made.of_places.bias.zero_()
        made.of_places.weight[0] = 20.0
    return made


def crossing():
    """Two spots that go past each other, (1, 9, 2, 2)."""
    t = torch.linspace(-0.6, 0.6, 9)
    first = torch.stack([t, torch.full_like(t, 0.25)], -1)
    second = torch.stack([-t, torch.full_like(t, -0.25)], -1)
    return torch.stack([first, second], 1)[None]


def test_spots_are_found_and_followed(tracker):
    centres = crossing()
    places, _ = tracker(spots(centres))
    off = (places.unsqueeze(3) - centres.unsqueeze(2)).norm(dim=-1)  # (1, T, parts, spots)
    nearest = off.argmin(-1)
    assert (nearest == nearest[:, :1]).all()
    assert sorted(nearest[0, 0].tolist()) == [0, 1]
    assert off.amin(-1).max() < 0.15


def test_spots_that_are_one_at_first_are_told_apart_by_what_follows(tracker):
    t = torch.linspace(0, 0.6, 7)
    first = torch.stack([t, 0.3 * t], -1)
    centres = torch.stack([first, -first], 1)[None]
    places, _ = tracker(spots(centres))
    off = (places.unsqueeze(3) - centres.unsqueeze(2)).norm(dim=-1).amin(-1)
    assert off.max() < 0.2


@pytest.mark.parametrize("n_steps", [9, 11, 13, 15])
def test_parts_that_meet_go_on_as_they_went(tracker, n_steps):
    t = torch.linspace(-0.6, 0.6, n_steps)
    both = [torch.stack([t, t], -1), torch.stack([t, -t], -1)]
    centres = torch.stack(both, 1)[None] + 0.02  # one upon the other in the middle
    with torch.no_grad():
        tracker.log_width.fill_(math.log(0.15))
        places, _ = tracker(spots(centres))
    straight, across = (
        (places - order).norm(dim=-1).sum(-1)[0] for order in (centres, centres.flip(2))
    )
    assert (straight[0] < across[0]) == (straight[-1] < across[-1])


def test_padding_moves_no_part(tracker):
    maps = spots(crossing())
    padded = torch.cat([maps[:, :5], torch.zeros_like(maps[:, :4])], 1)
    mask = torch.arange(9)[None] < 5
    places, looks = tracker(padded, mask)
    alone = tracker(maps[:, :5])
    torch.testing.assert_close((places[:, :5], looks[:, :5]), alone)


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
    torch.nn.init.normal_(made.motion.tracker.finer[-1].weight)  # zero at first
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
