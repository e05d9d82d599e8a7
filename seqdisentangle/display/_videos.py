"""A writer of videos for matplotlib's animations, by PyAV: no program is needed."""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.animation import AbstractMovieWriter

__all__ = ["PyAVWriter", "is_installed"]

# The first that PyAV was built with: not all builds have the first.
CODECS = ("libx264", "mpeg4")


class PyAVWriter(AbstractMovieWriter):
    """Writes the frames of an animation to the file of a video.

    The container is the one that the name of the file asks for. A picture that is an odd number of
    pixels wide or high loses the last column or row, as the codecs ask for.

    Parameters
    ----------
    fps : float, default=5
        Frames a second.
    **kwargs
        As of :class:`matplotlib.animation.AbstractMovieWriter`; `codec` and `bitrate` in kbit a
        second are used.
    """

    def setup(self, fig: Any, outfile: Any, dpi: float | None = None) -> None:
        """Open the file.

        Parameters
        ----------
        fig : matplotlib Figure
        outfile : path
        dpi : float, optional
            That of the figure by default.
        """
        super().setup(fig, outfile, dpi=dpi)
        self._av = av = import_av()
        codec = self.codec
        if codec in (None, "h264"):  # matplotlib's own default
            codec = next((name for name in CODECS if name in av.codecs_available), CODECS[-1])
        width, height = self.frame_size
        self._container = av.open(str(outfile), mode="w")
        rate = Fraction(self.fps).limit_denominator(1000)
        self._stream = self._container.add_stream(codec, rate=rate)
        self._stream.width, self._stream.height = width - width % 2, height - height % 2
        self._stream.pix_fmt = "yuv420p"  # what every player shows
        if self.bitrate > 0:
            self._stream.bit_rate = 1000 * self.bitrate

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        """Draw the figure as it is, and write it.

        Parameters
        ----------
        **savefig_kwargs
            As of ``figure.savefig``.
        """
        drawn = BytesIO()
        self.fig.savefig(drawn, **{**savefig_kwargs, "format": "rgba", "dpi": self.dpi})
        width, height = self.frame_size
        pixels = np.frombuffer(drawn.getbuffer(), np.uint8).reshape(height, width, 4)
        rgb = np.ascontiguousarray(pixels[: height - height % 2, : width - width % 2, :3])
        frame = self._av.VideoFrame.from_ndarray(rgb, format="rgb24")
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what is left, and close the file."""
        self._container.mux(self._stream.encode())
        self._container.close()


def import_av() -> Any:
    """PyAV."""
    import av

    return av


def is_installed() -> bool:
    """True if PyAV is there, of the extra `video`."""
    return importlib.util.find_spec("av") is not None
