"""The benchmarks of times run from end to end, on little data, and write their tables."""

import csv

import pytest
import torch

from tests.benchmarks import divergences, gpu, step, throughput

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


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")
@pytest.mark.parametrize("shape", [(8, 6, 3), (8, 4, 16, 16, 3)], ids=["vectors", "images"])
def test_a_step_on_a_gpu(shape, tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "SIDE", 256)
    written = tmp_path / "gpu.csv"
    few = ["--shape", *map(str, shape), "--repeats", "2"]
    gpu.main([*few, "--results", str(written)])
    assert f"ms a step, as a graph, {shape}, bfloat16" in measures(written)


@pytest.mark.skipif(torch.cuda.is_available(), reason="for a machine without a GPU")
def test_without_a_gpu_it_says_so(capsys):
    with pytest.raises(SystemExit):
        gpu.main([])
    assert "no CUDA GPU" in capsys.readouterr().err
