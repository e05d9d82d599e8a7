"""Records of cases."""

from dataclasses import replace

import pytest

from tests.benchmarks.paper.cases import Case
from tests.benchmarks.paper.records import all_records, read_record, record_file, write_record

CASE = Case("digits", "conv", "mmd", 0)


def test_a_record_is_read_as_it_was_written(tmp_path, budget):
    assert read_record(tmp_path, CASE, budget) is None
    write_record(tmp_path, CASE, budget, {"measures": {"error": 12.5}, "minutes": None})
    record = read_record(tmp_path, CASE, budget)
    assert record["measures"] == {"error": 12.5}
    assert record["minutes"] is None
    assert record["settings"] == CASE.settings(budget)
    assert [path.name for path in (tmp_path / "cases").iterdir()] == ["digits-conv-mmd-0.json"]


def test_a_record_of_other_settings_counts_as_none(tmp_path, budget):
    write_record(tmp_path, CASE, budget, {"measures": {}})
    assert read_record(tmp_path, CASE, replace(budget, size=24)) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"digest": "0"}'])
def test_a_file_that_is_no_record_is_named(tmp_path, budget, text):
    path = record_file(tmp_path, CASE)
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ValueError, match=r"digits-conv-mmd-0\.json is not the record of a case"):
        read_record(tmp_path, CASE, budget)


def test_all_records_of_a_folder_are_found_whichever_seeds_they_have(tmp_path, budget):
    budgets = {"digits": budget, "sprites": replace(budget, size=24)}
    cases = [CASE, replace(CASE, seed=12), replace(CASE, data="sprites")]
    for case in cases:
        write_record(tmp_path, case, budget, {"measures": {}})
    assert set(all_records(tmp_path, budgets)) == set(cases[:2])
    assert all_records(tmp_path / "nowhere", budgets) == {}
