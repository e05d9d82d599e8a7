"""The common parts of networks: sizes that halve, and the generator that an estimator asks for."""

from itertools import pairwise

import pytest
import torch

from seqdisentangle.networks import Conv, resolve_network
from seqdisentangle.networks.base import CodeShape, first_input, modulate, pyramid


@pytest.mark.parametrize(
    "size", [(6, 9), (8, 8), (16, 16), (21, 40), (128, 17), (1024, 1024), (64, 512)]
)
def test_a_pyramid_halves_until_the_short_side_is_about_four(size):
    sizes = pyramid(size)
    assert sizes[0] == size
    assert all(b == (a[0] // 2, a[1] // 2) for a, b in pairwise(sizes))
    assert 3 <= min(sizes[-1]) <= 6


@pytest.mark.parametrize(("size", "halved"), [((4, 4), (2, 2)), ((5, 7), (2, 3))])
def test_the_smallest_images_are_halved_once(size, halved):
    assert pyramid(size) == [size, halved]


def test_the_network_that_is_handed_in_stays_as_it_was():
    network = Conv()
    resolve_network(network, (3, 64, 64), "concat")
    assert network.generator == "auto"


@pytest.mark.parametrize("place", [(), (3, 3)], ids=["vectors", "maps"])
def test_a_style_scales_and_shifts_all_frames_of_its_sequence(place):
    x = torch.randn(6, 2, *place)  # two sequences of three frames
    scale, shift = torch.randn(2, 2), torch.randn(2, 2)
    seen = modulate(x, (scale, shift))
    for i in range(6):
        for c in range(2):
            expected = x[i, c] * (1 + scale[i // 3, c]) + shift[i // 3, c]
            torch.testing.assert_close(seen[i, c], expected)
    assert modulate(x, None) is x


def test_without_a_style_content_stands_beside_the_motion_of_each_step():
    motion, content = torch.randn(2, 3, 4), torch.randn(2, 5)
    x, styles = first_input(motion, content, None, 2)
    assert styles == [None, None]
    for i in range(2):
        for t in range(3):
            assert torch.equal(x[3 * i + t], torch.cat([motion[i, t], content[i]]))


@pytest.mark.parametrize(("generator", "size"), [("style", 2 + 4), ("concat", 2 + 4 + 3)])
def test_a_decoder_reads_motion_the_action_and_content_where_it_stands_beside(generator, size):
    codes = CodeShape(2, 3, hidden_size=5, generator=generator, bounded=True, n_actions=4)
    assert codes.input_size == size


@pytest.mark.parametrize("bounded", [True, False])
def test_frames_are_squashed_where_they_are_bounded(bounded):
    x = torch.tensor([-9.0, 0.0, 9.0])
    shape = CodeShape(2, 3, 5, "style", bounded)
    assert torch.equal(shape.squash(x), x.sigmoid() if bounded else x)
