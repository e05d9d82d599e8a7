"""Results as numbers with their errors, and as tables of named columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._rounding import deviation

__all__ = ["Estimate", "Table"]


class Estimate(NamedTuple):
    r"""A mean with its standard error.

    .. math:: \bar v = \frac1k \sum_i v_i, \qquad
              \mathrm{se} = \sqrt{\frac{1}{k (k - 1)} \sum_i (v_i - \bar v)^2}

    Attributes
    ----------
    mean : float
        Of all values.
    standard_error : float
        Standard deviation of the values by the root of their number; NaN of a single one.

    Examples
    --------
    >>> from seqdisentangle.metrics import Estimate
    >>> print(Estimate.of([0.5, 0.7, 0.6]))
    0.600 ± 0.058
    """

    mean: float
    standard_error: float

    @classmethod
    def of(cls, values: ArrayLike) -> Estimate:
        """Mean and standard error of independent values.

        Parameters
        ----------
        values : array-like of shape (k,)
            Of draws, folds or seeds.

        Returns
        -------
        Estimate
            Of the value that all of them estimate.

        Raises
        ------
        ValueError
            If there is none.
        """
        each = np.asarray(values, dtype=np.float64)
        if each.ndim != 1 or not len(each):
            raise ValueError(f"values must be one-dimensional and not empty, got {each.shape}")
        error = float(deviation(each, ddof=1) / np.sqrt(len(each))) if len(each) > 1 else np.nan
        return cls(float(each.mean()), error)

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.standard_error:.3f}"


@dataclass(frozen=True)
class Table:
    """Records with the same columns; `print` shows them as text.

    Attributes
    ----------
    records : tuple of dict
        One a row, from the name of a column to its value.

    Examples
    --------
    >>> from seqdisentangle.metrics import Table
    >>> table = Table(({"code": "content", "score": 0.9}, {"code": "motion", "score": 0.25}))
    >>> print(table)
    code     score
    content  0.900
    motion   0.250
    >>> table.select(code="motion")["score"]
    [0.25]
    """

    records: tuple[dict[str, Any], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns; none in an empty table."""
        return tuple(self.records[0]) if self.records else ()

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, column: str) -> list[Any]:
        return [record[column] for record in self.records]

    def select(self, **values: Any) -> Table:
        """Rows with the given values.

        Parameters
        ----------
        **values
            The value wanted, by the name of the column.

        Returns
        -------
        Table
            Empty where no row has them all.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        if unknown := [name for name in values if name not in self.columns]:
            raise ValueError(f"no column {unknown[0]!r}; columns are {', '.join(self.columns)}")
        asked: Mapping[str, Any] = values
        return Table(
            tuple(r for r in self.records if all(r[name] == v for name, v in asked.items()))
        )

    def to_frame(self) -> Any:
        """Give the same as a pandas data frame.

        Returns
        -------
        pandas.DataFrame
            One row a record.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("to_frame needs pandas: pip install pandas") from error
        return pd.DataFrame.from_records(list(self.records), columns=list(self.columns))

    def __str__(self) -> str:
        lines = [list(self.columns), *([shown(v) for v in r.values()] for r in self.records)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        numbers = [all(isinstance(v, float) for v in self[name]) for name in self.columns]
        return "\n".join(
            "  ".join(
                text.rjust(width) if number else text.ljust(width)
                for text, width, number in zip(line, widths, numbers, strict=True)
            ).rstrip()
            for line in lines
        )


def shown(value: Any) -> str:
    """A value of a table as text; "-" where there is none."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.3g}"
    return str(value)
