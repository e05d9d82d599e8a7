"""Reconstructions: sequences, what a model makes of them, and what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..data.ragged import stacked
from ._cells import CellDisplay, Cells
from ._kinds import pen_for
from ._look import Look, check_count, look_of, names_of
from ._pens import Pen
from ._pyplot import import_pyplot
from ._reading import check_has, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["ReconstructionDisplay"]

_PARTS = ("original", "reconstruction", "what is left")


class ReconstructionDisplay(CellDisplay):
    """Originals, their reconstructions, and what is left: original less reconstruction.

    What is left of images is white where they agree, orange where the reconstruction is too dark
    and violet where it is too bright. Of skeletons the reconstruction is drawn over the original.

    Parameters
    ----------
    originals, reconstructions : array-like of n sequences
        As of :class:`SwapDisplay`, each pair of one length.
    names : array-like of n str, default=None
        Labels of the sequences.
    **look
        Arguments of :class:`Look`.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure drawn by :meth:`plot`.
    axes_ : ndarray of matplotlib Axes
        Of shape (n, 3), or (3 n, 1) of images and skeletons.

    Raises
    ------
    ValueError
        If the two are not equally many, or of different lengths.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from seqdisentangle.display import ReconstructionDisplay
    >>> X = np.random.RandomState(0).normal(size=(2, 30, 2)).cumsum(1)
    >>> ReconstructionDisplay(X, 0.9 * X).plot().axes_.shape
    (2, 3)
    """

    def __init__(
        self,
        originals: Any,
        reconstructions: Any,
        *,
        names: Any = None,
        **look: Any,
    ) -> None:
        super().__init__(Look().changed(look))
        self.originals, self.layout = read(originals, "originals", self.look)
        self.reconstructions, _ = read(
            reconstructions, "reconstructions", self.look, layout=self.layout
        )
        want, got = (list(map(len, each)) for each in (self.originals, self.reconstructions))
        if want != got:
            raise ValueError(
                f"reconstructions must have the lengths of originals, {want}, got {got}"
            )
        self.names = names_of(names, len(want), "names")

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        n_sequences: int = 4,
        names: Any = None,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        **look: Any,
    ) -> ReconstructionDisplay:
        """Reconstruct the first sequences of `X`, and draw the figure.

        Parameters
        ----------
        estimator : object
            Anything fitted with ``reconstruct``.
        X : array-like of n sequences
            In any container that ``fit`` takes; or a single sequence.
        n_sequences : int, default=4
            Most sequences to show.
        names : array-like of str, default=None
            Labels of the sequences shown.
        ax : matplotlib Axes, default=None
            An axes whose place the figure takes.
        figure : matplotlib Figure or SubFigure, default=None
            A figure to draw in, in full; None makes a figure of the right size.
        **look
            Arguments of :class:`Look`.

        Returns
        -------
        ReconstructionDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            As of the constructor, or if the estimator does not reconstruct.
        """
        import_pyplot(cls.__name__)
        check_has(estimator, "reconstruct")
        check_count(n_sequences, "n_sequences")
        seen = look_of(estimator, look)
        layout = getattr(estimator, "layout_", None)
        originals, _ = read(X, "X", seen, layout=layout, most=n_sequences)
        made = estimator.reconstruct(stacked(originals))
        display = cls(stacked(originals), made, names=names, **vars(seen))
        return display.plot(ax=ax, figure=figure)

    def _cells(self, look: Look) -> tuple[Pen, Cells]:
        pen = pen_for(look, self.layout, self.originals, self.reconstructions, compared=True)
        rows = [
            (pen.sequence(x), pen.sequence(made), pen.difference(x, made))
            for x, made in zip(self.originals, self.reconstructions, strict=True)
        ]
        cells = Cells.of_groups(rows, _PARTS, self.names, stacked=pen.strips)
        return pen, replace(cells, differences=True)
