"""Tables and estimates: rows picked, text, data frames, and errors as SciPy's."""

import sys

import numpy as np
import pytest
from scipy import stats

from seqdisentangle.metrics import Estimate, Table

RECORDS = (
    {"code": "content", "score": 0.5, "chance": float("nan")},
    {"code": "motion", "score": 1e-5, "chance": None},
)


def test_standard_errors_are_those_of_scipy():
    values = np.random.RandomState(0).normal(size=7)
    assert Estimate.of(values) == pytest.approx((values.mean(), stats.sem(values)))


def test_one_value_has_no_error_and_none_is_refused():
    assert np.isnan(Estimate.of([2.0]).standard_error)
    with pytest.raises(ValueError, match="values must be one-dimensional"):
        Estimate.of([])


def test_text_has_a_line_a_record():
    lines = str(Table(RECORDS)).splitlines()
    assert [line.split() for line in lines] == [
        ["code", "score", "chance"],
        ["content", "0.500", "-"],
        ["motion", "1e-05", "-"],
    ]


def test_rows_are_picked_by_their_values():
    table = Table(RECORDS)
    assert table.select(code="motion").records == RECORDS[1:]
    assert len(table.select(code="neither")) == 0
    assert str(Table(())) == ""
    with pytest.raises(ValueError, match="no column 'part'; columns are code, score, chance"):
        table.select(part="motion")


def test_a_data_frame_has_the_same_columns():
    frame = Table(RECORDS).to_frame()
    assert tuple(frame.columns) == Table(RECORDS).columns
    assert frame["score"].tolist() == Table(RECORDS)["score"]


def test_without_pandas_text_remains(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert "content" in str(Table(RECORDS))
    with pytest.raises(ImportError, match="to_frame needs pandas: pip install pandas"):
        Table(RECORDS).to_frame()
