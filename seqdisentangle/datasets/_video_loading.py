"""Videos read, cropped and resized, several at a time, into memory or a folder."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed, effective_n_jobs
from tqdm.auto import tqdm

from ._crops import Crop, box_of, check_crop
from ._frame_store import Stored, read_stored, write_stored
from ._sizes import check_room, height_and_width
from ._video_frames import Video, open_video
from ._video_tree import Place

__all__ = ["Reading", "load_videos"]

# PIL.Image.Resampling.BILINEAR; Pillow is optional. It averages over all that a new pixel covers.
_BILINEAR = 2
_ADVICE = (
    "write them to a folder by out='videos', which is read in parts, or make them smaller or fewer "
    "by size= and step="
)


class Reading(NamedTuple):
    """The parameters that say what is read of a video.

    Parameters
    ----------
    size : (int, int)
        Height and width.
    crop : "center", "face", callable or None
    step : int
        Every how many frames one is kept.
    """

    size: tuple[int, int]
    crop: Crop
    step: int

    @classmethod
    def checked(cls, size: Any, crop: Any, step: int) -> Reading:
        """Check those that have more kinds than one as users give them.

        Raises
        ------
        ValueError
            If one has not the type or is not in the range of
            :func:`~seqdisentangle.datasets.load_video_folder`.
        """
        frame = height_and_width("size", size, smallest=4)
        check_crop(crop)
        return cls(frame, crop, int(step))

    def frames(self, video: Video) -> npt.NDArray[np.uint8] | None:
        """Read the frames (T, H, W, 3) of a video; None for a video without a face."""
        box = box_of(video, self.crop, self.size)
        if box is None:
            return None
        height, width = self.size
        seen = None
        resized = []
        for number, frame in enumerate(video.frames(self.step)):
            seen = seen or frame.size
            if frame.size != seen:
                raise ValueError(
                    f"'{video.path}': frame {number * self.step} has width and height "
                    f"{frame.size}, unlike the first with {seen}: expected frames of one size."
                )
            resized.append(np.asarray(frame.resize((width, height), _BILINEAR, box=box)))
        if not resized:
            raise OSError(f"'{video.path}' holds no frames.")
        return np.stack(resized)

    def about(self) -> dict[str, Any]:
        """Describe the parameters by what JSON holds."""
        name = getattr(self.crop, "__qualname__", type(self.crop).__qualname__)
        crop = f"function {name}" if callable(self.crop) else self.crop
        return {"size": list(self.size), "crop": crop, "step": self.step}


def load_videos(
    places: list[Place],
    root: Path,
    reading: Reading,
    *,
    out: str | os.PathLike[str] | None,
    n_jobs: int | None,
    verbose: bool | int,
) -> Stored:
    """Load the frames of videos.

    Parameters
    ----------
    places : list of Place
    root : Path
        What their paths are relative to.
    reading : Reading
    out, n_jobs, verbose
        As in :func:`~seqdisentangle.datasets.load_video_folder`.

    Returns
    -------
    stored : Stored

    Raises
    ------
    ValueError
        If all videos are left out.

    Warns
    -----
    UserWarning
        If some are, attributed to the caller of the caller.
    """
    videos = [open_video(place.path) for place in places]
    if out is None:
        frames_of_all = sum(-(-video.n_frames() // reading.step) for video in videos)
        check_room(frames_of_all * 3 * reading.size[0] * reading.size[1], _ADVICE, share=0.5)
        read = list(_in_order(videos, reading, n_jobs, verbose))
        kept = [(i, frames) for i, frames in enumerate(read) if frames is not None]
        stored = Stored([frames for _, frames in kept], [i for i, _ in kept])
    else:
        folder = Path(out)
        names = [place.path.relative_to(root).as_posix() for place in places]
        sizes = [video.size() for video in videos]
        about = {**reading.about(), "videos": [list(one) for one in zip(names, sizes, strict=True)]}
        if not folder.exists():
            frames = _in_order(videos, reading, n_jobs, verbose)
            write_stored(folder, frames, (*reading.size, 3), about)
        stored = read_stored(folder, about)
    missing = [places[i].path for i in sorted(set(range(len(places))) - set(stored.numbers))]
    if not stored.numbers:
        raise ValueError(f"crop={reading.crop!r} leaves out all {len(places)} videos in '{root}'.")
    if missing:
        warnings.warn(
            f"{len(missing)} of {len(places)} videos are left out by crop={reading.crop!r}, the "
            f"first being '{missing[0]}'.",
            stacklevel=4,  # beyond the checks of arguments
        )
    return stored


def _in_order(
    videos: list[Video], reading: Reading, n_jobs: int | None, verbose: bool | int
) -> Iterator[npt.NDArray[np.uint8] | None]:
    """Read videos by threads, and yield the frames of each in turn, a few being in memory."""
    together = 2 * effective_n_jobs(n_jobs)
    bar = tqdm(total=len(videos), unit="video", disable=not verbose)
    with Parallel(n_jobs=n_jobs, prefer="threads") as parallel, bar:
        for first in range(0, len(videos), together):
            some = videos[first : first + together]
            for frames in parallel(delayed(reading.frames)(video) for video in some):
                bar.update()
                yield frames
