"""The benchmarks of times run from end to end, on little data, and write their tables."""

import csv

import pytest

from tests.benchmarks import divergences, step

pytestmark = pytest.mark.integration


def measures(path):
    with path.open(newline="") as file:
        return [row["measure"] for row in csv.DictReader(file)]


def test_divergences_beside_a_step(tmp_path, monkeypatch):
    monkeypatch.setattr(divergences, "LONG", (4, 16))
    written = tmp_path / "divergences.csv"
    few = ["--n", "4", "--steps", "2", "--repeats", "1", "--threads", "1"]
    divergences.main([*few, "--results", str(written)])
    assert "EnergyDistance, share of a step" in measures(written)


def test_a_step_beside_its_convolutions(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "LONG", 8)
    written = tmp_path / "step.csv"
    few = ["--shape", "4", "2", "3", "16", "16", "--repeats", "1", "--threads", "1"]
    step.main([*few, "--precision", "float32", "--results", str(written)])
    assert "throughput of transform over bare encoders" in measures(written)
