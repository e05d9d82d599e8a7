"""The swap figure of pairs: both originals, and between them what they exchange."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

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

__all__ = ["SwapPairsDisplay"]

_PARTS = ("{a}", "motion of {a}\ncontent of {b}", "content of {a}\nmotion of {b}", "{b}")


class SwapPairsDisplay(CellDisplay):
    """Swap figure of pairs: A, A's motion with B's content, A's content with B's motion, and B.

    The figure of the paper. Of vectors each pair is a row, of images and skeletons it is four.

    Parameters
    ----------
    a, b : array-like of n sequences
        The originals, as of :class:`SwapDisplay`.
    a_motion_b_content, a_content_b_motion : array-like of n sequences
        What they have exchanged.
    a_names, b_names : array-like of str, default=None
        Names of the originals, "A" and "B" by default.
    **look
        Arguments of :class:`Look`.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure drawn by :meth:`plot`.
    axes_ : ndarray of matplotlib Axes
        Of shape (4 n, 1), or (n, 4) of vectors.

    Raises
    ------
    ValueError
        If the sequences are not equally many, or have no reading as sequences.

    See Also
    --------
    SwapDisplay : Every sequence swapped with every other.

    References
    ----------
    .. [1] J. Han, M. R. Min, L. Han, L. E. Li, X. Zhang, "Disentangled Recurrent Wasserstein
       Autoencoder", ICLR 2021, figure 2.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from seqdisentangle.display import SwapPairsDisplay
    >>> a, b, ab, ba = np.random.RandomState(0).uniform(size=(4, 2, 5, 8, 8))
    >>> SwapPairsDisplay(a, b, ab, ba, steps=[0, 2, 4]).plot().axes_.shape
    (8, 1)
    """

    def __init__(
        self,
        a: Any,
        b: Any,
        a_motion_b_content: Any,
        a_content_b_motion: Any,
        *,
        a_names: Any = None,
        b_names: Any = None,
        **look: Any,
    ) -> None:
        super().__init__(Look().changed(look))
        self.a, self.layout = read(a, "a", self.look)
        self.b = self._as_many(b, "b")
        self.a_motion_b_content = self._as_many(a_motion_b_content, "a_motion_b_content")
        self.a_content_b_motion = self._as_many(a_content_b_motion, "a_content_b_motion")
        self.a_names = names_of(a_names, len(self.a), "a_names")
        self.b_names = names_of(b_names, len(self.a), "b_names")

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        a: Any,
        b: Any,
        *,
        a_names: Any = None,
        b_names: Any = None,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        **look: Any,
    ) -> SwapPairsDisplay:
        """Swap sequences pair by pair, and draw the figure.

        Parameters
        ----------
        estimator : object
            Anything fitted with ``swap``.
        a, b : array-like of n sequences
            The pairs; or a single one.
        a_names, b_names : array-like of str, default=None
            Names of the originals.
        ax : matplotlib Axes, default=None
            An axes whose place the figure takes.
        figure : matplotlib Figure or SubFigure, default=None
            A figure to draw in, in full; None makes a figure of the right size.
        **look
            Arguments of :class:`Look`.

        Returns
        -------
        SwapPairsDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            As of the constructor, or if the estimator does not swap.
        """
        import_pyplot(cls.__name__)
        check_has(estimator, "swap")
        seen = look_of(estimator, look)
        first, layout = read(a, "a", seen, layout=getattr(estimator, "layout_", None))
        second, _ = read(b, "b", seen, layout=layout)
        pairs = estimator.swap(stacked(first), stacked(second))
        display = cls(
            stacked(first),
            stacked(second),
            pairs.a_motion_b_content,
            pairs.a_content_b_motion,
            a_names=a_names,
            b_names=b_names,
            **vars(seen),
        )
        return display.plot(ax=ax, figure=figure)

    def _as_many(self, X: Any, name: str) -> list[NDArray[Any]]:
        """Sequences like `a`, and equally many."""
        each, _ = read(X, name, self.look, layout=self.layout)
        if len(each) != len(self.a):
            raise ValueError(f"{name} must hold {len(self.a)} sequences, got {len(each)}")
        return each

    def _cells(self, look: Look) -> tuple[Pen, Cells]:
        made = (self.a_motion_b_content, self.a_content_b_motion)
        pen = pen_for(look, self.layout, self.a + self.b, made[0] + made[1])
        rows = [
            tuple(map(pen.sequence, group)) for group in zip(self.a, *made, self.b, strict=True)
        ]
        named = zip(
            self.a_names or ["A"] * len(rows), self.b_names or ["B"] * len(rows), strict=True
        )
        if pen.strips:
            cells = Cells.of_groups(rows, _PARTS, None, stacked=True)
            names = [part.format(a=a, b=b) for a, b in named for part in _PARTS]
            return pen, replace(cells, row_names=names)
        told = self.a_names is not None or self.b_names is not None
        names = [f"A: {a}, B: {b}" for a, b in named]
        parts = [part.format(a="A", b="B") for part in _PARTS]
        return pen, Cells.of_groups(rows, parts, names if told else None, stacked=False)
