"""The first 60 fits of ``python -m tests.soak``: fitted or refused by name, and memory flat."""

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("memory is read by ways of Linux", allow_module_level=True)

from tests.soak.fits import Fit
from tests.soak.memory import Memory

N_FITS = 60


@pytest.mark.integration
def test_fits_with_random_parameters_leave_nothing_behind(tmp_path):
    memory = Memory()
    faults = []
    for number in range(N_FITS):
        outcome = Fit(number).outcome(tmp_path)
        if outcome.verdict == "fault":
            faults.append((number, outcome.said))
        if number in (N_FITS // 3, N_FITS - 1):
            memory.measure()
    assert not faults, "python -m tests.soak --fit NUMBER runs one of them alone"
    before, after = memory.measured
    assert after.tensors <= before.tensors + 32  # of caches with a bound
    assert (after.files, after.threads) == (before.files, before.threads)
    assert memory.growth() < 64 * 2**20
