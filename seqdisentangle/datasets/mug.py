"""MUG: 52 people who show six facial expressions, read from the folders of the database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from numbers import Integral
from pathlib import Path

import numpy as np
from sklearn.utils import Bunch

from .._arguments import COUNT, Number, constrained
from .._paths import check_path
from ._crops import Crop
from ._video_loading import Reading, load_videos
from ._video_tree import Place, entries, frame_files
from .video_folder import labels_of

__all__ = ["load_mug"]

_EXPRESSIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
_LEVELS = ("subject", "expression", "take")
_SHARE = 0.9  # of a take that clips are cut from: at its end the face is at rest again

_DESCR = """\
MUG facial expressions
----------------------
Clips of people who show anger, disgust, fear, happiness, sadness and surprise. What stays the
same in a clip is the person; what changes is the expression.

:Sequences: {n} clips of {n_takes} takes by {n_subjects} subjects
:Steps: {n_steps}, every {step} frames of the takes
:Frame: {height} x {width} x 3, uint8, crop {crop!r}
:Source: https://mug.ee.auth.gr/fed/, to licensed users

N. Aifanti, C. Papachristou, A. Delopoulos, "The MUG Facial Expression Database", WIAMIS 2010
"""


@constrained(
    n_steps=[COUNT],
    step=[COUNT],
    stride=[COUNT],
    n_jobs=[Number(Integral, None, None, closed="neither"), None],
    verbose=["verbose"],
)
def load_mug(
    root: str | os.PathLike[str],
    *,
    size: int | tuple[int, int] = 64,
    crop: Crop = "face",
    n_steps: int = 15,
    step: int = 2,
    stride: int = 4,
    out: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> Bunch:
    """Load clips of the MUG facial expression database [1]_, as the field prepares them.

    The database is given to licensed users, at https://mug.ee.auth.gr/fed/. This reads its folder
    ``subjects3``, of 52 subjects, with a folder of images for each take::

        subjects3/001/anger/take000/img_0000.jpg
        subjects3/002/session0/anger/take000/img_0000.jpg    (a few subjects have sessions)

    The protocol is that of MoCoGAN [2]_, which S3VAE, C-DSVAE and those after them follow: the
    six expressions without the neutral takes, the face cut out and resized to 64 x 64, every other
    frame, clips of the same length from the first 90% of each take. Here a face is found once for
    a take, so that it does not jump between clips. Clips have 15 frames, as in S3VAE [3]_.

    Parameters
    ----------
    root : str or path-like
        The folder of the subjects.

    size : int or (int, int), default=64
        Height and width of a frame, H and W, in pixels, at least 4.

    crop : {"face", "center"}, callable or None, default="face"
        As in :func:`load_video_folder`. Faces are found by scikit-image:
        ``pip install 'seqdisentangle[video]'``.

    n_steps : int, default=15
        Number of frames in each clip, T.

    step : int, default=2
        Every how many frames of a take one is kept.

    stride : int, default=4
        How many kept frames after the start of a clip the next one starts.

    out : str or path-like, default=None
        As in :func:`load_video_folder`: a folder for the kept frames of the takes, from which they
        are read again. At the defaults all frames take about 0.5 GB.

    n_jobs : int, default=None
        Number of takes that are read at the same time, by threads: None for one, -1 for as many
        as there are processors.

    verbose : bool or int, default=False
        Show a progress bar.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, ordered by subject, expression and take:

        X : ndarray of shape (n, T, H, W, 3), uint8
            The clips, red, green, blue in 0 to 255.
        expression : ndarray of shape (n,), int
            The expression, an index in `expression_names`.
        subject : ndarray of shape (n,), int
            The subject, an index in `subject_names`.
        take : ndarray of shape (n,), int
            The take, an index in `paths`. Clips of one take overlap.
        groups : ndarray of shape (n,), int
            The same as `subject`, so that cross-validation by
            :class:`~sklearn.model_selection.GroupKFold` has no subject on both sides.
        expression_names : list of 6 str
            ``"anger"``, ``"disgust"``, ``"fear"``, ``"happiness"``, ``"sadness"``, ``"surprise"``.
        subject_names : list of str
            Such as ``"001"``.
        paths : list of str
            The folders of the takes, relative to `root`.
        DESCR : str
            Description and source of the data set.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If `root` is no folder.
    ImportError
        If what reads the images, or finds faces in them, is not installed.
    OSError
        If an image cannot be read; the message names it.
    TypeError, ValueError
        If a parameter has not the type or is not in the range stated above, if the folders are
        not those of the database, or if every take is too short for a clip.

    Warns
    -----
    UserWarning
        If takes are left out, since they show no face.

    See Also
    --------
    load_video_folder : Other videos, in folders by labels.

    References
    ----------
    .. [1] N. Aifanti, C. Papachristou, A. Delopoulos, "The MUG Facial Expression Database",
           WIAMIS 2010, https://mug.ee.auth.gr/fed/
    .. [2] S. Tulyakov, M.-Y. Liu, X. Yang, J. Kautz, "MoCoGAN: Decomposing Motion and Content for
           Video Generation", CVPR 2018, https://arxiv.org/abs/1707.04993; the steps as in
           https://github.com/raahii/mocogan-chainer
    .. [3] Y. Zhu, M. R. Min, A. Kadav, H. P. Graf, "S3VAE: Self-Supervised Sequential VAE for
           Representation Disentanglement and Data Generation", CVPR 2020,
           https://arxiv.org/abs/2005.11437

    Examples
    --------
    >>> from seqdisentangle.datasets import load_mug
    >>> mug = load_mug("MUG/subjects3", n_jobs=-1)  # doctest: +SKIP
    >>> mug.X.shape[1:]  # doctest: +SKIP
    (15, 64, 64, 3)
    """
    check_path(root, "root")
    if out is not None:
        check_path(out, "out")
    reading = Reading.checked(size, crop, step)
    root = Path(root)
    places = _takes(root)
    stored = load_videos(places, root, reading, out=out, n_jobs=n_jobs, verbose=verbose)
    places = [places[number] for number in stored.numbers]
    clips = [
        (take, start)
        for take, frames in enumerate(stored.videos)
        for start in range(0, int(_SHARE * len(frames)) - n_steps + 1, stride)
    ]
    if not clips:
        longest = max(map(len, stored.videos))
        raise ValueError(
            f"n_steps={n_steps} is more than {_SHARE:.0%} of the frames of every take, of which "
            f"there are at most {longest} at step={step}."
        )
    take = np.array([take for take, _ in clips])
    X = np.stack([stored.videos[take][start : start + n_steps] for take, start in clips])
    labels = labels_of([places[i] for i in take], _LEVELS)
    return Bunch(
        X=X,
        expression=np.array([_EXPRESSIONS.index(places[i].names[1]) for i in take]),
        subject=labels["subject"],
        take=take,
        groups=labels["groups"],
        expression_names=list(_EXPRESSIONS),
        subject_names=labels["subject_names"],
        paths=[place.path.relative_to(root).as_posix() for place in places],
        DESCR=_DESCR.format(
            n=len(X),
            n_takes=len(set(take.tolist())),
            n_subjects=len(labels["subject_names"]),
            n_steps=n_steps,
            step=step,
            height=reading.size[0],
            width=reading.size[1],
            crop=reading.about()["crop"],
        ),
    )


def _takes(root: Path) -> list[Place]:
    """Find the takes of the six expressions, by subject, expression and take."""
    if not root.exists():
        raise FileNotFoundError(f"root={str(root)!r}: there is no such folder")
    if not root.is_dir():
        raise NotADirectoryError(f"root={str(root)!r} is a file, expected the folder 'subjects3'")
    found = [place for subject in _folders(root) for place in _takes_of(subject)]
    if not found:
        raise ValueError(
            f"root={str(root)!r} holds no takes of MUG, expected the folder 'subjects3' of the "
            f"database, with images in <subject>/<expression>/<take>, of {', '.join(_EXPRESSIONS)}"
        )
    return found


def _takes_of(subject: Path) -> Iterator[Place]:
    """Yield the takes of a subject, all sessions of an expression together."""
    sessions = [folder for folder in _folders(subject) if folder.name.startswith("session")]
    for expression in _EXPRESSIONS:
        for place in (subject, *sessions):
            for take in _folders(place / expression):
                if frame_files(take):
                    name = take.relative_to(place / expression).as_posix()
                    yield Place(take, (subject.name, expression, name))


def _folders(folder: Path) -> list[Path]:
    """List the folders in a folder; none where there is no such folder."""
    return [path for path in entries(folder) if path.is_dir()] if folder.is_dir() else []
