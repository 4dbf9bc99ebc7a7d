"""A whole scenario in one workbook: its settings, its texts and its tables, read back into the files of a folder.

What the cells hold is checked by reading the written folder as any other; every fault names the cell it comes from.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError
from ldip.scenario.files.cells import Block, Sheet, block_of, column_of, read_cells, sheet_names
from ldip.scenario.files.formats import FORMAT, SCENARIO
from ldip.scenario.files.reader import Source, find, read
from ldip.scenario.files.reading import BASE as BASE_FILE
from ldip.scenario.files.reading import Reading, table_file
from ldip.scenario.files.rewrite import rewritten
from ldip.scenario.files.tables import COLUMNS as TABLE_COLUMNS
from ldip.scenario.files.tables import IN_TWO, OPTIONAL, OWN_YEARS, plain_rows, read_table, wanted_years
from ldip.scenario.files.writer import toml_text
from ldip.scenario.quantities import in_prices_of
from ldip.scenario.schema import RULE_UNITS, OwnRule, demand_of, kind_at
from ldip.scenario.sheet import entries as form
from ldip.scenario.sheet.columns import SHEETS, columns, full_header
from ldip.scenario.sheet.entries import BASE, BASIS, KEY, SOURCE, YEAR, Entries, header_row
from ldip.text import Text

VALUE = Text("Verdi", "Value")
IN_ENGLISH = Text("Kilde på engelsk", "Source in English")
DEFAULT = Text("Standardverdi", "Default")
COLUMNS = (*form.COLUMNS[:BASE], VALUE, *form.COLUMNS[BASE + 1 :], IN_ENGLISH, DEFAULT)
ENGLISH = len(COLUMNS) - 2

TEXTS = Text("Tekster", "Texts")
TEXT_COLUMNS = (form.COLUMNS[KEY], Text("Hva", "What"), Text("Tekst", "Text"))
WORDS = 2
"""The column of the texts themselves."""

IDS = 3
"""The row of a table with the names of its columns has at least so many of them."""


class Parts(NamedTuple):
    """A scenario's folder as its workbook shows it."""

    source: Source
    tree: dict[str, Any]  # of base.toml
    stated: frozenset[str]  # keys of numbers that stand in it
    tables: dict[str, list[list[str]]]  # header and rows; of a table that is not there the header


def parts_of(where: str) -> Parts:
    """The parts of the scenario `where`, as its files have them. Raises InputError with every fault, and for a
    scenario with changes, which have files of their own."""
    place = find(where)
    if place.changes:
        raise InputError([Fault.of("workbook_of_changes", "", where)])
    source = read(where)
    reading = Reading(place.folder, place.base)
    tree = reading.settings(place.base, SCENARIO)
    heading = source.scenario.scenario
    years = [str(year) for year in range(heading.first_year, heading.first_year + heading.plan_years)]
    tables = {}
    for table in SHEETS:
        reading.table(table, tree["scenario"])
        block = reading.blocks.get(reading.shown(reading.table_file(table)))
        own = [] if table in OWN_YEARS else years
        tables[table] = plain_rows(block) if block else [full_header(table, own)]
    stated = frozenset(".".join(path) for path, value in _flat(tree) if isinstance(value, Mapping))
    return Parts(source, tree, stated, tables)


