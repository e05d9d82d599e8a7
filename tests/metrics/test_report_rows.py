"""Rows of the report: all columns, whatever applies."""

import numpy as np

from seqdisentangle.metrics import Estimate
from seqdisentangle.metrics._report_rows import row


def test_what_does_not_apply_is_nan():
    found = row("recall", "samples", 0.5, better="higher", data=1)
    assert (found["value"], found["data"]) == (0.5, 1.0)
    assert all(np.isnan(found[name]) for name in ("standard_error", "chance", "reconstructions"))


def test_an_estimate_brings_its_error():
    found = row("kernel distance", "samples", Estimate(0.1, 0.02), better="lower")
    assert (found["value"], found["standard_error"]) == (0.1, 0.02)
