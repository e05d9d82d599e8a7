"""The verdict on whether codes separate, in bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..metrics import Separation, separation
from ._colours import MUTED, RIGHT, WRONG
from ._pyplot import axes_in, check_drawing, import_pyplot
from ._reading import check_has

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["SeparationDisplay"]

# Title, part, and the colour: blue should be high, orange low, grey is for comparison.
_BARS = (
    ("content of the swap: content donor", "shown_content", RIGHT),
    ("content of the swap: motion donor", "shown_content_of_motion_donor", WRONG),
    ("motion of the swap: motion donor", "shown_motion", RIGHT),
    ("motion of the swap: content donor", "shown_motion_of_content_donor", WRONG),
    ("content read back from swaps", "content_read_back", RIGHT),
    ("motion read back from swaps", "motion_read_back", RIGHT),
    ("content used", "content_used", RIGHT),
    ("motion used", "motion_used", RIGHT),
    ("content foretold by motion", "content_from_motion", WRONG),
    ("motion foretold by content", "motion_from_content", WRONG),
    ("reconstruction of what stays", "still_reconstructed", RIGHT),
    ("reconstruction of what moves", "moving_reconstructed", RIGHT),
    ("samples look like data", "samples_like_data", RIGHT),
    ("distance of samples from data", "samples_distance", WRONG),
    ("sequences told apart in the data", "told_apart", MUTED),
)
_LEGEND = (("high is good", RIGHT), ("low is good", WRONG), ("what the data allow", MUTED))
_SIZE = 6.4, 4.1  # inches


class SeparationDisplay:
    """The verdict of :func:`~seqdisentangle.metrics.separation`: a score, a bar for each part.

    Blue bars should be long, orange ones short. The grey one is the ceiling that the data set. A
    legend below them says so.

    Parameters
    ----------
    separation : Separation
        The verdict.

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
    TypeError
        If it is no such verdict.

    See Also
    --------
    seqdisentangle.metrics.separation : The numbers, and a report in words.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from seqdisentangle.display import SeparationDisplay
    >>> from seqdisentangle.metrics import Separation, Shown
    >>> verdict = Separation(0.8, Shown(0.9, 0, 0.9, 0, 0.9), *[0.5] * 11, n_sequences=40)
    >>> SeparationDisplay(verdict).plot().ax_.get_title(loc="left")
    'separation 0.80: the codes separate'
    """

    figure_: Any

    def __init__(self, separation: Separation) -> None:
        if not isinstance(separation, Separation):
            raise TypeError(f"separation must be a Separation, got {type(separation).__name__}")
        self.separation = separation

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        groups: Any = None,
        lengths: Any = None,
        random_state: Any = None,
        ax: Axes | None = None,
    ) -> SeparationDisplay:
        """Judge a model by held-out sequences, and draw the verdict.

        Parameters
        ----------
        estimator : object
            Anything fitted with `transform`, `swap`, `sample` and `reconstruct`.
        X : array-like of n sequences
            Held-out sequences, at least 4 of at least 4 steps.
        groups : array-like of shape (n,), default=None
            Which of them share their content, where ``fit`` was told so.
        lengths : array of int and shape (n,), default=None
            Steps of each sequence of an array that count, the rest being padding.
        random_state : int, RandomState or None, default=None
            Determines sequences, pairs, features and samples.
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.

        Returns
        -------
        SeparationDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            As of :func:`~seqdisentangle.metrics.separation`.
        """
        import_pyplot(cls.__name__)
        check_drawing(ax=ax)
        check_has(estimator, "transform", "swap", "sample", "reconstruct")
        verdict = separation(
            estimator, X, groups=groups, lengths=lengths, random_state=random_state
        )
        return cls(verdict).plot(ax=ax)

    def plot(self, *, ax: Axes | None = None) -> SeparationDisplay:
        """Draw the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.

        Returns
        -------
        SeparationDisplay
            The display itself, with `figure_` and `ax_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = axes_in(ax, _SIZE, type(self).__name__)
        parts = self.separation.as_dict()
        values = np.array([parts[name] for _, name, _ in _BARS])
        places = np.arange(len(_BARS))[::-1]
        shown = values.clip(-0.2, 1.0)
        ax.barh(places, shown, height=0.62, color=[colour for *_, colour in _BARS])
        ax.set_yticks(places, [title for title, *_ in _BARS])
        for place, value, end in zip(places, values, shown, strict=True):
            ax.text(
                max(end, 0.0) + 0.02, place, f"{value:.2f}", va="center", fontsize=7, color="0.35"
            )
        ax.axvline(0.0, color="0.7", linewidth=0.6)
        ax.set(xlim=(min(shown.min(), 0.0) - 0.02, 1.15), xticks=np.linspace(0, 1, 6))
        ax.tick_params(labelsize=8, length=0, labelcolor="0.35")
        ax.spines[:].set_visible(False)
        ax.set_title(self.separation.verdict, loc="left", fontsize=10, color="0.15")
        patch = import_pyplot(type(self).__name__).Rectangle
        ax.legend(
            handles=[patch((0, 0), 1, 1, color=colour, label=name) for name, colour in _LEGEND],
            loc="upper left",
            bbox_to_anchor=(0.0, -0.06),
            ncols=len(_LEGEND),
            fontsize=8,
            frameon=False,
            labelcolor="0.35",
            handlelength=1.0,
            borderaxespad=0.0,
            borderpad=0.2,
        )
        self.figure_, self.ax_ = ax.get_figure(), ax
        self.axes_ = np.array([ax], dtype=object)
        return self
