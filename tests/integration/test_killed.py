"""Trainings that are killed, and end as if they had not been."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

import seqdisentangle

pytestmark = pytest.mark.integration


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes that it forks")
def test_a_killed_training_ends_with_the_weights_of_one_that_was_not(tmp_path):
    root = pathlib.Path(seqdisentangle.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, str(pathlib.Path(__file__).with_name("killed.py")), str(tmp_path), "20"],
        env={**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    whole, *killed, asked = json.loads(done.stdout)
    assert len(killed) == 20 + 8, "at random instants, and inside of each part of a write"
    for report in [*killed, asked]:
        for what in ("weights", "history", "best"):
            assert report[what] == whole[what], report["how"]
        assert not report["partial"], "what was half-written is cleared away"
    assert any(name.endswith(".tmp") for report in killed[20:] for name in report["left"]), (
        "some were killed with a file half-written"
    )
    # Of three batches an epoch: the step is ended, and written. Nothing else is left.
    assert [name for name in asked["left"] if name != "best.safetensors"] == [
        "epoch-00001-batch-0000000.safetensors",
        "epoch-00001-batch-0000002.safetensors",
    ]
