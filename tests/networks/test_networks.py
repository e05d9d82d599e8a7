"""Frame networks: every size, frame by frame, all of them trained; and the user's own modules."""

import pytest
import torch
from torch import nn

from seqdisentangle.networks import (
    MLP,
    NETWORKS,
    AutoNetwork,
    CodeShape,
    Conv,
    ResNet,
    resolve_network,
)
from seqdisentangle.networks.palette import Palette

GENERATORS = ("style", "concat")
each_generator = pytest.mark.parametrize("generator", GENERATORS)
each_family = pytest.mark.parametrize("family", [Conv, ResNet])
SHAPES = [(3,), (3, 16, 16)]


def is_for(network, frame_shape):
    """Tell whether a network takes frames of this shape."""
    try:
        network.check(frame_shape)
    except ValueError:
        return False
    return True


REGISTERED = [
    (network(), shape)
    for network in NETWORKS.values()
    for shape in SHAPES
    if network.n_parts == 1 and is_for(network(), shape)
]
BUILT_IN = [
    (Conv(2), (3, 16, 16)),
    (Conv(2, palette=0), (1, 21, 40)),
    (Conv(3, palette=2), (3, 17, 33)),
    (ResNet(2, palette=0), (3, 16, 16)),
    (ResNet(2), (4, 33, 18)),
    (Conv(2), (12, 4, 4)),
    (ResNet(2), (12, 5, 7)),
    (MLP(6, 1), (3,)),
    (MLP(6, 3), (1,)),
]
CASES = REGISTERED + BUILT_IN
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
    for height in range(4, 129):
        frame_shape = (height % 9 + 1, height, 4 + 37 * height % 125)  # every width once
        encoder = network.encoder(frame_shape).eval()
        decoder = network.decoder(frame_shape, codes(generator)).eval()
        with torch.no_grad():
            assert encoder(torch.rand(1, *frame_shape)).shape[1:] == encoder.feature_shape
            frames = decoder(torch.randn(1, 1, 2), torch.randn(1, 3))
        assert frames.shape == (1, 1, *frame_shape)


@each_family
def test_an_image_of_the_largest_side_trains(family):
    frame_shape = (2, 1024, 1024)
    network = family(1, palette=2)
    encoder, decoder = network.encoder(frame_shape), network.decoder(frame_shape, codes())
    x = torch.rand(1, *frame_shape)
    features = encoder(x)
    frames = decoder(features.flatten(1)[:, None, :2], torch.randn(1, 3))
    (frames[:, 0] - x).square().mean().backward()
    assert all(p.grad.isfinite().all() for p in (*encoder.parameters(), *decoder.parameters()))


@each_case
@each_generator
def test_shapes_and_bounds(network, frame_shape, generator):
    encoder, decoder, x, motion, content = build(network, frame_shape, generator)
    assert encoder(x).shape == (4, *encoder.feature_shape)
    frames = decoder(motion, 50 * content)
    assert frames.shape == (4, 3, *frame_shape)
    assert frames.min() >= 0
    assert frames.max() <= 1


@pytest.mark.parametrize(("network", "frame_shape"), BUILT_IN, ids=str)
@each_generator
def test_bounds_are_a_sigmoid_at_the_end(network, frame_shape, generator):
    _, decoder, _, motion, content = build(network, frame_shape, generator)
    frames = decoder(motion, 50 * content)
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


def test_every_network_is_for_some_frames():
    whole = {network for network in NETWORKS.values() if network.n_parts == 1}
    assert {type(network) for network, _ in REGISTERED} == whole


# Names


@pytest.mark.parametrize(
    ("network", "frame_shape", "expected"),
    [
        ("auto", (1, 32, 32), Conv),
        ("auto", (7,), MLP),
        ("conv", (3, 64, 64), Conv),
        ("resnet", (3, 64, 64), ResNet),
        ("mlp", (1,), MLP),
    ],
)
@pytest.mark.parametrize("generator", GENERATORS)
def test_a_name_is_a_network_with_the_generator_of_the_estimator(
    network, frame_shape, expected, generator
):
    assert resolve_network(network, frame_shape, generator) == expected(generator=generator)


@pytest.mark.parametrize(
    ("network", "settings", "match"),
    [
        (Conv, {"width": 0}, "Conv: width must be an int of at least 1, got 0"),
        (MLP, {"width": 2.5}, r"MLP: width must be an int of at least 1, got 2\.5"),
        (MLP, {"depth": 0}, "MLP: depth must be an int of at least 1, got 0"),
        (AutoNetwork, {"width": True}, "AutoNetwork: width must be an int .* got True"),
        (
            ResNet,
            {"generator": "adain"},
            "ResNet: generator must be one of .*'style'.* 'adain'",
        ),
    ],
)
def test_settings_are_checked_when_a_network_is_made(network, settings, match):
    with pytest.raises(ValueError, match=match):
        network(**settings)


@pytest.mark.parametrize(
    ("network", "frame_shape", "error", "match"),
    [
        (
            "conv",
            (7,),
            ValueError,
            r"network=Conv\(width=16, palette=16, .*\) is for images, got .* 7 numbers",
        ),
        (ResNet(2), (7,), ValueError, r"network=ResNet\(width=2, .*\) is for images"),
        ("mlp", (3, 16, 16), ValueError, r"network=MLP\(.*\) is for vectors, got .*\(3, 16, 16\)"),
        ("conv", (3, 3, 64), ValueError, "sides of 4 to 1024 pixels, got 3 x 64"),
        ("resnet", (3, 64, 1025), ValueError, "sides of 4 to 1024 pixels, got 64 x 1025"),
        ("vgg", (3, 64, 64), ValueError, r"network must be .* \('auto', 'mlp'.* got 'vgg'"),
        (Conv, (3, 64, 64), TypeError, "network must be a name .* got <class"),
        (None, (7,), TypeError, "network must be .* got None"),
        ((nn.Flatten(), "conv"), (7,), TypeError, "network as a pair must be two torch modules"),
        ((nn.Flatten(),), (7,), TypeError, "network must be"),
    ],
)
def test_errors_name_network(network, frame_shape, error, match):
    with pytest.raises(error, match=match):
        resolve_network(network, frame_shape, "style")
