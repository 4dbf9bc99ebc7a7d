"""Settings edited in Excel: read a sheet of alternatives and turn each into a change file.

A row is a setting, or one year's value of a setting that changes over time (`From year`; empty: from the beginning).
Columns are the base and the alternatives; an empty cell is as in the base. Every fault names its cell, and all come
at once. Limits, whole numbers and correlations are checked by reading the written change file as any other.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError
from ldip.scenario.files.cells import Sheet, address, read_cells
from ldip.scenario.files.faults import nearest
from ldip.scenario.files.reader import Source, read, seen_from
from ldip.scenario.files.writer import change_toml
from ldip.scenario.numbers import moves, quantities
from ldip.scenario.paths import by_year
from ldip.scenario.projects import as_moved
from ldip.scenario.quantities import Parameter, Quantity
from ldip.scenario.sheet.entries import (
    BASE,
    BASIS,
    BASIS_WORDS,
    COLUMNS,
    KEY,
    SHEET,
    SOURCE,
    UNIT,
    YEAR,
    Entries,
    header_row,
)
from ldip.scenario.units import in_words
from ldip.text import Text

FIRST = len(COLUMNS)  # column of the first alternative: its value, then its basis and its source
PARTS = 3
SCENARIO = Text("Scenario", "Scenario")
FIELDS = {
    "name": Text("Navn", "Name"),
    "title_nb": Text("Tittel, norsk", "Title, Norwegian"),
    "title_en": Text("Tittel, engelsk", "Title, English"),
    "basis": Text("Grunnlag for hele kolonnen", "Basis of the whole column"),
    "source": Text("Kilde for hele kolonnen", "Source of the whole column"),
}
"""What stands above each alternative."""
NAME = re.compile(r"[\w-]+")


class Change(NamedTuple):
    """An alternative as a change file, and where in the sheet each of its keys stands."""

    name: str
    toml: str
    places: dict[str, str]  # key path, as in faults -> cell
    numbers: int


def read_sheet(path: Path, out: Path = Path()) -> tuple[str, list[Change]]:
    """The scenario that the sheet belongs to and its alternatives as changes, to be written in the folder `out`; or
    InputError with every fault."""
    sheet = read_cells(path, SHEET)
    head = _header(sheet)
    scenario = _scenario(sheet, head)
    try:
        source = read(scenario)
    except InputError as error:
        row = next(row for row in range(head) if sheet.at(row, KEY) in SCENARIO)
        place = sheet.place(row, KEY + 1)
        raise InputError(
            it if it.file else it._replace(file=sheet.file, key=place, value=scenario) for it in error.faults
        ) from None
    reading = _Reading(sheet, head, scenario, source, seen_from(scenario, out))
    changes = reading.changes()
    if not changes and not reading.faults:
        reading.faults.append(Fault.of("sheet_nothing", sheet.file, sheet.name))
    if reading.faults:
        raise InputError(reading.faults)
    return scenario, changes


def check(file: str, scenario: str, change: Change, path: Path) -> list[Fault]:
    """What is wrong with the change written to `path`, told by the cells it comes from."""
    try:
        read(scenario, (str(path),))
    except InputError as error:
        return [_in_sheet(file, change, fault) for fault in error.faults]
    return []


def _in_sheet(file: str, change: Change, fault: Fault) -> Fault:
    parts = fault.key.split(".")
    paths = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    found = next((change.places[path] for path in paths if path in change.places), None)
    if found is None:  # a fault of several keys together
        found = next((place for key, place in change.places.items() if key.startswith(fault.key)), change.name)
    return fault._replace(file=file, key=found)


def _header(sheet: Sheet) -> int:
    """The row of the column names, or InputError if it or one of them is not there."""
    wanted = dict(enumerate(COLUMNS))
    head = header_row(sheet, wanted)
    for first in range(FIRST, len(sheet.rows[head]), PARTS):
        wanted |= {first + 1: COLUMNS[BASIS], first + 2: COLUMNS[SOURCE]}
    return header_row(sheet, wanted)


def _scenario(sheet: Sheet, head: int) -> str:
    row = next((row for row in range(head) if sheet.at(row, KEY) in SCENARIO), None)
    if row is None or not sheet.at(row, KEY + 1):
        place = sheet.name if row is None else sheet.place(row, KEY + 1)
        raise InputError([Fault.of("sheet_no_scenario", sheet.file, place)])
    return str(sheet.at(row, KEY + 1))


class _Reading(Entries):
    """One reading of a sheet: the rows of settings, and the faults found so far."""

    def __init__(self, sheet: Sheet, head: int, name: str, source: Source, extends: str):
        super().__init__(sheet)
        self.head, self.name, self.extends = head, name, extends
        self.known: dict[str, Quantity | Parameter] = {**quantities(source.scenario), **moves(source.scenario)}
        self.first_year = source.scenario.scenario.first_year
        self.alternatives = range(FIRST, len(sheet.rows[head]), PARTS)
        self.rows = self._rows()

    def _rows(self) -> dict[str, dict[int, int]]:
        """Key -> year that a value holds from -> row of the sheet."""
        found: dict[str, dict[int, int]] = {}
        for row in range(self.head + 1, len(self.sheet.rows)):
            key = self.sheet.at(row, KEY)
            if key == "":
                if any(
                    self.filled(row, column) for first in self.alternatives for column in range(first, first + PARTS)
                ):
                    self.fault("sheet_no_key", row, KEY)
                continue
            if key not in self.known:
                place, near = self.sheet.place(row, KEY), _near(str(key), list(self.known))
                kind = "misspelt_key" if near else "unknown_key"
                self.faults.append(Fault.of(kind, self.sheet.file, place, str(key), near=near))
                continue
            year = self._year(row, str(key))
            if year is None:
                continue
            starts = found.setdefault(str(key), {})
            if year in starts:
                self.fault("sheet_twice", row, KEY, first=starts[year] + 1)
                continue
            starts[year] = row
            self._unchanged(row, str(key), year)
        return found

    def _year(self, row: int, key: str) -> int | None:
        """The year that the row's value holds from, the first one where none is given; None with a fault."""
        if self.sheet.at(row, YEAR) == "":
            return self.first_year
        year = self.year(row, key)
        if year is not None and not isinstance(self.known[key], Parameter):
            self.fault("sheet_fixed", row, YEAR, key)
            return None
        return year

    def _unchanged(self, row: int, key: str, year: int) -> None:
        """A fault for a unit or a base value that is not the scenario's."""
        quantity = self.known[key]
        if self.sheet.at(row, UNIT) not in ("", quantity.unit, *in_words(quantity.unit)):
            self.fault("sheet_unit_changed", row, UNIT, key, unit=quantity.unit)
        cell = self.sheet.at(row, BASE)
        if cell == "":
            return
        base = self._base(quantity).get(year)
        if not isinstance(cell, float) or base is None or abs(cell - base) > 1e-9 * max(abs(base), 1e-9):
            value = "-" if base is None else f"{base:g}"
            self.fault("sheet_base_changed", row, BASE, key, base=value, scenario=self.name)

    def _base(self, quantity: Quantity | Parameter) -> dict[int, float]:
        """The base's values by the year they hold from."""
        return {year or self.first_year: value for year, value in by_year(quantity).items()}

    def changes(self) -> list[Change]:
        """Every alternative that has a number; the faults are kept."""
        found: list[Change] = []
        for column in self.alternatives:
            change = self._change(column)
            if change and change.name in {other.name for other in found}:
                self.fault("sheet_name_twice", self._field_row("name"), column)
            if change:
                found.append(change)
        return found

    def _field_row(self, field: str) -> int:
        rows = (row for row in range(self.head) if self.sheet.at(row, KEY) in FIELDS[field])
        return next(rows, self.head)

    def _field(self, field: str, column: int) -> str:
        row = self._field_row(field)
        return str(self.sheet.at(row, column)) if row != self.head else ""

    def _change(self, column: int) -> Change | None:
        """The alternative in `column`; None where there are no numbers."""
        entries: dict[str, Any] = {}
        places: dict[str, str] = {}
        for key, starts in self.rows.items():
            numbers = {year: self.number(row, column, key) for year, row in starts.items()}
            own = {year: number for year, number in numbers.items() if number is not None}
            if not own:
                self._nothing_beside(starts.values(), column, key)
                continue
            entries[key] = self._entry(key, own, column)
            if key.startswith("projects."):
                entries[key] = as_moved(key.split(".")[-1], next(iter(own.values())))
            first = self.sheet.place(starts[next(iter(own))], column, key)
            places |= {key: first}
            places |= {f"{key}.dated.{year}": self.sheet.place(starts[year], column, key) for year in own}
            places[f"{key}.source"] = self.sheet.place(starts[next(iter(own))], column + 2, key)
        if not entries:
            return None
        name, title = self._field("name", column), self._field("title_nb", column)
        english = self._field("title_en", column) or title
        if not name:
            self.fault("sheet_no_name", self._field_row("name"), column)
        elif not NAME.fullmatch(name):
            self.fault("sheet_bad_name", self._field_row("name"), column)
        if not (title or english):
            self.fault("sheet_no_title", self._field_row("title_nb"), column)
        heading = {"title_nb": title or english, "title_en": english, "extends": self.extends}
        paths = {tuple(key.split(".")): entry for key, entry in entries.items()}
        return Change(name, change_toml(heading, paths), places, len(entries))

    def _nothing_beside(self, rows: Any, column: int, key: str) -> None:
        for row in rows:
            if address(row, column) in self.sheet.errors or self.sheet.at(row, column) != "":
                return  # a number that is faulty is one
        for row in rows:
            for beside in (column + 1, column + 2):
                if self.sheet.at(row, beside) != "":
                    self.fault("sheet_source_without_number", row, beside, key)

    def _entry(self, key: str, own: dict[int, float], column: int) -> dict[str, Any]:
        """The number as a change file has it: laid over the base's years, with basis and source."""
        quantity, starts = self.known[key], self.rows[key]
        values = own
        if isinstance(quantity, Parameter):
            values = dict(sorted((self._base(quantity) | own).items()))
        entry: dict[str, Any] = {"dated": {str(year): value for year, value in values.items()}}
        if len(set(values.values())) == 1:
            entry = {"value": next(iter(values.values()))}
        first = starts[next(iter(own))]
        return entry | {"basis": self._basis(key, column, first), "source": self._source(key, column, first)}

    def _basis(self, key: str, column: int, first: int) -> str:
        told: dict[str, int] = {}
        for row in self.rows[key].values():
            cell = self.sheet.at(row, column + 1)
            if cell != "" and str(cell).lower() not in BASIS_WORDS:
                self.fault("sheet_bad_basis", row, column + 1, key)
            elif cell != "":
                told.setdefault(BASIS_WORDS[str(cell).lower()], row)
        if len(told) > 1:
            self.fault("sheet_two_bases", list(told.values())[1], column + 1, key)
        common = self._field("basis", column).lower()
        if not told and common and common not in BASIS_WORDS:
            self.fault("sheet_bad_basis", self._field_row("basis"), column)
        elif not told and not common:
            self.fault("sheet_no_basis", first, column + 1, key)
        return next(iter(told), BASIS_WORDS.get(common, ""))

    def _source(self, key: str, column: int, first: int) -> str:
        cells = [str(self.sheet.at(row, column + 2)) for row in self.rows[key].values()]
        told = "; ".join(dict.fromkeys(cell for cell in cells if cell)) or self._field("source", column)
        if not told:
            self.fault("sheet_no_source", first, column + 2, key)
        return told


def _near(word: str, known: Sequence[str]) -> str:
    """The key that was probably meant, spelt like the whole of it or like its last part; or nothing."""
    import difflib

    whole = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    parts = {key.split(".")[-1]: key for key in reversed(known)}
    return whole[0] if whole else parts.get(nearest(word.split(".")[-1], list(reversed(parts))), "")
