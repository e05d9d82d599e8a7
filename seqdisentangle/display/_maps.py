"""Maps of codes: two coordinates for each, by a method of scikit-learn or UMAP."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from ..data.containers import numbers_of
from ._look import one_of

__all__ = ["LEAST", "METHODS", "apart", "coordinates", "corners_beside", "method_of"]

LEAST = 4  # codes of a map
METHODS = ("tsne", "pca", "umap")
_PERPLEXITY = 30.0
_BESIDE = 0.01  # from a square to its place and to the edge, as a share of the map


def method_of(method: Any) -> str:
    """The method of finding coordinates that a word means: "PCA" and "t-SNE" too."""
    return one_of(method, "method", METHODS, {"t-sne": "tsne"})


def coordinates(codes: ArrayLike, method: str, random_state: Any) -> NDArray[np.float64]:
    """Two coordinates of each of some codes (n, d): (n, 2).

    Raises
    ------
    ImportError
        If UMAP is asked for and not installed.
    ValueError
        If the codes are no table, or less than four, or the method is unknown.
    """
    method = method_of(method)
    table = numbers_of(codes, "codes").astype(np.float64)
    if table.ndim != 2 or len(table) < LEAST:
        raise ValueError(f"codes must be a table of at least {LEAST} rows, got shape {table.shape}")
    if not table.shape[1] or not np.isfinite(table).all():
        raise ValueError(f"codes must be finite numbers, got shape {table.shape} with NaN or inf")
    if table.shape[1] == 1:  # a line
        return np.column_stack([table, np.zeros(len(table))])
    if method == "pca":
        return np.asarray(PCA(2).fit_transform(table))
    if method == "tsne":
        perplexity = min(_PERPLEXITY, (len(table) - 1) / 3)
        tsne = TSNE(perplexity=perplexity, init="pca", random_state=random_state)
        return np.asarray(tsne.fit_transform(table), dtype=np.float64)
    try:
        from umap import UMAP
    except ImportError as error:
        raise ImportError(
            "method='umap' needs umap-learn, which is not installed: pip install umap-learn"
        ) from error
    neighbours = min(15, len(table) - 1)
    # A seed needs one thread, and UMAP warns of any other number.
    n_jobs = -1 if random_state is None else 1
    umap = UMAP(n_neighbors=neighbours, random_state=random_state, n_jobs=n_jobs)
    return np.asarray(umap.fit_transform(table), dtype=np.float64)


def apart(places: NDArray[np.float64], n: int, least: float) -> NDArray[np.intp]:
    """At most n rows of places (N, 2), far from each other across or up, the first one central.

    Each next one is the farthest from those before (Gonzalez 1985), until none is as far as the
    `least` distance: squares of that side do not overlap.
    """
    chosen = [int(from_place(places, places.mean(0)).argmin())]
    distance = from_place(places, places[chosen[0]])
    while len(chosen) < n and distance.max() >= least:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, from_place(places, places[chosen[-1]]))
    return np.array(chosen, dtype=np.intp)


def from_place(places: NDArray[np.float64], place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances from a place, across or up, whichever is larger."""
    return np.asarray(np.abs(places - place).max(1))


def corners_beside(places: NDArray[np.float64], side: float) -> NDArray[np.float64]:
    """Lower left corners of a square beside each place (N, 2) of a map from 0 to 1: (N, 2).

    Of the squares above and below, right and left of a place it is the one that covers the fewest
    places, if several do the one above on the right, moved into the map where it would reach out.
    """
    tree, found, fewest = KDTree(places), np.empty_like(places), np.full(len(places), np.inf)
    for up in (_BESIDE, -_BESIDE - side):
        for right in (_BESIDE, -_BESIDE - side):
            corners = np.clip(places + np.array([right, up]), _BESIDE, 1.0 - _BESIDE - side)
            covered = tree.query_ball_point(
                corners + side / 2, side / 2, p=np.inf, return_length=True
            )
            better = covered < fewest
            found[better], fewest[better] = corners[better], covered[better]
    return found
