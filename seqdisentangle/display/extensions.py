"""Extensions: sequences, and several ways in which they may go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import check_random_state

from .._arguments import constrained
from ..data.ragged import stacked
from ._cells import CellDisplay, Cells
from ._kinds import pen_for
from ._look import Look, check_count, look_of, names_of
from ._pens import Pen
from ._pyplot import import_pyplot
from ._reading import check_has, holds_rows, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["ExtensionDisplay"]


class ExtensionDisplay(CellDisplay):
    """Sequences and several futures of each.

    Lines show the past in grey, and all futures from its end in one cell. Heat maps show the past,
    and beside it each future after the pale past. Images and skeletons have them one below the
    other.

    Parameters
    ----------
    pasts : array-like of n sequences
        As of :class:`SwapDisplay`.
    futures : list of array-like of n sequences
        Several drawings of the frames that follow.
    names : array-like of n str, default=None
        Labels of the sequences.
    **look
        Arguments of :class:`Look`.

    Attributes
    ----------
    figure_ : matplotlib Figure or SubFigure
        The figure drawn by :meth:`plot`.
    axes_ : ndarray of matplotlib Axes
        Of shape (n, 1) of lines, (n, 1 + n_futures) of heat maps, and (n (1 + n_futures), 1) of
        images and skeletons.

    Raises
    ------
    ValueError
        If the futures are not as many as the sequences.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from seqdisentangle.display import ExtensionDisplay
    >>> rng = np.random.RandomState(0)
    >>> past, futures = rng.normal(size=(2, 30)), rng.normal(size=(3, 2, 10))
    >>> display = ExtensionDisplay(past, futures).plot()
    >>> len(display.axes_[0, 0].get_lines())  # a past and three futures
    4
    """

    def __init__(self, pasts: Any, futures: Any, *, names: Any = None, **look: Any) -> None:
        super().__init__(Look().changed(look))
        self.pasts, self.layout = read(pasts, "pasts", self.look)
        if not holds_rows(futures) or len(futures) == 0:
            raise ValueError(
                "futures must hold at least one drawing of the frames that follow, got "
                f"{futures!r:.80}"
            )
        self.futures = [
            read(each, f"futures[{k}]", self.look, layout=self.layout)[0]
            for k, each in enumerate(futures)
        ]
        for k, each in enumerate(self.futures):
            if len(each) != len(self.pasts):
                raise ValueError(
                    f"futures[{k}] must hold {len(self.pasts)} sequences, got {len(each)}"
                )
        self.names = names_of(names, len(self.pasts), "names")

    @classmethod
    @constrained(random_state=["random_state"])
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        n_steps: int | None = None,
        *,
        n_futures: int = 3,
        n_sequences: int = 4,
        random_state: Any = None,
        names: Any = None,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        **look: Any,
    ) -> ExtensionDisplay:
        """Continue the first sequences of `X` several times, and draw the figure.

        Parameters
        ----------
        estimator : object
            Anything fitted with ``extend``.
        X : array-like of n sequences
            In any container that ``fit`` takes; or a single sequence.
        n_steps : int, default=None
            Steps to add; None adds as many as the longest of the sequences shown has.
        n_futures : int, default=3
            Futures of each sequence.
        n_sequences : int, default=4
            Most sequences to show.
        random_state : int, RandomState or None, default=None
            Seed of the futures.
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
        ExtensionDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            As of the constructor, or if the estimator does not extend.
        """
        import_pyplot(cls.__name__)
        check_has(estimator, "extend")
        for name, value in (("n_futures", n_futures), ("n_sequences", n_sequences)):
            check_count(value, name)
        if n_steps is not None:
            check_count(n_steps, "n_steps")
        seen = look_of(estimator, look)
        layout = getattr(estimator, "layout_", None)
        pasts, _ = read(X, "X", seen, layout=layout, most=n_sequences)
        more = max(map(len, pasts)) if n_steps is None else n_steps
        # One stream for all futures; None stays None, which leaves the global one alone.
        rng = None if random_state is None else check_random_state(random_state)
        futures = [
            estimator.extend(stacked(pasts), more, random_state=rng) for _ in range(n_futures)
        ]
        display = cls(stacked(pasts), futures, names=names, **vars(seen))
        return display.plot(ax=ax, figure=figure)

    def _cells(self, look: Look) -> tuple[Pen, Cells]:
        continued = [
            np.concatenate([past, future])
            for each in self.futures
            for past, future in zip(self.pasts, each, strict=True)
        ]
        pen = pen_for(look, self.layout, self.pasts, continued)
        rows = [
            tuple(pen.fan(past, [each[i] for each in self.futures]))
            for i, past in enumerate(self.pasts)
        ]
        parts = ["past", *(f"future {k}" for k in range(1, len(rows[0])))]
        if len(rows[0]) == 1:
            parts = ["past, and futures"]
        return pen, Cells.of_groups(rows, parts, self.names, stacked=pen.strips)
