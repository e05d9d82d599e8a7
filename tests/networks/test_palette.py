"""The last layer of decoders of images: pixels mix a few colours, which content chooses."""

import pytest
import torch

from seqdisentangle.networks import CodeShape, Conv, ResNet
from seqdisentangle.networks.palette import Palette, Plain, output_layer

N, T, K, C, H, W = 4, 3, 5, 2, 6, 7


def codes(generator="style", bounded=True):
    return CodeShape(
        motion_size=2, content_size=3, hidden_size=8, generator=generator, bounded=bounded
    )


def palette(bounded=True):
    torch.manual_seed(0)
    return Palette(codes(bounded=bounded), K, C).double()


def inputs():
    torch.manual_seed(1)
    maps = torch.randn(N * T, K, H, W, dtype=torch.float64)
    return maps, 20 * torch.randn(N, 3, dtype=torch.float64)


@pytest.mark.parametrize("bounded", [True, False])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_pixel_is_the_mixture_that_its_maps_say(bounded, layout):
    module, (maps, content) = palette(bounded), inputs()
    frames = module(maps.to(memory_format=layout), content)
    assert frames.shape == (N, T, C, H, W)
    colours = module.colours(content).view(N, C, K)
    if bounded:
        colours = colours.sigmoid()
    for n, t, y, x in [(0, 0, 0, 0), (1, 2, 5, 6), (3, 1, 2, 4)]:
        shares = maps[n * T + t, :, y, x].exp()
        expected = sum(share * colours[n, :, k] for k, share in enumerate(shares)) / shares.sum()
        torch.testing.assert_close(frames[n, t, :, y, x], expected)


@pytest.mark.parametrize("bounded", [True, False])
def test_sure_maps_paint_with_the_colours_of_the_sequence_alone(bounded):
    module, (maps, content) = palette(bounded), inputs()
    chosen = maps.argmax(1)
    frames = module(1e8 * maps, content)
    colours = module.colours(content).view(N, C, K)
    colours = colours.sigmoid() if bounded else colours
    of_each = colours.repeat_interleave(T, 0)  # (N * T, C, K)
    expected = of_each.take_along_dim(chosen.view(N * T, 1, H * W), 2).view(N, T, C, H, W)
    torch.testing.assert_close(frames, expected)
    assert all(len(frame.flatten(1).unique(dim=1).T) <= K for frame in frames.transpose(1, 2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_rounding_leaves_frames_in_their_bounds(dtype):
    module = palette().to(dtype)
    with torch.no_grad():
        module.colours[-1].bias.fill_(100.0)  # white, as far as the numbers go
    maps, content = (part.to(dtype) for part in inputs())
    assert torch.equal(module(maps, 0 * content).amax(), torch.ones((), dtype=dtype))


def test_gradients_are_those_of_finite_differences():
    module = palette()
    torch.manual_seed(2)
    maps = torch.randn(4, K, 2, 2, dtype=torch.float64, requires_grad=True)
    content = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(module, (maps, content))


def test_a_palette_needs_a_style_and_a_colour():
    assert isinstance(output_layer(codes(), 4, 3), Palette)
    assert isinstance(output_layer(codes(), 0, 3), Plain)
    assert isinstance(output_layer(codes("concat"), 4, 3), Plain)


@pytest.mark.parametrize("n_colours", [1, -3])
@pytest.mark.parametrize("family", [Conv, ResNet])
def test_too_few_colours_are_an_error(family, n_colours):
    with pytest.raises(ValueError, match=f"palette must be at least 2, or 0 .* got {n_colours}"):
        family(2, palette=n_colours)


@pytest.mark.parametrize("family", [Conv, ResNet])
def test_what_motion_changes_is_where_colours_are(family):
    torch.manual_seed(0)
    decoder = family(2, palette=2).decoder((3, 16, 16), codes()).eval()
    motion, content = torch.randn(2, 9, 2), torch.randn(2, 3)
    with torch.no_grad():
        frames = decoder(5 * motion, content).transpose(1, 2).flatten(2)  # (n, C, T * H * W)
        a, b = decoder.output.colours(content).sigmoid().view(2, 3, 2).unbind(-1)
    # All pixels of all frames of a sequence lie on the line between its two colours.
    along = ((frames - a[..., None]) * (b - a)[..., None]).sum(1) / (b - a).square().sum(1)[:, None]
    assert along.min() >= 0
    assert along.max() <= 1
    assert along.std() > 0
    torch.testing.assert_close(torch.lerp(a[..., None], b[..., None], along[:, None]), frames)
