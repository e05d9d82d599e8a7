"""The swap figure: the motion of each row with the content of each column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._frames import (
    as_pictures,
    brightness_range,
    evenly_spaced,
    is_video,
    resolve_channels,
    strip,
)
from ._grid import DonorGrid
from ._pyplot import import_pyplot

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["SwapDisplay"]

_PLOT_CELL = (1.5, 0.8)  # inches, of sequences drawn as lines


class SwapDisplay:
    """Swap figure: a grid of sequences, motion from the left, content from the top.

    The top row shows the sequences that give content, the left column those that give motion,
    and each cell the motion of its row with the content of its column. Videos are drawn as strips
    of frames; vectors, joints and numbers as lines over time.

    Make one with :meth:`from_estimator`. The constructor only stores what it is given; nothing is
    drawn before :meth:`plot`.

    Parameters
    ----------
    motion_donors : array-like of shape (n_a, T, ...)
        Sequences whose motion is shown, one a row: (n, T) numbers, (n, T, D) features,
        (n, T, J, 2) or (n, T, J, 3) joints, (n, T, H, W) grey or (n, T, H, W, C) or
        (n, T, C, H, W) colour images, integers over the range of their type or floats.
    content_donors : array-like of shape (n_b, T', ...)
        Sequences whose content is shown, one a column.
    swaps : array-like of shape (n_a, n_b, T, ...)
        ``swaps[i, j]`` has the motion of ``motion_donors[i]`` and the content of
        ``content_donors[j]``.
    channels : {"auto", "first", "last"}, default="auto"
        The place of the channels of images. ``"auto"`` finds 1 to 4 of them, at the end first.
        Three or four are colours; of any other number the mean is shown, as grey.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure drawn by :meth:`plot`.
    axes_ : ndarray of shape (1 + n_a, 1 + n_b) of matplotlib Axes
        Its axes: the first row has the content donors, the first column the motion donors, and
        the corner is None.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or have no reading as sequences.

    References
    ----------
    .. [1] J. Han, M. R. Min, L. Han, L. E. Li, X. Zhang, "Disentangled Recurrent Wasserstein
       Autoencoder", ICLR 2021, figures 2 and 3.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from seqdisentangle.display import SwapDisplay
    >>> rng = np.random.RandomState(0)
    >>> a, b = rng.uniform(size=(2, 5, 8, 8)), rng.uniform(size=(3, 5, 8, 8))
    >>> display = SwapDisplay(a, b, rng.uniform(size=(2, 3, 5, 8, 8))).plot()
    >>> display.axes_.shape
    (3, 4)
    >>> display.animate().save("swap.gif", writer="pillow")  # doctest: +SKIP
    """

    def __init__(
        self,
        motion_donors: ArrayLike,
        content_donors: ArrayLike,
        swaps: ArrayLike,
        *,
        channels: str = "auto",
    ) -> None:
        self.motion_donors = np.asarray(motion_donors)
        self.content_donors = np.asarray(content_donors)
        self.swaps = np.asarray(swaps)
        self.channels = channels
        self._check()

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        a: ArrayLike,
        b: ArrayLike,
        *,
        n_frames: int = 6,
        channels: str = "auto",
        row_names: Sequence[str] | None = None,
        column_names: Sequence[str] | None = None,
        cmap: str = "gray",
        figure: Figure | SubFigure | None = None,
    ) -> SwapDisplay:
        """Swap every sequence of `a` with every one of `b`, and draw the figure.

        Parameters
        ----------
        estimator : object
            Anything fitted whose ``swap(a, b)`` has the attribute `a_motion_b_content`.
        a : array-like of shape (n_a, T, ...)
            Sequences that give motion, one a row.
        b : array-like of shape (n_b, T', ...)
            Sequences that give content, one a column.
        n_frames : int, default=6
            Most frames of a strip, evenly spaced over the sequence.
        channels : {"auto", "first", "last"}, default="auto"
            The place of the channels of images. ``"auto"`` asks the estimator for the place that
            it found in `fit`, or for its parameter `channels`, if it has either.
        row_names, column_names : sequence of str, default=None
            Labels beside the rows and above the columns.
        cmap : str, default="gray"
            Colour map of grey frames.
        figure : matplotlib Figure or SubFigure, default=None
            A figure to draw in, in full; None makes a figure of the right size.

        Returns
        -------
        SwapDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        import_pyplot(cls.__name__)  # rather before a long computation than after it
        if channels == "auto":
            layout = getattr(estimator, "layout_", None)
            told = getattr(estimator, "channels", "auto")
            channels = str(getattr(layout, "channels", None) or told)
        a, b = np.asarray(a), np.asarray(b)
        pairs = estimator.swap(np.repeat(a, len(b), axis=0), np.concatenate([b] * len(a)))
        mixed = np.asarray(pairs.a_motion_b_content)
        swaps = mixed.reshape(len(a), len(b), *mixed.shape[1:])
        return cls(a, b, swaps, channels=channels).plot(
            n_frames=n_frames,
            row_names=row_names,
            column_names=column_names,
            cmap=cmap,
            figure=figure,
        )

    def plot(
        self,
        *,
        n_frames: int = 6,
        row_names: Sequence[str] | None = None,
        column_names: Sequence[str] | None = None,
        cmap: str = "gray",
        figure: Figure | SubFigure | None = None,
    ) -> SwapDisplay:
        """Draw the figure.

        Parameters
        ----------
        n_frames : int, default=6
            Most frames of a strip, evenly spaced over the sequence. Lines show all steps.
        row_names, column_names : sequence of str, default=None
            Labels beside the rows and above the columns.
        cmap : str, default="gray"
            Colour map of grey frames.
        figure : matplotlib Figure or SubFigure, default=None
            A figure to draw in, in full; None makes a figure of the right size.

        Returns
        -------
        SwapDisplay
            Itself, with `figure_` and `axes_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If `n_frames` is below one, or the names are not as many as rows or columns.
        """
        if n_frames < 1:
            raise ValueError(f"n_frames must be at least 1, got {n_frames}.")
        if is_video(self.motion_donors):
            cells = self._cells(self._pictures(cmap))
            gap = max(1, self._frame_size()[1] // 32)
            images = {
                place: strip(p[evenly_spaced(len(p), n_frames)], gap) for place, p in cells.items()
            }
            grid = self._strip_grid(images)
            self.figure_, self.axes_ = grid.draw(figure, row_names, column_names)
            for place, image in images.items():
                _show(self.axes_[place], image)
        else:
            self.figure_, self.axes_ = self._line_grid().draw(figure, row_names, column_names)
            low, high = self._line_limits()
            for place, x in self._cells(self._lines()).items():
                _draw_lines(self.axes_[place], x, low, high)
        return self

    def animate(
        self,
        interval: float = 150.0,
        *,
        row_names: Sequence[str] | None = None,
        column_names: Sequence[str] | None = None,
        cmap: str = "gray",
        figure: Figure | None = None,
    ) -> FuncAnimation:
        """Let the whole grid move: one frame a cell, all in step.

        Parameters
        ----------
        interval : float, default=150
            Milliseconds a frame.
        row_names, column_names : sequence of str, default=None
            Labels beside the rows and above the columns.
        cmap : str, default="gray"
            Colour map of grey frames.
        figure : matplotlib Figure, default=None
            A figure to draw in, in full; None makes a figure of the right size. `figure_`, the
            still picture, is left as it is.

        Returns
        -------
        matplotlib.animation.FuncAnimation
            As long as the longest sequence; shorter ones begin again. Keep a reference to it while
            it plays. ``animation.save("swap.gif", writer="pillow")`` writes it to a file,
            ``animation.to_jshtml()`` shows it in a notebook.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the names are not as many as rows or columns.
        """
        import_pyplot(type(self).__name__)
        from matplotlib.animation import FuncAnimation

        if is_video(self.motion_donors):
            cells = self._cells(self._pictures(cmap))
            H, W = self._frame_size()
            figure, axes = DonorGrid(self._n_rows, self._n_columns, W, H, largest=1.1).draw(
                figure, row_names, column_names
            )
            artists: dict[tuple[int, int], Any] = {
                place: _show(axes[place], pictures[0]) for place, pictures in cells.items()
            }
        else:
            cells = self._cells(self._lines())
            figure, axes = self._line_grid().draw(figure, row_names, column_names)
            low, high = self._line_limits()
            artists = {
                place: _draw_lines(axes[place], x, low, high, marked=True)
                for place, x in cells.items()
            }

        def move(t: int) -> list[Artist]:
            changed: list[Artist] = []
            for place, x in cells.items():
                step = t % len(x)
                if is_video(self.motion_donors):
                    artists[place].set_data(x[step])
                    changed.append(artists[place])
                else:
                    for d, point in enumerate(artists[place]):
                        point.set_data([step], [x[step, d]])
                        changed.append(point)
            return changed

        longest = max(len(x) for x in cells.values())
        return FuncAnimation(figure, move, frames=longest, interval=int(interval), blit=False)

    @property
    def _n_rows(self) -> int:
        return len(self.motion_donors)

    @property
    def _n_columns(self) -> int:
        return len(self.content_donors)

    def _check(self) -> None:
        a, b, swaps = self.motion_donors, self.content_donors, self.swaps
        if not 2 <= a.ndim <= 5 or len(a) == 0 or len(b) == 0:
            raise ValueError(
                "motion_donors and content_donors must hold sequences (n, T), (n, T, D), "
                "(n, T, J, 2 or 3), (n, T, H, W), (n, T, H, W, C) or (n, T, C, H, W), "
                f"got shapes {a.shape} and {b.shape}."
            )
        if b.ndim != a.ndim or b.shape[2:] != a.shape[2:]:
            raise ValueError(
                f"motion_donors have frames of shape {a.shape[2:]}, content_donors {b.shape[2:]}."
            )
        expected = (len(a), len(b), *a.shape[1:])
        if swaps.shape != expected:
            raise ValueError(f"swaps must have shape {expected}, got {swaps.shape}.")
        if is_video(a):
            self._channels = resolve_channels(a.shape, self.channels)

    def _cells(
        self, parts: tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
    ) -> dict[tuple[int, int], NDArray[Any]]:
        """The sequence at each place (row, column) of the grid; donors are in row or column 0."""
        a, b, swaps = parts
        return (
            {(0, 1 + j): x for j, x in enumerate(b)}
            | {(1 + i, 0): x for i, x in enumerate(a)}
            | {(1 + i, 1 + j): x for i, row in enumerate(swaps) for j, x in enumerate(row)}
        )

    def _pictures(self, cmap: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Motion donors, content donors and swaps in RGB: (..., T, H, W, 3)."""
        colours = import_pyplot(type(self).__name__).get_cmap(cmap)
        a, b = self.motion_donors, self.content_donors
        shared = brightness_range(a)
        if not np.issubdtype(a.dtype, np.integer):
            shared = brightness_range(np.concatenate([a.ravel(), b.ravel()]))
        # Swaps are shown in the range of the real sequences, beside which they must hold.
        p, q, r = (as_pictures(x, shared, self._channels, colours) for x in (a, b, self.swaps))
        return p, q, r

    def _lines(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Motion donors, content donors and swaps as (..., T, D)."""
        a, b, swaps = self.motion_donors, self.content_donors, self.swaps
        return (
            a.reshape(*a.shape[:2], -1),
            b.reshape(*b.shape[:2], -1),
            swaps.reshape(*swaps.shape[:3], -1),
        )

    def _line_limits(self) -> tuple[float, float]:
        values = np.concatenate([part.ravel() for part in self._lines()]).astype(float)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        margin = 0.08 * (high - low or 1.0)
        return low - margin, high + margin

    def _frame_size(self) -> tuple[int, int]:
        """Height and width of a frame in its pixels."""
        shape = self.motion_donors.shape
        return (shape[3], shape[4]) if self._channels == "first" else (shape[2], shape[3])

    def _strip_grid(self, images: dict[tuple[int, int], NDArray[Any]]) -> DonorGrid:
        width = max(image.shape[1] for image in images.values())
        return DonorGrid(self._n_rows, self._n_columns, width, self._frame_size()[0])

    def _line_grid(self) -> DonorGrid:
        return DonorGrid(self._n_rows, self._n_columns, *_PLOT_CELL, pixels=False)


def _show(ax: Axes, picture: NDArray[Any]) -> Any:
    """Draw a picture pixel by pixel, without frame or ticks."""
    ax.set_axis_off()
    return ax.imshow(picture, interpolation="nearest", aspect="equal", vmin=0.0, vmax=1.0)


def _draw_lines(
    ax: Axes, x: NDArray[Any], low: float, high: float, *, marked: bool = False
) -> list[Any]:
    """Draw (T, D) as D lines over time; return the D points at the first step, if `marked`."""
    ax.set(xticks=[], yticks=[], xlim=(-0.5, len(x) - 0.5), ylim=(low, high))
    for spine in ax.spines.values():
        spine.set(color="0.8", linewidth=0.6)
    points = []
    for d in range(x.shape[1]):
        (line,) = ax.plot(x[:, d], linewidth=1.1, color=f"C{d % 10}", alpha=0.5 if marked else 1.0)
        if marked:
            points += ax.plot([0], [x[0, d]], "o", markersize=3.5, color=line.get_color())
    return points
