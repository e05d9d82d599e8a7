"""The benchmark of real data runs from end to end, for an epoch."""

import csv
import math
import shlex

import pytest

from tests.benchmarks.real import __main__ as real

pytestmark = pytest.mark.integration


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def judges(tmp_path_factory):
    return tmp_path_factory.mktemp("judges")


@pytest.fixture
def run(judges):
    """Run it with options, for one epoch."""
    always = ["--threads", "1", "--epochs", "1", "--judge-cache", str(judges)]
    return lambda options: real.main([*always, *shlex.split(options)])


def test_every_system_has_a_record_of_each_seed_and_a_row_of_their_mean(run, tmp_path, capsys):
    written = tmp_path / "results.csv"
    records = run(
        f"--data basic_motions --seed 0 3 --results {written} "
        "--system rwae mean distribution forest"
    )
    assert "over 2 seeds" in capsys.readouterr().out
    assert [(r["system"], r["seed"]) for r in records] == [
        (system, seed) for system in ("rwae", "mean", "forest") for seed in (0, 3)
    ]
    assert all(math.isfinite(v) for r in records for v in r.values() if isinstance(v, float))
    assert records[0]["judge_real"] > 0.9
    rows = read(written)
    assert [(row["case"], row["seed"]) for row in rows] == [
        (f"basic_motions, {case}", "0 3, mean")
        for case in ("RecurrentWAE", "mean and deviation", "random forest of means and deviations")
    ]
    mean = (records[0]["probe_motion"] + records[1]["probe_motion"]) / 2
    assert rows[0]["label from motion"] == f"{mean:.2f}"


def test_curves_show_donors_by_level_and_width(run):
    (record,) = run("--data gun_point --system rwae")
    assert {"level_content_donor", "width_motion_donor"} <= set(record)
    assert "swap_content_donor" not in record


def test_options_are_left_out_in_turn(run, tmp_path):
    written = tmp_path / "results.csv"
    left_out = ["independence_weight", "movement_weight"]
    given = f"--data basic_motions --set motion_size=2 --results {written}"
    records = run(f"{given} --case ours --ablate {' '.join(left_out)}")
    assert [record["params"] for record in records] == [
        {"motion_size": "2", "max_epochs": "1", name: "0"} for name in left_out
    ]
    cases = [f"basic_motions, ours without {name}" for name in left_out]
    assert [row["case"] for row in read(written)] == cases


def test_all_that_cannot_be_had_is_left_out(run, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SEQDISENTANGLE_DATA", str(tmp_path))
    monkeypatch.setattr(real, "OTHERS", {})
    keys = ("faces", "japanese_vowels")
    monkeypatch.setattr(real, "DATA_SETS", {name: real.DATA_SETS[name] for name in keys})
    (record,) = run("--system mean")
    assert record["data"] == "japanese_vowels"
    assert "faces is left out: faces needs" in capsys.readouterr().out
    with pytest.raises(FileNotFoundError):
        run("--system mean --data faces")


def test_other_benchmarks_run_with_the_defaults_under_our_names(run, monkeypatch, tmp_path):
    given = []

    def benchmark(argv, make_model):
        given.append((argv, make_model))
        return [{"seed": 0, "train_seconds": 60.0, "digits_swap": 0.5, "place": 0.1}]

    monkeypatch.setitem(
        real.OTHERS, "moving_digits", (benchmark, {"digits_swap": "swap_content_donor"})
    )
    written = tmp_path / "results.csv"
    records = run(f"--data moving_digits --set reg=kl --results {written}")
    ((argv, make_model),) = given
    assert " ".join(argv) == "--defaults --seed 0 --threads 1 --set max_epochs=1 --set reg='kl'"
    assert make_model is real.RecurrentWAE
    assert records[0]["place"] == 0.1
    (row,) = read(written)
    assert (row["case"], row["swap shows content donor"]) == ("moving_digits, RecurrentWAE", "0.50")
