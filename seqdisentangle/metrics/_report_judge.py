"""Rows of the report on what a judge reads: kept codes, swaps, and samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._batches import drawn_seed
from ._codes import both_codes
from ._factors import is_continuous
from ._judged import labels_shown
from ._made import counted
from ._report_rows import row
from ._sequences import ReadSequences
from .generation import conditional_entropy, inception_score, marginal_entropy
from .probes import chance
from .tables import Estimate

__all__ = ["judged_rows", "labels_in_factors"]

N_DRAWS = 5
Factors = dict[str, NDArray[Any]]
Beside = dict[str, dict[str, float]]  # columns of a row, by the factor


def labels_in_factors(factors: Factors) -> Factors:
    """Factors that a judge can know: no numbers."""
    return {name: factor for name, factor in factors.items() if not is_continuous(factor)}


def judged_rows(
    model: Any,
    judge: Any,
    held: ReadSequences,
    factors: Factors,
    made: Any,
    rng: np.random.RandomState,
) -> list[dict[str, Any]]:
    """All that a judge says, beside what it says of data and of reconstructions `made`, if any."""
    beside = {
        name: {"chance": chance(factor), "data": np.nan, "reconstructions": np.nan}
        for name, factor in factors.items()
    }
    for column, frames in (("data", held.X), ("reconstructions", made)):
        if frames is not None:
            for name, share in right(labels_shown(judge, frames, factors), factors).items():
                beside[name][column] = share
    rows = []
    if hasattr(model, "sample"):
        rows += error_rows(model, judge, held, factors, beside, rng)
    if hasattr(model, "swap"):
        rows += donor_rows(model, judge, held, factors, beside, rng)
    if hasattr(model, "sample") and hasattr(judge, "predict_proba"):
        rows += quality_rows(model, judge, held, list(factors), made, rng)
    return rows


def right(shown: Factors, factors: Factors) -> dict[str, float]:
    """The share of sequences that show their own label, by factor."""
    return {name: float(np.mean(shown[name] == factor)) for name, factor in factors.items()}


def error_rows(
    model: Any,
    judge: Any,
    held: ReadSequences,
    factors: Factors,
    beside: Beside,
    rng: np.random.RandomState,
) -> list[dict[str, Any]]:
    """The error of each label where one code is kept and the other drawn from its prior."""
    codes = both_codes(model, held.X)
    kept = {
        "content": {"n_steps": held.n_steps, "content": codes.content},
        "motion": {"motion": codes.motion},
    }
    errors: dict[tuple[str, str], list[float]] = {}
    for _ in range(N_DRAWS):
        for code, given in kept.items():
            made = model.sample(len(held), **given, random_state=drawn_seed(rng))
            drawn = counted(made, len(held), "model.sample")
            for name, share in right(labels_shown(judge, drawn, factors), factors).items():
                errors.setdefault((name, code), []).append(1 - share)
    return [
        row(
            f"classification error of {name}",
            f"{code} kept",
            Estimate.of(errors[name, code]),
            better="factor",
            **{column: 1 - share for column, share in beside[name].items()},
        )
        for name in factors
        for code in kept
    ]


def donor_rows(
    model: Any,
    judge: Any,
    held: ReadSequences,
    factors: Factors,
    beside: Beside,
    rng: np.random.RandomState,
) -> list[dict[str, Any]]:
    """The share of swaps that show the label of each donor, of random pairs where these differ."""
    partner = rng.permutation(len(held))
    made = model.swap(held.X, held.take(partner)).a_motion_b_content
    swapped = counted(made, len(held), "model.swap")
    shown = labels_shown(judge, swapped, factors)
    rows = []
    for name, factor in factors.items():
        differ = factor != factor[partner]
        if not differ.any():
            continue
        for code, donor in (("content", factor[partner]), ("motion", factor)):
            share = Estimate.of((shown[name] == donor)[differ])
            title, of = f"swap shows {name}", f"{code} donor"
            rows.append(row(title, of, share, better="factor", **beside[name]))
    return rows


def quality_rows(
    model: Any,
    judge: Any,
    held: ReadSequences,
    names: list[str],
    made: Any,
    rng: np.random.RandomState,
) -> list[dict[str, Any]]:
    """Inception score and entropies of each label, of samples as many as sequences."""
    drawn = []
    for _ in range(N_DRAWS):
        samples = model.sample(len(held), held.n_steps, random_state=drawn_seed(rng))
        shown = counted(samples, len(held), "model.sample")
        drawn.append(probabilities(judge, shown, len(names)))
    data = probabilities(judge, held.X, len(names))
    remade = None if made is None else probabilities(judge, made, len(names))
    measures = {
        "Inception score": (inception_score, "higher"),
        "H(y given x)": (conditional_entropy, "lower"),
        "H(y)": (marginal_entropy, "higher"),
    }
    return [
        row(
            f"{title} of {name}",
            "samples",
            Estimate.of([measure(p[k]) for p in drawn]),
            better=better,
            data=measure(data[k]),
            reconstructions=np.nan if remade is None else measure(remade[k]),
        )
        for k, name in enumerate(names)
        for title, (measure, better) in measures.items()
    ]


def probabilities(judge: Any, frames: Any, n_labels: int) -> list[Any]:
    """Probabilities of the classes of each label, (n, n_classes) each.

    Raises
    ------
    ValueError
        If the judge gives those of another number of labels.
    """
    found = judge.predict_proba(frames)
    found = found if isinstance(found, list) else [found]
    if len(found) != n_labels:
        raise ValueError(f"judge must know {n_labels} labels, those of y, got {len(found)}")
    return found
