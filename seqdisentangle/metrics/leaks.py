"""The leak matrix: each code probed for each factor, beside chance and the data themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from ._checks import checked
from ._factors import factors_in, groups_in
from ._probing import chance_score, cross_validated, linear_probe, neighbours_probe, splits
from ._representations import representations, rotated
from ._sequences import ReadSequences
from .tables import Table

__all__ = ["leak_matrix"]


@checked(model="transform")
def leak_matrix(
    model: Any,
    X: Any,
    y: Any,
    *,
    groups: Any = None,
    n_folds: int = 5,
    n_neighbours: int = 5,
    random_state: int | np.random.RandomState | None = None,
) -> Table:
    r"""Probe each code for each factor: a static factor in motion is a leak, and the reverse.

    Two probes are cross-validated: a linear one (logistic regression of labels, ridge regression
    of numbers) and one of nearest neighbours, which also finds what lies folded in a code. Motion,
    and the data that it is compared with, are means and deviations over time and four points of
    the course.

    Parameters
    ----------
    model : object
        Anything fitted with `transform`.
    X : array-like of n sequences
        Held-out sequences, of any lengths.
    y : array-like of shape (n,) or (n, k), dict of such columns or data frame
        Factors: labels, or numbers where they are no whole ones.
    groups : array-like of shape (n,), optional
        Sequences of one group are never both learned from and tested.
    n_folds : int, default=5
        Folds, at least 2; fewer where a label is rare.
    n_neighbours : int, default=5
        Neighbours asked by the second probe.
    random_state : int, RandomState instance or None, default=None
        Determines the folds.

    Returns
    -------
    Table
        A row for each factor, code (``content``, ``motion``, ``data``) and probe (``linear``,
        ``neighbours``) with the columns `score` (accuracy from 0 to 1 of labels, :math:`R^2` up to
        1 of numbers), `standard_error` over folds, and `chance`, the score of always giving the
        most frequent label or the mean. The code that should carry a factor is the better the
        nearer it is to the data or above; the other the better the nearer to chance.

    Raises
    ------
    ValueError
        If a factor or `groups` are not of n sequences, or have one value alone; if the model does
        not return both codes.

    See Also
    --------
    downstream : What codes are good for, beside baselines.
    dci : Single dimensions of a code, and the factors that they carry.

    References
    ----------
    .. [1] G. Alain, Y. Bengio, "Understanding intermediate layers using linear classifier probes",
       ICLR workshop 2017.

    Examples
    --------
    A model whose motion keeps the level of a sequence, which is its speaker:

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import leak_matrix
    >>> leaky = SimpleNamespace(transform=lambda X: SimpleNamespace(content=X.mean(1), motion=X))
    >>> speaker = np.arange(60) % 3
    >>> X = 5 * speaker[:, None, None] + np.random.RandomState(0).normal(size=(60, 8, 1))
    >>> matrix = leak_matrix(leaky, X, {"speaker": speaker}, random_state=0)
    >>> print(matrix.select(probe="linear"))
    factor   code     probe   score  standard_error  chance
    speaker  content  linear  1.000           0.000   0.333
    speaker  motion   linear  1.000           0.000   0.333
    speaker  data     linear  1.000           0.000   0.333
    """
    held = ReadSequences.all_of(X, model, least=2)
    factors, groups = factors_in(y, len(held)), groups_in(groups, len(held))
    rng = check_random_state(random_state)
    codes = representations(held, held.encoded(model)).items()
    tables = {name: rotated(z) for name, z in codes}
    records = []
    for name, factor in factors.items():
        folds = splits(factor, groups, n_folds, rng)
        probes = {
            "linear": linear_probe(factor),
            "neighbours": neighbours_probe(factor, n_neighbours, folds),
        }
        chance = chance_score(probes["linear"], factor, folds)
        for code, z in tables.items():
            for title, probe in probes.items():
                score = cross_validated(probe, z, factor, folds)
                records.append(
                    {"factor": name, "code": code, "probe": title}
                    | {"score": score.mean, "standard_error": score.standard_error}
                    | {"chance": chance}
                )
    return Table(tuple(records))
