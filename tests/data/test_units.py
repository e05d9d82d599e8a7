"""Scaling: one pass over chunks is NumPy on the whole, and what went in comes back."""

import dask.array
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.data.layout import Layout
from seqdisentangle.data.sequences import Sequences
from seqdisentangle.data.units import Scaling, fit_scaling, to_user
from tests._waits import Waits


def fit(X, scale="standard", n_values=2**24, **parameters):
    sequences = Sequences(X, **parameters)
    return sequences.layout, scaling_of(sequences, scale, n_values)


def scaling_of(sequences, scale="standard", n_values=2**24):
    return fit_scaling(
        scale,
        sequences.chunks(n_values),
        image=sequences.layout.kind == "image",
        dtype=sequences.dtype,
        n_features=sequences.layout.frame_shape[0],
        feature_axes=sequences.layout.feature_axes,
    )


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


# The moments


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((9, 4), None),
        ((9, 4, 3), 2),
        ((9, 4, 5, 6), None),
        ((9, 4, 5, 6, 3), 4),
        ((9, 4, 3, 5, 6), 2),
    ],
)
@pytest.mark.parametrize("n_values", [1, 50, 200, 10**6])
def test_streamed_moments_are_those_of_the_whole(shape, axis, n_values):
    x = normal(*shape) * 3 + 7
    if axis is not None:
        x = x * np.moveaxis(np.arange(1, 4).reshape(3, *(1,) * (len(shape) - 1)), 0, axis)
    _, scaling = fit(x, n_values=n_values)
    rest = tuple(i for i in range(len(shape)) if i != axis)
    np.testing.assert_allclose(scaling.mean, np.atleast_1d(x.mean(rest)), rtol=1e-12)
    np.testing.assert_allclose(scaling.std, np.atleast_1d(x.std(rest)), rtol=1e-12)


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=40),
    st.floats(-1e6, 1e6),
    st.integers(1, 20),
)
@settings(max_examples=60)
def test_moments_do_not_depend_on_the_chunks(values, offset, n_values):
    x = np.array(values).reshape(-1, 1) + offset
    whole, parts = fit(x)[1], fit(x, n_values=n_values)[1]
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(parts.std, whole.std, rtol=1e-5, atol=1e-6)


def test_small_noise_on_a_large_offset_survives():
    noise = normal(50, 8, 2)
    x = 1e6 + 1e-3 * noise
    _, scaling = fit(x, n_values=30)
    scaled = scaling.apply(torch.from_numpy(x), torch.float32)
    expected = (noise - noise.mean((0, 1))) / noise.std((0, 1))
    np.testing.assert_allclose(scaled, expected, atol=1e-4)
    np.testing.assert_allclose(scaling.undo(scaled, x.dtype), x, rtol=0, atol=1e-8)


@pytest.mark.parametrize("value", [0.0, 3.0, -1e6, 0.1, 1e30])
def test_constant_features_become_zero_and_come_back(value):
    x = np.stack([np.full((6, 5), value), normal(6, 5)], -1)
    _, scaling = fit(x, n_values=7)
    scaled = scaling.apply(torch.from_numpy(x), torch.float32)
    assert scaled.isfinite().all()
    np.testing.assert_allclose(scaled[..., 0], 0, atol=abs(value) * 1e-14)
    np.testing.assert_allclose(scaling.undo(scaled, x.dtype)[..., 0], value, rtol=1e-12)


CONSTANTS = (14.62, 0.1, -273.15, 1 / 3, 1e30, 1e-30)


def with_constants(n=60, n_steps=40):
    """Normal numbers, and features that are constant though their sums are rounded."""
    x = normal(n, n_steps, 1 + len(CONSTANTS))
    x[..., 1:] = CONSTANTS
    return x


AS_GIVEN = {
    "array": lambda x: Sequences(x),
    "float32": lambda x: Sequences(x.astype(np.float32)),
    "objects": lambda x: Sequences(x.astype(object)),
    "tensor": lambda x: Sequences(torch.from_numpy(x)),
    "ragged": lambda x: Sequences([row[: 1 + i % 40] for i, row in enumerate(x)]),
    "lengths": lambda x: Sequences(x, lengths=1 + np.arange(len(x)) % 40),
    "dask": lambda x: Sequences(dask.array.from_array(x, chunks=(7, -1, -1))),
    "missing": lambda x: Sequences(
        np.where(normal(*x.shape, seed=1) > 1, np.nan, x), missing="mask"
    ),
}


