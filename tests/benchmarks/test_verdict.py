"""The benchmark of the verdict trains each model once, and ranks it by labels."""

import json
from types import SimpleNamespace

import numpy as np
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


def test_ranks_are_those_of_the_labelled_scores():
    names = ("separation", "r2", "separation_still", "swap_content_donor", "swap_motion_donor")
    names += ("movement_motion_donor", "movement_content_donor")
    table = [
        (0.2, 3, 0.1, 0.1, 0.9, 0.9, 0.0),
        (0.4, 2, 0.3, 0.5, 0.3, 0.9, 0.0),
        (0.3, 1, 0.9, 0.9, 0.0, 0.1, 0.8),  # shows its content donor in movement too
    ]
    found = verdict.ranks([dict(zip(names, row, strict=True)) for row in table])
    assert found == {
        "models": 3,
        "separation": 0.5,
        "separation_still": 1.0,
        "r2": -1.0,
        "separation_with_movement": 1.0,
        "r2_with_movement": pytest.approx(-0.5),
    }


@pytest.mark.parametrize("of_content", [0.0, 0.4])
@pytest.mark.parametrize("frame", [(3,), (4, 4, 1)])
def test_slopes_of_movement_are_those_of_its_making(frame, of_content):
    """Swaps with the level of one donor, and a mixture of both movements."""
    rng = np.random.RandomState(0)
    X = [rng.normal(size=(8 + i % 3, *frame)) + 5 * rng.normal(size=frame) for i in range(30)]

    def swap(a, b):
        made = []
        for x, y in zip(a, b, strict=True):
            moved = 0.7 * (x - x.mean(0))
            n = min(len(x), len(y))
            moved[:n] += of_content * (y - y.mean(0))[:n]
            made.append(y.mean(0) + moved)
        return SimpleNamespace(a_motion_b_content=made)

    found = verdict.movement(SimpleNamespace(swap=swap), X, seed=0)
    assert found["movement_motion_donor"] == pytest.approx(0.7, abs=0.05)
    assert found["movement_content_donor"] == pytest.approx(of_content, abs=0.05)
