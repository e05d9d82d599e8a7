"""Parts: windows are cut where they are put, and a frame is made of its parts in any order."""

import pytest
import torch
from torch.nn.functional import interpolate

from seqdisentangle.networks import CodeShape, Conv, Parts
from seqdisentangle.networks.parts import Windows, centres

CODES = CodeShape(motion_size=6, content_size=8, hidden_size=5, generator="style", bounded=True)
SHAPES = [(1, 16, 16), (3, 21, 40), (2, 64, 32)]
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def decoder(shape=(1, 16, 16), n_parts=2):
    torch.manual_seed(0)
    made = Parts(n_parts, width=4, network=Conv(2)).resolved(shape, "style").decoder(shape, CODES)
    motion, content = torch.randn(4, 3, 6), torch.randn(4, 8)
    with torch.no_grad():
        for _ in range(3):
            made(motion, content)
    return made.eval(), motion, content


def test_a_window_of_a_ramp_has_the_places_that_it_was_cut_at():
    rows = centres(32, torch.empty(0))
    ramp = torch.stack(torch.meshgrid(rows, rows, indexing="ij"))[None]  # its values are places
    window = Windows((32, 32), 0.5).cut(ramp, torch.tensor([[0.25, -0.125]]))
    torch.testing.assert_close(window.mean((2, 3)), torch.tensor([[0.25, -0.125]]))


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.25, -0.5), (-0.5, 0.5)])
def test_what_is_put_is_what_is_cut_at_the_same_place(place):
    windows = Windows((32, 32), 0.5)
    drawn = torch.rand(1, 2, 16, 16, generator=seeded())
    at = torch.tensor([place])
    torch.testing.assert_close(windows.cut(windows.put(drawn, at), at), drawn)


def test_a_window_beyond_the_border_is_cut_off_there():
    put = Windows((32, 32), 0.5).put(torch.ones(1, 1, 16, 16), torch.tensor([[1.0, 0.0]]))
    expected = torch.zeros(1, 1, 32, 32)
    expected[..., 24:, 8:24] = 1
    torch.testing.assert_close(put, expected)


@each_shape
def test_frames_of_every_shape_come_back_and_lie_within_their_bounds(shape):
    made, motion, content = decoder(shape)
    frames = made(motion, 50 * content)
    assert frames.shape == (4, 3, *shape)
    assert 0 <= frames.min() <= frames.max() <= 1


@each_shape
def test_the_map_of_a_frame_is_about_sixteen_cells_high(shape):
    encoder = Parts(width=4).encoder(shape)
    assert encoder(torch.rand(2, *shape)).shape[1:] == encoder.feature_shape
    assert 8 <= min(encoder.feature_shape[1:]) <= 24


def test_the_order_of_parts_does_not_matter():
    made, motion, content = decoder()
    other = (z.unflatten(-1, (2, -1)).flip(-2).flatten(-2) for z in (motion, content))
    torch.testing.assert_close(made(*other), made(motion, content))


def test_a_frame_depends_on_its_own_codes_only():
    made, motion, content = decoder()
    other = motion.clone()
    other[1, 2] += 1
    changed = (made(other, content) - made(motion, content)).abs().flatten(2).amax(2) > 1e-6
    expected = torch.zeros(4, 3, dtype=torch.bool)
    expected[1, 2] = True
    assert torch.equal(changed, expected)


def test_a_part_moves_with_its_place_and_does_not_change_its_looks():
    made, motion, content = decoder((1, 32, 32))
    motion[:, :, 3:5] = 100.0  # the other is out of sight
    motion[..., 0:2] = 0.0
    step = 4 * 2 / 32  # of four pixels
    moved = motion.clone()
    moved[..., :2] += step / made.scale.detach()
    # Its drawing is told the place too; the layers that read it are made blind for it.
    with torch.no_grad():
        made.drawing.bottom.hidden[0].weight[:, :2] = 0
        before, after = made(motion, content), made(moved, content)
    torch.testing.assert_close(after[..., 4:, 4:], before[..., :-4, :-4], atol=1e-5, rtol=0)


def test_gradients_reach_all_parameters():
    made, motion, content = decoder()
    made(motion, content).square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in made.parameters())


def test_what_covers_nothing_shows_the_background():
    made, motion, content = decoder()
    motion[..., [0, 1, 3, 4]] = 100.0
    with torch.no_grad():
        made.background.copy_(torch.rand(1, 4, 4, generator=seeded()).repeat(1, 4, 4) - 0.5)
        frames = made(motion, content)
    expected = (30 * made.background).sigmoid().expand_as(frames)
    torch.testing.assert_close(frames, expected)


@pytest.mark.parametrize(
    ("given", "error", "named"),
    [
        ({"n_parts": 0}, ValueError, "n_parts must be an int of at least 1, got 0"),
        ({"n_parts": True}, ValueError, "n_parts must be an int of at least 1, got True"),
        ({"width": 1.5}, ValueError, "width must be an int of at least 1, got 1.5"),
        ({"window": 0}, ValueError, "window must be above 0 and at most 1, got 0"),
        ({"window": 1.5}, ValueError, "window must be above 0 and at most 1, got 1.5"),
        ({"window": "half"}, ValueError, "window must be above 0 and at most 1, got 'half'"),
        ({"network": "conv"}, TypeError, "network must be a FrameNetwork, of single windows"),
        ({"network": Parts()}, TypeError, "network must be a FrameNetwork, of single windows"),
    ],
)
def test_bad_arguments_are_named(given, error, named):
    with pytest.raises(error, match=named):
        Parts(**given)


@pytest.mark.parametrize(
    ("shape", "named"), [((3,), "is for images, got frames of 3 numbers"), ((1, 6, 9), "6 x 9")]
)
def test_frames_that_have_no_room_for_parts_are_refused(shape, named):
    with pytest.raises(ValueError, match=named):
        Parts().check(shape)


def test_large_windows_are_those_of_the_whole_frame():
    x = torch.rand(2, 3, 16, 24, generator=seeded())
    cut = Windows((16, 24), 1.0).cut(x, torch.zeros(2, 2))
    torch.testing.assert_close(cut, interpolate(x, (16, 24)))
