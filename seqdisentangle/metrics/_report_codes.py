"""Rows of the report on codes: probes, equal error rates, and stability."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._factors import is_continuous
from ._probing import chance_score, cross_validated, linear_probe, splits
from ._report_rows import row
from ._representations import courses, rotated, standardised
from ._separation_codes import SequenceCodes
from ._sequences import ReadSequences, flat_frames
from .consistency import content_stability
from .downstream import features_of
from .verification import verification_error_rate

__all__ = ["probe_rows", "stability_row", "verification_rows"]

# Features that a probe is given, and where they should be: "none" of those that need no model.
PROBED = {
    "content": "factor",
    "motion": "factor",
    "content and motion": "higher",
    "mean and deviation": "none",
    "principal components": "none",
}


def probe_rows(
    held: ReadSequences,
    codes: SequenceCodes,
    made: list[NDArray] | None,
    factors: dict[str, NDArray[Any]],
    groups: NDArray[Any] | None,
    n_folds: int,
    rng: np.random.RandomState,
) -> list[dict[str, Any]]:
    """Linear probes of codes, and of features that need no model, for each factor."""
    tables = {name: rotated(z) for name, z in features_of(held, codes).items()}
    if made is not None:
        tables["made"] = rotated(standardised(courses(flat_frames(made))))
    rows = []
    for name, factor in factors.items():
        folds = splits(factor, groups, n_folds, rng)
        probe = linear_probe(factor)
        scores = {key: cross_validated(probe, z, factor, folds) for key, z in tables.items()}
        beside = {
            "chance": chance_score(probe, factor, folds),
            "data": scores["data"].mean,
            "reconstructions": scores["made"].mean if made is not None else np.nan,
        }
        rows += [
            row(f"linear probe of {name}", of, scores[of], better=better, **beside)
            for of, better in PROBED.items()
        ]
    return rows


def verification_rows(
    held: ReadSequences, codes: SequenceCodes, factors: dict[str, NDArray[Any]]
) -> list[dict[str, Any]]:
    """Equal error rates of both codes and their gap, for labels that some sequences share."""
    means = np.stack([x.mean(0) for x in flat_frames(held.frames)])
    motion = np.stack([z.mean(0) for z in codes.motion])
    rows = []
    for name, factor in factors.items():
        if is_continuous(factor) or len(np.unique(factor)) == len(factor):
            continue
        rates = [verification_error_rate(z, factor) for z in (codes.content, motion, means)]
        title = f"equal error rate of {name}"
        rows += [
            row(title, "content", rates[0], better="factor", chance=0.5, data=rates[2]),
            row(title, "motion", rates[1], better="factor", chance=0.5, data=rates[2]),
            row(title, "gap", rates[1] - rates[0], better="factor", chance=0.0),
        ]
    return rows


def stability_row(model: Any, held: ReadSequences) -> list[dict[str, Any]]:
    """Intraclass correlation of content over the two halves, beside that of mean frames."""
    mean_frame = SimpleNamespace(transform=means_as_content)
    data = content_stability(mean_frame, flat_frames(held.frames))
    stable = content_stability(model, held.X)
    title = "stability over halves"
    return [row(title, "content", stable, better="higher", chance=0.0, data=data)]


def means_as_content(X: Any) -> SimpleNamespace:
    """Codes of a model whose content is the mean frame."""
    return SimpleNamespace(content=np.stack([np.mean(x, axis=0) for x in X]), motion=X)
