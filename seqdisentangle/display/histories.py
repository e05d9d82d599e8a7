"""The history of a training: every part of the loss, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._colours import CATEGORIES, MUTED
from ._look import check_count
from ._pyplot import check_drawing, import_pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["HistoryDisplay"]

_NO_PART = {"epoch", "seconds", "learning_rate"}
_VALIDATION = "val_"
_COLUMNS = 3
_PANEL = 2.4, 1.7  # inches
_NARROWEST = 1.6


class HistoryDisplay:
    """The parts of the loss over the epochs of a training, a panel for each.

    Parts of the training sequences are blue, of the validation sequences orange, and a grey line
    stands at the epoch whose weights were kept. Parts that are zero throughout are left out.

    Parameters
    ----------
    history : list of dict
        The ``history_`` of an estimator.
    best_epoch : int, default=None
        The epoch whose weights were kept, counted from 1; a line marks it unless it is the last.

    Attributes
    ----------
    parts : dict from str to array of shape (n_epochs,)
        Values by the name of the part, NaN where an epoch does not have it.
    figure_ : matplotlib Figure
        The figure drawn by :meth:`plot`.
    axes_ : ndarray of matplotlib Axes
        A panel for each part.

    Raises
    ------
    ValueError
        If the history holds no epoch.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from seqdisentangle.display import HistoryDisplay
    >>> history = [{"epoch": k, "loss": 1 / k, "cost": 0.5 / k} for k in (1, 2, 3)]
    >>> [ax.get_title() for ax in HistoryDisplay(history).plot().axes_]
    ['loss', 'cost']
    """

    figure_: Any
    axes_: NDArray[Any]

    def __init__(
        self, history: Sequence[Mapping[str, float]], *, best_epoch: int | None = None
    ) -> None:
        records = list(history) if isinstance(history, Iterable) else []
        if not records or not all(isinstance(record, Mapping) for record in records):
            raise ValueError(f"history must be a list of dicts, one an epoch, got {history!r:.80}")
        for k, record in enumerate(records):
            value: Any
            for name, value in record.items():
                if not isinstance(value, Real):
                    raise TypeError(f"history[{k}][{name!r}] must be a number, got {value!r}")
        if best_epoch is not None:
            check_count(best_epoch, "best_epoch")
        self.best_epoch = best_epoch
        self.epochs = np.array([record.get("epoch", k) for k, record in enumerate(records, 1)])
        names = dict.fromkeys(name for record in records for name in record)
        values = {
            name: np.array([record.get(name, np.nan) for record in records], dtype=np.float64)
            for name in names
            if name not in _NO_PART
        }
        self.parts = {name: part for name, part in values.items() if np.nan_to_num(part).any()}

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Axes | None = None) -> HistoryDisplay:
        """Draw the history of a fitted estimator.

        Parameters
        ----------
        estimator : object
            Anything fitted with ``history_``.
        ax : matplotlib Axes, default=None
            An axes whose place the panels take.

        Returns
        -------
        HistoryDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If the estimator has no history.
        """
        history = getattr(estimator, "history_", None)
        if history is None:
            raise TypeError(f"estimator must be a fitted model with history_, got {estimator!r}")
        return cls(history, best_epoch=getattr(estimator, "best_epoch_", None)).plot(ax=ax)

    def plot(self, *, ax: Axes | None = None) -> HistoryDisplay:
        """Draw a panel for each part.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            An axes whose place the panels take.

        Returns
        -------
        HistoryDisplay
            The display itself, with `figure_` and `axes_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        plt = import_pyplot(type(self).__name__)
        check_drawing(ax=ax)
        titles = list(dict.fromkeys(name.removeprefix(_VALIDATION) for name in self.parts))
        n_columns = max(1, min(_COLUMNS, len(titles)))
        if ax is None:
            size = n_columns * _PANEL[0], max(1, -(-len(titles) // n_columns)) * _PANEL[1]
            _, ax = plt.subplots(figsize=size, facecolor="white")
            ax.set_position((0.0, 0.0, 1.0, 1.0))
        self.figure_ = ax.get_figure()
        ax.set_axis_off()
        width = ax.get_window_extent().width / self.figure_.dpi
        n_columns = max(1, min(n_columns, int(width / _NARROWEST)))
        n_rows = max(1, -(-len(titles) // n_columns))
        panels = []
        for k, title in enumerate(titles):
            row, column = divmod(k, n_columns)
            width, height = 1 / n_columns, 1 / n_rows
            left, bottom = (column + 0.24) * width, 1 - (row + 0.78) * height
            panels.append(ax.inset_axes((left, bottom, 0.7 * width, 0.6 * height)))
            self._draw(panels[-1], title, lowest=k + n_columns >= len(titles))
        self.axes_ = np.array(panels, dtype=object)
        return self

    def _draw(self, ax: Axes, title: str, *, lowest: bool) -> None:
        """A part of the training sequences, and of the validation sequences where there are any."""
        from matplotlib.ticker import MaxNLocator

        ax.set_title(title, fontsize=9, color="0.15", pad=3)
        ax.tick_params(labelsize=7, length=2, color="0.6", labelcolor="0.35")
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
        ax.yaxis.set_major_locator(MaxNLocator(4))
        for side, spine in ax.spines.items():
            spine.set(visible=side in ("left", "bottom"), color="0.8", linewidth=0.6)
        marker = "o" if len(self.epochs) == 1 else ""
        for name, colour, label in (
            (title, CATEGORIES[0], "training"),
            (_VALIDATION + title, CATEGORIES[1], "validation"),
        ):
            if name in self.parts:
                values = self.parts[name]
                ax.plot(self.epochs, values, marker=marker, lw=1.3, color=colour, label=label)
        if _VALIDATION + title in self.parts:
            ax.legend(fontsize=7, frameon=False, labelcolor="0.35", handlelength=1.2)
        if self.best_epoch is not None and self.best_epoch < self.epochs[-1]:
            ax.axvline(self.best_epoch, color=MUTED, linewidth=0.8, zorder=0)
        if lowest:
            ax.set_xlabel("epoch", fontsize=8, color="0.35", labelpad=1.0)
