"""Views: what each promises of its output, and that nothing but the generator moves it."""

from __future__ import annotations

import json
import pickle
from itertools import permutations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.views import (
    ColorMix,
    Compose,
    FunctionView,
    Jitter,
    Mirror,
    RandomFrames,
    Shuffle,
    View,
    from_config,
    resolve_view,
    to_config,
)

IMAGES = [
    RandomFrames(),
    RandomFrames(0.5),
    Shuffle(),
    Mirror(),
    ColorMix(),
    ColorMix(keep_black=False),
    Compose([RandomFrames(2), Mirror(), ColorMix()]),
]
VECTORS = [RandomFrames(3), Shuffle(), Jitter(), Compose([Shuffle(), Jitter()])]
CASES = [(view, (6, 5, 3, 4, 4)) for view in IMAGES] + [(view, (6, 5, 7)) for view in VECTORS]
each_view = pytest.mark.parametrize(("view", "shape"), CASES, ids=lambda v: repr(v))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def numbered(n, T, *frame):
    """Frames told apart by their value: 1, 2, ... in each sequence."""
    steps = torch.arange(1.0, T + 1).view(1, T, *(1,) * len(frame))
    return steps.expand(n, T, *frame).contiguous()


# What every view promises


@each_view
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_keeps_number_frames_and_dtype(view, shape, dtype):
    x = torch.rand(shape).to(dtype)
    seen = view(x, seeded())
    assert seen.dtype == dtype
    assert seen.shape[0] == shape[0]
    assert seen.shape[2:] == shape[2:]
    assert seen.isfinite().all()


@each_view
def test_leaves_the_batch_and_the_global_generator_alone(view, shape):
    x = torch.rand(shape)
    before, state = x.clone(), torch.get_rng_state()
    seen = view(x, seeded())
    seen.zero_()
    assert torch.equal(x, before)
    assert torch.equal(torch.get_rng_state(), state)


@each_view
def test_is_a_function_of_batch_and_generator(view, shape):
    x = torch.rand(shape)
    assert torch.equal(view(x, seeded(3)), view(x, seeded(3)))
    assert any(not torch.equal(view(x, seeded(3)), view(x, seeded(s))) for s in range(4, 8))


@each_view
def test_draws_for_each_sequence(view, shape):
    x = torch.rand(1, *shape[1:]).expand(64, *shape[1:])
    seen = view(x, seeded())
    assert any(not torch.equal(seen[0], other) for other in seen[1:])


@each_view
def test_memory_layout_does_not_matter(view, shape):
    x = torch.rand(shape)
    strided = x.transpose(0, 1).contiguous().transpose(0, 1)
    assert not strided.is_contiguous()
    torch.testing.assert_close(view(strided, seeded()), view(x, seeded()))


@each_view
def test_padding_does_not_reach_real_steps(view, shape):
    x, lengths = torch.rand(shape), torch.tensor([5, 1, 2, 3, 4, 5])
    padding = torch.arange(5) >= lengths[:, None]
    spoilt = x.clone()
    spoilt[padding] = torch.nan
    seen, from_spoilt = view(x, seeded(), lengths), view(spoilt, seeded(), lengths)
    real = ~padding if seen.shape[1] == shape[1] else torch.ones(seen.shape[:2], dtype=torch.bool)
    assert from_spoilt[real].isfinite().all()
    torch.testing.assert_close(from_spoilt[real], seen[real])


@each_view
def test_config_and_pickle_round_trip(view, shape):
    assert from_config(json.loads(json.dumps(to_config(view)))) == view
    assert pickle.loads(pickle.dumps(view)) == view
    assert hash(view) == hash(from_config(to_config(view)))


@each_view
def test_gradients_flow(view, shape):
    x = torch.rand(shape, requires_grad=True)
    view(x, seeded()).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


# RandomFrames and Shuffle


