"""Traversals: content moved along its principal directions, with motion held fixed."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.decomposition import PCA

from ..metrics._sequences import check_several
from ._cells import CellDisplay, Cells
from ._kinds import pen_for
from ._look import Look, check_count, check_positive, look_of, names_of
from ._pens import Pen
from ._pyplot import import_pyplot
from ._reading import both_codes, check_has, holds_rows, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["TraversalDisplay"]

_LEAST = 2  # sequences, of which there are directions


class TraversalDisplay(CellDisplay):
    """Walks through content: a row for each principal direction, a column for each station.

    All cells have the same motion. The station in the middle is the mean content, the others are
    standard deviations away from it, and what changes along a row is what the direction means.

    Parameters
    ----------
    stations : array-like of shape (n_directions, n_stations, T, ...)
        Sequences, or a list of lists of them.
    row_names, column_names : array-like of str, default=None
        Labels of directions and stations.
    **look
        Arguments of :class:`Look`; images show a single frame unless `n_frames` or `steps` is told.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure drawn by :meth:`plot`.
    axes_ : ndarray of shape (n_directions, n_stations) of matplotlib Axes

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from seqdisentangle.display import TraversalDisplay
    >>> walks = np.random.RandomState(0).uniform(size=(2, 5, 4, 8, 8))
    >>> TraversalDisplay(walks).plot().axes_.shape
    (2, 5)
    """

    def __init__(
        self,
        stations: Any,
        *,
        row_names: Any = None,
        column_names: Any = None,
        **look: Any,
    ) -> None:
        super().__init__(Look().changed({"n_frames": 1} | look))
        self.stations: list[list[Any]] = []
        layout = None
        if not holds_rows(stations):
            raise TypeError(f"stations must hold rows of sequences, got {stations!r:.80}")
        for k, row in enumerate(stations):
            each, layout = read(row, f"stations[{k}]", self.look, layout=layout)
            self.stations.append(each)
        counts = sorted({len(row) for row in self.stations})
        if layout is None or len(counts) != 1:
            raise ValueError(f"stations must hold rows of equally many sequences, got {counts}")
        self.layout = layout
        self.row_names = names_of(row_names, len(self.stations), "row_names")
        self.column_names = names_of(column_names, counts[0], "column_names")

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        n_directions: int = 3,
        n_stations: int = 5,
        extent: float = 2.0,
        motion_of: Any = 0,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        **look: Any,
    ) -> TraversalDisplay:
        """Find the principal directions of the content of `X`, walk along them, and draw.

        Parameters
        ----------
        estimator : object
            Anything fitted with ``transform`` that returns content and motion, and with ``sample``
            that takes them.
        X : array-like of n sequences
            At least two, better a hundred.
        n_directions : int, default=3
            Most directions to show, those of the largest variance.
        n_stations : int, default=5
            Stations of a walk.
        extent : float, default=2
            Standard deviations of the direction from the mean to either end.
        motion_of : int, default=0
            The sequence of `X` that gives all of them their motion.
        ax : matplotlib Axes, default=None
            An axes whose place the figure takes.
        figure : matplotlib Figure or SubFigure, default=None
            A figure to draw in, in full; None makes a figure of the right size.
        **look
            Arguments of :class:`Look`.

        Returns
        -------
        TraversalDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If a number is not positive, or there are less than two sequences.
        """
        import_pyplot(cls.__name__)
        check_has(estimator, "transform", "sample")
        check_count(n_directions, "n_directions")
        check_count(n_stations, "n_stations")
        check_positive(extent, "extent")
        if isinstance(motion_of, bool) or not isinstance(motion_of, Integral):
            raise TypeError(f"motion_of must be the number of a sequence, got {motion_of!r}")
        donor = int(motion_of)
        check_several(X, getattr(estimator, "layout_", None), _LEAST)
        codes = both_codes(estimator, X)
        content, motion = np.asarray(codes.content), codes.motion
        if len(content) < _LEAST:
            raise ValueError(f"X must hold at least {_LEAST} sequences, got {len(content)}")
        if not -len(content) <= donor < len(content):
            raise ValueError(f"motion_of must be one of {len(content)} sequences, got {motion_of}")
        pca = PCA(min(n_directions, *content.shape)).fit(content)
        away = np.linspace(-extent, extent, n_stations)
        walks = [
            pca.mean_ + np.outer(away * np.sqrt(variance), direction)
            for direction, variance in zip(pca.components_, pca.explained_variance_, strict=True)
        ]
        rest = np.stack([np.asarray(motion[donor])] * n_stations)
        stations = [
            estimator.sample(content=walk.astype(content.dtype), motion=rest) for walk in walks
        ]
        display = cls(
            stations,
            row_names=[
                f"direction {k} ({share:.0%})"
                for k, share in enumerate(pca.explained_variance_ratio_, 1)
            ],
            column_names=[f"{step:+.2g} sd" if step else "mean" for step in away],
            **vars(look_of(estimator, {"n_frames": 1} | look)),
        )
        return display.plot(ax=ax, figure=figure)

    def _cells(self, look: Look) -> tuple[Pen, Cells]:
        pen = pen_for(look, self.layout, [x for row in self.stations for x in row])
        plates = {
            (i, j): pen.sequence(x)
            for i, row in enumerate(self.stations)
            for j, x in enumerate(row)
        }
        return pen, Cells(plates, self.row_names, self.column_names)
