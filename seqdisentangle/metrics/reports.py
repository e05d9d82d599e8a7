"""One table of all measures that a model and its data allow."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from ._checks import checked
from ._factors import factors_in, groups_in
from ._report_codes import probe_rows, stability_row, verification_rows
from ._report_frames import reconstruction_rows, sample_rows, swap_rows
from ._report_judge import judged_rows, labels_in_factors
from ._separation_sequences import LEAST_SEQUENCES, LEAST_STEPS
from ._sequences import ReadSequences
from .tables import Table

__all__ = ["report"]


@checked(model="transform")
def report(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    groups: Any = None,
    judge: Any = None,
    n_folds: int = 5,
    random_state: int | np.random.RandomState | None = None,
) -> Table:
    """Measure all that applies, beside chance, the data themselves and reconstructions.

    Probes and equal error rates need factors `y`, reconstruction a model with `reconstruct`, the
    donors of swaps one with `swap`, and distances of distributions one with `sample`. Labels of
    what is generated need a `judge` as well.

    Parameters
    ----------
    model : object
        Anything fitted with `transform`.
    X : array-like of n sequences
        Held-out sequences, of any lengths.
    y : array-like of shape (n,) or (n, k), dict of such columns or data frame, optional
        Factors: labels, or numbers where they are no whole ones.
    groups : array-like of shape (n,), optional
        Sequences of one group are never both learned from and tested by a probe.
    judge : SequenceJudge or similar, optional
        Trained on other sequences and on the labels of `y`, in their order. Classification errors
        and Inception scores are then over five draws; they need a `sample` that can be given
        `content` or `motion`.
    n_folds : int, default=5
        Folds of the probes, at least 2; fewer where a label is rare.
    random_state : int, RandomState instance or None, default=None
        Determines folds, pairs and samples.

    Returns
    -------
    Table
        A row for each measure and what it is of, with the columns `value`, `standard_error` (over
        folds, sequences, pairs, draws or subsets; NaN where there is none), and the same of
        `chance`, of the `data` themselves and of `reconstructions`, NaN where it does not apply.
        `better` is ``higher``, ``lower``, ``none`` of features without a model, or ``factor`` where
        it depends on the factor: of one that stays the same in a sequence, content should be at
        `data`, and motion at `chance`.

    Raises
    ------
    ValueError
        If factors or groups are not of n sequences or have one value alone, `X` holds fewer than
        two sequences, or the judge knows other labels.

    See Also
    --------
    disentanglement_report : What a judge says, with labels of motion and of content kept apart.
    separation : A verdict, and advice, in words.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import report
    >>> levels = SimpleNamespace(
    ...     transform=lambda X: SimpleNamespace(content=X.mean(1), motion=X - X.mean(1)[:, None])
    ... )
    >>> speaker = np.arange(80) % 4
    >>> X = 5 * np.eye(4)[speaker][:, None] + np.random.RandomState(0).normal(size=(80, 9, 4))
    >>> print(report(levels, X, {"speaker": speaker}, random_state=0).select(of="content"))
    measure                        of       value  standard_error  chance   data  ...
    linear probe of speaker        content  1.000           0.000   0.250  1.000  ...
    equal error rate of speaker    content  0.000               -   0.500  0.000  ...
    stability over halves          content  0.9...              -   0.000  0.9... ...

    Anything else is picked as from every table, or by pandas:

    >>> table = report(levels, X, {"speaker": speaker}, random_state=0)
    >>> table.select(measure="equal error rate of speaker", of="gap")["value"][0] > 0.3
    True
    """
    held = ReadSequences.all_of(X, model, least=2)
    factors = {} if y is None else factors_in(y, len(held))
    told, rng = groups_in(groups, len(held)), check_random_state(random_state)
    if judge is not None and not labels_in_factors(factors):
        raise ValueError("judge needs the labels that it was trained on: give y")
    codes = held.encoded(model)
    steps = min(held.lengths)
    can = {verb: hasattr(model, verb) for verb in ("reconstruct", "swap", "sample")}
    remade = model.reconstruct(held.X) if can["reconstruct"] else None
    made = None if remade is None else held.frames_made(remade, "reconstruct", held.lengths)
    rows = probe_rows(held, codes, made, factors, told, n_folds, rng)
    rows += verification_rows(held, codes, factors)
    if steps >= 2:
        rows += stability_row(model, held)
    if made is not None:
        rows += reconstruction_rows(model, held)
    if all(can.values()) and len(held) >= LEAST_SEQUENCES and steps >= LEAST_STEPS:
        rows += swap_rows(model, held, rng)
    if can["sample"] and len(held) >= LEAST_SEQUENCES:
        rows += sample_rows(model, held, made, rng)
    if judge is not None:
        rows += judged_rows(model, judge, held, labels_in_factors(factors), remade, rng)
    return Table(tuple(rows))