@given(T=st.integers(1, 9), n_frames=st.integers(1, 12), seed=st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_random_frames_are_distinct_and_in_order(T, n_frames, seed):
    seen = RandomFrames(n_frames)(numbered(4, T, 1), seeded(seed))
    assert seen.shape == (4, min(n_frames, T), 1)
    assert (seen.diff(dim=1) > 0).all()


def test_random_frames_are_uniform():
    seen = RandomFrames(2)(numbered(20_000, 5, 1), seeded())
    share = seen.flatten().long().bincount(minlength=6)[1:] / 40_000
    torch.testing.assert_close(share, torch.full((5,), 0.2), atol=0.01, rtol=0)


def test_share_of_frames_is_rounded_and_never_none():
    x = numbered(2, 8, 1)
    assert [RandomFrames(s)(x).shape[1] for s in (0.01, 0.5, 0.7, 1.0)] == [1, 4, 6, 8]


def test_random_frames_of_short_sequences_repeat_evenly():
    seen = RandomFrames(5)(numbered(2, 6, 1), seeded(), lengths=torch.tensor([2, 6]))
    counts = seen[0].flatten().long().bincount(minlength=3)[1:3]
    assert sorted(counts.tolist()) == [2, 3]
    assert (seen[0].diff(dim=0) >= 0).all()
    assert (seen[1].diff(dim=0) > 0).all()


@pytest.mark.parametrize("n_frames", [6, 9, 1.0])
def test_random_frames_of_all_steps_are_the_sequences_themselves(n_frames):
    x = numbered(3, 6, 1)
    lengths = torch.tensor([2, 5, 6])
    assert torch.equal(RandomFrames(n_frames)(x, seeded(), lengths), x)


def test_shuffle_draws_every_order_equally_often():
    seen = Shuffle()(numbered(12_000, 3, 1), seeded()).squeeze(-1)
    orders = torch.tensor(list(permutations((1.0, 2.0, 3.0))))
    share = (seen[:, None] == orders).all(-1).float().mean(0)
    torch.testing.assert_close(share, torch.full((6,), 1 / 6), atol=0.015, rtol=0)


def test_shuffle_leaves_padding_at_the_end():
    lengths = torch.tensor([1, 3, 6])
    seen = Shuffle()(numbered(3, 6, 1), seeded(), lengths).squeeze(-1)
    for row, length in zip(seen, lengths.tolist(), strict=True):
        assert sorted(row[:length].tolist()) == list(range(1, length + 1))
        assert row[length:].tolist() == list(range(length + 1, 7))


# Mirror


def test_mirror_flips_whole_sequences_with_its_probability():
    x = torch.rand(4000, 2, 1, 2, 3)
    seen = Mirror(0.25)(x, seeded())
    flipped = (seen == x.flip(-1)).flatten(1).all(1)
    assert ((seen == x).flatten(1).all(1) | flipped).all()
    assert abs(flipped.float().mean() - 0.25) < 0.03
    assert torch.equal(Mirror(0)(x), x)
    assert torch.equal(Mirror(1)(x), x.flip(-1))


# ColorMix


def drawn_maps(view, C, n=4000):
    """The matrix and offset of each sequence, read off the images of 0 and the unit colours."""
    colours = torch.cat([torch.zeros(C, 1), torch.eye(C)], 1).view(1, 1, C, 1, C + 1)
    seen = view(colours.expand(n, 1, C, 1, C + 1), seeded()).view(n, C, C + 1)
    return seen[..., 1:] - seen[..., :1], seen[..., 0]


@pytest.mark.parametrize("C", [2, 3, 4])
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


# Jitter


def test_jitter_is_one_affine_map_for_each_sequence_and_feature():
    x = torch.randn(2000, 4, 3)
    seen = Jitter(scale=0.3, offset=0.5)(x, seeded())
    factor = (seen[:, 1] - seen[:, 0]) / (x[:, 1] - x[:, 0])
    shift = seen[:, 0] - factor * x[:, 0]
    torch.testing.assert_close(seen, factor[:, None] * x + shift[:, None], atol=1e-2, rtol=0)
    assert abs(factor.log().std() - 0.3) < 0.02
    assert abs(shift.std() - 0.5) < 0.03


# Compose, functions, names


def test_compose_applies_the_first_first():
    view = Compose([lambda x: x + 1, lambda x: 2 * x])
    assert torch.equal(view(torch.zeros(1, 1, 1)), torch.full((1, 1, 1), 2.0))


def test_compose_forgets_lengths_once_the_steps_are_chosen():
    got = []

    def spy(x, generator, lengths):
        got.append(lengths)
        return x

    lengths = torch.tensor([2, 4])
    Compose([spy, "random_frames", spy])(torch.rand(2, 4, 3), seeded(), lengths)
    assert got[0] is lengths
    assert got[1] is None


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("random_frames", RandomFrames()),
        ("shuffle", Shuffle()),
        ("mirror", Mirror()),
        ("color_mix", ColorMix()),
        ("jitter", Jitter()),
    ],
)
def test_names(name, view):
    assert resolve_view(name) == view
    assert to_config(name) == to_config(view)


def test_resolve_passes_none_and_views_through_and_composes_lists():
    view = Mirror()
    assert resolve_view(None) is None
    assert resolve_view(view) is view
    assert resolve_view(("random_frames", view)) == Compose([RandomFrames(), view])
    assert to_config(None) is None
    assert from_config(None) is None


class WithGenerator:
    def __call__(self, x, generator):
        return x + torch.rand(1, generator=generator)


class Module(torch.nn.Module):
    def forward(self, x, generator=None):
        return x + torch.rand(1, generator=generator)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, generator: x + torch.rand(1, generator=generator),
        lambda x, g: x + torch.rand(1, generator=g),
        lambda x, generator=None: x + torch.rand(1, generator=generator),
        lambda x, *, generator: x + torch.rand(1, generator=generator),
        lambda x, lengths=None, generator=None: x + torch.rand(1, generator=generator),
        lambda x, g, lengths: x + torch.rand(1, generator=g) + lengths.sum() * 0,
        WithGenerator(),
        Module(),
    ],
)
def test_functions_get_the_generator(function):
    x, lengths = torch.zeros(1, 2, 3), torch.tensor([2])
    expected = torch.rand(1, generator=seeded()).item()
    seen = resolve_view(function)(x, seeded(), lengths)
    assert seen[0, 0, 0].item() == expected


