"""The part of its frames that is kept of a video: the middle, a face, or what a function says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ._video_frames import Video

__all__ = ["Box", "Crop", "box_of", "check_crop"]

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels
Crop = Callable[[npt.NDArray[np.uint8]], Any] | str | None

_SHARES = (0.5, 0.25, 0.75, 0.0)  # of a video, where faces are looked for until one is found
_SHORTER_SIDE = 240  # pixels, of the frames in which faces are looked for
_SMALLEST_FACE = 1 / 6  # of the shorter side


def check_crop(crop: Any) -> None:
    """Check the parameter `crop`.

    Parameters
    ----------
    crop : "center", "face", callable or None

    Raises
    ------
    ValueError
        If it is none of these.
    ImportError
        If faces are to be found and scikit-image is not installed.
    """
    if isinstance(crop, str) and crop == "face":
        _import_skimage()
    elif not (crop is None or callable(crop) or (isinstance(crop, str) and crop == "center")):
        raise ValueError(
            f"crop must be 'center', 'face', None or a function of a frame, got {crop!r}."
        )


def box_of(video: Video, crop: Crop, size: tuple[int, int]) -> Box | None:
    """Return the part of the frames of a video that is kept, or None for a video to leave out.

    Parameters
    ----------
    video : Video
    crop : "center", "face", callable or None
    size : (int, int)
        Height and width that it is resized to.

    Returns
    -------
    box : tuple of 4 float, or None

    Raises
    ------
    ValueError
        If a function gives no box within the frame.
    """
    if crop == "face":
        for share in _SHARES:
            frame = video.at(share)
            face = _largest_face(frame)
            if face is not None:
                return _with_aspect(face, size, frame.size)
        return None
    frame = video.at(0.5)
    if callable(crop):
        return _given(crop(np.asarray(frame)), frame.size, video.path)
    width, height = frame.size
    if crop is None:
        return (0, 0, width, height)
    scale = min(height / size[0], width / size[1])
    left, top = (width - scale * size[1]) / 2, (height - scale * size[0]) / 2
    return (left, top, width - left, height - top)


def _largest_face(frame: Any) -> Box | None:
    """Find the largest face of an image by local binary patterns."""
    cascade, path = _import_skimage()
    shrunk = max(min(frame.size) / _SHORTER_SIDE, 1)
    grey = np.asarray(frame.convert("L").resize([round(side / shrunk) for side in frame.size]))
    side = min(grey.shape)
    smallest = max(int(_SMALLEST_FACE * side), 24)
    if side < smallest:
        return None
    found = cascade(path).detect_multi_scale(
        grey, scale_factor=1.2, step_ratio=1, min_size=(smallest,) * 2, max_size=(side,) * 2
    )
    if not found:
        return None
    face = max(found, key=lambda one: one["width"])
    left, top = shrunk * face["c"], shrunk * face["r"]
    return (left, top, left + shrunk * face["width"], top + shrunk * face["height"])


def _with_aspect(box: Box, size: tuple[int, int], frame: tuple[int, int]) -> Box:
    """Widen a box about its middle to the aspect of `size`, within a frame (width, height)."""
    left, top, right, bottom = box
    scale = max((bottom - top) / size[0], (right - left) / size[1])
    scale = min(scale, frame[1] / size[0], frame[0] / size[1])
    width, height = scale * size[1], scale * size[0]
    left = min(max((left + right - width) / 2, 0), frame[0] - width)
    top = min(max((top + bottom - height) / 2, 0), frame[1] - height)
    return (left, top, left + width, top + height)


def _given(box: Any, frame: tuple[int, int], path: Path) -> Box | None:
    """Check the box that a function gave, and take of it what is within the frame."""
    if box is None:
        return None
    try:
        left, top, right, bottom = (float(edge) for edge in box)
    except (TypeError, ValueError):
        left = top = right = bottom = np.nan
    left, right = max(left, 0.0), min(right, frame[0])
    top, bottom = max(top, 0.0), min(bottom, frame[1])
    if not (left < right and top < bottom):  # in this form also where one of them is NaN
        raise ValueError(
            f"crop must return (left, top, right, bottom) within the frame of width {frame[0]} "
            f"and height {frame[1]}, or None to leave a video out, got {box!r} for '{path}'."
        )
    return (left, top, right, bottom)


def _import_skimage() -> tuple[Any, str]:
    """Return the class of detectors, and the file of one for faces."""
    try:
        from skimage.data import lbp_frontal_face_cascade_filename
        from skimage.feature import Cascade
    except ImportError as error:
        raise ImportError(
            "crop='face' needs scikit-image: pip install 'seqdisentangle[video]'"
        ) from error
    return Cascade, lbp_frontal_face_cascade_filename()
