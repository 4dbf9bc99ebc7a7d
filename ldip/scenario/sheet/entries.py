"""Settings in rows of a sheet: its columns, and its cells as numbers, years and bases; each fault names its cell."""

import datetime
import re
from collections.abc import Mapping

from ldip.errors import Fault, InputError
from ldip.scenario.files.cells import Sheet, address
from ldip.scenario.files.faults import a_date
from ldip.scenario.schema import limits
from ldip.scenario.settings import BASES
from ldip.scenario.sheet import faults as f
from ldip.text import Text

SHEET = Text("Innstillinger", "Settings")
COLUMNS = (
    Text("Nøkkel", "Key"),
    Text("Innstilling", "Setting"),
    Text("Enhet", "Unit"),
    Text("Minst", "Least"),
    Text("Størst", "Most"),
    Text("Fra år", "From year"),
    Text("Grunnverdi", "Base value"),
    Text("Grunnlag", "Basis"),
    Text("Kilde", "Source"),
)
KEY, UNIT, YEAR, BASE, BASIS, SOURCE = 0, 2, 5, 6, 7, 8
SERIALS = (36526.0, 73050.0)
"""What Excel counts the days of 2000-2099 as."""
BASIS_WORDS = {text: word for word, texts in BASES.items() for text in (*texts, word)}
"""A basis as people write it -> as a file has it."""


def header_row(sheet: Sheet, wanted: Mapping[int, Text]) -> int:
    """The row of the column names, or InputError if it or one of those `wanted` is not there."""
    head = next((row for row in range(len(sheet.rows)) if sheet.at(row, KEY) in wanted[KEY]), None)
    if head is None:
        raise InputError([Fault.of("sheet_no_header", sheet.file, sheet.name, name=wanted[KEY].nb)])
    moved = [
        Fault.of("sheet_moved", sheet.file, sheet.place(head, column), str(sheet.at(head, column)), name=name.nb)
        for column, name in wanted.items()
        if sheet.at(head, column) not in name
    ]
    if moved:
        raise InputError(moved)
    return head


class Entries:
    """One reading of a sheet of settings: its cells, and the faults found so far."""

    def __init__(self, sheet: Sheet):
        self.sheet = sheet
        self.faults: list[Fault] = []

    def fault(self, kind: str, row: int, column: int, key: str = "", **words: object) -> None:
        """A fault of a cell."""
        cell = self.sheet.at(row, column)
        shown = f"{cell:g}" if isinstance(cell, float) else str(cell)
        self.faults.append(Fault.of(kind, self.sheet.file, self.sheet.place(row, column, key), shown, **words))

    def filled(self, row: int, column: int) -> bool:
        """Is there something in the cell?"""
        return self.sheet.at(row, column) != "" or address(row, column) in self.sheet.errors

    def year(self, row: int, key: str) -> int | None:
        """The year in the row's cell; None with a fault where it is none."""
        cell = self.sheet.at(row, YEAR)
        if isinstance(cell, str) and re.fullmatch(r"\d{4}", cell):
            cell = float(cell)
        if not isinstance(cell, float) or cell != int(cell) or not 1000 <= cell <= 9999:
            self.fault("sheet_bad_year", row, YEAR, key)
            return None
        return int(cell)

    def number(self, row: int, column: int, key: str) -> float | None:
        """The number in a cell; None where there is none, with a fault where there is something else."""
        cell, place = self.sheet.at(row, column), self.sheet.place(row, column, key)
        if address(row, column) in self.sheet.errors:
            self.fault("sheet_error_cell", row, column, key)
        elif isinstance(cell, float):
            if _is_serial(cell, key):
                day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(cell))
                self.faults.append(a_date(self.sheet.file, place, day, f"{cell:g}"))
            else:
                return cell + 0.0
        elif cell != "":
            self.faults.append(f.not_a_number(self.sheet.file, place, cell))
        return None


def _is_serial(cell: float, key: str) -> bool:
    """Is it a number that the key cannot have, and that Excel counts a day of our time as?"""
    try:
        low, high = limits(key)
    except (KeyError, AttributeError):  # told by the schema: no such key
        return False
    return not low <= cell <= high and cell == int(cell) and SERIALS[0] <= cell <= SERIALS[1]
