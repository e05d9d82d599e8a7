"""Maps of codes in the plane, coloured by label, with sequences beside their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._arguments import constrained
from ..data.containers import numbers_of
from ..metrics._sequences import check_several
from ._colours import MUTED, SEQUENTIAL, category
from ._kinds import pen_for
from ._labels import UNKNOWN, known_labels
from ._look import Look, check_count, look_of, one_of
from ._maps import LEAST, apart, coordinates, corners_beside, method_of
from ._names import fitted
from ._pyplot import axes_in, check_drawing, import_pyplot
from ._reading import both_codes, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ManifoldDisplay"]

_NAMES = {"tsne": "t-SNE", "pca": "principal components", "umap": "UMAP"}
_SIZE = 5.6, 4.6  # inches
_THUMBNAIL = 0.09  # width and height, as a share of the axes
_MOST_NAMES = 24  # in a legend
_LONGEST_NAME = 24  # letters of a line


class ManifoldDisplay:
    """Map of codes: sequences with like codes stand side by side.

    Labels are told apart by colour, and more than eight of them by marker too; numbers that are
    no classes by a colour scale. Those that are missing (None, NaN) are grey rings, named unknown.

    Parameters
    ----------
    coordinates : array-like of shape (n, 2)
        The places.
    labels : array-like of shape (n,), default=None
        What colours them: names, whole numbers, or numbers on a scale; None or NaN where one is
        not known.
    sequences : array-like of n sequences, default=None
        Some of them are drawn beside their places, as thumbnails.
    n_thumbnails : int, default=24
        At most so many.
    title : str, default=""
        Stands above the map.
    **look
        Arguments of :class:`Look`, for the thumbnails.

    Attributes
    ----------
    thumbnails_ : array of int
        The rows of the sequences that are drawn.
    figure_ : matplotlib Figure
        The figure drawn by :meth:`plot`.
    ax_ : matplotlib Axes
        Its axes.
    axes_ : ndarray of shape (1,) of matplotlib Axes
        The same.

    Raises
    ------
    ValueError
        If there are not as many labels or sequences as places.

    References
    ----------
    L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 2008.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from seqdisentangle.display import ManifoldDisplay
    >>> codes = np.random.RandomState(0).normal(size=(20, 5))
    >>> display = ManifoldDisplay.from_codes(codes, ["a", "b"] * 10, method="pca")
    >>> [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ['a', 'b']
    """

    figure_: Any

    def __init__(
        self,
        coordinates: Any,
        labels: Any = None,
        *,
        sequences: Any = None,
        n_thumbnails: int = 24,
        title: str = "",
        **look: Any,
    ) -> None:
        self.look = Look().changed({"n_frames": 1} | look)
        check_count(n_thumbnails, "n_thumbnails")
        if not isinstance(title, str):
            raise TypeError(f"title must be a str, got {title!r}")
        self.coordinates = numbers_of(coordinates, "coordinates").astype(np.float64)
        if self.coordinates.ndim != 2 or self.coordinates.shape[1] != 2:
            raise ValueError(f"coordinates must have shape (n, 2), got {self.coordinates.shape}")
        if not len(self.coordinates) or not np.isfinite(self.coordinates).all():
            raise ValueError("coordinates must be finite, and of at least one place")
        n = len(self.coordinates)
        self.labels, self.known = None, np.zeros(n, dtype=bool)
        if labels is not None:
            self.labels, self.known = known_labels(labels, "labels", n)
        self.n_thumbnails = n_thumbnails
        self.title = title
        self.sequences: list[NDArray[Any]] | None = None
        if sequences is not None:
            self.sequences, self.layout = read(sequences, "sequences", self.look)
            if len(self.sequences) != n:
                raise ValueError(f"sequences must hold {n}, got {len(self.sequences)}")

    @classmethod
    @constrained(random_state=["random_state"])
    def from_codes(
        cls,
        codes: Any,
        labels: Any = None,
        *,
        method: str = "tsne",
        sequences: Any = None,
        n_thumbnails: int = 24,
        random_state: Any = None,
        ax: Axes | None = None,
        **look: Any,
    ) -> ManifoldDisplay:
        """Find a map of codes, and draw it.

        Parameters
        ----------
        codes : array-like of shape (n, d)
            At least four.
        labels : array-like of shape (n,), default=None
            What colours them.
        method : {"tsne", "pca", "umap"}, default="tsne"
            t-SNE shows neighbours, PCA keeps distances; UMAP needs ``umap-learn``. ``"PCA"``,
            ``"t-SNE"`` and ``"UMAP"`` are these too.
        sequences : array-like of n sequences, default=None
            Some of them are drawn beside their places.
        n_thumbnails : int, default=24
            At most so many.
        random_state : int, RandomState or None, default=None
            Seed of the map.
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.
        **look
            Arguments of :class:`Look`, for the thumbnails.

        Returns
        -------
        ManifoldDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib, or UMAP where it is asked for, is not installed.
        ValueError
            If the method is none of these, there are less than four codes, or not as many labels
            or sequences.
        """
        import_pyplot(cls.__name__)
        check_drawing(ax=ax)
        method = method_of(method)
        places = coordinates(codes, method, random_state)
        display = cls(
            places,
            labels,
            sequences=sequences,
            n_thumbnails=n_thumbnails,
            title=_NAMES[method],
            **look,
        )
        return display.plot(ax=ax)

    @classmethod
    @constrained(random_state=["random_state"], thumbnails=["boolean"])
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        labels: Any = None,
        *,
        codes: str = "content",
        method: str = "tsne",
        thumbnails: bool = True,
        n_thumbnails: int = 24,
        random_state: Any = None,
        ax: Axes | None = None,
        **look: Any,
    ) -> ManifoldDisplay:
        """Encode sequences, find a map of their codes, and draw it.

        Parameters
        ----------
        estimator : object
            Anything fitted with ``transform`` that returns content and motion.
        X : array-like of n sequences
            In any container that ``fit`` takes; at least four.
        labels : array-like of shape (n,), default=None
            What colours them.
        codes : {"content", "motion"}, default="content"
            The codes to map; of motion the mean over a sequence and its standard deviation.
        method : {"tsne", "pca", "umap"}, default="tsne"
            t-SNE shows neighbours, PCA keeps distances; UMAP needs ``umap-learn``. ``"PCA"``,
            ``"t-SNE"`` and ``"UMAP"`` are these too.
        thumbnails : bool, default=True
            Draw some of the sequences beside their places.
        n_thumbnails : int, default=24
            At most so many.
        random_state : int, RandomState or None, default=None
            Seed of the map.
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.
        **look
            Arguments of :class:`Look`, for the thumbnails.

        Returns
        -------
        ManifoldDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib, or UMAP where it is asked for, is not installed.
        TypeError, ValueError
            If the estimator does not transform, or as of :meth:`from_codes`.
        """
        import_pyplot(cls.__name__)
        chosen = one_of(codes, "codes", ("content", "motion"))
        method = method_of(method)
        check_drawing(ax=ax)
        check_several(X, getattr(estimator, "layout_", None), LEAST)
        found = both_codes(estimator, X)
        table = found.content
        if len(table) < LEAST:
            raise ValueError(f"X must hold at least {LEAST} sequences, got {len(table)}")
        if chosen == "motion":
            table = np.stack([np.concatenate([m.mean(0), m.std(0)]) for m in found.motion])
        seen = look_of(estimator, {"n_frames": 1} | look)
        return cls.from_codes(
            table,
            labels,
            method=method,
            sequences=X if thumbnails else None,
            n_thumbnails=n_thumbnails,
            random_state=random_state,
            ax=ax,
            **vars(seen),
        )

    def plot(self, *, ax: Axes | None = None, **look: Any) -> ManifoldDisplay:
        """Draw the map.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            An axes to draw in; None makes a figure.
        **look
            Arguments of :class:`Look` to change, for the thumbnails.

        Returns
        -------
        ManifoldDisplay
            The display itself, with `figure_`, `ax_` and `thumbnails_`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        changed = self.look.changed(look)
        ax = axes_in(ax, _SIZE, type(self).__name__, changed.cmap)
        self.figure_, self.ax_ = ax.get_figure(), ax
        self.axes_ = np.array([ax], dtype=object)
        self._scatter(ax)
        ax.margins(0.08)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(color="0.8", linewidth=0.6)
        ax.set_title(self.title, loc="left", fontsize=9, color="0.35")
        self.thumbnails_ = np.empty(0, dtype=np.intp)
        if self.sequences is not None:
            self._draw_thumbnails(ax, changed)
        return self

    def _scatter(self, ax: Axes) -> None:
        """The places, in the colours of their labels."""
        x, y = self.coordinates.T
        size = float(np.clip(3000 / len(x), 8, 36))
        if self.labels is None:
            ax.scatter(x, y, size, color=category(0)[0], alpha=0.8, linewidths=0)
            return
        unknown = []
        if not self.known.all():
            here = ~self.known
            # Rings: the middle of a colour scale is grey as well.
            ring: dict[str, Any] = {"facecolors": "none", "edgecolors": MUTED, "linewidths": 1.0}
            unknown = [ax.scatter(x[here], y[here], size, label=UNKNOWN, **ring)]
        x, y = x[self.known], y[self.known]
        if self.labels.dtype.kind == "f":
            points = ax.scatter(x, y, size, c=self.labels, cmap=SEQUENTIAL, linewidths=0)
            bar = self.figure_.colorbar(points, ax=ax, fraction=0.04, pad=0.02)
            bar.ax.tick_params(labelsize=7, length=2, labelcolor="0.35")
            bar.outline.set_visible(False)
            list_names(ax, unknown, below=True)
            return
        names, of = np.unique(self.labels, return_inverse=True)
        known = []
        for k, name in enumerate(written(names)):
            here = of == k
            colour, marker = category(k)
            name = fitted(name, _LONGEST_NAME, 2)
            known.append(
                ax.scatter(
                    x[here], y[here], size, color=colour, marker=marker, label=name, linewidths=0
                )
            )
        few = len(known) <= _MOST_NAMES
        list_names(ax, [*known, *unknown] if few else unknown, below=not few)

    def _draw_thumbnails(self, ax: Axes, look: Look) -> None:
        """Sequences in small axes, beside their places and below all of these."""
        assert self.sequences is not None
        corners = corners_beside(ax.transLimits.transform(self.coordinates), _THUMBNAIL)
        self.thumbnails_ = apart(corners, self.n_thumbnails, least=1.1 * _THUMBNAIL)
        chosen = [self.sequences[i] for i in self.thumbnails_]
        pen = pen_for(look, self.layout, chosen)
        for i, x in zip(self.thumbnails_, chosen, strict=True):
            inset = ax.inset_axes((*corners[i], _THUMBNAIL, _THUMBNAIL), zorder=0.5)
            pen.still(inset, pen.sequence(x))


def list_names(ax: Axes, points: list[Any], *, below: bool) -> None:
    """A legend of some points, if there are any, on the right of the map or below it."""
    if not points:
        return
    ax.legend(
        handles=points,
        loc="upper left" if below else "center left",
        bbox_to_anchor=(0.0, -0.01) if below else (1.01, 0.5),
        fontsize=8,
        frameon=False,
        labelcolor="0.35",
        handletextpad=0.2,
    )


def written(names: NDArray[Any]) -> list[str]:
    """Labels as text, dates without the parts of a second that none of them has."""
    if names.dtype.kind == "M":
        return np.datetime_as_string(names, unit="auto").tolist()
    return list(map(str, names))
