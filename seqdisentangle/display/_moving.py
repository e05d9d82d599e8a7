"""Animations that find their writer by the name of a file, and show themselves in a notebook."""

from __future__ import annotations

import re
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
# Matplotlib's player has the signs of its buttons from a font of another server.
_FONT = re.compile(r'<link rel="stylesheet"\s+href="https?://[^"]*font-awesome[^"]*">')
_SIGNS = {
    "minus": "\N{MINUS SIGN}",
    "fast-backward": "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}",
    "step-backward": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    "play fa-flip-horizontal": "\N{BLACK LEFT-POINTING SMALL TRIANGLE}",
    "pause": "\N{DOUBLE VERTICAL LINE}",
    "play": "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}",
    "step-forward": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    "fast-forward": "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}",
    "plus": "+",
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

    def to_jshtml(self, *args: Any, **kwargs: Any) -> str:
        """A player for web pages, as matplotlib makes it, but one that needs no network.

        Parameters
        ----------
        *args, **kwargs
            As of :meth:`matplotlib.animation.Animation.to_jshtml`.

        Returns
        -------
        str
            HTML, with every frame in it.
        """
        return player_alone(str(super().to_jshtml(*args, **kwargs)))

    def _repr_html_(self) -> str:
        return self.to_jshtml()


def player_alone(html: str) -> str:
    """A player of matplotlib that asks for nothing, with names for those who cannot see it."""
    html = _FONT.sub("", html)
    for name, sign in _SIGNS.items():
        html = html.replace(f'<i class="fa fa-{name}"></i>', sign)
    html = html.replace('<img id="_anim_img', '<img alt="Animation" id="_anim_img')
    return html.replace('<input id="_anim_slider', '<input aria-label="Frame" id="_anim_slider')
