"""A table of Statistics Norway laid where one of the scenario's is wanted: known by its title or by its columns."""

import re
import shlex
from pathlib import Path

from ldip.errors import Fault
from ldip.scenario.files.cells import Block, Sheet

TITLE = re.compile(r"(\d{5}): \w")
"""How a saved table begins."""

POPULATION = "07459"
PERSONS = re.compile(r"(Personer|Persons|Folkemengde)\b.*\b\d{4}", re.IGNORECASE)
PLACE = re.compile(r"(\d{4})\b")
FIRST_ROWS = 5


def recognised(sheet: Sheet, block: Block, path: Path) -> Fault | None:
    """That the sheet of the file at `path` is Statistics Norway's, and how it is read in; nothing if it is not."""
    number = table_number(sheet, block)
    if not number:
        return None
    places = (PLACE.match(str(cell)) for row in sheet.rows for cell in row[:1])
    place = next((found[1] for found in places if found), "NNNN")
    into = shlex.quote(path.parent.as_posix())
    command = f"ldip scenario import {shlex.quote(path.name)} --municipality {place} --into {into}"
    return Fault.of("official_table", sheet.file, number=number, command=command)


def table_number(sheet: Sheet, block: Block) -> str:
    """The number of the table that the sheet looks like; nothing if it looks like none."""
    titles = (TITLE.match(str(cell)) for row in sheet.rows[:FIRST_ROWS] for cell in row[:1])
    if found := next((title for title in titles if title), None):
        return found[1]
    ages = {"alder", "age"} & {name.lower() for name in block.header}
    return POPULATION if ages and any(PERSONS.match(name) for name in block.header) else ""