@pytest.mark.parametrize("given", AS_GIVEN)
@pytest.mark.parametrize("n_values", [1, 1000, 2**24])
def test_a_constant_has_no_scale_however_its_sum_is_rounded(given, n_values):
    x = with_constants()
    sequences = AS_GIVEN[given](x)
    scaling = scaling_of(sequences, n_values=n_values)
    assert scaling.std[1:] == (1.0,) * len(CONSTANTS)
    assert scaling.std[0] == pytest.approx(1, abs=0.1)
    single = given == "float32"
    expected = np.float32(CONSTANTS).astype(float) if single else np.array(CONSTANTS)
    assert scaling.mean[1:] == tuple(expected.tolist())


@pytest.mark.parametrize("n_values", [1000, 2**24])
def test_a_constant_channel_has_no_scale(n_values):
    x = np.moveaxis(np.broadcast_to(with_constants(), (8, 9, 60, 40, 7)), (0, 1), (2, 3))
    _, scaling = fit(x, n_values=n_values, channels="last")
    assert scaling.std[1:] == (1.0,) * len(CONSTANTS)


@pytest.mark.parametrize("n_values", [1000, 2**24])
@pytest.mark.parametrize("value", [1.0, 14.62])
def test_what_varies_by_a_billionth_keeps_its_scale(n_values, value):
    x = np.stack([value + 1e-9 * normal(60, 40), normal(60, 40)], -1)
    _, scaling = fit(x, n_values=n_values)
    np.testing.assert_allclose(scaling.std, x.std((0, 1)), rtol=1e-6)


@pytest.mark.parametrize(
    "shape",
    [(9, 4), (9, 4, 3), (9, 4, 5, 3), (9, 4, 5, 6), (9, 4, 5, 6, 3), (9, 4, 3, 5, 6)],
)
def test_scaled_features_have_zero_mean_and_unit_variance(shape):
    x = 5 * normal(*shape) + 100
    layout, scaling = fit(x)
    scaled = scaling.apply(layout.to_frames(torch.from_numpy(x)), torch.float64)
    rest = tuple(i for i in range(scaled.ndim) if i != 2)
    torch.testing.assert_close(scaled.mean(rest), scaled.new_zeros(scaled.shape[2]))
    torch.testing.assert_close(scaled.var(rest, correction=0), scaled.new_ones(scaled.shape[2]))


# What is chosen


@pytest.mark.parametrize(
    ("X", "scale", "kind"),
    [
        (np.full((2, 3, 8, 8), 200, np.uint8), "auto", "unit"),
        (np.ones((2, 3, 8, 8), bool), "auto", "unit"),
        (normal(2, 3, 8, 8).clip(0, 1), "auto", "unit"),
        (normal(2, 3, 8, 8), "auto", "standard"),
        (np.full((2, 3, 8, 8), 200, np.uint16), "auto", "standard"),
        (np.full((2, 3, 8), 200, np.uint8), "auto", "standard"),
        (normal(2, 3, 8).clip(0, 1), "auto", "standard"),
        (np.full((2, 3, 8), 200, np.uint8), "unit", "unit"),
        (normal(2, 3, 8).clip(0, 1), "unit", "unit"),
        (np.full((2, 3, 8, 8), 200, np.uint8), "standard", "standard"),
        (np.full((2, 3, 8, 8), 200, np.uint8), "none", "none"),
        (normal(2, 3), "none", "none"),
    ],
)
@pytest.mark.parametrize("n_values", [1, 10**6])
def test_the_kind_that_a_scale_means(X, scale, kind, n_values):
    _, scaling = fit(X, scale, n_values)
    assert scaling.kind == kind
    assert scaling.bounded == (kind == "unit")
    assert bool(scaling.mean) == bool(scaling.std) == (kind == "standard")


