"""A row of the report: a value beside what it is to be compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from .tables import Estimate

__all__ = ["row"]


def row(
    measure: str,
    of: str,
    value: float | Estimate,
    *,
    better: str,
    chance: float = np.nan,
    data: float = np.nan,
    reconstructions: float = np.nan,
) -> dict[str, Any]:
    """All columns of the report; NaN where one does not apply."""
    estimate = value if isinstance(value, Estimate) else Estimate(float(value), np.nan)
    return {
        "measure": measure,
        "of": of,
        "value": estimate.mean,
        "standard_error": estimate.standard_error,
        "chance": float(chance),
        "data": float(data),
        "reconstructions": float(reconstructions),
        "better": better,
    }
