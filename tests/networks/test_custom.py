"""The user's own modules: copied, used as they are, and told where they do not fit."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from seqdisentangle.networks import CodeShape, resolve_network

GENERATORS = ("style", "concat")


def codes(generator="style", bounded=True):
    return CodeShape(
        motion_size=2, content_size=3, hidden_size=5, generator=generator, bounded=bounded
    )


def own(frame_shape=(2, 6, 5), features=4, size=5):
    n = torch.Size(frame_shape).numel()
    return (
        nn.Sequential(nn.Flatten(), nn.Linear(n, features), nn.BatchNorm1d(features)),
        nn.Sequential(nn.Linear(size, n), nn.Unflatten(1, frame_shape)),
    )


@pytest.mark.parametrize("frame_shape", [(2, 6, 5), (3,)])
def test_own_modules_are_copied_and_used(frame_shape):
    pair = own(frame_shape)
    network = resolve_network(pair, frame_shape, "style")
    encoder, decoder = network.encoder(frame_shape), network.decoder(frame_shape, codes("concat"))
    assert encoder.feature_shape == (4,)
    x, motion, content = torch.rand(6, *frame_shape), torch.randn(2, 3, 2), torch.randn(2, 3)
    both = torch.cat([motion, content.unsqueeze(1).expand(2, 3, 3)], -1)
    assert torch.equal(decoder(motion, content).flatten(0, 1), pair[1](both.flatten(0, 1)))
    with torch.no_grad():
        for parameter in pair[0].parameters():
            parameter.fill_(1.0)
    assert not torch.equal(encoder.eval()(x), pair[0].eval()(x))


def test_looking_at_own_modules_leaves_them_as_they_were():
    pair = own()
    before = [v.clone() for v in pair[0].state_dict().values()]
    encoder = resolve_network(pair, (2, 6, 5), "style").encoder((2, 6, 5))
    assert pair[0].training
    assert encoder.training
    for module in (encoder, pair[0]):
        assert all(map(torch.equal, module.state_dict().values(), before))


@pytest.mark.parametrize("generator", GENERATORS)
def test_own_modules_are_concatenated_and_nothing_has_to_be_set(generator):
    network = resolve_network(own(), (2, 6, 5), generator)
    assert network.generator == "concat"
    network.decoder((2, 6, 5), codes(network.generator))


def test_with_actions_an_own_decoder_reads_them_between_motion_and_content():
    network = resolve_network(own(size=5 + 4), (2, 6, 5), "style")
    with_action = replace(codes("concat"), n_actions=4)
    frames = network.decoder((2, 6, 5), with_action)(torch.randn(2, 3, 2 + 4), torch.randn(2, 3))
    assert frames.shape == (2, 3, 2, 6, 5)


def test_own_encoders_may_give_feature_maps():
    network = resolve_network((nn.Conv2d(2, 7, 3), nn.Identity()), (2, 6, 5), "style")
    assert network.encoder((2, 6, 5)).feature_shape == (7, 4, 3)


@pytest.mark.parametrize(
    ("module", "match"),
    [
        (nn.Flatten(2), r"network: the encoder must map frames to .* got \(N, 2, 30\)"),
        (nn.Linear(3, 3), r"network: the encoder fails on two frames \(2, 6, 5\): mat1"),
    ],
)
def test_an_own_encoder_that_does_not_fit_says_so(module, match):
    network = resolve_network((module, nn.Identity()), (2, 6, 5), "style")
    with pytest.raises(ValueError, match=match):
        network.encoder((2, 6, 5))


@pytest.mark.parametrize(
    ("module", "match"),
    [
        (nn.Linear(5, 60), r"decoder must make frames \(2, 6, 5\), got \(60,\)"),
        (nn.Linear(4, 60), r"network: the decoder fails on two codes \(5,\): mat1"),
    ],
)
def test_an_own_decoder_that_does_not_fit_says_so(module, match):
    network = resolve_network((nn.Flatten(), module), (2, 6, 5), "style")
    with pytest.raises(ValueError, match=match):
        network.decoder((2, 6, 5), codes("concat"))
