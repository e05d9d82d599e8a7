"""Moving digits: motion between and at the walls, what the frames show, reproducibility, errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.utils import check_random_state

from seqdisentangle.datasets import make_moving_digits


def noise_images(m=10, h=5, w=7):
    return np.random.RandomState(0).randint(0, 256, size=(m, h, w), dtype=np.uint8)


def room(data, digit):
    """Largest row and column a digit's corner can have."""
    return np.subtract(data.X.shape[2:], digit)


@settings(max_examples=30, deadline=None)
@given(
    height=st.integers(5, 40),
    width=st.integers(7, 40),
    n_digits=st.integers(1, 3),
    speed=st.integers(1, 50),
    seed=st.integers(0, 1000),
)
def test_digits_stay_inside_and_frames_show_them(height, width, n_digits, speed, seed):
    images = noise_images()
    data = make_moving_digits(
        4,
        n_steps=9,
        size=(height, width),
        n_digits=n_digits,
        images=images,
        speed=speed,
        random_state=seed,
    )
    assert data.X.shape == (4, 9, height, width)
    assert data.X.dtype == np.uint8
    assert data.positions.shape == (4, 9, n_digits, 2)
    assert (data.positions >= 0).all()
    assert (data.positions <= room(data, (5, 7))).all()

    brightness = np.zeros(data.X.shape, dtype=int)
    for i, t, k in np.ndindex(4, 9, n_digits):
        r, c = data.positions[i, t, k].astype(int)
        brightness[i, t, r : r + 5, c : c + 7] += images[data.image_index[i, k]]
    np.testing.assert_array_equal(data.X, np.minimum(brightness, 255))


@pytest.mark.parametrize("speed", [1, 4, 9])
def test_velocity_is_constant_between_walls_and_leads_away_at_them(speed):
    data = make_moving_digits(
        50, n_steps=60, size=24, n_digits=2, images=noise_images(), speed=speed, random_state=0
    )
    positions = np.moveaxis(data.positions, 1, 0)  # (T, n, n_digits, 2)
    low, high = positions == 0, positions == room(data, (5, 7))
    step = np.diff(positions, axis=0)
    assert np.abs(step).max() == speed
    assert step.any(axis=-1).all(), "a digit stood still"

    before, after = step[:-1], step[1:]
    at_low, at_high, arriving = low[1:-1], high[1:-1], (low | high)[2:]
    bounced = ((before != 0) & (at_low | at_high)).any(axis=-1, keepdims=True)
    # Between walls: the same velocity, cut short only by the wall it leads to.
    between = ~bounced & np.ones_like(arriving)
    np.testing.assert_array_equal(after[between & ~arriving], before[between & ~arriving])
    assert (np.abs(after) <= np.abs(before))[between & arriving].all()
    # At a wall: away from it.
    assert bounced.sum() > 100
    assert (after[bounced & at_low] > 0).all()
    assert (after[bounced & at_high] < 0).all()


def test_velocity_after_a_wall_is_random():
    data = make_moving_digits(3000, n_steps=3, size=16, speed=4, random_state=0)
    positions = data.positions[:, :, 0]
    before, after = np.moveaxis(np.diff(positions, axis=1), 1, 0)
    at_top = (positions[:, 1, 0] == 0) & (before[:, 0] < 0)
    assert set(after[at_top, 0]) == {1, 2, 3, 4}
    assert set(after[at_top, 1]) == set(range(-4, 5))


def test_starts_and_images_cover_their_range():
    data = make_moving_digits(4000, n_steps=1, size=16, images=noise_images(), random_state=0)
    start = data.positions[:, 0, 0].astype(int)
    assert set(start[:, 0]) == set(range(12))
    assert set(start[:, 1]) == set(range(10))
    assert set(data.image_index[:, 0]) == set(range(10))


def test_a_digit_as_high_as_the_frame_moves_sideways_only():
    data = make_moving_digits(20, size=(5, 30), images=noise_images(), random_state=0)
    assert (data.positions[..., 0] == 0).all()
    assert (np.diff(data.positions[..., 1], axis=1) != 0).all()


def test_a_digit_as_large_as_the_frame_stays():
    images = noise_images()
    data = make_moving_digits(3, n_steps=4, size=(5, 7), images=images, random_state=0)
    for sequence, index in zip(data.X, data.image_index[:, 0], strict=True):
        np.testing.assert_array_equal(sequence, np.broadcast_to(images[index], (4, 5, 7)))


@pytest.mark.parametrize(("size", "factor"), [(64, 4), (32, 2), (16, 1), ((64, 40), 2)])
def test_bundled_digits_grow_by_a_whole_factor(size, factor):
    data = make_moving_digits(10, n_steps=2, size=size, random_state=0)
    bundled = load_digits()
    np.testing.assert_array_equal(data.digits, bundled.target[data.image_index])
    for i in range(10):
        image = np.rint(bundled.images[data.image_index[i, 0]] * 255 / 16)
        r, c = data.positions[i, 0, 0].astype(int)
        shown = data.X[i, 0, r : r + 8 * factor, c : c + 8 * factor]
        np.testing.assert_array_equal(shown, np.kron(image, np.ones((factor, factor))))


