"""Exchange of single factors, by the dimensions of content that carry them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from ..data.containers import as_array
from ._checks import checked
from ._factors import factors_in, is_continuous
from ._judged import labels_shown
from ._made import counted
from ._separation_codes import SequenceCodes
from ._sequences import ReadSequences
from .probes import chance
from .tables import Estimate, Table

__all__ = ["factor_swap", "factor_swap_accuracy"]


@checked(model="inverse_transform")
def factor_swap(model: Any, X: Any, donors: Any, dimensions: ArrayLike) -> Any:
    r"""Give sequences a factor of others, by exchanging some dimensions of content alone.

    With the content code c of a sequence, that of its donor :math:`c'`, and the dimensions S of the
    factor, the sequence is decoded with its own motion and

    .. math:: \tilde c_i = c'_i \;\text{ for } i \in S, \qquad \tilde c_i = c_i \;\text{ else.}

    Parameters
    ----------
    model : object
        Anything fitted with `transform` and `inverse_transform`.
    X : array-like of n sequences
        Sequences that keep all else.
    donors : array-like of n sequences
        Those that the factor is taken from. Samples of the model draw it.
    dimensions : array-like of int
        The dimensions of content that carry the factor, counted from 0: ``dci(...).subsets[name]``,
        say.

    Returns
    -------
    array or list of n sequences
        As `inverse_transform` gives them.

    Raises
    ------
    ValueError
        If `X` and `donors` differ in number, or a dimension is not there or named twice.

    See Also
    --------
    dci : Finds the dimensions of each factor.
    factor_swap_accuracy : The share of such swaps that show what they should.

    Examples
    --------
    Content is (hair, shirt), and each frame shows both:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import factor_swap
    >>> model = SimpleNamespace(
    ...     transform=lambda X: SimpleNamespace(content=X[:, 0, :2], motion=X[:, :, 2:]),
    ...     inverse_transform=lambda codes: np.dstack(
    ...         [np.repeat(codes[0][:, None], codes[1].shape[1], axis=1), codes[1]]
    ...     ),
    ... )
    >>> a, b = np.zeros((1, 2, 3)), np.ones((1, 2, 3))
    >>> factor_swap(model, a, b, [1])
    array([[[0., 1., 0.],
            [0., 1., 0.]]])
    """
    own, others = ReadSequences.all_of(X, model), ReadSequences.all_of(donors, model, "donors")
    if len(own) != len(others):
        raise ValueError(f"donors must hold as many sequences as X, {len(own)}, got {len(others)}")
    codes = own.encoded(model)
    chosen = dimensions_in(dimensions, "dimensions", codes.content.shape[1])
    donated = others.encoded(model).content
    return exchanged(model, own, codes, donated, chosen, np.arange(len(own)))


@checked(model="inverse_transform", judge="predict")
def factor_swap_accuracy(
    model: Any,
    X: Any,
    y: Any,
    judge: Any,
    subsets: Mapping[str, ArrayLike],
    *,
    batch_size: int = 256,
    random_state: int | np.random.RandomState | None = None,
) -> Table:
    """Share of sequences that show what they should when one factor is exchanged.

    Each sequence is given a factor of a random other one by `factor_swap`. A judge should then find
    the donor's label of that factor, and the sequence's own label of every other, the multi-factor
    swap of the MSD benchmark [1]_. Counted are pairs whose labels of the judged factor differ.

    Parameters
    ----------
    model : object
        Anything fitted with `transform` and `inverse_transform`.
    X : array-like of n sequences
        Held-out sequences, of any lengths.
    y : array-like of shape (n,) or (n, k), dict of such columns or data frame
        Labels of the factors, those of motion as well.
    judge : SequenceJudge or similar
        Trained on these factors in this order.
    subsets : dict of str to array-like of int
        Dimensions of content by the factor that they carry, as in ``dci(...).subsets``; of factors
        that are to be exchanged. Find them on other sequences than `X`.
    batch_size : int, default=256
        Sequences generated and judged at a time.
    random_state : int, RandomState instance or None, default=None
        Determines the pairs.

    Returns
    -------
    Table
        A row for each factor that is exchanged and each that is judged, with the columns
        `should_show` (``donor`` or ``own``), `score` (from 0 to 1, higher is better), its
        `standard_error` over pairs, `reconstructions` (the share that show their own label where
        nothing is exchanged: the ceiling) and `chance`. NaN where no pair differs.

    Raises
    ------
    ValueError
        If `y`, `subsets` or the answers of the judge do not fit.

    See Also
    --------
    dci : Finds the dimensions of each factor.
    swap_accuracy : Content as a whole.

    References
    ----------
    .. [1] T. Barami, N. Berman, I. Naiman, A. H. Hason, R. Ezra, O. Azencot, "Disentanglement
       Beyond Static vs. Dynamic: A Benchmark and Evaluation Framework for Multi-Factor Sequential
       Representations", NeurIPS 2025.

    Examples
    --------
    Content is (hair, shirt), and the decoder shows them as they are:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import factor_swap_accuracy
    >>> model = SimpleNamespace(
    ...     transform=lambda X: SimpleNamespace(content=X[:, 0], motion=X[:, :, :1]),
    ...     inverse_transform=lambda codes: np.repeat(codes[0][:, None], 3, axis=1),
    ... )
    >>> y = np.indices((3, 3)).reshape(2, 9).T.repeat(6, axis=0)
    >>> judge = SimpleNamespace(predict=lambda X: X[:, 0].astype(int))
    >>> X, factors = np.repeat(y[:, None], 3, axis=1), {"hair": y[:, 0], "shirt": y[:, 1]}
    >>> found = factor_swap_accuracy(model, X, factors, judge, {"hair": [0]}, random_state=0)
    >>> print(found.select(judged="hair"))
    exchanged  judged  should_show  score  standard_error  reconstructions  chance
    hair       hair    donor        1.000           0.000            1.000   0.333
    >>> found["score"]
    [1.0, 1.0]
    """
    held = ReadSequences.all_of(X, model)
    factors = factors_in(y, len(held))
    if numbers := [name for name, factor in factors.items() if is_continuous(factor)]:
        raise ValueError(f"y must hold labels, which a judge can know, got numbers: {numbers[0]}")
    codes = held.encoded(model)
    chosen = subsets_in(subsets, factors, codes.content.shape[1])
    partner = check_random_state(random_state).permutation(len(held))

    def shown_with(dimensions: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
        """The labels that a judge sees in all sequences with these dimensions of partners."""
        found = []
        for start in range(0, len(held), batch_size):
            rows = np.arange(start, min(start + batch_size, len(held)))
            frames = exchanged(model, held, codes, codes.content[partner], dimensions, rows)
            found.append(labels_shown(judge, frames, factors))
        return {name: np.concatenate([each[name] for each in found]) for name in factors}

    own = shown_with(np.array([], np.intp))
    rows = []
    for changed, dimensions in chosen.items():
        shown = shown_with(dimensions)
        for name, factor in factors.items():
            asked = factor[partner] if name == changed else factor
            differ = factor[partner] != factor
            right = (shown[name] == asked)[differ]
            score = Estimate.of(right) if differ.any() else Estimate(np.nan, np.nan)
            rows.append(
                {"exchanged": changed, "judged": name}
                | {"should_show": "donor" if name == changed else "own"}
                | {"score": score.mean, "standard_error": score.standard_error}
                | {"reconstructions": float(np.mean(own[name] == factor))}
                | {"chance": chance(factor)}
            )
    return Table(tuple(rows))


def exchanged(
    model: Any,
    held: ReadSequences,
    codes: SequenceCodes,
    donors: NDArray,
    dimensions: NDArray[np.intp],
    rows: NDArray[np.intp],
) -> Any:
    """Decode the codes of some sequences with dimensions of the contents `donors`, (n, d)."""
    content = codes.content[rows]  # a copy
    content[:, dimensions] = donors[rows][:, dimensions]
    motion = [codes.motion[i] for i in rows]
    is_ragged = isinstance(held.X, list)
    made = model.inverse_transform((content, motion if is_ragged else np.stack(motion)))
    return counted(made, len(rows), "model.inverse_transform")


def dimensions_in(dimensions: Any, name: str, size: int) -> NDArray[np.intp]:
    """Dimensions of a content code of so many, each once.

    Raises
    ------
    ValueError
        If they are something else.
    """
    found = as_array(dimensions, name)
    if found.shape == (0,):
        return np.array([], np.intp)
    if found.dtype.kind not in "iu" or found.ndim != 1 or not ((found >= 0) & (found < size)).all():
        raise ValueError(
            f"{name} must be whole numbers from 0 to {size - 1}, dimensions of content, got "
            f"{dimensions!r}"
        )
    if len(np.unique(found)) < len(found):
        raise ValueError(f"{name} must name each dimension once, got {dimensions!r}")
    return found.astype(np.intp)


def subsets_in(
    subsets: Any, factors: dict[str, NDArray[Any]], size: int
) -> dict[str, NDArray[np.intp]]:
    """Dimensions of content by factors that are known.

    Raises
    ------
    ValueError
        If they are something else.
    """
    if not isinstance(subsets, Mapping) or not subsets:
        raise ValueError(
            f"subsets must be a dict from factors to dimensions of content, got {subsets!r}"
        )
    if unknown := [name for name in subsets if name not in factors]:
        raise ValueError(
            f"subsets must be of factors of y, {', '.join(factors)}, got {unknown[0]!r}"
        )
    return {
        name: dimensions_in(found, f"subsets[{name!r}]", size) for name, found in subsets.items()
    }