@pytest.mark.parametrize("X", [normal(4, 3, 2), np.full((2, 3, 8, 8), 200, np.int16)])
def test_unit_needs_values_between_0_and_1(X):
    with pytest.raises(ValueError, match=r"scale='unit' needs .*\[0, 1\], got values from"):
        fit(X, "unit", 7)


@pytest.mark.parametrize("scale", ["auto", "standard", "unit", "none"])
@pytest.mark.parametrize("shape", [(9, 4, 3), (9, 4, 5, 6)])
def test_floats_are_read_to_the_end(scale, shape):
    x = normal(*shape).clip(0, 1)
    x[-1, -1, -1] = np.nan
    with pytest.raises(ValueError, match="sequence 8"):
        fit(x, scale, 7)


# There and back


@pytest.mark.parametrize("kind", ["unit", "none", "standard"])
@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
@pytest.mark.parametrize("frame", [(3,), (3, 5, 6)])
def test_undo_is_the_inverse_of_apply(kind, precision, frame):
    scaling = Scaling(kind, *(((1.0, 2, 3), (4.0, 5, 6)) if kind == "standard" else ()))
    x = torch.rand(4, 5, *frame, dtype=torch.float64)
    scaled = scaling.apply(x, precision)
    assert scaled.dtype == precision
    np.testing.assert_allclose(scaling.undo(scaled, np.dtype("f8")), x, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("frame", [(3,), (3, 5, 6)])
def test_eight_bits_are_divided_by_255(frame):
    x = torch.arange(256, dtype=torch.uint8).view(256, 1, *(1,) * len(frame)).expand(256, 2, *frame)
    scaled = Scaling("unit").apply(x, torch.float32)
    assert (scaled.min(), scaled.max()) == (0, 1)
    assert torch.equal(Scaling("unit").undo(scaled, np.dtype("u1")).round(), x.float())


def test_each_channel_has_its_own_moments():
    scaling = Scaling("standard", (1.0, 2.0, 3.0), (2.0, 4.0, 8.0))
    x = torch.zeros(2, 4, 3, 5, 6)
    for i, expected in enumerate((-1 / 2, -2 / 4, -3 / 8)):
        assert (scaling.apply(x, torch.float32)[:, :, i] == expected).all()


def test_a_univariate_layout_has_one_moment():
    layout, scaling = fit(normal(8, 5))
    assert layout == Layout("univariate", (1,))
    assert len(scaling.mean) == len(scaling.std) == 1


@pytest.mark.parametrize("dtype", ["f2", ">f2", "f4", "u1", "i2", "i8"])
@pytest.mark.parametrize("shape", [(2, 4), (2, 4, 1), (2, 4, 5, 6)])
def test_what_lies_beyond_the_range_of_a_type_becomes_its_largest(dtype, shape):
    dtype = np.dtype(dtype)
    info = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    layout = Sequences(np.zeros(shape)).layout
    scaling = Scaling("standard", (0.0,), (float(info.max),))
    for factor, expected in ((3.0, float(info.max)), (-3.0, float(info.min)), (0.0, 0.0)):
        x = torch.full((2, 4, *layout.frame_shape), factor)
        values = to_user(x, layout, scaling, dtype)
        assert values.dtype == dtype
        np.testing.assert_allclose(values.astype(float), expected, rtol=1e-15)


def test_moments_are_sent_to_a_device_once():
    scaling, x = Scaling("standard", (1.0, 2.0), (3.0, 4.0)), torch.rand(5, 4, 2)
    scaled = scaling.apply(x, torch.float32)
    with Waits() as waits:
        again = Scaling("standard", (1.0, 2.0), (3.0, 4.0)).apply(x, torch.float32)
    assert not waits.found
    assert torch.equal(scaled, again)


@pytest.mark.parametrize(
    ("kind", "mean", "std"),
    [
        ("standard", (), ()),
        ("standard", (0.0,), (1.0, 1.0)),
        ("unit", (0.0,), (1.0,)),
        ("standard", (0.0,), (0.0,)),
        ("standard", (0.0,), (-1.0,)),
        ("standard", (float("nan"),), (1.0,)),
        ("standard", (0.0,), (float("inf"),)),
    ],
)
def test_what_is_no_scaling_is_refused(kind, mean, std):
    with pytest.raises(ValueError, match="a scaling must"):
        Scaling(kind, mean, std)
