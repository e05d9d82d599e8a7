"""``python -m tests.mutation``: a mutant that tests notice is told from one that they do not."""

import os
import subprocess
import sys

import pytest


@pytest.mark.integration
@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants run in forks")
def test_mutants_of_a_module_are_noticed():
    command = [sys.executable, "-m", "tests.mutation", "data/passes.py", "--mutants", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all: 100.0% of 2 noticed" in done.stdout
