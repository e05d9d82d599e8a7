"""Moving shapes: labels and frames agree, combinations are drawn once, the published split."""

import numpy as np
import pytest

from seqdisentangle.datasets import make_moving_shapes

SIZES = (9, 3, 6, 5, 6, 6)
MOVEMENTS = {  # places along an axis, of the benchmark
    "right": [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22],
    "left": [31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9],
    "right fast": [0, 4, 8, 12, 16, 20, 24, 28, 24, 20, 16, 12],
    "left fast": [31, 27, 23, 19, 15, 11, 7, 3, 7, 11, 15, 19],
    "right from the middle": list(range(16, 28)),
    "left from the middle": list(range(16, 4, -1)),
}


@pytest.fixture(scope="module")
def data():
    return make_moving_shapes(100, random_state=0)


def middles(X, axis):
    """The middle of the shape along an axis of the frame, in pixels: (n, T)."""
    shown = X.any(axis=-1).any(axis=5 - axis)  # (n, T, size)
    return (shown.argmax(-1) + X.shape[3] - 1 - shown[..., ::-1].argmax(-1)) / 2


def test_labels_are_in_columns_and_by_name(data):
    assert data.X.shape == (100, 12, 64, 64, 3)
    assert data.X.dtype == np.uint8
    assert data.factor_names == [
        *("color", "shape", "scale", "orientation", "horizontal", "vertical"),
    ]
    for column, name, size in zip(data.factors.T, data.factor_names, SIZES, strict=True):
        np.testing.assert_array_equal(data[name], column)
        assert len(data.value_names[name]) == size
        assert 0 <= column.min() <= column.max() < size


@pytest.mark.parametrize(("name", "axis"), [("vertical", 2), ("horizontal", 3)])
def test_shapes_move_by_the_places_of_the_benchmark(data, name, axis):
    expected = np.array(list(MOVEMENTS.values()))[data[name]]
    found = middles(data.X, axis)
    moved, meant = found - found[:, :1], expected - expected[:, :1]
    np.testing.assert_allclose(moved, meant, atol=0.5)


def test_names_say_where_shapes_go(data):
    assert data.value_names["horizontal"] == list(MOVEMENTS)
    right = data.horizontal == list(MOVEMENTS).index("right")
    assert (np.diff(middles(data.X[right], 3)) > 0).all()
    up = data.vertical == data.value_names["vertical"].index("up")
    assert (np.diff(middles(data.X[up], 2)) < 0).all()


def test_shapes_have_their_color_scale_and_form():
    data = make_moving_shapes(200, n_steps=3, random_state=0)
    colors = data.X.max(axis=(1, 2, 3))
    assert len(np.unique(colors, axis=0)) == 9
    for label in range(9):
        assert len(np.unique(colors[data.color == label], axis=0)) == 1
    brightness = data.X.max(axis=-1)
    area = brightness.sum(axis=(2, 3)) / brightness.max(axis=(1, 2, 3))[:, None]  # pixels, (n, T)
    np.testing.assert_allclose(area, area[:, :1].repeat(3, axis=1))  # never cut off
    unit = area[:, 0] / np.linspace(0.5, 1, 6)[data.scale] ** 2
    square, ellipse, heart = (unit[data["shape"] == shape] for shape in range(3))
    for one, expected in ((square, 2), (ellipse, np.pi / 2)):
        np.testing.assert_allclose(one, expected * 15.5**2, rtol=0.03)
    np.testing.assert_allclose(heart, heart.mean(), rtol=0.03)


def test_all_combinations_come_in_the_order_of_their_labels():
    data = make_moving_shapes(None, n_steps=1, size=8)
    every = np.stack(np.unravel_index(np.arange(np.prod(SIZES)), SIZES), axis=1)
    np.testing.assert_array_equal(data.factors, every)


def test_no_combination_is_drawn_twice_and_seeds_repeat():
    first, again, other = (
        make_moving_shapes(2000, n_steps=1, size=8, random_state=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.X, again.X)
    assert len(np.unique(first.factors, axis=0)) == 2000
    assert (first.factors != other.factors).any()


def test_the_published_split_shares_no_combination():
    parts = [
        np.ravel_multi_index(
            make_moving_shapes(None, n_steps=1, size=8, subset=name).factors.T, SIZES
        )
        for name in ("train", "validation", "test")
    ]
    assert [len(part) for part in parts] == [20412, 4374, 4374]
    order = np.random.default_rng(42).permutation(29160)
    assert set(parts[0]) == set(order[:20412])
    assert set(parts[2]) == set(order[24786:])


def test_steps_go_on_and_frames_may_be_small():
    data = make_moving_shapes(20, n_steps=40, size=16, random_state=0)
    assert data.X.shape == (20, 40, 16, 16, 3)
    assert data.X.any(axis=(2, 3, 4)).all()
    assert "16 x 16 x 3" in data.DESCR


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "'n_samples' parameter of make_moving_shapes must be an int .* Got 0"),
        ({"n_samples": 4375, "subset": "test"}, "n_samples must be at most 4374, .* got 4375"),
        ({"subset": "valid"}, "subset must be 'all', 'train', 'validation' or 'test', got 'valid'"),
        ({"size": 7}, "'size' parameter .* range .8, inf.* Got 7"),
        ({"n_steps": 0}, "'n_steps' parameter .* Got 0"),
    ],
)
def test_errors_name_the_parameter(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_moving_shapes(**arguments)
