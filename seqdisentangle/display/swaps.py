"""The swap figure: the motion of each row with the content of each column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.ragged import stacked
from ._cells import CellDisplay, Cells
from ._kinds import pen_for
from ._look import Look, look_of, names_of
from ._pens import Pen
from ._pyplot import import_pyplot
from ._reading import check_has, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["SwapDisplay"]


class SwapDisplay(CellDisplay):
    """Swap figure: a grid of sequences, motion from the left, content from the top.

    The top row shows the sequences that give content, the left column those that give motion,
    and each cell the motion of its row with the content of its column. Images are drawn as strips
    of frames, joints as skeletons, vectors as lines, lanes or heat maps over time: see
    :class:`Look`.

    Make one with :meth:`from_estimator`. The constructor only stores what it is given; nothing is
    drawn before :meth:`plot`.

    Parameters
    ----------
    motion_donors : array-like of n_a sequences
        Sequences whose motion is shown, one a row: (n, T) numbers, (n, T, D) features,
        (n, T, J, 2) or (n, T, J, 3) joints, (n, T, H, W) grey or (n, T, H, W, C) or
        (n, T, C, H, W) colour images, integers over the range of their type or floats; a list of
        arrays where lengths differ, or a path.
    content_donors : array-like of n_b sequences
        Sequences whose content is shown, one a column.
    swaps : array-like of shape (n_a, n_b, T, ...), or list of n_a lists of n_b sequences
        ``swaps[i][j]`` has the motion of ``motion_donors[i]`` and the content of
        ``content_donors[j]``.
    row_names, column_names : array-like of str, default=None
        Labels beside the rows and above the columns.
    **look
        Arguments of :class:`Look`.

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
        If the shapes do not fit each other, or have no reading as sequences, or the names are not
        as many as rows or columns.

    See Also
    --------
    SwapPairsDisplay : Both swaps of each pair, between the two originals.

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
    >>> display.animate().save("swap.gif")  # doctest: +SKIP
    """

    def __init__(
        self,
        motion_donors: Any,
        content_donors: Any,
        swaps: Any,
        *,
        row_names: Any = None,
        column_names: Any = None,
        **look: Any,
    ) -> None:
        super().__init__(Look().changed(look))
        self.motion_donors, self.layout = read(motion_donors, "motion_donors", self.look)
        self.content_donors, _ = read(
            content_donors, "content_donors", self.look, layout=self.layout
        )
        n_a, n_b = len(self.motion_donors), len(self.content_donors)
        try:
            counts = [len(row) for row in swaps]
        except TypeError as error:
            raise TypeError(f"swaps must hold rows of sequences, got {swaps!r}: {error}") from error
        if len(counts) != n_a or set(counts) != {n_b}:
            raise ValueError(
                f"swaps must hold {n_a} rows of {n_b} sequences, got {len(counts)} of "
                f"{sorted(set(counts))}"
            )
        self.swaps = [
            read(row, f"swaps[{i}]", self.look, layout=self.layout)[0]
            for i, row in enumerate(swaps)
        ]
        self.row_names = names_of(row_names, n_a, "row_names")
        self.column_names = names_of(column_names, n_b, "column_names")

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        a: Any,
        b: Any = None,
        *,
        row_names: Any = None,
        column_names: Any = None,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        **look: Any,
    ) -> SwapDisplay:
        """Swap every sequence of `a` with every one of `b`, and draw the figure.

        Parameters
        ----------
        estimator : object
            Anything fitted whose ``swap(a, b)`` has the attribute `a_motion_b_content`.
        a : array-like of n_a sequences
            Sequences that give motion, one a row: an array, a list of arrays of different lengths,
            a path; or a single sequence.
        b : array-like of n_b sequences, default=None
            Sequences that give content, one a column. None takes those of `a`, with their names.
        row_names, column_names : array-like of str, default=None
            Labels beside the rows and above the columns.
        ax : matplotlib Axes, default=None
            An axes whose place the figure takes.
        figure : matplotlib Figure or SubFigure, default=None
            A figure to draw in, in full; None makes a figure of the right size.
        **look
            Arguments of :class:`Look`. Channels and their names are those that the estimator has
            seen, unless told.

        Returns
        -------
        SwapDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            As of the constructor, or if the estimator does not swap.
        """
        import_pyplot(cls.__name__)  # rather before a long computation than after it
        check_has(estimator, "swap")
        seen = look_of(estimator, look)
        motion, layout = read(a, "a", seen, layout=getattr(estimator, "layout_", None))
        content = motion if b is None else read(b, "b", seen, layout=layout)[0]
        if b is None and column_names is None:
            column_names = row_names
        pairs = estimator.swap(
            stacked([x for x in motion for _ in content]), stacked(content * len(motion))
        )
        made = iter(pairs.a_motion_b_content)
        swaps = [[np.asarray(next(made)) for _ in content] for _ in motion]
        display = cls(
            stacked(motion),
            stacked(content),
            swaps,
            row_names=row_names,
            column_names=column_names,
            **vars(seen),
        )
        return display.plot(ax=ax, figure=figure)

    def _cells(self, look: Look) -> tuple[Pen, Cells]:
        real = self.motion_donors + self.content_donors
        pen = pen_for(look, self.layout, real, [x for row in self.swaps for x in row])
        grid = [[None, *self.content_donors]]
        grid += [[x, *row] for x, row in zip(self.motion_donors, self.swaps, strict=True)]
        plates = {
            (i, j): pen.sequence(x)
            for i, row in enumerate(grid)
            for j, x in enumerate(row)
            if x is not None
        }
        return pen, Cells(
            plates,
            self.row_names,
            self.column_names,
            left_heading="motion of",
            top_heading="content of",
            donors=True,
        )
