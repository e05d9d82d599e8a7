"""The examples that are quick run as they stand; the quickstart is run by the README's command."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import seqdisentangle

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.integration


def run(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The output of an example."""
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    return capsys.readouterr().out


def python(*arguments):
    """A Python process of its own; what hangs fails."""
    root = Path(seqdisentangle.__file__).parents[1]
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_own_divergence(capsys):
    assert "the same features: True" in run("own_divergence", capsys)


def test_japanese_vowels(capsys):
    printed = run("japanese_vowels", capsys)
    rates = {
        name.strip(): float(rate) / 100
        for name, rate in re.findall(r"^(\w[\w ]+?) +([\d.]+)%$", printed, re.MULTILINE)
    }
    assert rates["content"] < rates["mean frame"], "better than what goes in"
    assert 0.4 < rates["motion"] < 0.6, "near chance"


def test_the_example_with_a_cluster_runs():
    pytest.importorskip("distributed")
    done = python(EXAMPLES / "dask_cluster.py")
    assert done.returncode == 0, done.stderr
    assert "8 blocks on 2 workers gave codes of shape (4000, 32)" in done.stdout
    assert "the same codes as here: True" in done.stdout


def test_the_example_with_a_cluster_says_what_it_needs():
    path = EXAMPLES / "dask_cluster.py"
    without = "import runpy, sys; sys.modules['dask'] = None; runpy.run_path(sys.argv[1])"
    done = python("-c", without, path)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pip install 'dask[array]' distributed")
    assert "Traceback" not in done.stderr
