"""The command line as a process of its own, from sequences to a picture."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import seqdisentangle

pytestmark = pytest.mark.integration


def seqdisentangle_line(line, folder):
    root = Path(seqdisentangle.__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-m", "seqdisentangle", *line.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_sequences_become_a_picture_without_a_line_of_python(tmp_path, vectors):
    np.save(tmp_path / "X.npy", vectors)
    fitted = seqdisentangle_line("fit X.npy --set max_epochs=2 --seed 0", tmp_path)
    assert (fitted.returncode, "2/2" in fitted.stderr) == (0, True), fitted.stderr
    drawn = seqdisentangle_line("swap X.npy --out swaps.png", tmp_path)
    assert drawn.returncode == 0, drawn.stderr
    assert (tmp_path / "swaps.png").read_bytes().startswith(b"\x89PNG")


def test_a_wrong_path_is_a_message_and_no_traceback(tmp_path):
    failed = seqdisentangle_line("fit nothing.npy", tmp_path)
    assert failed.returncode == 2
    assert failed.stderr == "seqdisentangle: X: 'nothing.npy': there is no such file\n"
    assert "Traceback" not in failed.stderr
