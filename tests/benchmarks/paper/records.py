"""Records of cases that are done, a file each, by which a run that was killed goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seqdisentangle.persistence import written_whole

from .cases import Budget, Case, digest


def record_file(folder: Path, case: Case) -> Path:
    """The place of a case's record."""
    return folder / "cases" / f"{case.name}.json"


def write_record(folder: Path, case: Case, budget: Budget, outcome: dict[str, Any]) -> None:
    """Write what came of a case, with its settings and their digest, whole or not at all."""
    settings = case.settings(budget)
    record = {"settings": settings, "digest": digest(settings), **outcome}
    path = record_file(folder, case)
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as partial:
        partial.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def read_record(folder: Path, case: Case, budget: Budget) -> dict[str, Any] | None:
    """Read the record of a case; None where there is none of these settings.

    Raises
    ------
    ValueError
        If the file is no record.
    """
    path = record_file(folder, case)
    if not path.exists():
        return None
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found, _ = record["digest"], record["measures"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not the record of a case: delete it, and the case is run again"
        ) from error
    return record if found == digest(case.settings(budget)) else None


def all_records(folder: Path, budgets: dict[str, Budget]) -> dict[Case, dict[str, Any]]:
    """Read the records of these budgets that a folder has, in the order of their names."""
    names = sorted(path.stem for path in (folder / "cases").glob("*.json"))
    cases = [Case.named(name) for name in names]
    found = {case: read_record(folder, case, budgets[case.data]) for case in cases}
    return {case: record for case, record in found.items() if record is not None}
