"""Layouts: found from the shape, told where it is ambiguous, and there and back."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.data.layout import Layout
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.serialization import from_json, to_json

LAYOUTS = {
    (5, 7): Layout("univariate", (1,)),
    (5, 7, 3): Layout("vector", (3,)),
    (5, 7, 4, 6): Layout("image", (1, 4, 6)),
    (5, 7, 9, 2): Layout("vector", (18,), coordinates=2),
    (5, 7, 1, 3): Layout("vector", (3,), coordinates=3),
    (5, 7, 8, 9, 3): Layout("image", (3, 8, 9), "last"),
    (5, 7, 3, 8, 9): Layout("image", (3, 8, 9), "first"),
    (5, 7, 8, 9, 1): Layout("image", (1, 8, 9), "last"),
    (5, 7, 4, 8, 9): Layout("image", (4, 8, 9), "first"),
}


each_layout = pytest.mark.parametrize(("shape", "layout"), LAYOUTS.items(), ids=str)


def numbered(*shape, dtype=np.float32):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


@each_layout
def test_the_layout_is_found_from_the_shape(shape, layout):
    sequences = Sequences(numbered(*shape))
    assert sequences.layout == layout
    assert sequences.layout.array_frame_shape == shape[2:]
    assert (len(sequences), sequences.n_steps) == shape[:2]


@each_layout
def test_frames_have_the_shape_of_the_model_and_go_back(shape, layout):
    x = torch.from_numpy(numbered(*shape))
    frames = layout.to_frames(x)
    assert frames.shape == (*shape[:2], *layout.frame_shape)
    assert frames.data_ptr() == x.data_ptr()
    assert torch.equal(layout.from_frames(frames), x)
    axes = layout.feature_axes
    features = np.moveaxis(x.numpy(), axes, range(len(axes))).reshape(layout.frame_shape[0], -1)
    assert np.array_equal(features, frames.movedim(2, 0).flatten(1).numpy())


@each_layout
def test_a_layout_survives_json(shape, layout):
    assert from_json(json.loads(json.dumps(to_json(layout)))) == layout


@pytest.mark.parametrize("shape", [(2, 3, 3, 25), (2, 3, 25, 1), (2, 3, 1, 4)])
def test_four_axes_are_sides_of_at_least_four_or_joints(shape):
    with pytest.raises(ValueError, match=r"grey images .* at least 4, or skeletons .* got shape"):
        Sequences(np.zeros(shape))


@given(n=st.integers(5, 40), m=st.integers(5, 40), c=st.integers(1, 4))
@settings(max_examples=20)
def test_channels_are_found_where_one_reading_is_possible_and_can_be_told(n, m, c):
    for shape, where in (((2, 3, c, n, m), "first"), ((2, 3, n, m, c), "last")):
        x = np.broadcast_to(np.float32(0), shape)
        assert Sequences(x).layout == Sequences(x, channels=where).layout
        assert Sequences(x).layout == Layout("image", (c, n, m), where)


@pytest.mark.parametrize("shape", [(2, 3, 4, 9, 4), (2, 3, 9, 9, 9), (2, 3, 8, 64, 48)])
def test_two_readings_are_an_error_that_names_both_and_either_can_be_told(shape):
    a, b, c = shape[2:]
    both = (
        rf"'first' for \(n, T, C, H, W\), {b} x {c} pixels with {a} channels or "
        rf"'last' for \(n, T, H, W, C\), {a} x {b} pixels with {c} channels"
    )
    with pytest.raises(ValueError, match=rf"channels='auto' cannot tell .* of X are.*{both}"):
        Sequences(np.zeros(shape))
    for where, frame in (("first", (a, b, c)), ("last", (c, a, b))):
        layout = Sequences(np.zeros(shape), channels=where).layout
        assert layout == Layout("image", frame, where)


def test_an_axis_too_short_for_a_side_settles_what_the_channels_are():
    assert Sequences(np.zeros((2, 3, 3, 9, 4))).layout == Layout("image", (3, 9, 4), "first")
    assert Sequences(np.zeros((2, 3, 4, 9, 3))).layout == Layout("image", (3, 4, 9), "last")


def test_images_with_no_side_long_enough_are_an_error():
    with pytest.raises(ValueError, match=r"sides of at least 4, got .*M people.* reshape"):
        Sequences(np.zeros((2, 3, 2, 25, 3)))


@pytest.mark.parametrize(
    ("channels", "shape", "other"),
    [("first", (2, 3, 9, 9, 3), "last"), ("last", (2, 3, 3, 9, 9), "first")],
)
def test_channels_told_wrong_are_an_error(channels, shape, other):
    with pytest.raises(ValueError, match=f"channels='{channels}' .* expected channels='{other}'"):
        Sequences(np.zeros(shape), channels=channels)


@pytest.mark.parametrize(
    "layout",
    [
        ("vector", (3, 4, 5)),
        ("image", (3,)),
        ("univariate", (3,)),
        ("image", (3, 8, 8)),
        ("vector", (3,), "last"),
        ("vector", (7,), None, 2),
        ("vector", (8,), None, 4),
        ("image", (1, 8, 8), None, 2),
    ],
)
def test_what_no_frames_have_is_no_layout(layout):
    with pytest.raises(ValueError, match="no frames have the layout"):
        Layout(*layout)
