"""Videos in a tree of folders, as sequences with labels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from .._arguments import COUNT, Number, constrained
from .._paths import check_path
from ._crops import Crop
from ._video_loading import Reading, load_videos
from ._video_tree import Place, find_videos, natural

__all__ = ["labels_of", "load_video_folder"]


@constrained(
    step=[COUNT],
    n_jobs=[Number(Integral, None, None, closed="neither"), None],
    verbose=["verbose"],
)
def load_video_folder(
    root: str | os.PathLike[str],
    *,
    levels: Sequence[str] = ("subject", "action", "take"),
    size: int | tuple[int, int] = 64,
    crop: Crop = "center",
    step: int = 1,
    out: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> Bunch:
    """Load videos whose folders are their labels, such as ``subject/action/take``.

    A video is a folder of images, one for each frame, or a file (``.mp4``, ``.avi``, ``.mov``,
    ``.mkv``, ``.webm``, ...). Files need PyAV and faces scikit-image:
    ``pip install 'seqdisentangle[video]'``.

    Parameters
    ----------
    root : str or path-like
        The folder above all levels.

    levels : sequence of str, default=("subject", "action", "take")
        What the folders of each level stand for, from `root` down. The last are the videos: the
        names of their folders, or of their files without the suffix.

    size : int or (int, int), default=64
        Height and width of a frame, H and W, in pixels, at least 4. Frames are resized with
        smoothing.

    crop : {"center", "face"}, callable or None, default="center"
        The part of the frames that is kept, one for each video:

        - ``"center"``: as much of the middle as has the aspect of `size`;
        - ``"face"``: the largest face in the frame in the middle of the video, or one quarter or
          three quarters through it, or in the first; videos without one are left out;
        - a function that takes the frame in the middle, an ndarray of shape (height, width, 3) and
          uint8, and returns ``(left, top, right, bottom)`` in pixels, or None to leave a video out;
        - None: all of it, squeezed to `size`.

    step : int, default=1
        Every how many frames one is kept: 2 halves the frame rate.

    out : str or path-like, default=None
        A folder to write the frames to, for videos that memory does not hold. It is written whole
        or not at all, and read again by the next call with the same videos and parameters. If
        None, frames are in memory.

    n_jobs : int, default=None
        Number of videos that are read at the same time, by threads: None for one, -1 for as many
        as there are processors. With `out`, memory holds the frames of twice as many.

    verbose : bool or int, default=False
        Show a progress bar.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, in the natural order of the names (``take9`` before ``take10``):

        X : list of n ndarrays of shape (T_i, H, W, 3), uint8
            The videos, red, green, blue in 0 to 255. With `out` views of one memory map, which
            every verb of the estimators reads in parts.
        subject, action, take : ndarray of shape (n,), int
            For each of `levels`, the label of each video, an index in the names.
        subject_names, action_names, take_names : list of str
            For each of `levels`, its names in their natural order.
        groups : ndarray of shape (n,), int
            The same as `subject`, so that cross-validation by
            :class:`~sklearn.model_selection.GroupKFold` has no subject on both sides. Only if one
            of `levels` is ``"subject"``.
        paths : list of n str
            Where each video is, relative to `root`.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If `root` is no folder.
    ImportError
        If what reads the videos is not installed.
    MemoryError
        If the frames take more than half of the memory of the machine, before any is read.
    OSError
        If a video cannot be read; the message names it.
    TypeError, ValueError
        If a parameter has not the type or is not in the range stated above, if the tree has other
        levels, if no video is left, or if `out` holds something else.

    Warns
    -----
    UserWarning
        If videos are left out, since they show no face or a function says so.

    See Also
    --------
    load_mug : The MUG facial expressions.
    seqdisentangle.data.windows : Cuts ``data.X`` into clips of one length, as views.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> from seqdisentangle.datasets import load_video_folder
    >>> root = Path(tempfile.mkdtemp())
    >>> for subject in ("ada", "bob"):
    ...     for action in ("jump", "wave"):
    ...         (root / subject / action / "take1").mkdir(parents=True)
    ...         for t in range(5):
    ...             frame = Image.new("RGB", (80, 60), (50 * t, 0, 0))
    ...             frame.save(root / subject / action / "take1" / f"{t}.png")
    >>> data = load_video_folder(root, size=32)
    >>> len(data.X), data.X[0].shape
    (4, (5, 32, 32, 3))
    >>> data.action_names, data.action
    (['jump', 'wave'], array([0, 1, 0, 1]))
    >>> data.groups
    array([0, 0, 1, 1])
    """
    check_path(root, "root")
    if out is not None:
        check_path(out, "out")
    names = _checked_levels(levels)
    reading = Reading.checked(size, crop, step)
    root = Path(root)
    places = find_videos(root, names)
    stored = load_videos(places, root, reading, out=out, n_jobs=n_jobs, verbose=verbose)
    places = [places[number] for number in stored.numbers]
    return Bunch(
        X=stored.videos,
        **labels_of(places, names),
        paths=[place.path.relative_to(root).as_posix() for place in places],
    )


def labels_of(places: list[Place], levels: tuple[str, ...]) -> dict[str, Any]:
    """Make labels, their names and groups of the names of folders.

    Parameters
    ----------
    places : list of Place
        In the natural order of their names.
    levels : tuple of str

    Returns
    -------
    labels : dict
        Entries of a Bunch.
    """
    found: dict[str, Any] = {}
    for i, level in enumerate(levels):
        names = [place.names[i] for place in places]
        order = sorted(set(names), key=natural)
        found[level] = np.array([order.index(name) for name in names])
        found[f"{level}_names"] = order
    if "subject" in found:
        found["groups"] = found["subject"].copy()
    return found


def _checked_levels(levels: Any) -> tuple[str, ...]:
    """Check the parameter `levels`."""
    names = tuple(levels) if isinstance(levels, (tuple, list)) else ()
    taken = ["X", "groups", "paths", *(f"{name}_names" for name in names)]
    proper = [isinstance(name, str) and name.isidentifier() and name not in taken for name in names]
    if not names or not all(proper) or len(set(names)) < len(names):
        raise ValueError(
            "levels must be different names, one for each level of folders, such as ('subject', "
            f"'action', 'take'), got {levels!r}."
        )
    return names
