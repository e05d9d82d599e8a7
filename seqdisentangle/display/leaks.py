"""Leaks: a table of what probes read off each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score

from ..data.containers import numbers_of
from ..metrics import leak_matrix
from ..metrics._checks import labels_in
from ..metrics._judge_labels import unlike_kinds
from ._colours import SEQUENTIAL
from ._look import names_of, one_of
from ._names import fitted
from ._pyplot import axes_in, check_drawing, import_pyplot
from ._reading import check_has

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LeakDisplay"]

_CELL = 0.95, 0.5  # inches
_PROBES = ("linear", "neighbours")


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
        table = numbers_of(values, "values")
        if table.ndim != 2 or not table.size:
            raise ValueError(f"values must be a table of numbers, got shape {table.shape}")
        self.values = table.astype(np.float64)
        n_rows, n_columns = table.shape
        rows = getattr(values, "index", None) if row_names is None else row_names
        columns = getattr(values, "columns", None) if column_names is None else column_names
        self.row_names = names_of(rows, n_rows, "row_names") or list(map(str, range(n_rows)))
        self.column_names = names_of(columns, n_columns, "column_names") or list(
            map(str, range(n_columns))
        )
        self.chance = None if chance is None else numbers_of(chance, "chance").astype(np.float64)
        if self.chance is not None and self.chance.shape != (n_rows,):
            raise ValueError(f"chance must hold a number for each of {n_rows} rows, got {chance!r}")

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        groups: Any = None,
        probe: str = "linear",
        random_state: Any = None,
        ax: Axes | None = None,
        cmap: str = SEQUENTIAL,
    ) -> LeakDisplay:
        """Probe each code of a model for each label, and draw what is found.

        Parameters
        ----------
        estimator : object
            Anything fitted with `transform`.
        X : array-like of n sequences
            Held-out sequences, of any lengths.
        y : array-like of shape (n,) or (n, k), dict of such columns or data frame
            Labels, or numbers where they are no whole ones.
        groups : array-like of shape (n,), default=None
            Sequences of one group are never both learned from and tested.
        probe : {"linear", "neighbours"}, default="linear"
            What reads the labels off a code; ``"neighbors"`` is the same.
        random_state : int, RandomState or None, default=None
            Determines the folds.
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.
        cmap : str, default="cividis"
            Colour map of values from 0 to 1.

        Returns
        -------
        LeakDisplay
            The display, drawn: a column for content, for motion and for the data themselves.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            As of :func:`~seqdisentangle.metrics.leak_matrix`, or if there is no such probe.

        See Also
        --------
        seqdisentangle.metrics.leak_matrix : The numbers, with their standard errors.
        """
        import_pyplot(cls.__name__)  # rather before a long computation than after it
        check_drawing(ax=ax, cmap=cmap)
        check_has(estimator, "transform")
        probe = one_of(probe, "probe", _PROBES, {"neighbors": "neighbours"})
        found = leak_matrix(estimator, X, y, groups=groups, random_state=random_state)
        rows = found.select(probe=probe)
        codes = list(dict.fromkeys(rows["code"]))
        first = rows.select(code=codes[0])
        return cls.from_matrix(
            np.transpose([rows.select(code=code)["score"] for code in codes]),
            row_names=first["factor"],
            column_names=codes,
            chance=first["chance"],
            ax=ax,
            cmap=cmap,
        )

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
        true = columns_in(labels, "labels")
        predicted = {
            code: columns_in(told, f"predictions[{code!r}]")
            for code, told in mapping_in(predictions, "predictions").items()
        }
        for code, told in predicted.items():
            unknown = sorted(set(told) - set(true))
            if unknown:
                raise ValueError(f"predictions[{code!r}] has no such labels: {unknown}")
        table = [
            [
                accuracy(y, told[name], f"predictions[{code!r}][{name!r}]")
                if name in told
                else np.nan
                for code, told in predicted.items()
            ]
            for name, y in true.items()
        ]
        most = [np.unique(y, return_counts=True)[1].max() / len(y) for y in true.values()]
        return cls.from_matrix(
            table,
            row_names=list(true),
            column_names=list(predicted),
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
        ax = axes_in(ax, size, type(self).__name__, cmap)
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


def mapping_in(found: Any, name: str) -> Mapping[str, Any]:
    """A mapping that is not empty; else raise a TypeError or ValueError that names it."""
    if not isinstance(found, Mapping):
        raise TypeError(f"{name} must be a dict, got {type(found).__name__}")
    if not found:
        raise ValueError(f"{name} must hold at least one entry, got none")
    return found


def columns_in(found: Any, name: str) -> dict[str, NDArray[Any]]:
    """Labels (n,) by their names; else raise a TypeError or ValueError that names them."""
    columns = {key: labels_in(y, f"{name}[{key!r}]") for key, y in mapping_in(found, name).items()}
    for key, y in columns.items():
        if y.ndim != 1 or not y.size:
            raise ValueError(f"{name}[{key!r}] must have shape (n,), got {y.shape}")
    return columns


def accuracy(true: NDArray[Any], predicted: NDArray[Any], name: str) -> float:
    """The share of predictions that are right.

    Raises
    ------
    ValueError
        If they are of another number of sequences, or of another kind than the labels.
    """
    if kinds := unlike_kinds(true, predicted):
        raise ValueError(f"{name} must be {kinds[0]}, as the labels are, got {kinds[1]}")
    try:
        return float(accuracy_score(true, predicted))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a prediction of each label: {error}") from error
