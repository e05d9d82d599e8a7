"""Frame networks: every size, frame by frame, all of them trained; and the user's own modules."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from seqdisentangle.networks import MLP, CodeShape, Conv, ResNet, resolve_network
from seqdisentangle.networks.base import pyramid
from seqdisentangle.networks.palette import Palette

GENERATORS = ("style", "concat")
each_generator = pytest.mark.parametrize("generator", GENERATORS)
each_family = pytest.mark.parametrize("family", [Conv, ResNet])
CASES = [
    (Conv(2), (3, 16, 16)),
    (Conv(2, palette=0), (1, 21, 40)),
    (Conv(3, palette=2), (3, 17, 33)),
    (ResNet(2, palette=0), (3, 16, 16)),
    (ResNet(2), (4, 33, 18)),
    (MLP(6, 1), (3,)),
    (MLP(6, 3), (1,)),
]
each_case = pytest.mark.parametrize(("network", "frame_shape"), CASES, ids=str)


def codes(generator="style", bounded=True):
    return CodeShape(
        motion_size=2, content_size=3, hidden_size=5, generator=generator, bounded=bounded
    )


def settle(module, *inputs):
    """Running moments of real activations, then evaluation mode."""
    with torch.no_grad():
        for _ in range(3):
            module(*inputs)
    return module.eval()


def build(network, frame_shape, generator="style"):
    torch.manual_seed(0)
    x, motion, content = torch.rand(4, *frame_shape), torch.randn(4, 3, 2), torch.randn(4, 3)
    encoder = settle(network.encoder(frame_shape), x)
    decoder = settle(network.decoder(frame_shape, codes(generator)), motion, content)
    return encoder, decoder, x, motion, content


@each_family
@each_generator
def test_every_image_size_and_number_of_channels_comes_back(family, generator):
    network = family(1)
    for height in range(16, 129):
        frame_shape = (height % 4 + 1, height, 16 + 37 * height % 113)  # every width once
        encoder = network.encoder(frame_shape).eval()
        decoder = network.decoder(frame_shape, codes(generator)).eval()
        with torch.no_grad():
            assert encoder(torch.rand(1, *frame_shape)).shape[1:] == encoder.feature_shape
            frames = decoder(torch.randn(1, 1, 2), torch.randn(1, 3))
        assert frames.shape == (1, 1, *frame_shape)


@each_case
@each_generator
def test_shapes_and_bounds(network, frame_shape, generator):
    encoder, decoder, x, motion, content = build(network, frame_shape, generator)
    assert encoder(x).shape == (4, *encoder.feature_shape)
    frames = decoder(motion, 50 * content)
    assert frames.shape == (4, 3, *frame_shape)
    assert frames.min() >= 0
    assert frames.max() <= 1
    free = network.decoder(frame_shape, codes(generator, bounded=False)).eval()
    free.load_state_dict(decoder.state_dict())
    if isinstance(free.output, Palette):  # it is the colours that are bounded
        free.output.colours.append(nn.Sigmoid())
        torch.testing.assert_close(free(motion, 50 * content), frames)
    else:
        torch.testing.assert_close(free(motion, 50 * content).sigmoid(), frames)


@each_case
@each_generator
def test_a_frame_depends_on_its_own_codes_only(network, frame_shape, generator):
    _, decoder, _, motion, content = build(network, frame_shape, generator)
    other_motion, other_content = motion.clone(), content.clone()
    other_motion[1, 2] += 1
    other_content[3] += 1
    changed = decoder(other_motion, other_content) - decoder(motion, content)
    moved = changed.flatten(2).abs().amax(2) > 1e-5
    expected = torch.zeros(4, 3, dtype=torch.bool)
    expected[1, 2] = expected[3] = True
    assert torch.equal(moved, expected)


@each_case
@each_generator
def test_gradients_reach_all_parameters(network, frame_shape, generator):
    encoder, decoder, x, motion, content = build(network, frame_shape, generator)
    for module, inputs in ((encoder, (x,)), (decoder, (motion, content))):
        output = module(*inputs)
        (output * torch.randn_like(output)).sum().backward()
        assert all(p.grad is not None and p.grad.any() for p in module.parameters())


@pytest.mark.parametrize("size", [(8, 8), (16, 16), (21, 40), (128, 17), (512, 512), (64, 512)])
def test_a_pyramid_halves_until_the_short_side_is_about_four(size):
    sizes = pyramid(size)
    assert sizes[0] == size
    assert all(b == (a[0] // 2, a[1] // 2) for a, b in pairwise(sizes))
    assert 3 <= min(sizes[-1]) <= 6


# Names


@pytest.mark.parametrize(
    ("network", "frame_shape", "expected"),
    [
        ("auto", (1, 32, 32), Conv()),
        ("auto", (7,), MLP()),
        ("conv", (3, 64, 64), Conv()),
        ("resnet", (3, 64, 64), ResNet()),
        ("mlp", (1,), MLP()),
        (Conv(4), (3, 64, 64), Conv(4)),
    ],
)
def test_names_and_objects(network, frame_shape, expected):
    assert resolve_network(network, frame_shape) == expected


@pytest.mark.parametrize(
    ("network", "frame_shape", "error", "match"),
    [
        (
            "conv",
            (7,),
            ValueError,
            r"network=Conv\(width=16, palette=16\) is for images, got .* 7 numbers",
        ),
        (ResNet(2), (7,), ValueError, r"network=ResNet\(width=2, palette=16\) is for images"),
        ("mlp", (3, 16, 16), ValueError, r"network=MLP\(.*\) is for vectors, got .*\(3, 16, 16\)"),
        ("conv", (3, 7, 64), ValueError, "sides of 8 to 512 pixels, got 7 x 64"),
        ("resnet", (3, 64, 513), ValueError, "sides of 8 to 512 pixels, got 64 x 513"),
        ("vgg", (3, 64, 64), ValueError, r"network must be 'auto' or one of \['conv'.* got 'vgg'"),
        (Conv, (3, 64, 64), TypeError, "network must be a name, .* got <class"),
        (None, (7,), TypeError, "network must be .* got None"),
        ((nn.Flatten(), "conv"), (7,), TypeError, "network as a pair must be two torch modules"),
        ((nn.Flatten(),), (7,), TypeError, "network must be"),
    ],
)
def test_errors_name_network(network, frame_shape, error, match):
    with pytest.raises(error, match=match):
        resolve_network(network, frame_shape)


# The user's own modules


def own(frame_shape=(2, 6, 5), features=4, size=5):
    n = torch.Size(frame_shape).numel()
    return (
        nn.Sequential(nn.Flatten(), nn.Linear(n, features), nn.BatchNorm1d(features)),
        nn.Sequential(nn.Linear(size, n), nn.Unflatten(1, frame_shape)),
    )


@pytest.mark.parametrize("frame_shape", [(2, 6, 5), (3,)])
def test_own_modules_are_copied_and_used(frame_shape):
    pair = own(frame_shape)
    network = resolve_network(pair, frame_shape)
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
    encoder = resolve_network(pair, (2, 6, 5)).encoder((2, 6, 5))
    assert pair[0].training
    assert encoder.training
    for module in (encoder, pair[0]):
        assert all(map(torch.equal, module.state_dict().values(), before))


def test_own_encoders_may_give_feature_maps():
    network = resolve_network((nn.Conv2d(2, 7, 3), nn.Identity()), (2, 6, 5))
    assert network.encoder((2, 6, 5)).feature_shape == (7, 4, 3)


@pytest.mark.parametrize(
    ("module", "match"),
    [
        (nn.Flatten(2), r"network: the encoder must map frames to .* got \(N, 2, 30\)"),
        (nn.Linear(3, 3), r"network: the encoder fails on two frames \(2, 6, 5\): mat1"),
    ],
)
def test_an_own_encoder_that_does_not_fit_says_so(module, match):
    network = resolve_network((module, nn.Identity()), (2, 6, 5))
    with pytest.raises(ValueError, match=match):
        network.encoder((2, 6, 5))


@pytest.mark.parametrize(
    ("module", "generator", "match"),
    [
        (nn.Linear(5, 60), "concat", r"decoder must make frames \(2, 6, 5\), got \(60,\)"),
        (nn.Linear(4, 60), "concat", r"network: the decoder fails on two codes \(5,\): mat1"),
        (own()[1], "style", "needs generator='concat', got generator='style'"),
    ],
)
def test_an_own_decoder_that_does_not_fit_says_so(module, generator, match):
    network = resolve_network((nn.Flatten(), module), (2, 6, 5))
    with pytest.raises(ValueError, match=match):
        network.decoder((2, 6, 5), codes(generator))
