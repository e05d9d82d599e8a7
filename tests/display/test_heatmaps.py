"""Heat maps: a pixel for each value."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from seqdisentangle.data.layout import Layout
from seqdisentangle.display import Look
from seqdisentangle.display._colours import MISSING, SEQUENTIAL
from seqdisentangle.display._kinds import pen_for

X = list(np.random.RandomState(0).normal(size=(3, 6, 20)))


def test_every_value_has_its_colour():
    pen = pen_for(Look(), Layout("vector", (20,)), X)
    low, high = np.min(X), np.max(X)
    expected = matplotlib.colormaps[SEQUENTIAL]((X[0].T - low) / (high - low))[..., :3]
    np.testing.assert_allclose(pen.sequence(X[0]), expected)


def test_missing_values_have_a_colour_that_no_value_has():
    holes = [x.copy() for x in X]
    holes[0][2, 5] = np.nan
    pen = pen_for(Look(), Layout("vector", (20,)), holes)
    for plate in (pen.sequence(holes[0]), pen.difference(holes[0], X[0])):
        np.testing.assert_array_equal(np.argwhere((plate == MISSING).all(-1)), [[5, 2]])


def test_unlike_channels_have_scales_of_their_own():
    scaled = [x * np.logspace(0, 4, 20) for x in X]
    pen = pen_for(Look(), Layout("vector", (20,)), scaled)
    pictures = np.concatenate([pen.sequence(x) for x in scaled], axis=1)
    ends = matplotlib.colormaps[SEQUENTIAL]([0.0, 1.0])[:, :3]
    for channel in pictures:
        assert all((channel == end).all(-1).any() for end in ends)


def test_shorter_sequences_end_earlier_on_the_same_axis():
    pen = pen_for(Look(sampling_rate=2), Layout("vector", (20,)), [X[0], X[1][:3]])
    axes = plt.figure().subplots(2)
    for ax, x in zip(axes, (X[0], X[1][:3]), strict=True):
        pen.still(ax, pen.sequence(x))
    assert axes[0].get_xlim() == axes[1].get_xlim() == (-0.25, 2.75)
    assert axes[1].get_images()[0].get_extent()[1] == 1.25


def test_futures_follow_the_pale_past():
    pen = pen_for(Look(), Layout("vector", (20,)), X)
    past, first, second = pen.fan(X[0], [X[1], X[2]])
    np.testing.assert_array_equal(past, pen.sequence(X[0]))
    for plate, future in ((first, X[1]), (second, X[2])):
        np.testing.assert_array_equal(plate[:, 6:], pen.sequence(future))
        assert (plate[:, :6] >= past).all()
        assert plate[:, :6].min() > 0.5


def test_names_of_channels_stand_beside_the_map():
    names = [f"bin {k}" for k in range(20)]
    pen = pen_for(Look(feature_names=names), Layout("vector", (20,)), X)
    ax = plt.figure().add_subplot()
    pen.still(ax, pen.sequence(X[0]))
    pen.label_left(ax)
    assert [text.get_text() for text in ax.get_yticklabels()] == names


def test_channels_with_names_are_read_from_the_top_and_numbers_count_upwards():
    for names, ylim in (([f"bin {k}" for k in range(20)], (19.5, -0.5)), (None, (-0.5, 19.5))):
        pen = pen_for(Look(feature_names=names), Layout("vector", (20,)), X)
        ax = plt.figure().add_subplot()
        pen.still(ax, pen.sequence(X[0]))
        assert ax.get_ylim() == ylim
        assert ax.images[0].get_extent() == [-0.5, 5.5, 19.5, -0.5]  # the first channel by 0
    pen.label_left(ax)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["0", "19"]