@pytest.mark.parametrize("digit_size", [(10, 14), (1, 1), (3, 5), 12])
def test_resizing_keeps_the_mean_brightness(digit_size):
    images = noise_images()
    h, w = (digit_size, digit_size) if isinstance(digit_size, int) else digit_size
    data = make_moving_digits(
        20, n_steps=1, size=20, images=images, digit_size=digit_size, random_state=0
    )
    shown = data.X.sum(axis=(1, 2, 3)) / (h * w)
    np.testing.assert_allclose(shown, images[data.image_index[:, 0]].mean(axis=(1, 2)), atol=0.5)


def test_train_and_test_share_no_image():
    def images_of(subset):
        data = make_moving_digits(
            400, n_steps=1, size=8, images=noise_images(50, 2, 2), subset=subset, random_state=0
        )
        return set(data.image_index.ravel())

    train, test = images_of("train"), images_of("test")
    assert not train & test
    assert train | test == set(range(50)) == images_of("all")
    assert len(test) == 10


def test_labels_follow_their_images():
    images, labels = noise_images(), np.arange(10) + 100
    data = make_moving_digits(20, size=16, images=images, labels=labels, random_state=0)
    np.testing.assert_array_equal(data.digits, data.image_index + 100)
    unlabelled = make_moving_digits(20, size=16, images=images, random_state=0)
    np.testing.assert_array_equal(unlabelled.digits, unlabelled.image_index)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_images_of_any_number_type_look_the_same(dtype):
    images = noise_images()
    other = images.astype(dtype) / 255 if dtype is np.float32 else images.astype(dtype)
    expected = make_moving_digits(5, size=16, images=images, random_state=0)
    found = make_moving_digits(5, size=16, images=other, random_state=0)
    np.testing.assert_array_equal(found.X, expected.X)


def test_same_random_state_same_data_and_global_state_untouched():
    shared = check_random_state(None)  # numpy's global generator
    before = shared.get_state()[1].copy()
    first = make_moving_digits(5, n_digits=2, random_state=3)
    again = make_moving_digits(5, n_digits=2, random_state=np.random.RandomState(3))
    other = make_moving_digits(5, n_digits=2, random_state=4)
    np.testing.assert_array_equal(shared.get_state()[1], before)
    for key in ("X", "digits", "positions", "image_index"):
        np.testing.assert_array_equal(first[key], again[key])
    assert (first.X != other.X).any()


def test_random_state_none_draws_from_the_global_state():
    shared = check_random_state(None)
    state = shared.get_state()
    try:
        shared.seed(0)
        first, second = (make_moving_digits(5) for _ in range(2))
        shared.seed(0)
        np.testing.assert_array_equal(make_moving_digits(5).X, first.X)
        assert (first.X != second.X).any()
    finally:
        shared.set_state(state)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_sequences": 0}, ValueError, "'n_sequences' parameter of .* Got 0"),
        ({"n_sequences": 2.5}, TypeError, "must be an int in the range .1, inf.*Got 2.5"),
        ({"n_steps": 0}, ValueError, "'n_steps' parameter .* Got 0"),
        ({"n_digits": 0}, ValueError, "'n_digits' parameter .* Got 0"),
        ({"speed": 0}, ValueError, "'speed' parameter .* or None. Got 0"),
        ({"size": 0}, ValueError, "size must be an int or a pair .*, got 0"),
        ({"size": (64, 64, 3)}, ValueError, r"size must be an int or a pair .*, got \(64, 64, 3\)"),
        ({"size": 6}, ValueError, "digits of 8 x 8 pixels do not fit on frames of 6 x 6"),
        ({"digit_size": 65}, ValueError, "digits of 65 x 65 pixels do not fit"),
        ({"digit_size": "big"}, ValueError, "digit_size must be"),
        ({"subset": "valid"}, ValueError, "subset must be 'all', 'train' or 'test', got 'valid'"),
        ({"random_state": "x"}, ValueError, "'random_state' parameter .* Got 'x'"),
        ({"labels": [1]}, ValueError, "labels were given without images"),
        (
            {"images": np.zeros((2, 3))},
            ValueError,
            r"images must be of shape .* got shape \(2, 3\)",
        ),
        ({"images": np.zeros((0, 3, 3))}, ValueError, r"got shape \(0, 3, 3\)"),
        ({"images": np.full((1, 2, 2), "a")}, TypeError, "images must be integers or floats"),
        ({"images": np.full((1, 2, 2), 300)}, ValueError, "values from 300 to 300"),
        ({"images": np.full((1, 2, 2), 255.0)}, ValueError, "floats in 0 to 1, got dtype float64"),
        ({"images": np.full((1, 2, 2), np.nan)}, ValueError, "values from nan"),
        (
            {"images": np.zeros((1, 2, 2)), "subset": "train"},
            ValueError,
            "at least 2 images, got 1",
        ),
        (
            {"images": np.zeros((3, 2, 2)), "labels": [1, 2]},
            ValueError,
            r"labels must be of shape \(3,\), one for each of images, got shape \(2,\)",
        ),
        (
            {"images": np.zeros((2, 2, 2)), "labels": ["a", "b"]},
            TypeError,
            "labels must be integers",
        ),
    ],
)
def test_errors_name_the_parameter(arguments, error, message):
    with pytest.raises(error, match=message):
        make_moving_digits(**arguments)
