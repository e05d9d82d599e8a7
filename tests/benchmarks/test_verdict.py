"""The benchmark of the verdict trains each model once, and ranks it by labels."""

import json

import pytest

from tests.benchmarks import verdict

pytestmark = pytest.mark.integration


def test_models_are_trained_once(tmp_path, capsys):
    options = ["--data", "japanese_vowels", "--threads", "1", "--max-sequences", "40"]
    options += ["--json", str(tmp_path / "models.jsonl"), "--judge-cache", str(tmp_path)]
    verdict.main([*options, "--models", "2"])
    first = (tmp_path / "models.jsonl").read_text()
    found = verdict.main([*options, "--models", "3"])["japanese_vowels"]
    written = (tmp_path / "models.jsonl").read_text()
    assert written.startswith(first)
    records = [json.loads(line) for line in written.splitlines()]
    assert [record["model"] for record in records] == [0, 1, 2]
    assert found == verdict.ranks(records)
    assert "japanese_vowels   models 3.00" in capsys.readouterr().out


def test_ranks_are_those_of_the_labelled_score():
    records = [
        {"swap_content_donor": c, "swap_motion_donor": m, "separation": s, "r2": r}
        for c, m, s, r in ((0.1, 0.9, 0.2, 3), (0.5, 0.3, 0.4, 2), (0.9, 0.0, 0.9, 1))
    ]
    assert verdict.ranks(records) == {"models": 3, "separation": 1.0, "r2": -1.0}
