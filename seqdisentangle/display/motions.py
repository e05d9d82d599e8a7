"""Motion codes over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.ragged import stacked
from ._cells import CellDisplay, Cells
from ._kinds import pen_for
from ._look import Look, check_count, look_of, names_of
from ._pens import Pen
from ._pyplot import import_pyplot
from ._reading import both_codes, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["MotionDisplay"]


class MotionDisplay(CellDisplay):
    """Motion codes over time, a cell for each sequence, all on one scale.

    Codes that noise fills alone do not follow the movement; one that stays at zero is not used.

    Parameters
    ----------
    motion : array-like of shape (n, T, motion_size), or list of arrays (T_i, motion_size)
        Motion codes.
    names : array-like of n str, default=None
        Labels above the sequences.
    n_columns : int, default=None
        Sequences in a row; None takes as many as are about as wide as a page.
    **look
        Arguments of :class:`Look`; `feature_names` are those of the codes.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure drawn by :meth:`plot`.
    axes_ : ndarray of shape (n_rows, n_columns) of matplotlib Axes
        Row by row; None where there is no sequence.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from seqdisentangle.display import MotionDisplay
    >>> codes = [np.random.RandomState(0).normal(size=(n, 3)) for n in (12, 20)]
    >>> MotionDisplay(codes).plot().axes_.shape
    (1, 2)
    """

    def __init__(
        self, motion: Any, *, names: Any = None, n_columns: int | None = None, **look: Any
    ) -> None:
        super().__init__(Look().changed(look))
        if n_columns is not None:
            check_count(n_columns, "n_columns")
        self.motion, self.layout = read(motion, "motion", self.look)
        shape = self.motion[0].shape
        if len(shape) != 2:
            raise ValueError(
                f"motion must hold codes of shape (T, motion_size) of each sequence, got {shape}"
            )
        named = {"feature_names": [f"motion {d}" for d in range(shape[1])]}
        self.look = Look().changed(named | look)
        self.names = names_of(names, len(self.motion), "names")
        self.n_columns = n_columns

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        n_sequences: int = 8,
        names: Any = None,
        n_columns: int | None = None,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        **look: Any,
    ) -> MotionDisplay:
        """Encode the first sequences of `X`, and draw their motion codes.

        Parameters
        ----------
        estimator : object
            Anything fitted with ``transform`` that returns content and motion.
        X : array-like of n sequences
            In any container that ``fit`` takes; or a single sequence.
        n_sequences : int, default=8
            Most sequences to show.
        names : array-like of str, default=None
            Labels above the sequences shown.
        n_columns : int, default=None
            Sequences in a row; None takes as many as are about as wide as a page.
        ax : matplotlib Axes, default=None
            An axes whose place the figure takes.
        figure : matplotlib Figure or SubFigure, default=None
            A figure to draw in, in full; None makes a figure of the right size.
        **look
            Arguments of :class:`Look`.

        Returns
        -------
        MotionDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            As of the constructor, or if the estimator does not transform.
        """
        import_pyplot(cls.__name__)
        check_count(n_sequences, "n_sequences")
        layout = getattr(estimator, "layout_", None)
        sequences, _ = read(X, "X", look_of(estimator, {}), layout=layout, most=n_sequences)
        motion = both_codes(estimator, stacked(sequences)).motion
        display = cls(motion, names=names, n_columns=n_columns, **look)
        return display.plot(ax=ax, figure=figure)

    def _cells(self, look: Look) -> tuple[Pen, Cells]:
        pen = pen_for(look, self.layout, self.motion)
        plates = [pen.sequence(x) for x in self.motion]
        return pen, Cells.in_rows(pen, plates, self.names, self.n_columns)
