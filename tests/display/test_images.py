"""Images: what is left of them, in colours around white."""

import numpy as np

from tests.display.test_pens import pen_of


def test_agreement_is_white_and_signs_differ_in_colour():
    pen, X = pen_of("grey")
    same, darker, brighter = (pen.difference(X[0], X[0] + d)[0, 0, 0] for d in (0.0, -0.5, 0.5))
    assert same.min() > 0.95
    assert darker[0] > darker[2]  # orange: more red than blue
    assert brighter[2] > brighter[1]  # violet


def test_channels_of_colours_are_averaged_in_what_is_left():
    pen, X = pen_of("colour_first")
    assert pen.difference(X[0], X[0]).shape == (*X[0].shape[:1], *X[0].shape[2:], 3)


def test_a_moving_cell_is_a_frame_and_a_still_one_a_strip():
    pen, X = pen_of("colour_last", n_frames=3)
    plates = [pen.sequence(x) for x in X]
    assert pen.size(plates, moving=True) == (pen.width, pen.height)
    assert pen.size(plates, moving=False) == (3 * pen.width + 2, pen.height)
    assert np.shape(pen.strip(plates[0]))[:2] == (pen.height, 3 * pen.width + 2)