@pytest.mark.parametrize(
    "function",
    [
        lambda x, lengths: x + lengths,
        lambda x, lengths, generator: x + lengths + 0 * torch.rand(1, generator=generator),
        lambda x, g, lengths: x + lengths,
        lambda x, *, lengths=None: x + lengths,
    ],
)
def test_functions_get_the_lengths(function):
    seen = resolve_view(function)(torch.zeros(1, 2, 3), seeded(), torch.tensor([2]))
    assert (seen == 2).all()


@pytest.mark.parametrize("function", [lambda x: x * 2, lambda x, by=2: x * by, torch.nn.Identity()])
def test_functions_of_the_batch_alone(function):
    x = torch.ones(1, 2, 3)
    assert torch.equal(resolve_view(function)(x, seeded()), function(x))


class OwnView(View):
    def __call__(self, x, generator=None, lengths=None):
        return x


def test_foreign_code_is_not_written_as_data():
    for view in (lambda x: x, OwnView(), ["shuffle", lambda x: x]):
        with pytest.raises(TypeError, match="cannot be written as data"):
            to_config(view)


# Refusals


@pytest.mark.parametrize(
    ("view", "shape"),
    [
        (Mirror(), (2, 3, 4)),
        (ColorMix(), (2, 3, 4)),
        (ColorMix(), (2, 3, 4, 4)),
        (Jitter(), (2, 3, 1, 4, 4)),
        (Shuffle(), (2,)),
    ],
)
def test_refuses_frames_of_another_kind(view, shape):
    with pytest.raises(
        ValueError,
        match=rf"{type(view).__name__} .*{shape}".replace("(", r"\(").replace(")", r"\)"),
    ):
        view(torch.zeros(shape))


def test_refuses_integers():
    with pytest.raises(ValueError, match=r"Mirror .*torch\.uint8"):
        Mirror()(torch.zeros(1, 1, 1, 2, 2, dtype=torch.uint8))


@pytest.mark.parametrize(
    ("view", "settings", "message"),
    [
        (RandomFrames, {"n_frames": 0}, "n_frames"),
        (RandomFrames, {"n_frames": True}, "n_frames"),
        (RandomFrames, {"n_frames": 1.5}, "n_frames"),
        (RandomFrames, {"n_frames": "all"}, "n_frames"),
        (Mirror, {"probability": 1.1}, "probability"),
        (Mirror, {"probability": True}, "probability"),
        (ColorMix, {"strength": 2}, "strength"),
        (ColorMix, {"gain": -0.1}, "gain"),
        (ColorMix, {"offset": float("nan")}, "offset"),
        (ColorMix, {"keep_black": 1}, "keep_black"),
        (Jitter, {"scale": float("inf")}, "scale"),
        (Jitter, {"offset": None}, "offset"),
    ],
)
def test_refuses_settings_when_built(view, settings, message):
    with pytest.raises(ValueError, match=f"{view.__name__}: {message}"):
        view(**settings)


@pytest.mark.parametrize(
    ("view", "error", "message"),
    [
        ("mirorr", ValueError, r"content_view: unknown view 'mirorr'; .*'color_mix'"),
        (["shuffle", "x"], ValueError, r"content_view\[1\]: unknown view 'x'"),
        ([], ValueError, "content_view is empty"),
        (["shuffle", None], TypeError, r"content_view\[1\] must be a view, got None"),
        (Mirror, TypeError, r"content_view: got the class Mirror"),
        (3, TypeError, "content_view must be None, the name"),
        (lambda x, g, lengths, more: x, TypeError, "also needs 'more'"),
        (lambda x, *, more: x, TypeError, "also needs 'more'"),
    ],
)
def test_resolve_refuses(view, error, message):
    with pytest.raises(error, match=message):
        resolve_view(view, name="content_view")


@pytest.mark.parametrize("function", [lambda x: None, lambda x: x[:1], lambda x: x[..., :1]])
def test_functions_must_return_sequences_of_the_same_frames(function):
    with pytest.raises(ValueError, match="must return"):
        FunctionView(function)(torch.zeros(2, 3, 4))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "must be a mapping with the key 'view'"),
        ("mirror", "must be a mapping with the key 'view'"),
        ({"view": "mirorr"}, "Not the config of a view"),
        ({"view": "mirror", "strength": 1}, "Not the config of a view"),
        ({"view": "compose"}, "Not the config of a view"),
        ({"view": "compose", "views": [None]}, "Not the config of a view"),
        ({"view": "mirror", "probability": 7}, "Mirror: probability"),
        ({"view": []}, "Not the config of a view"),
    ],
)
def test_from_config_refuses(config, message):
    with pytest.raises(ValueError, match=message):
        from_config(config)
