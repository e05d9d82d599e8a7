"""Samples: new sequences that a model draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._cells import CellDisplay, Cells
from ._kinds import pen_for
from ._look import Look, check_count, look_of, names_of
from ._pens import Pen
from ._pyplot import import_pyplot
from ._reading import check_has, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["SampleDisplay"]


class SampleDisplay(CellDisplay):
    """Sequences side by side: samples of a model, or any others.

    Parameters
    ----------
    samples : array-like of n sequences
        As of :class:`SwapDisplay`.
    names : array-like of n str, default=None
        Labels above the sequences.
    n_columns : int, default=None
        Sequences in a row; None takes as many as are about as wide as a page.
    **look
        Arguments of :class:`Look`.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure drawn by :meth:`plot`.
    axes_ : ndarray of shape (n_rows, n_columns) of matplotlib Axes
        Row by row; None where there is no sequence.

    Raises
    ------
    ValueError
        If these are no sequences, or the names are not as many.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from seqdisentangle.display import SampleDisplay
    >>> X = np.random.RandomState(0).normal(size=(6, 30, 2)).cumsum(1)
    >>> SampleDisplay(X, n_columns=3, sampling_rate=10).plot().axes_.shape
    (2, 3)
    """

    def __init__(
        self,
        samples: Any,
        *,
        names: Any = None,
        n_columns: int | None = None,
        **look: Any,
    ) -> None:
        super().__init__(Look().changed(look))
        if n_columns is not None:
            check_count(n_columns, "n_columns")
        self.samples, self.layout = read(samples, "samples", self.look)
        self.names = names_of(names, len(self.samples), "names")
        self.n_columns = n_columns

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        n_samples: int = 8,
        n_steps: Any = None,
        *,
        action: Any = None,
        random_state: Any = None,
        names: Any = None,
        n_columns: int | None = None,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        **look: Any,
    ) -> SampleDisplay:
        """Draw samples of a model, and a figure of them.

        Parameters
        ----------
        estimator : object
            Anything fitted with ``sample``.
        n_samples : int, default=8
            Sequences to draw.
        n_steps : int or array of int, default=None
            Their length, or the length of each; None leaves it to the estimator.
        action : int or array of int and shape (n_samples,), default=None
            The action to draw, or that of each sample, of a model that has them.
        random_state : int, RandomState or None, default=None
            Seed of the draws.
        names : array-like of n_samples str, default=None
            Labels above the sequences.
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
        SampleDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            As of the constructor, or if the estimator cannot draw such samples.
        """
        import_pyplot(cls.__name__)
        check_has(estimator, "sample")
        check_count(n_samples, "n_samples")
        seen = look_of(estimator, look)
        told = {} if action is None else {"action": action}
        samples = estimator.sample(n_samples, n_steps, random_state=random_state, **told)
        display = cls(samples, names=names, n_columns=n_columns, **vars(seen))
        return display.plot(ax=ax, figure=figure)

    def _cells(self, look: Look) -> tuple[Pen, Cells]:
        pen = pen_for(look, self.layout, self.samples)
        plates = [pen.sequence(x) for x in self.samples]
        return pen, Cells.in_rows(pen, plates, self.names, self.n_columns)
