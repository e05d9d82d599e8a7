"""Examples run as they stand; the quickstart is run by the README's command."""

import importlib.util
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
from tests.benchmarks._common import data_home

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def run(name: str, capsys: pytest.CaptureFixture[str], folder: Path = EXAMPLES) -> str:
    """The output of an example."""
    mpl.use("agg")
    runpy.run_path(str(folder / f"{name}.py"), run_name="__main__")
    return capsys.readouterr().out


@pytest.fixture
def begun(tmp_path, monkeypatch, capsys):
    """Run an example that reads data of no package, with one epoch of training."""
    place = ROOT / "docs" / "_ext" / "at_hand.py"
    at_hand = importlib.util.module_from_spec(importlib.util.spec_from_file_location("it", place))
    at_hand.__spec__.loader.exec_module(at_hand)
    home = data_home()

    def run_begun(name: str) -> str:
        if home is not None:
            monkeypatch.setenv("SEQDISENTANGLE_DATA", str(home))
        if not at_hand.is_at_hand(name):
            pytest.skip(f"no {at_hand.NEEDED[name]} in SEQDISENTANGLE_DATA or ../shared/data")
        monkeypatch.setenv("SEQDISENTANGLE_VIDEOS", "")
        monkeypatch.delenv("SEQDISENTANGLE_VIDEOS")
        monkeypatch.setattr(at_hand, "VIDEOS", tmp_path / "videos")
        code, n = re.subn(r"max_epochs=\d+", "max_epochs=1", (EXAMPLES / f"{name}.py").read_text())
        assert n == 1
        (tmp_path / f"{name}.py").write_text(code)
        at_hand.lend({}, name, when="before")
        try:
            return run(name, capsys, tmp_path)
        finally:
            at_hand.lend({}, name, when="after")

    return run_begun


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


def test_sprites(begun):
    found = re.findall(r"from (\w+): ([\d.]+)%, chance ([\d.]+)%", begun("sprites"))
    assert [code for code, *_ in found] == 4 * ["content"] + ["motion"]
    assert all(float(probe) > float(guessed) for _, probe, guessed in found)


def test_spoken_digits(begun):
    assert "speaker" in begun("spoken_digits")


def test_talking_faces(begun):
    assert "the codes" in begun("talking_faces")


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
