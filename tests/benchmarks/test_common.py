"""Files of results, and parameters of parameters."""

import csv
from types import SimpleNamespace

import pytest

from tests.benchmarks._common import build, parameters, parser_of_runs
from tests.benchmarks._results import parse, write_results


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_takes_the_place_of_its_rows_and_leaves_the_others(tmp_path):
    path = tmp_path / "results.csv"
    write_results(path, [{"case": "a", "seed": s, "score": "0.1"} for s in "01"])
    write_results(path, [{"case": "b", "seed": "0", "score": "0.2", "error": "0.3"}])
    write_results(path, [{"case": "a", "seed": "1", "score": "0.4"}])
    assert [(row["case"], row["seed"], row["score"]) for row in read(path)] == [
        ("a", "0", "0.1"),
        ("a", "1", "0.4"),
        ("b", "0", "0.2"),
    ]
    assert [row["error"] for row in read(path)] == ["", "", "0.3"]


def test_rows_are_sorted_by_their_place(tmp_path):
    path = tmp_path / "results.csv"
    for case in ("b 0", "a 0", "b 1"):
        write_results(path, [{"case": case, "seed": "0"}], place=lambda row: ord(row["case"][0]))
    assert [row["case"] for row in read(path)] == ["a 0", "b 0", "b 1"]


def test_columns_keep_their_order_and_are_left_out_where_no_row_has_them(tmp_path):
    path = tmp_path / "results.csv"
    write_results(path, [{"case": "a", "seed": "0", "score": "", "error": "0.3", "other": ""}])
    assert list(read(path)[0]) == ["case", "seed", "error"]
    write_results(path, [{"case": "b", "seed": "0", "score": "0.2", "error": "", "other": ""}])
    assert [list(row) for row in read(path)] == [["case", "seed", "score", "error"]] * 2


def test_a_file_stays_as_it_was_where_writing_fails(tmp_path):
    path = tmp_path / "results.csv"
    write_results(path, [{"case": "a", "seed": "0"}])
    before = path.read_bytes()
    with pytest.raises(UnicodeEncodeError):
        write_results(path, [{"case": "a", "seed": "1"}, {"case": "\ud800", "seed": "0"}])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_is_what_decides_the_figures():
    given = ["--seed", "0", "1", "--set", "reg=kl", "--results", "x.csv", "--threads", "1"]
    options = parse(parser_of_runs("speech", "About."), "speech", given)
    assert options.command == "speech --seed 0 1 --set reg=kl --threads 1"
    assert options.set == [("reg", "kl")]


@pytest.mark.parametrize(("given", "known"), [([], {"motion_size": 1}), (["--defaults"], {})])
def test_what_a_benchmark_knows_can_be_left_out(given, known):
    given = [*given, "--epochs", "3", "--set", "reg=kl"]
    options = parse(parser_of_runs("speech", "About."), "speech", given)
    assert parameters(options, {"motion_size": 1}) == {**known, "max_epochs": 3, "reg": "kl"}


def test_parameters_of_parameters_are_set():
    made = []

    def make_model(**params):
        made.append(params)
        return SimpleNamespace(set_params=lambda **nested: made.append(nested))

    build(make_model, {"reg": "kl", "training__ema": 0.99})
    assert made == [{"reg": "kl"}, {"training__ema": 0.99}]
