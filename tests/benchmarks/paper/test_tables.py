"""Tables of records, with "-" for what is not there."""

import csv

import pytest

from tests.benchmarks.paper.cases import Case, all_cases
from tests.benchmarks.paper.published import MUG, SOURCE
from tests.benchmarks.paper.tables import TABLES, as_csv, as_rst, as_text, rows_of, write_tables

SPRITES, DIGITS, GENERATION, _ = TABLES


def record(minutes=2.0, **measures):
    return {"measures": measures, "n_epochs": 16, "minutes": minutes, "hardware": "a core"}


def row_of(rows, system, structure="conv", data="moving digits"):
    (row,) = [row for row in rows[1:] if row[:3] == [data, structure, system]]
    return dict(zip(rows[0], row, strict=True))


def test_every_case_has_a_row_and_missing_ones_are_shown_as_such():
    rows = rows_of(DIGITS, all_cases([0]), {})
    assert len(rows) == 1 + 12
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(set(row[3:]) == {"-"} for row in rows[1:])


def test_a_row_has_the_mean_and_the_deviation_over_seeds():
    records = {
        Case("digits", "conv", "mmd", 0): record(error=10.0, mean_squared_error=0.5),
        Case("digits", "conv", "mmd", 3): record(None, error=20.0, mean_squared_error=0.5),
    }
    row = row_of(rows_of(DIGITS, all_cases([0, 3]), records), "R-WAE(MMD), this package")
    assert row["seeds"] == "0 3"
    assert row["digit, content kept, %"] == "15.0 ± 7.1"
    assert row["squared error"] == "0.50000"
    assert row["pixels off, motion kept"] == "-"
    assert (row["epochs"], row["minutes"], row["machine or source"]) == ("16", "2.0", "a core")


def test_a_resumed_training_has_no_time():
    records = {Case("digits", "conv", "gan", 0): record(None)}
    row = row_of(rows_of(DIGITS, all_cases([0]), records), "R-WAE(GAN), this package")
    assert row["minutes"] == "-"


def test_real_sequences_and_guesses_stand_below_their_data():
    records = {
        Case("digits", "conv", "mocogan", 0): record(inception_score=5.0),
        Case("digits", "conv", "mmd", 0): record(error=10.0, real_error=1.0, chance_error=90.0),
    }
    rows = rows_of(DIGITS, all_cases([0]), records)
    assert row_of(rows, "real sequences", "-")["digit, content kept, %"] == "1.0"
    assert row_of(rows, "guesses", "-")["digit, content kept, %"] == "90.0"


def test_published_rows_stand_beside_with_their_source():
    rows = rows_of(GENERATION, all_cases([0]), {})
    published = [row for row in rows if row[0] == "MUG"]
    assert [row[2] for row in published] == [figures.system for figures in MUG]
    assert {row[-1] for row in published} == {SOURCE}
    wae = row_of(rows, "R-WAE", "-", "MUG")
    assert (wae["accuracy, %"], wae["H(y given x)"]) == ("71.25", "0.131")


def test_the_three_forms_have_the_same_cells():
    rows = rows_of(GENERATION, all_cases([0]), {})
    text, table = as_text("Title", rows), as_rst("Title", rows)
    assert list(csv.reader(as_csv(rows).splitlines())) == rows
    assert len(text.splitlines()) == 2 + len(rows)
    body = table.partition(":class: results\n\n")[2]
    assert list(csv.reader(line.strip() for line in body.splitlines())) == rows


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_tables_are_written_as_text_csv_and_rst(tmp_path, table):
    cases = [Case(table.data, "conv", "mmd", 0)]
    texts = write_tables(tmp_path / "tables", cases, {})
    assert any(text.startswith(table.title) for text in texts)
    for suffix in ("txt", "csv", "rst"):
        assert (tmp_path / "tables" / f"{table.name}.{suffix}").stat().st_size > 100


def test_tables_of_other_data_are_not_written(tmp_path):
    write_tables(tmp_path, [Case("digits", "conv", "mmd", 0)], {})
    assert not (tmp_path / f"{SPRITES.name}.csv").exists()
