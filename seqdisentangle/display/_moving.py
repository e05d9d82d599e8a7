"""Animations that find their writer by the name of a file, and show themselves in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.animation import FuncAnimation, writers

from ._progress import frame_bar

__all__ = ["Moving"]

_WRITERS = {".gif": "pillow", ".webp": "pillow", ".mp4": "ffmpeg", ".mov": "ffmpeg"}
_NEEDS = {"pillow": "Pillow: pip install 'seqdisentangle[plot]'", "ffmpeg": "the program ffmpeg"}


class Moving(FuncAnimation):
    """An animation of matplotlib; a GIF needs Pillow, an MP4 the program ffmpeg.

    Parameters
    ----------
    *args, **kwargs
        As of :class:`matplotlib.animation.FuncAnimation`.
    verbose : int, default=0
        If not 0, a progress bar shows how many frames are drawn of a file or a notebook.
    """

    def __init__(self, *args: Any, verbose: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
            if writer is not None and not writers.is_available(writer):
                raise RuntimeError(f"filename={str(filename)!r} needs {_NEEDS[writer]}")
        if self._verbose:
            kwargs.setdefault("progress_callback", frame_bar("animation"))
        super().save(filename, writer, *args, **kwargs)

    def _repr_html_(self) -> str:
        return str(self.to_jshtml())
