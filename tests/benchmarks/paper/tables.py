"""Tables of the records that are there, as text, as CSV, and for the documentation."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqdisentangle.persistence import written_whole

from .. import sprites
from .cases import DATA, STRUCTURES, SYSTEMS, Case
from .published import MUG, SOURCE

NONE = "-"  # no record, or nothing that the system could be asked
Rows = list[list[str]]
Records = Mapping[Case, dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """A table of the paper.

    Attributes
    ----------
    name : str
        That of its files.
    title : str
        A line above it.
    data : str
        The data set whose cases are its rows.
    columns : dict of str to pair of str
        The title and the format of each measure that it has.
    published : list of list of str
        Rows that were published, as far as the columns of measures; their source comes last.
    """

    name: str
    title: str
    data: str
    columns: Mapping[str, tuple[str, str]]
    published: tuple[tuple[str, ...], ...] = ()


GENERATION = {
    "accuracy": ("accuracy, %", ".2f"),
    "inception_score": ("Inception score", ".3f"),
    "conditional_entropy": ("H(y given x)", ".3f"),
    "marginal_entropy": ("H(y)", ".3f"),
}
TABLES = (
    Table(
        "error_sprites",
        "Averaged classification error on Sprites, in percent: one code kept, the other drawn",
        "sprites",
        {
            "error_action": ("action, motion kept", ".1f"),
            **{f"error_{a}": (f"{a}, content kept", ".1f") for a in sprites.ATTRIBUTES},
            "error": ("mean", ".1f"),
            "mean_squared_error": ("squared error", ".5f"),
        },
    ),
    Table(
        "error_digits",
        "Averaged classification error on moving digits: one code kept, the other drawn",
        "digits",
        {
            "error": ("digit, content kept, %", ".1f"),
            "pixels_off": ("pixels off, motion kept", ".2f"),
            "mean_squared_error": ("squared error", ".5f"),
        },
    ),
    Table(
        "generation_sprites",
        "Generation on Sprites, by its actions: accuracy with content drawn, in percent, and "
        "scores of unconditional samples, entropies in nats",
        "sprites",
        GENERATION,
        tuple(
            (row.system, f"{row.accuracy:.2f}", *(f"{value:.3f}" for value in row[2:]))
            for row in MUG
        ),
    ),
    Table(
        "generation_digits",
        "Generation on moving digits, by their digits: accuracy with motion drawn, in percent, and "
        "scores of unconditional samples, entropies in nats",
        "digits",
        GENERATION,
    ),
)
# Rows below those of the systems: the prefix of their measures.
BESIDE = {"real_": "real sequences", "chance_": "guesses"}


def rows_of(table: Table, cases: Sequence[Case], records: Records) -> Rows:
    """Make the rows of a table, its header first."""
    titles = [title for title, _ in table.columns.values()]
    rows = [
        ["data", "structure", "system", "seeds", *titles, "epochs", "minutes", "machine or source"]
    ]
    there = {(c.structure, c.system) for c in cases if c.data == table.data}
    for structure in STRUCTURES:
        for system in SYSTEMS:
            if (structure, system) in there:
                row = [DATA[table.data], structure, SYSTEMS[system].title]
                rows.append(row + _measured(table, structure, system, records))
    rows += _beside(table, records)
    for system, *figures in table.published:
        rows.append(["MUG", NONE, system, NONE, *figures, NONE, NONE, SOURCE])
    return rows


def _measured(table: Table, structure: str, system: str, records: Records) -> list[str]:
    """Cells of a system after its title: means over the seeds of which there are records."""
    found = {
        case.seed: record
        for case, record in records.items()
        if (case.data, case.structure, case.system) == (table.data, structure, system)
    }
    if not found:
        return [NONE] * (len(table.columns) + 4)
    each = list(found.values())
    measures = [
        over_seeds([r["measures"][name] for r in each if name in r["measures"]], form)
        for name, (_, form) in table.columns.items()
    ]
    seeds = " ".join(str(seed) for seed in sorted(found))
    epochs = over_seeds([r["n_epochs"] for r in each], ".0f")
    minutes = over_seeds([r["minutes"] for r in each if r["minutes"] is not None], ".1f")
    return [seeds, *measures, epochs, minutes, _machines(each)]


def _machines(records: list[dict[str, Any]]) -> str:
    return "; ".join(dict.fromkeys(record["hardware"] for record in records))


def over_seeds(values: list[float], form: str) -> str:
    """The mean of some values, and their standard deviation where there are several.

    Examples
    --------
    >>> over_seeds([1.0, 2.0], ".1f"), over_seeds([1.5], ".2f"), over_seeds([], ".2f")
    ('1.5 ± 0.7', '1.50', '-')
    """
    if not values:
        return NONE
    mean = format(float(np.mean(values)), form)
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return f"{mean} ± {spread:{form}}" if spread else mean


def _beside(table: Table, records: Records) -> Rows:
    """Rows of the test sequences and of guesses, the same for all systems."""
    rows = []
    of_data = [record for case, record in records.items() if case.data == table.data]
    for prefix, title in BESIDE.items():
        known: dict[str, float] = {}
        for record in of_data:
            known = {**record["measures"], **known}
        cells = [
            format(known[prefix + name], form) if prefix + name in known else NONE
            for name, (_, form) in table.columns.items()
        ]
        if set(cells) != {NONE}:
            rows.append([DATA[table.data], NONE, title, NONE, *cells, NONE, NONE, NONE])
    return rows


def as_text(title: str, rows: Rows) -> str:
    """Columns of one width each, below a title."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([title, "", *lines]) + "\n"


def as_csv(rows: Rows) -> str:
    """Rows as the module csv writes them."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def as_rst(title: str, rows: Rows) -> str:
    """A table of reStructuredText, for a page to include."""
    body = "".join(f"   {line}\n" for line in as_csv(rows).splitlines())
    options = "   :header-rows: 1\n   :class: results\n\n"
    return f".. csv-table:: {title}\n{options}{body}"


def write_tables(folder: Path, cases: Sequence[Case], records: Records) -> list[str]:
    """Write every table whose data have cases, in three forms; return their texts."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = []
    for table in TABLES:
        if not any(case.data == table.data for case in cases):
            continue
        rows = rows_of(table, cases, records)
        texts.append(as_text(table.title, rows))
        forms = {"txt": texts[-1], "csv": as_csv(rows), "rst": as_rst(table.title, rows)}
        for suffix, text in forms.items():
            with written_whole(folder / f"{table.name}.{suffix}") as partial:
                partial.write_text(text, encoding="utf-8")
    return texts
