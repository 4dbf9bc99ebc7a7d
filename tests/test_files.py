"""Tables and series as people have them: every way to write the same numbers gives the same numbers, or a fault."""

import csv
import io
import shutil
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ldip.errors import InputError, Notice
from ldip.scenario.files.cells import block_of, text_sheet
from ldip.scenario.files.decimals import Dialect, readings
from ldip.scenario.files.reader import read, shipped_folder
from ldip.scenario.files.reading import Reading
from ldip.scenario.files.series import read_series
from ldip.scenario.files.tables import COLUMNS, NUMERIC

SHIPPED = ("baerum-2020", "eksempelvik-2025")
TABLES = [
    (name, table)
    for name in SHIPPED
    for table in COLUMNS
    if (shipped_folder() / name / f"{table}.csv").exists()
]
CASES = Path(__file__).parent / "cases"
SPACES = (" ", "\u00a0", "\u202f", "\u2009")


def heading(name: str) -> dict[str, int]:
    scenario = read(name).scenario.scenario
    return {"first_year": scenario.first_year, "plan_years": scenario.plan_years}


HEADINGS = {name: heading(name) for name in SHIPPED}


def rows_of(name: str, table: str) -> list[list[str]]:
    path = shipped_folder() / name / f"{table}.csv"
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def as_read(folder: Path, name: str, table: str):
    reading = Reading(folder)
    found = reading.table(table, HEADINGS[name])
    assert reading.faults == []
    return found.rows, found.years


def is_numeric(column: str) -> bool:
    return column.isdigit() or column in NUMERIC


def norwegian(cell: str, comma: str, space: str) -> str:
    """The number with that decimal sign and that space between thousands."""
    if not cell or "e" in cell:
        return cell.replace(".", comma)
    sign = "-" if cell.startswith("-") else ""
    whole, _, decimals = cell.lstrip("-").partition(".")
    if space and len(whole) > 3:
        first = len(whole) % 3 or 3
        whole = space.join([whole[:first], *[whole[i : i + 3] for i in range(first, len(whole), 3)]])
    return sign + whole + (comma + decimals if decimals else "")


@settings(max_examples=60, deadline=None)
@given(
    of=st.sampled_from(TABLES),
    delimiter=st.sampled_from([",", ";", "\t"]),
    comma=st.sampled_from([".", ","]),
    space=st.sampled_from(["", *SPACES]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    end=st.sampled_from(["\n", "\r\n"]),
    padding=st.integers(0, 2),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    data=st.data(),
)
def test_a_table_in_any_dialect_has_the_same_rows(
    tmp_path_factory, of, delimiter, comma, space, encoding, end, padding, quoting, data
):
    name, table = of
    header, *rows = rows_of(name, table)
    if encoding == "cp1252" and space in ("\u202f", "\u2009"):
        space = "\u00a0"
    if delimiter == "," and comma == ",":
        quoting = csv.QUOTE_ALL
    new = [
        [
            norwegian(cell, comma, space) if is_numeric(column) else _inside(column, cell, comma)
            for column, cell in zip(header, row, strict=True)
        ]
        for row in rows
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([[*row, *[""] * padding] for row in (header, *new)])
    if data.draw(st.booleans(), label="blank lines"):
        writer.writerows([[""] * len(header)] * 2)
    folder = tmp_path_factory.mktemp("table")
    (folder / f"{table}.csv").write_bytes(out.getvalue().encode(encoding, errors="replace"))
    told = any(len(Dialect.of([cell], "\t").point) for row in new for cell in row)
    if not told and comma == ",":
        return  # nothing in the table tells its decimal sign
    found, years = as_read(folder, name, table)
    expected, known = as_read(shipped_folder() / name, name, table)
    if encoding == "cp1252":  # which lacks some signs of the sources
        found, expected = ([_without_source(row) for row in rows] for rows in (found, expected))
    assert (found, years) == (expected, known)


def _inside(column: str, cell: str, comma: str) -> str:
    return cell.replace(".", comma) if column in ("profile", "tolerance") else cell


def _without_source(row):
    return {key: value for key, value in row.items() if not isinstance(value, str) or value.isascii()} | {
        "texts": sorted(key for key, value in row.items() if isinstance(value, str) and value.isascii())
    }
