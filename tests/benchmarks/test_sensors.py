"""The benchmark of sensor readings runs from end to end, for an epoch."""

import json
import math

import pytest

from tests.benchmarks.sensors import main

pytestmark = pytest.mark.integration


def test_it_reports_every_seed_beside_real_readings(tmp_path, capsys):
    written = tmp_path / "results.jsonl"
    records = main(["--threads", "1", "--epochs", "1", "--seed", "0", "3", "--json", str(written)])
    assert "over 2 seeds" in capsys.readouterr().out
    assert [json.loads(line) for line in written.read_text().splitlines()] == records
    assert [record["seed"] for record in records] == [0, 3]
    assert all(math.isfinite(v) for v in records[0].values() if isinstance(v, float))
    assert records[0]["activity_chance"] == 0.25
    assert records[0]["judge_of_activity_real"] > 0.9
    assert 0 <= records[0]["swap_shows_activity_of_content_donor"] <= 1
