"""The benchmark of speakers runs from end to end, for an epoch."""

import csv

import pytest

from tests.benchmarks.speech import main

pytestmark = pytest.mark.integration


def test_it_reports_every_seed_and_writes_the_table(tmp_path, capsys):
    written = tmp_path / "results.csv"
    records = main(
        ["--threads", "1", "--epochs", "1", "--seed", "0", "3", "--results", str(written)]
    )
    assert "over 2 seeds" in capsys.readouterr().out
    assert 0 < records[0]["error_rate_content"] < 0.5
    with written.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["seed"] for row in rows] == ["0", "3"]
    assert rows[0]["equal error rate of content"] == f"{records[0]['error_rate_content']:.3f}"
    assert rows[0]["command"] == "speech --threads 1 --epochs 1 --seed 0 3"
