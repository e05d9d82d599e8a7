"""The command line: cases that are done are not run again, and tables show what there is."""

import csv

import pytest

from tests.benchmarks.paper import __main__ as paper
from tests.benchmarks.paper import jobs

pytestmark = pytest.mark.integration


@pytest.fixture
def run(monkeypatch, tmp_path, tiny_sets):
    monkeypatch.setattr(jobs, "draw_figures", lambda *_: None)
    always = ["--results", str(tmp_path), "--threads", "1"]
    return lambda *options: paper.main([*always, *options])


def measured_rows(folder, table):
    with (folder / "quick" / "tables" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["seeds"] != "-"]


def test_a_run_that_is_killed_between_cases_goes_on_with_the_next(
    run, tmp_path, measured, monkeypatch, capsys
):
    only = ("--only", "digits-conv-mmd-*", "digits-conv-mocogan-*")
    with monkeypatch.context() as patch:
        patch.setattr(paper, "run_case", killed_at_the_second(paper.run_case))
        with pytest.raises(KeyboardInterrupt):
            run(*only)
    assert measured == [0]
    run("--list", *only)
    listed = capsys.readouterr().out.splitlines()[-2:]
    assert [line.split() for line in listed] == [
        ["digits-conv-mmd-0", "done"],
        ["digits-conv-mocogan-0", "-"],
    ]
    assert len(measured_rows(tmp_path, "error_digits")) == 1
    assert run(*only) == 0
    assert measured == [0, 0]
    assert run(*only) == 0
    assert measured == [0, 0]
    assert len(measured_rows(tmp_path, "error_digits")) == 2


def killed_at_the_second(run_case):
    cases = []

    def run(case, *others):
        cases.append(case)
        if len(cases) == 2:
            raise KeyboardInterrupt
        run_case(case, *others)

    return run


def test_a_case_that_fails_holds_up_no_other_and_is_named(run, tmp_path, monkeypatch, capsys):
    def fails(case, *others):
        if case.system == "mmd":
            raise RuntimeError("as it may")
        run_case(case, *others)

    run_case = paper.run_case
    monkeypatch.setattr(paper, "run_case", fails)
    assert run("--only", "digits-conv-mmd-0", "digits-conv-mocogan-0") == 1
    assert "run again by the same command: digits-conv-mmd-0" in capsys.readouterr().err
    assert len(measured_rows(tmp_path, "error_digits")) == 1


def test_a_report_trains_nothing_and_has_every_seed_there_is(run, tmp_path, measured, capsys):
    for seed in ("0", "5"):
        run("--seed", seed, "--only", f"sprites-conv-mocogan-{seed}")
    assert measured == [0, 5]
    elsewhere = tmp_path / "docs"
    assert run("--report", "--tables", str(elsewhere)) == 0
    assert measured == [0, 5]
    assert "0 5" in (elsewhere / "error_sprites.rst").read_text(encoding="utf-8")
    assert "MUG" in capsys.readouterr().out


def test_a_pattern_that_names_no_case_is_refused(run, capsys):
    with pytest.raises(SystemExit):
        run("--only", "mug-*")
    assert "--only 'mug-*' is no case" in capsys.readouterr().err
