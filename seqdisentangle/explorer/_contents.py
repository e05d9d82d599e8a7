"""All that a page shows, computed by a model: swaps, walks through the prior, a map."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ..data.layout import Layout
from ..data.ragged import stacked
from ..display._look import Look
from ..display._maps import coordinates
from ..display._progress import with_bar
from ..display._reading import both_codes
from ._kinds import kind_of

__all__ = ["contents_of"]

Sequence = NDArray[Any]


def contents_of(
    model: Any,
    X: list[Sequence],
    layout: Layout,
    look: Look,
    *,
    n_walk: int,
    method: str,
    random_state: Any,
    verbose: int = 0,
) -> dict[str, Any]:
    """Compute what a page shows of n sequences.

    Parameters
    ----------
    model : object
        Fitted, with ``swap``, ``sample`` and ``transform``.
    X : list of n arrays (T_i, ...)
    layout : Layout
    look : Look
    n_walk : int
        Places along the walk.
    method : {"pca", "tsne", "umap"}
        Of the map.
    random_state : int, RandomState or None
        Seed of the prior and of the map.
    verbose : int
        If not 0, show a progress bar.

    Returns
    -------
    dict
        Ready for JSON. ``original`` is a sheet of the sequences; ``swaps[i]`` one of content i
        with every motion, ``walk[k]`` of place k with every motion.
    """
    # One generator for both; None is not the global one here.
    seed = None if random_state is None else check_random_state(random_state)
    n = len(X)
    motions = stacked(X)
    pairs = (
        model.swap(motions, stacked([x] * n))
        for x in with_bar(X, "swaps", "content", verbose=verbose)
    )
    swaps = [list(map(np.asarray, pair.a_motion_b_content)) for pair in pairs]
    codes = both_codes(model, motions, "model")
    places = walk_of(model, n_walk, seed)
    walk = rows_of(
        model.sample(content=np.repeat(places, n, axis=0), motion=repeated(codes.motion, n_walk)), n
    )
    made = [x for row in [*swaps, *walk] for x in row]
    facts, encode = kind_of(look, layout, X, made)
    on_map = coordinates(np.concatenate([codes.content, places]), method, seed)
    return facts | {
        "original": encode(X),
        "swaps": [encode(row) for row in with_bar(swaps, "page", "content", verbose=verbose)],
        "walk": [encode(row) for row in walk],
        "map": {"method": method, "x": within_square(on_map).round(4).tolist()},
        "rate": look.sampling_rate,
    }


def walk_of(model: Any, n_walk: int, random_state: Any) -> NDArray[np.float64]:
    """Contents (n_walk, d) along a closed path between draws from the prior.

    Every second place is the content of a sample; those between lie halfway.
    """
    n_draws = (n_walk + 1) // 2
    drawn = both_codes(model, model.sample(n_draws, random_state=random_state), "model").content
    drawn = np.asarray(drawn, dtype=np.float64)
    halfway = (drawn + np.roll(drawn, -1, axis=0)) / 2
    return np.stack([drawn, halfway], axis=1).reshape(2 * n_draws, -1)[:n_walk]


def repeated(motion: Any, n_times: int) -> Any:
    """Motions, all of them so many times over."""
    return stacked([np.asarray(m) for _ in range(n_times) for m in motion])


def rows_of(sequences: Any, n: int) -> list[list[Sequence]]:
    """Sequences in rows of n."""
    each = [np.asarray(x) for x in sequences]
    return [each[i : i + n] for i in range(0, len(each), n)]


def within_square(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places (n, 2) moved and scaled into the unit square, as much across as up."""
    low, high = places.min(0), places.max(0)
    width = float((high - low).max()) or 1.0
    return (places - (low + high) / 2) / width + 0.5
