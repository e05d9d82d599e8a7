"""The types of scikit-learn's base classes: what a user's type checker sees."""

import subprocess
import sys

import pytest


@pytest.mark.integration
def test_a_misspelt_parameter_is_found_by_a_type_checker(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from seqdisentangle import DSVAE, MoCoGAN, RecurrentWAE, Training\n"
        "RecurrentWAE(reg2=3)\n"
        "DSVAE(reg='gan')\n"
        "MoCoGAN(early_stopping=True)\n"
        "right: RecurrentWAE = RecurrentWAE('mmd', training=Training(ema=0.9)).fit([[1.0]])\n"
    )
    command = [sys.executable, "-m", "mypy", "--config-file=", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    lines = [line.split(":")[1] for line in done.stdout.splitlines() if "[call-arg]" in line]
    assert lines == ["2", "3", "4"], done.stdout
    assert "Found 3 errors" in done.stdout