def texts_of(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a scenario has besides numbers, by key path."""
    for path, value in _flat(tree):
        if not isinstance(value, Mapping) and path != ("scenario", "format"):
            yield ".".join(path), value


class Whole(NamedTuple):
    """A scenario as its workbook has it."""

    file: str
    base: dict[str, Any]  # the tree of base.toml
    places: dict[str, str]  # key path, as in faults -> cell
    blocks: dict[str, Block]  # by table
    faulty: frozenset[tuple[str, int, str]]  # table, line and column of numbers that could not be read

    def in_cells(self, fault: Fault) -> Fault | None:
        """A fault of the written folder told by its cell; nothing of a number that is told already."""
        found = re.fullmatch(r".*?([^/]+)\.(?:toml|csv)(?::(\d+))?", fault.file)
        name, line = (found[1], int(found[2] or 0)) if found else ("", 0)
        if name not in self.blocks:
            return self._in_settings(fault)
        block = self.blocks[name]
        if not line:
            return fault._replace(file=self.file, key=f"{block.sheet} ({fault.key})" if fault.key else block.sheet)
        own = block.lines[line - 2] if line > 1 else block.head
        if {(name, own, column_of(fault)), (name, own, str(fault.value))} & self.faulty:
            return None
        if fault.kind == "not_one_of" and column_of(fault) in block.header:
            known = columns(name, [column_of(fault)])[0].known()
            fault = fault._replace(places=(("known", known),))
        return block.in_cells(fault._replace(file=f"{block.file}:{own}"))

    def _in_settings(self, fault: Fault) -> Fault:
        if fault.kind in ("unknown_key", "misspelt_key"):
            number = fault.key.removesuffix(".dated")
            if number != fault.key and number in self.places:
                return Fault.of("sheet_fixed", self.file, self.places[f"{number}.year"])
            if f"{number}.key" in self.places:
                return fault._replace(file=self.file, key=self.places[f"{number}.key"])
        if fault.kind == "missing" and not _unit(fault.key, self.base):
            return Fault.of("workbook_no_text", self.file, fault.key)
        return fault._replace(file=self.file, key=self._place(fault.key))

    def _place(self, key: str) -> str:
        parts = key.split(".")
        paths = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        below = (place for path, place in self.places.items() if path.startswith(f"{key}."))
        return next((self.places[path] for path in paths if path in self.places), "") or next(below, key)


def read_whole(path: Path) -> Whole:
    """The scenario in the workbook at `path`. Raises InputError with every fault of its form and of its numbers."""
    known = sheet_names(path)
    missing = [name for name in (form.SHEET, TEXTS) if not set(name) & set(known)]
    missing += [name for table, name in SHEETS.items() if table not in OPTIONAL and not set(name) & set(known)]
    if missing:
        raise InputError(Fault.of("workbook_no_sheet", path.name, name=name) for name in missing)
    faults: list[Fault] = []
    base: dict[str, Any] = {"scenario": {"format": FORMAT}}
    places: dict[str, str] = {}
    for part in (_texts(read_cells(path, TEXTS), faults), _settings(read_cells(path, form.SHEET), faults)):
        for key, (value, cells) in part.items():
            unit = {"unit": _unit(key, base)} if isinstance(value, dict) else {}
            _put(base, key.split("."), value | unit if unit else value)
            places |= cells
    blocks, faulty = {}, set()
    for table, name in SHEETS.items():
        block = _block(table, read_cells(path, name)) if set(name) & set(known) else None
        if block and block.rows:
            blocks[table] = block
            found = read_table(table, block, wanted_years(table, base["scenario"]))
            faults += [block.in_cells(fault) for fault in found.faults]
            faulty |= {(table, *cell) for cell in found.faulty}
    return _checked(Whole(path.name, base, places, blocks, frozenset(faulty)), faults)


def _checked(whole: Whole, faults: list[Fault]) -> Whole:
    if faults:
        raise InputError(faults)
    return whole


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree[path[-1]] = value


Part = Mapping[str, tuple[Any, dict[str, str]]]
"""Key path -> what stands there, and the cells that its parts come from."""


def _texts(sheet: Sheet, faults: list[Fault]) -> Part:
    """What a scenario has besides numbers."""
    head = header_row(sheet, dict(enumerate(TEXT_COLUMNS)))
    found: dict[str, tuple[Any, dict[str, str]]] = {}
    for row in range(head + 1, len(sheet.rows)):
        key, cell = str(sheet.at(row, KEY)), sheet.at(row, WORDS)
        if key in found:
            faults.append(Fault.of("twice", sheet.file, sheet.place(row, KEY), key))
        elif key and cell != "":
            found[key] = _text(cell), {key: sheet.place(row, WORDS, key)}
    return found


def _text(cell: Any) -> Any:
    """A text as it stands, a whole number as one, a list as JSON has it."""
    if isinstance(cell, float) and cell == int(cell):
        return int(cell)
    if isinstance(cell, str) and cell.startswith("["):
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    return cell


def _settings(sheet: Sheet, faults: list[Fault]) -> Part:
    """The numbers that are stated, as base.toml has them."""
    head = header_row(sheet, dict(enumerate(COLUMNS[: ENGLISH + 1])))
    reading = Entries(sheet)
    rows: dict[str, list[int]] = {}
    for row in range(head + 1, len(sheet.rows)):
        key = str(sheet.at(row, KEY))
        if key:
            rows.setdefault(key, []).append(row)
        elif reading.filled(row, BASE):
            reading.fault("sheet_no_key", row, KEY)
    found = {key: entry for key, of in rows.items() if (entry := _setting(reading, key, of))}
    faults += reading.faults
    return found


def _setting(reading: Entries, key: str, rows: list[int]) -> tuple[Any, dict[str, str]] | None:
    """One number with its years, basis and source; None where no row has one."""
    sheet = reading.sheet
    values: dict[int | None, float] = {}
    places: dict[str, str] = {}
    stated = [row for row in rows if reading.filled(row, BASE)]
    for row in stated:
        dated = sheet.at(row, YEAR) != ""
        year = reading.year(row, key) if dated else None
        number = reading.number(row, BASE, key)
        if number is None or (dated and year is None):
            continue
        if year in values or (values and (year is None or None in values)):
            reading.fault("sheet_twice", row, KEY, first=stated[0] + 1)
        values[year] = number
        part = "value" if year is None else f"dated.{year}"
        places[f"{key}.{part}"] = sheet.place(row, BASE, key)
    if not stated or not values:
        return None
    first = stated[0]
    value: Any = {"value": values[None]} if None in values else {
        "dated": {str(year): number for year, number in sorted(values.items(), key=lambda it: it[0] or 0)}
    }  # fmt: skip
    for part, column in (("key", KEY), ("year", YEAR), ("basis", BASIS), ("source", SOURCE)):
        places[f"{key}.{part}"] = sheet.place(first, column, key)
    places[key] = sheet.place(first, BASE, key)
    entry = value | {"basis": _basis(reading, stated, key)}
    return entry | {"source": _source(reading, first, key)}, places


def _unit(key: str, base: Mapping[str, Any]) -> str:
    """The unit that the key must have, in the prices of the scenario's first year; nothing for an unknown key."""
    *sections, name = key.split(".")
    model = kind_at(sections)
    try:
        own = RULE_UNITS[base["rules"]["own"][sections[2]]["metric"]] if model is OwnRule else ""
        unit = own or demand_of(model.model_fields[name]).unit  # type: ignore[union-attr]
    except (KeyError, AttributeError, TypeError, IndexError):  # told by the schema
        return ""
    return in_prices_of(unit, base["scenario"].get("first_year"))


def _basis(reading: Entries, rows: list[int], key: str) -> str:
    """The one basis of a number's rows; some may be empty."""
    told = {row: str(cell).lower() for row in rows if (cell := reading.sheet.at(row, BASIS)) != ""}
    if not told:
        reading.fault("sheet_no_basis", rows[0], BASIS, key)
    for row, word in told.items():
        if word not in form.BASIS_WORDS:
            reading.fault("sheet_bad_basis", row, BASIS, key)
    found = {form.BASIS_WORDS.get(word, word): row for row, word in told.items()}
    if len(found) > 1:
        reading.fault("sheet_two_bases", list(found.values())[-1], BASIS, key)
    return next(iter(found), "")


def _source(reading: Entries, row: int, key: str) -> str | dict[str, str]:
    own, english = (str(reading.sheet.at(row, column)) for column in (SOURCE, ENGLISH))
    if not own and not english:
        reading.fault("sheet_no_source", row, SOURCE, key)
    return {"nb": own or english, "en": english} if english and own != english else own


def _block(table: str, sheet: Sheet) -> Block:
    """A table in its sheet: below the row of the names that the columns have in the file, choices as the file has
    them. InputError if there is no such row."""
    known = {*TABLE_COLUMNS[table], *IN_TWO, "note"}
    rows = range(len(sheet.rows))
    head = next((row for row in rows if len(known & set(map(str, sheet.rows[row]))) >= IDS), None)
    if head is None:
        names = ", ".join(TABLE_COLUMNS[table])
        raise InputError([Fault.of("workbook_no_header", sheet.file, sheet.name, names=names)])
    block = block_of(sheet._replace(rows=[*[[]] * head, *sheet.rows[head:]]), notes=False)
    kinds = columns(table, block.header)
    block.rows[:] = [[kind.meant(cell) for kind, cell in zip(kinds, row, strict=True)] for row in block.rows]
    return block


def files_of(whole: Whole, before: str | None) -> Iterator[tuple[str, list[list[str]] | str]]:
    """The files of the scenario's folder by name: texts, and tables as rows. `before` is the base.toml that was
    there, whose comments stay."""
    yield BASE_FILE, (rewritten(before, whole.base) if before else None) or toml_text(dict(_flat(whole.base)))
    for table, block in whole.blocks.items():
        yield f"{table}.csv", plain_rows(block)


def _flat(tree: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and not ("value" in value or "dated" in value):
            yield from _flat(value, (*at, key))
        else:
            yield (*at, key), value


def check(whole: Whole, folder: Path) -> list[Fault]:
    """What is wrong with the scenario written to `folder`, told by the cells it comes from."""
    try:
        read(str(folder))
    except InputError as error:
        told = (whole.in_cells(fault) for fault in error.faults)
        return list(dict.fromkeys(fault for fault in told if fault))
    return []


def base_before(folder: Path, *, overwrite: bool) -> str | None:
    """The base.toml that is in the folder, which may be replaced; None where there is none. Raises InputError for a
    folder with other things in it, for one that may not be replaced, and for tables of it that are no CSV files."""
    path = folder / BASE_FILE
    if folder.is_dir() and any(folder.iterdir()) and not (overwrite and path.is_file()):
        kind = "file_exists" if path.is_file() else "folder_not_empty"
        raise InputError([Fault.of(kind, "", str(path if path.is_file() else folder))])
    tables = [table_file(folder, table) for table in TABLE_COLUMNS]
    others = [table for table in tables if table.exists() and table.suffix != ".csv"]
    if others:
        raise InputError(Fault.of("two_files", str(table.with_suffix(".csv")), other=table.name) for table in others)
    return path.read_bytes().decode("utf-8-sig", errors="replace") if path.is_file() else None
