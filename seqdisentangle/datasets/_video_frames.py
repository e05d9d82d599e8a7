"""Frames of one video, read one by one from a folder of images or from a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from ._video_tree import frame_files

__all__ = ["FrameFolder", "Video", "VideoFile", "open_video"]


class Video(Protocol):
    """A video on the disk.

    ``path`` names it in messages; ``n_frames()`` is about how many frames it has; ``size()`` is
    what changes if the video does; ``frames(step)`` yields each `step`-th as an image of Pillow in
    RGB; ``at(share)`` is one frame, for the share 0 to 1 of the video.
    """

    path: Path

    def n_frames(self) -> int: ...

    def size(self) -> int: ...

    def frames(self, step: int = 1) -> Iterator[Any]: ...

    def at(self, share: float) -> Any: ...


def open_video(path: Path) -> Video:
    """Return the video at a path: a folder of frames, or a file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    video : Video

    Raises
    ------
    ImportError
        If what reads it, Pillow or PyAV, is not installed.
    """
    return FrameFolder(path) if path.is_dir() else VideoFile(path)


class FrameFolder:
    """A folder with an image for each frame.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._image, self._ops = _import_pillow()
        self._files = frame_files(path)

    def n_frames(self) -> int:
        """Count the frames."""
        return len(self._files)

    def size(self) -> int:
        """Count the frames."""
        return len(self._files)

    def frames(self, step: int = 1) -> Iterator[Any]:
        """Yield each `step`-th frame."""
        return map(self._read, self._files[::step])

    def at(self, share: float) -> Any:
        """Return the frame at a share, from 0 to 1, of the video."""
        return self._read(self._files[min(int(share * len(self._files)), len(self._files) - 1)])

    def _read(self, file: Path) -> Any:
        try:
            with self._image.open(file) as image:
                if image.mode[0] in "IF":
                    raise ValueError(f"'{file}' has values of mode {image.mode}, expected 8 bits.")
                return self._ops.exif_transpose(image).convert("RGB")
        except OSError as error:
            raise OSError(f"'{file}' cannot be read as an image: {error}") from error


class VideoFile:
    """A file that PyAV decodes, of which the first stream of pictures is read.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._av = _import_av()
        _import_pillow()

    def n_frames(self) -> int:
        """Estimate the number of frames by the head of the file; 0 where that says nothing."""
        with self._open() as container:
            stream = container.streams.video[0]
            if stream.frames:
                return int(stream.frames)
            seconds = (container.duration or 0) / self._av.time_base
            return int(seconds * (stream.average_rate or 0))

    def size(self) -> int:
        """Return the bytes of the file."""
        return self.path.stat().st_size

    def frames(self, step: int = 1) -> Iterator[Any]:
        """Yield each `step`-th frame."""
        with self._open() as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for number, frame in enumerate(container.decode(stream)):
                if number % step == 0:
                    yield _upright(frame)

    def at(self, share: float) -> Any:
        """Return a frame near a share, from 0 to 1, of the video; the first if it cannot seek."""
        with self._open() as container:
            if share and container.duration:
                container.seek(int(share * container.duration) + (container.start_time or 0))
            for frame in container.decode(video=0):
                return _upright(frame)
        raise OSError(f"'{self.path}' holds no frames.")

    def _open(self) -> _Opened:
        return _Opened(self._av, self.path)


class _Opened:
    """An open file of PyAV, whose errors name it."""

    def __init__(self, av: Any, path: Path) -> None:
        self._av = av
        self._path = path

    def __enter__(self) -> Any:
        try:
            self._container = self._av.open(str(self._path))
        except self._av.FFmpegError as error:
            raise OSError(f"'{self._path}' cannot be read as a video: {error}") from error
        if not self._container.streams.video:
            self._container.close()
            raise OSError(f"'{self._path}' holds no stream of pictures.")
        return self._container

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._container.close()
        if isinstance(error, self._av.FFmpegError):
            raise OSError(f"'{self._path}' cannot be decoded: {error}") from error


def _upright(frame: Any) -> Any:
    """Return a decoded frame as an image, turned as the file says that it is to be shown."""
    image = frame.to_image()
    angle = getattr(frame, "rotation", 0)
    return image.rotate(angle, expand=True) if angle else image


def _import_pillow() -> tuple[Any, Any]:
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ImportError(
            "Reading videos needs Pillow: pip install 'seqdisentangle[video]'"
        ) from error
    return Image, ImageOps


def _import_av() -> Any:
    try:
        import av
    except ImportError as error:
        raise ImportError(
            "Reading video files needs PyAV: pip install 'seqdisentangle[video]'"
        ) from error
    return av
