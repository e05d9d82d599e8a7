"""Examples run as they stand; the quickstart is run by the README's command."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

import seqdisentangle

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def run(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The output of an example."""
    mpl.use("agg")
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


def numbers(printed: str) -> dict[str, float]:
    """The lines of a name and a number."""
    found = re.findall(r"^(.+?) +(-?[\d.]+)%?(?: m| right)?$", printed, re.MULTILINE)
    return {name.rstrip(":"): float(number) for name, number in found}


def test_curves(capsys):
    errors = numbers(run("curves", capsys))
    assert errors["mean of eight futures"] < errors["the day before"] < errors["last level"]


def test_missing_values(capsys):
    printed = run("missing_values", capsys)
    rows = re.findall(r"^([^\d\n]+?) +[\d.]+ +([\d.]+)$", printed, re.MULTILINE)
    in_stretches = {name: float(error) for name, error in rows}
    assert in_stretches["RecurrentWAE"] < 0.5 * in_stretches["mean of the channel"]


def test_larger_than_memory(capsys):
    printed = run("larger_than_memory", capsys)
    assert "'content': (2000, 32), 'motion': (2000, 12, 6)" in printed
    assert "(1000, 24, 16, 16, 3)" in printed


def test_own_network(capsys):
    assert run("own_network", capsys).rstrip().endswith("the codes separate")


def test_skeleton(capsys):
    assert run("skeleton", capsys).count("linear") == 6


def test_measures(capsys):
    assert "linear probe of color" in run("measures", capsys)


def test_explorer(capsys):
    assert re.search(r"swap.html: [01]\.\d MB", run("explorer", capsys))


def test_search(capsys):
    printed = run("search", capsys)
    assert "'motion_input': 'changes'" in printed
    assert "cross-validated" in printed


def test_actions(capsys):
    assert numbers(run("actions", capsys))["kinds of other boats"] > 90


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
