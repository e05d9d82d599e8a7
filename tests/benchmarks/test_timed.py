"""The benchmarks of times run from end to end, on little data, and write their tables."""

import csv

import pytest

from tests.benchmarks import divergences, step, throughput

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


@pytest.mark.parametrize("shape", [(8, 6, 3), (8, 4, 8, 8, 1)], ids=["vectors", "images"])
def test_verbs_and_a_step_beside_their_networks(shape, tmp_path):
    written = tmp_path / "throughput.csv"
    few = ["--shape", *map(str, shape), "--repeats", "1"]
    throughput.main([*few, "--results", str(written)])
    assert measures(written) == [
        f"throughput of transform over bare encoders, {shape}",
        f"throughput of sample over bare decoder, {shape}",
        f"step over its networks, {shape}",
    ]
