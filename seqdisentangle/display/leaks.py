"""Leaks: a table of what probes read off each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import accuracy_score

from ._colours import SEQUENTIAL
from ._look import names_of
from ._names import fitted
from ._pyplot import axes_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LeakDisplay"]

_CELL = 0.95, 0.5  # inches


class LeakDisplay:
    """A table of values from 0 to 1, such as what a probe reads off each code of each label.

    Parameters
    ----------
    values : array-like of shape (n_rows, n_columns)
        A row for each label, a column for each code, say; NaN where there is none. Names are taken
        from a data frame.
    row_names, column_names : array-like of str, default=None
        Their names.
    chance : array-like of shape (n_rows,), default=None
        The value that guessing reaches, which stands beside the name of the row.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure drawn by :meth:`plot`.
    ax_ : matplotlib Axes
        Its axes.
    axes_ : ndarray of shape (1,) of matplotlib Axes
        The same.

    Raises
    ------
    ValueError
        If these are no table of numbers, or the names are not as many.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from seqdisentangle.display import LeakDisplay
    >>> display = LeakDisplay.from_matrix(
    ...     [[0.98, 0.21], [0.15, 0.94]],
    ...     row_names=["speaker", "sound"],
    ...     column_names=["content", "motion"],
    ...     chance=[0.11, 0.1],
    ... )
    >>> [text.get_text() for text in display.ax_.texts]
    ['0.98', '0.21', '0.15', '0.94']
    """

    figure_: Any

    def __init__(
        self, values: Any, *, row_names: Any = None, column_names: Any = None, chance: Any = None
    ) -> None:
        table = np.asarray(values)
        if table.ndim != 2 or table.dtype.kind not in "buif" or not table.size:
            raise ValueError(
                f"values must be a table of numbers, got shape {table.shape}, dtype {table.dtype}"
            )
        self.values = table.astype(np.float64)
        n_rows, n_columns = table.shape
        rows = getattr(values, "index", None) if row_names is None else row_names
        columns = getattr(values, "columns", None) if column_names is None else column_names
        self.row_names = names_of(rows, n_rows, "row_names") or list(map(str, range(n_rows)))
        self.column_names = names_of(columns, n_columns, "column_names") or list(
            map(str, range(n_columns))
        )
        self.chance = None if chance is None else np.asarray(chance, dtype=np.float64)
        if self.chance is not None and self.chance.shape != (n_rows,):
            raise ValueError(f"chance must hold a number for each of {n_rows} rows, got {chance!r}")

    @classmethod
    def from_matrix(
        cls,
        values: Any,
        *,
        row_names: Any = None,
        column_names: Any = None,
        chance: Any = None,
        ax: Axes | None = None,
        cmap: str = SEQUENTIAL,
    ) -> LeakDisplay:
        """Draw a table.

        Parameters
        ----------
        values : array-like of shape (n_rows, n_columns)
            The table; names are taken from a data frame.
        row_names, column_names : array-like of str, default=None
            Their names.
        chance : array-like of shape (n_rows,), default=None
            The value that guessing reaches.
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.
        cmap : str, default="cividis"
            Colour map of values from 0 to 1.

        Returns
        -------
        LeakDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            As of the constructor.
        """
        display = cls(values, row_names=row_names, column_names=column_names, chance=chance)
        return display.plot(ax=ax, cmap=cmap)

    @classmethod
    def from_predictions(
        cls,
        labels: Mapping[str, Any],
        predictions: Mapping[str, Mapping[str, Any]],
        *,
        ax: Axes | None = None,
        cmap: str = SEQUENTIAL,
    ) -> LeakDisplay:
        """Draw the accuracies of predictions of each label from each code.

        Parameters
        ----------
        labels : mapping from label to array-like of shape (n,)
            The true values, ``{"speaker": speaker, "sound": sound}`` say.
        predictions : mapping from code to mapping from label to array-like of shape (n,)
            The predicted ones, ``{"content": {"speaker": ...}, "motion": {"speaker": ...}}`` say.
            One that is not there is a blank cell.
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.
        cmap : str, default="cividis"
            Colour map of values from 0 to 1.

        Returns
        -------
        LeakDisplay
            The display, drawn. Chance is the share of the most frequent value of a label.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If predictions are of a label that is not there, or of another number of sequences.
        """
        for code, told in predictions.items():
            unknown = sorted(set(told) - set(labels))
            if unknown:
                raise ValueError(f"predictions[{code!r}] has no such labels: {unknown}")
        table = [
            [
                accuracy_score(y, told[name]) if name in told else np.nan
                for told in predictions.values()
            ]
            for name, y in labels.items()
        ]
        most = [
            np.unique(np.asarray(y), return_counts=True)[1].max() / len(y) for y in labels.values()
        ]
        return cls.from_matrix(
            table,
            row_names=list(labels),
            column_names=list(predictions),
            chance=most,
            ax=ax,
            cmap=cmap,
        )

    def plot(self, *, ax: Axes | None = None, cmap: str = SEQUENTIAL) -> LeakDisplay:
        """Draw the table, with its values in the cells.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.
        cmap : str, default="cividis"
            Colour map of values from 0 to 1.

        Returns
        -------
        LeakDisplay
            The display itself, with `figure_` and `ax_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        n_rows, n_columns = self.values.shape
        size = 1.9 + _CELL[0] * n_columns, 0.6 + _CELL[1] * n_rows
        ax = axes_in(ax, size, type(self).__name__)
        ax.imshow(self.values, vmin=0.0, vmax=1.0, cmap=cmap, aspect="auto")
        rows = [fitted(name, 24, 2) for name in self.row_names]
        if self.chance is not None:
            rows = [f"{name}\n(chance {p:.2f})" for name, p in zip(rows, self.chance, strict=True)]
        ax.set_yticks(range(n_rows), rows)
        ax.set_xticks(range(n_columns), [fitted(name, 14, 2) for name in self.column_names])
        ax.xaxis.tick_top()
        ax.tick_params(labelsize=8, length=0, labelcolor="0.35")
        ax.spines[:].set_visible(False)
        for (i, j), value in np.ndenumerate(self.values):
            if np.isfinite(value):
                colour = "black" if value > 0.55 else "white"
                ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=9, color=colour)
        self.figure_, self.ax_ = ax.get_figure(), ax
        self.axes_ = np.array([ax], dtype=object)
        return self
