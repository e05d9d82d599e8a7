"""The first 500 mutated files of ``python -m tests.fuzz``: each refused by name, or no harm."""

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("memory is limited by ways of Linux", allow_module_level=True)

from tests.fuzz.cases import FAULTS, Case, make_files, run_limited

N_CASES = 500


@pytest.mark.integration
def test_mutated_files_are_refused_by_name_or_do_no_harm(tmp_path):
    make_files(tmp_path)
    cases = map(Case, range(N_CASES))
    faults = [
        (case.number, case.reader.name, case.kind, outcome)
        for case, outcome in run_limited(cases, tmp_path, n_workers=2)
        if outcome.verdict in FAULTS
    ]
    assert not faults, "python -m tests.fuzz --case NUMBER runs one of them alone"
