"""The network chosen by the shape of frames keeps the settings it was given."""

import pytest

from seqdisentangle.networks import MLP, AutoNetwork, Conv, resolve_network


@pytest.mark.parametrize("network", [Conv(4), AutoNetwork(width=4)])
def test_a_network_keeps_its_width_and_its_own_generator(network):
    assert resolve_network(network, (3, 64, 64), "style") == Conv(4, generator="style")
    network = type(network)(width=4, generator="concat")
    assert resolve_network(network, (3, 64, 64), "style") == Conv(4, generator="concat")
    assert network == type(network)(width=4, generator="concat")


@pytest.mark.parametrize(
    ("frame_shape", "kind"), [((1,), MLP), ((7,), MLP), ((1, 8, 8), Conv), ((3, 64, 32), Conv)]
)
def test_vectors_get_perceptrons_and_images_convolutions(frame_shape, kind):
    assert AutoNetwork().chosen(frame_shape) == kind()


def test_images_that_are_too_small_are_refused_as_by_the_network_chosen():
    with pytest.raises(ValueError, match="sides of 4 to 1024 pixels, got 3 x 64"):
        AutoNetwork().check((3, 3, 64))
