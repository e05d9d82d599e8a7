"""Animations that find their writer by the name of a file, and show themselves in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.animation import FuncAnimation, writers

from ._progress import frame_bar
from ._videos import PyAVWriter, is_installed

__all__ = ["Moving"]

_WRITERS = {".gif": "pillow", ".webp": "pillow", ".mp4": "ffmpeg", ".mov": "ffmpeg"}
_NEEDS = {
    "pillow": "Pillow: pip install 'seqdisentangle[plot]'",
    "ffmpeg": "the program ffmpeg, or PyAV: pip install 'seqdisentangle[video]'",
}


class Moving(FuncAnimation):
    """An animation of matplotlib; a GIF needs Pillow, an MP4 the program ffmpeg, or PyAV.

    Parameters
    ----------
    *args, **kwargs
        As of :class:`matplotlib.animation.FuncAnimation`.
    interval : float, default=200
        Milliseconds a frame.
    verbose : int, default=0
        If not 0, a progress bar shows how many frames are drawn of a file or a notebook.
    """

    def __init__(
        self, *args: Any, interval: float = 200.0, verbose: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, interval=interval, **kwargs)
        self._milliseconds = interval
        self._verbose = verbose

    def save(self, filename: Any, writer: Any = None, *args: Any, **kwargs: Any) -> None:
        """Write a file, as matplotlib does, by the writer that suits its name.

        Parameters
        ----------
        filename : path
        writer : str or MovieWriter, optional
        *args, **kwargs
            As of :meth:`matplotlib.animation.Animation.save`.

        Raises
        ------
        RuntimeError
            If the writer for such files is not there.
        """
        if writer is None:
            writer = _WRITERS.get(Path(filename).suffix.lower())
            if writer == "ffmpeg" and not writers.is_available(writer) and is_installed():
                # Matplotlib gives the frames a second only to a writer that it makes itself.
                fps: Any = kwargs.pop("fps", None) or 1000.0 / self._milliseconds
                writer = PyAVWriter(fps, bitrate=kwargs.pop("bitrate", -1))
            elif writer is not None and not writers.is_available(writer):
                raise RuntimeError(f"filename={str(filename)!r} needs {_NEEDS[writer]}")
        if self._verbose:
            kwargs.setdefault("progress_callback", frame_bar("animation"))
        super().save(filename, writer, *args, **kwargs)

    def _repr_html_(self) -> str:
        return str(self.to_jshtml())
