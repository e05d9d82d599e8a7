"""``export_explorer``: the swaps of a model as a page to play with."""

from __future__ import annotations

import os
from numbers import Integral
from typing import Any

from .._arguments import COUNT, Number, constrained
from .._paths import check_path
from ..display._labels import known_in
from ..display._look import check_names, look_of, names_of
from ..display._maps import method_of
from ..display._reading import check_has, read
from ..persistence import written_whole
from ._contents import contents_of
from ._page import filled
from ._sheets import import_pillow

__all__ = ["export_explorer"]


@constrained(
    max_sequences=[COUNT],
    n_walk=[Number(Integral, 3, None, closed="left")],
    title=[str],
    random_state=["random_state"],
    verbose=["verbose"],
)
def export_explorer(
    model: Any,
    X: Any,
    path: str | os.PathLike[str] = "swap.html",
    labels: Any = None,
    *,
    max_sequences: int = 12,
    n_walk: int = 8,
    method: str = "pca",
    title: str = "Swap content and motion",
    random_state: Any = None,
    verbose: bool | int = False,
    **look: Any,
) -> str:
    """Write a page on which to swap content and motion by hand.

    Choose whose content and whose motion, and watch the swap beside the two originals. The page
    has a table of all swaps, a map of the content codes, and a walk through the prior: content
    drawn anew, with the chosen motion. Swaps are saved as a PNG or a GIF. All is computed here and
    kept in the one file: it needs no server and no network, and opens from disk in any browser, on
    a phone too, and by keyboard.

    Parameters
    ----------
    model : object
        Anything fitted with ``swap``, ``sample`` and ``transform``.
    X : array-like of n sequences
        In any container that ``fit`` takes, paths and lists of different lengths included.
    path : str or path-like, default="swap.html"
        The file to write, whole or not at all.
    labels : array-like of str, default=None
        Names of the sequences. If there are more sequences than are shown, names of these are
        enough. Up to eight labels that sequences share are colours on the map; one that is missing
        (None, NaN) is unknown, and grey there.
    max_sequences : int, default=12
        At most so many sequences are shown, the first ones; each is swapped with each, so the file
        grows with the square.
    n_walk : int, default=8
        Places along the walk through the prior, at least 3. Every second one is a draw, those
        between lie halfway.
    method : {"pca", "tsne", "umap"}, default="pca"
        Map of the content codes, of PCA or t-SNE of scikit-learn, or of ``umap-learn``. ``"PCA"``,
        ``"t-SNE"`` and ``"UMAP"`` are these too.
    title : str, default="Swap content and motion"
        Heading of the page.
    random_state : int, RandomState or None, default=None
        Seed of the walk and of the map.
    verbose : bool or int, default=False
        Show a progress bar.
    **look
        Arguments of :class:`~seqdisentangle.display.Look`: ``sampling_rate``, ``feature_names``,
        ``bones``. Channels and their names are those that the model has seen, unless told.

    Returns
    -------
    str
        The path of the file.

    Raises
    ------
    ImportError
        If matplotlib or Pillow is not installed, or UMAP where it is asked for.
    TypeError, ValueError
        If the model lacks a verb, the sequences cannot be read, the labels are not as many, or an
        argument is none of these.
    OSError
        If the file cannot be written.

    See Also
    --------
    seqdisentangle.display.SwapDisplay : The same table as a figure.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle import RecurrentWAE, export_explorer
    >>> X = np.random.RandomState(0).normal(size=(8, 6, 3)).cumsum(1)
    >>> model = RecurrentWAE(max_epochs=2, random_state=0).fit(X)
    >>> export_explorer(model, X, "swap.html", random_state=0)  # doctest: +SKIP
    'swap.html'
    """
    check_path(path, "path", to_write=True)
    method = method_of(method)
    import_pillow()  # rather before a long computation than after it
    check_has(model, "swap", "sample", "transform", name="model")
    seen = look_of(model, look)
    shown, layout = read(X, "X", seen, layout=getattr(model, "layout_", None), most=max_sequences)
    names = shown_names(labels, len(shown), max_sequences)
    contents = contents_of(
        model,
        shown,
        layout,
        seen,
        n_walk=n_walk,
        method=method,
        random_state=random_state,
        verbose=int(verbose),
    )
    page = filled(contents | {"names": names}, title)
    with written_whole(path) as file:
        file.write_text(page, encoding="utf-8")
    return os.fspath(path)


def shown_names(labels: Any, n: int, most: int) -> list[str | None]:
    """Names of the n sequences that are shown, None where unknown; numbers from 1 without labels.

    Raises
    ------
    ValueError
        If there are fewer labels than sequences, or more although all sequences are shown.
    """
    if labels is None:
        return [str(i + 1) for i in range(n)]
    check_names(labels, "labels", f"{n} names")
    enough = n == most and len(labels) > n
    names = names_of(labels, len(labels) if enough else n, "labels")
    assert names is not None
    known = known_in(labels)
    return [name if known[i] else None for i, name in enumerate(names[:n])]
