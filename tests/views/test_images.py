"""Views of images: mirrored with their probability, colours mixed by the laws they state."""

from __future__ import annotations

import pytest
import torch

from seqdisentangle.views import ColorMix, Mirror


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_mirror_flips_whole_sequences_with_its_probability():
    x = torch.rand(4000, 2, 1, 2, 3)
    seen = Mirror(0.25)(x, seeded())
    flipped = (seen == x.flip(-1)).flatten(1).all(1)
    assert ((seen == x).flatten(1).all(1) | flipped).all()
    assert abs(flipped.float().mean() - 0.25) < 0.03
    assert torch.equal(Mirror(0)(x), x)
    assert torch.equal(Mirror(1)(x), x.flip(-1))


def drawn_maps(view, C, n=4000):
    """The matrix and offset of each sequence, read off the images of 0 and the unit colours."""
    colours = torch.cat([torch.zeros(C, 1), torch.eye(C)], 1).view(1, 1, C, 1, C + 1)
    seen = view(colours.expand(n, 1, C, 1, C + 1), seeded()).view(n, C, C + 1)
    return seen[..., 1:] - seen[..., :1], seen[..., 0]


@pytest.mark.parametrize("C", [2, 3, 4, 10])
def test_color_mix_turns_by_rotations_uniform_on_the_group(C):
    n = 4000
    w = torch.rand(n, 1, 1, generator=seeded())  # the first draw is the weight
    mix, offset = drawn_maps(ColorMix(gain=0, offset=0), C, n)
    Q = (mix - (1 - w) * torch.eye(C)) / w
    clear = w.flatten() > 0.05  # dividing by a small weight amplifies rounding
    torch.testing.assert_close(Q @ Q.mT, torch.eye(C).expand(n, C, C), atol=1e-2, rtol=0)
    torch.testing.assert_close(
        torch.linalg.det(Q[clear]), torch.ones(int(clear.sum())), atol=1e-3, rtol=0
    )
    # Haar: E Q = 0 and E Q_ij^2 = 1 / C.
    assert Q.mean(0).abs().max() < 0.05
    torch.testing.assert_close(Q.square().mean(0), torch.full((C, C), 1 / C), atol=0.05, rtol=0)
    assert not offset.any()


def test_color_mix_gain_and_offset_have_their_laws():
    mix, offset = drawn_maps(ColorMix(strength=0, gain=0.3, offset=0.2, keep_black=False), 3)
    log_gain = mix.diagonal(dim1=1, dim2=2).log()
    torch.testing.assert_close(log_gain, log_gain[:, :1].expand(-1, 3), atol=1e-5, rtol=0)
    assert abs(log_gain[:, 0].mean()) < 0.02
    assert abs(log_gain[:, 0].std() - 0.3) < 0.02
    assert abs(offset.std() - 0.2) < 0.01
    assert offset.T.corrcoef().fill_diagonal_(0).abs().max() < 0.06


def test_color_mix_is_one_affine_map_for_a_whole_sequence():
    x = torch.rand(3, 4, 3, 5, 6) + 0.1
    seen = ColorMix()(x, seeded())
    for before, after in zip(x, seen, strict=True):
        colours = before.transpose(0, 1).reshape(3, -1)
        design = torch.cat([colours, torch.ones(1, colours.shape[1])]).T.double()
        target = after.transpose(0, 1).reshape(3, -1).T.double()
        fit = torch.linalg.lstsq(design, target).solution
        torch.testing.assert_close(design @ fit, target, atol=1e-5, rtol=0)


def test_color_mix_keeps_black_and_only_black():
    x = torch.rand(8, 2, 3, 4, 4)
    x[..., 0] = 0
    x[:, :, 0, :, 1], x[:, :, 1, :, 1], x[:, :, 2, :, 1] = 1, -1, 0  # sums to 0, yet not black
    seen = ColorMix()(x, seeded())
    assert not seen[..., 0].any()
    assert (seen[..., 1:] != x[..., 1:]).any(dim=2).all()
    coloured = ColorMix(keep_black=False)(x, seeded())
    assert coloured[..., 0].any(dim=2).all()
    torch.testing.assert_close(coloured[..., 1:], seen[..., 1:])


def test_color_mix_without_strength_gain_and_offset_is_the_identity():
    x = torch.rand(2, 3, 3, 4, 4)
    torch.testing.assert_close(ColorMix(0, 0, 0)(x), x)


def test_color_mix_of_grey_is_gain_and_offset():
    mix, offset = drawn_maps(ColorMix(gain=0, keep_black=False), C=1)
    torch.testing.assert_close(mix, torch.ones(4000, 1, 1))
    assert abs(offset.std() - 0.2) < 0.01
