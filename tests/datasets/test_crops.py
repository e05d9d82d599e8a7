"""Crops: boxes have the aspect of the frames that are asked for, and lie within the video."""

import sys

import numpy as np
import pytest

from seqdisentangle.datasets._crops import box_of, check_crop

Image = pytest.importorskip("PIL.Image")


class Still:
    """A video of one picture."""

    path = "still"

    def __init__(self, picture):
        self.picture = picture

    def at(self, share):
        return self.picture


WIDE = Still(Image.new("RGB", (100, 60)))


@pytest.mark.parametrize(
    ("size", "box"),
    [((64, 64), (20, 0, 80, 60)), ((60, 100), (0, 0, 100, 60)), ((10, 50), (0, 20, 100, 40))],
)
def test_the_middle_has_the_aspect_of_the_size(size, box):
    assert box_of(WIDE, "center", size) == box


def test_all_of_the_frame():
    assert box_of(WIDE, None, (64, 64)) == (0, 0, 100, 60)


def test_a_function_sees_the_frame_and_its_box_is_cut_to_it():
    seen = []
    assert box_of(WIDE, lambda frame: seen.append(frame.shape) or (-5, 10, 40, 90), (8, 8)) == (
        *(0, 10, 40, 60),
    )
    assert seen == [(60, 100, 3)]
    assert box_of(WIDE, lambda frame: None, (8, 8)) is None


@pytest.mark.parametrize(
    "box", [(5, 5, 5, 9), (0, 0, np.nan, 9), (200, 0, 300, 9), (1, 2, 3), "no"]
)
def test_a_box_outside_of_the_frame_is_refused(box):
    with pytest.raises(ValueError, match=r"crop must return \(left, .* width 100 .* for 'still'"):
        box_of(WIDE, lambda frame: box, (8, 8))


@pytest.fixture(scope="module")
def person():
    data = pytest.importorskip("skimage.data")
    return Still(Image.fromarray(data.astronaut()))  # 512 x 512, her face around (220, 110)


@pytest.mark.parametrize("size", [(64, 64), (64, 96)])
def test_a_face_is_found(person, size):
    left, top, right, bottom = box_of(person, "face", size)
    assert left < 200 < 250 < right
    assert top < 90 < 150 < bottom
    assert (right - left) / (bottom - top) == pytest.approx(size[1] / size[0])
    assert bottom - top < 200


def test_no_face_leaves_a_video_out():
    pytest.importorskip("skimage")
    assert box_of(WIDE, "face", (64, 64)) is None
    assert box_of(Still(Image.new("RGB", (6, 6))), "face", (64, 64)) is None


@pytest.mark.parametrize("crop", ["middle", 3, (0, 0, 4, 4)])
def test_other_crops_are_refused(crop):
    with pytest.raises(ValueError, match="crop must be 'center', 'face', None or a function"):
        check_crop(crop)


def test_without_scikit_image_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage.data", None)
    with pytest.raises(ImportError, match=r"pip install 'seqdisentangle\[video\]'"):
        check_crop("face")
