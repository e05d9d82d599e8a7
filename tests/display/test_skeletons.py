"""Skeletons: joints where they are, bones between them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from seqdisentangle.data.layout import Layout
from seqdisentangle.display import Look
from seqdisentangle.display._kinds import pen_for
from tests.display._common import joints

X = list(np.random.RandomState(0).uniform(size=(2, 5, 4, 3)))
LAYOUT = Layout("vector", (12,), coordinates=3)


def test_joints_stand_side_by_side_in_the_plane_that_is_seen():
    pen = pen_for(Look(n_frames=2, plane=(0, 2)), LAYOUT, X)
    ax = plt.figure().add_subplot()
    pen.still(ax, pen.sequence(X[0]))
    first, last = joints(ax)
    np.testing.assert_allclose(first, X[0][0][:, [0, 2]])
    shift = last - X[0][-1][:, [0, 2]]
    np.testing.assert_allclose(shift[:, 0], shift[0, 0])
    np.testing.assert_allclose(shift[:, 1], 0.0, atol=1e-12)
    assert ax.get_xlim()[1] > last[:, 0].max()


def test_bones_connect_their_joints_at_every_step():
    pen = pen_for(Look(bones=[(0, 1), (1, 3)]), LAYOUT, X)
    ax = plt.figure().add_subplot()
    plate = pen.sequence(X[0])
    drawn = pen.begin(ax, plate)
    pen.move(drawn, plate, 2)
    (bones,) = ax.collections
    np.testing.assert_allclose(bones.get_segments(), X[0][2][[[0, 1], [1, 3]], :2])


def test_vectors_are_skeletons_where_joints_are_told():
    flat = [x.reshape(5, 12) for x in X]
    pen = pen_for(Look(joints=4), Layout("vector", (12,)), flat)
    np.testing.assert_array_equal(pen.points(flat[0]), X[0][..., :2])


@pytest.mark.parametrize(
    ("look", "told"),
    [
        ({"bones": [(0, 4)]}, "bones must connect joints 0 to 3"),
        ({"plane": (0, 3)}, "plane must be two of the coordinates 0 to 2"),
    ],
)
def test_joints_and_coordinates_that_are_not_there_are_refused(look, told):
    with pytest.raises(ValueError, match=told):
        pen_for(Look(**look), LAYOUT, X)


def test_joints_that_do_not_divide_a_frame_are_refused():
    with pytest.raises(ValueError, match="joints=5 does not suit frames"):
        pen_for(Look(joints=5), Layout("vector", (12,)), [x.reshape(5, 12) for x in X])
