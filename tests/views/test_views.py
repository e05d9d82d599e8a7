"""Views: the promises of each about its output, which nothing but the rng moves."""

from __future__ import annotations

import pytest
import torch

from seqdisentangle.views import (
    VIEWS,
    ColorMix,
    Compose,
    Jitter,
    Mirror,
    RandomFrames,
    Shuffle,
)

SHAPES = {"images": (6, 5, 3, 4, 4), "vectors": (6, 5, 7)}


def is_for(view, shape):
    """Tell whether a view takes batches of this shape."""
    try:
        view(torch.zeros(shape))
    except ValueError:
        return False
    return True


REGISTERED = [
    (VIEWS[name](), shape)
    for name in VIEWS.names
    for shape in SHAPES.values()
    if is_for(VIEWS[name](), shape)
]
CASES = [
    *REGISTERED,
    (RandomFrames(0.5), SHAPES["images"]),
    (ColorMix(keep_black=False), SHAPES["images"]),
    (Compose([RandomFrames(2), Mirror(), ColorMix()]), SHAPES["images"]),
    (RandomFrames(3), SHAPES["vectors"]),
    (Compose([Shuffle(), Jitter()]), SHAPES["vectors"]),
]
each_view = pytest.mark.parametrize(("view", "shape"), CASES, ids=lambda v: repr(v))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


# What every view promises


def test_every_view_that_has_a_name_is_for_some_frames():
    assert {type(view) for view, _ in REGISTERED} == {VIEWS[name] for name in VIEWS.names}


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
def test_gradients_flow(view, shape):
    x = torch.rand(shape, requires_grad=True)
    view(x, seeded()).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


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
