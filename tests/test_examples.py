"""The examples that are quick run as they stand; the quickstart is run by the README's command."""

import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What an example prints."""
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    return capsys.readouterr().out


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
