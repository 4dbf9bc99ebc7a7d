"""One reading of a scenario's folder: files to trees, each key's file, and every fault on the way."""

import tomllib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from ldip.errors import Fault, InputError
from ldip.scenario.files import faults as f
from ldip.scenario.files.cells import TABLES, Block, block_of, bytes_of, column_of, table_cells
from ldip.scenario.files.formats import CHANGE, bring_up
from ldip.scenario.files.horizon import beyond, dates, notices
from ldip.scenario.files.laying import Laying, Move, is_number, lay_number
from ldip.scenario.files.projects import SECTION, Laid
from ldip.scenario.files.statistics_norway import recognised
from ldip.scenario.files.tables import COLUMNS, OPTIONAL, YEARLY, Table, read_table, wanted_years
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import in_prices_of, of_any_year
from ldip.scenario.schema import Scenario
from ldip.text import Text

BASE = "base.toml"
NO_TABLE = Table()


def text_of(path: Path, shown: str, found: list[Fault]) -> tuple[str | None, str]:
    """The text of a TOML file called `shown`, which is UTF-8, and the SHA-256 of its bytes; None, and a fault more,
    if it is not."""
    raw, digest = bytes_of(path, shown, found)
    if raw is None:
        return None, digest
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.append(f.not_utf8(shown, raw, error))
        return None, digest
    hidden = f.hidden_in_text(shown, text)
    found += hidden
    return None if hidden else text, digest


def table_file(folder: Path, name: str) -> Path:
    """Where the folder keeps the table `name`: the CSV file where it is not there at all."""
    paths = [folder / f"{name}{ending}" for ending in TABLES]
    return next((path for path in paths if path.exists()), paths[0])


def title_in(heading: Any, path: Path) -> Text:
    """The title that a file's heading gives it; without one the file's name."""
    known = heading if isinstance(heading, dict) else {}
    return Text(str(known.get("title_nb", path.stem)), str(known.get("title_en", path.stem)))


def toml(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """A TOML file as a tree, and its SHA-256 by its name; InputError if it cannot be read."""
    reading = Reading(path.parent)
    return reading.toml(path), reading.digests


class Reading:
    """One reading of a folder: the files used, where each key came from, and the faults found so far."""

    def __init__(self, folder: Path, base: Path | None = None):
        self.folder, self.base = folder, base or folder / BASE
        self.digests: dict[str, str] = {}
        self.origins: dict[tuple[str, ...], str] = {}
        self.faults: list[Fault] = []
        self.change_titles: list[Text] = []
        self.projects: list[Laid] = []
        self.moves: dict[tuple[str, ...], Move | None] = {}  # how changes moved the numbers that they laid
        self.first_year: object = 2020
        self.blocks: dict[str, Block] = {}  # of each table, by name
        self.tables: dict[str, Table] = {}

    def shown(self, path: Path) -> str:
        """The path as a planner knows it: folder name and file."""
        if path.is_relative_to(self.folder) and self.folder.name:
            return f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"
        return path.as_posix()

    def text(self, path: Path) -> str | None:
        """The file's text, or None with a fault."""
        text, digest = text_of(path, self.shown(path), self.faults)
        if digest:
            self.digests[self.shown(path)] = digest
        return text

    def toml(self, path: Path) -> dict[str, Any]:
        """The file as a tree; an empty one with a fault if it is not TOML."""
        text = self.text(path)
        if text is None:
            raise InputError(self.faults)
        try:
            tree = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.faults.append(f.not_toml(self.shown(path), error))
            raise InputError(self.faults) from None
        hidden = list(f.hidden_in_tree(self.shown(path), tree))
        if hidden:
            raise InputError([*self.faults, *hidden])
        return tree

    def settings(self, path: Path, heading: str) -> dict[str, Any]:
        """The settings that stand in a base file or a change, in the current format."""
        tree = self.toml(path)
        bring_up(tree, heading, self.shown(path))
        return tree

    @property
    def first(self) -> int:
        """The scenario's first year, or what stands for one that is faulty."""
        return self.first_year if type(self.first_year) is int else 2020

    def overlay(self, tree: dict[str, Any], path: Path) -> None:
        """Lay the change file over the tree."""
        change = self.settings(path, CHANGE)
        self.change_titles.append(title_in(change.pop("change", None), path))
        if SECTION in change:
            self.projects.append(Laid(change.pop(SECTION), self.shown(path)))
        for key in (*COLUMNS, "changes"):
            if change.pop(key, None) is not None:
                self.faults.append(Fault.of("not_in_a_change", self.shown(path), key))
        self.merge(tree, change, self.shown(path))

    def merge(self, tree: dict[str, Any], change: Mapping[str, Any], file: str, at: tuple[str, ...] = ()) -> None:
        """Lay `change`, which stands in `file`, over the tree, both below the keys `at`."""
        for key, value in change.items():
            here = (*at, key)
            old = tree.get(key)
            if isinstance(value, dict) and isinstance(old, dict) and not is_number(value):
                self.merge(old, value, file, here)
            elif isinstance(value, dict) and isinstance(old, dict):
                self.origins[here] = file
                place = Laying(file, ".".join(here), old, self.first, steady=not f.may_have_years(here))
                tree[key], self.moves[here], faults = lay_number(value, place)
                self.faults += faults
            elif isinstance(value, dict) and not old and value.keys() & set(f.IN_A_CHANGE) and key in f.keys_at(at):
                self.faults.append(Fault.of("nothing_to_move", file, ".".join(here)))
            else:
                tree[key] = value
                self.origins[here] = file
                self.moves.pop(here, None)

    def file_of(self, location: tuple[str, ...]) -> str:
        """The file that the key at `location` was last read from, or something below it was."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.origins:
                return self.origins[location[:length]]
        below = [file for key, file in self.origins.items() if key[: len(location)] == location]
        return below[-1] if below else self.shown(self.base)

    def table_file(self, name: str) -> Path:
        """Where the table `name` is kept."""
        return table_file(self.folder, name)

    def table(self, name: str, heading: Any) -> Table:
        """The table `name`, its faults added to the reading's."""
        path = self.table_file(name)
        others = [self.folder / f"{name}{ending}" for ending in TABLES if path.suffix != ending]
        for other in others:
            if other.exists():
                self.faults.append(Fault.of("two_files", self.shown(path), other=other.name))
        if name in OPTIONAL and not path.exists():
            return NO_TABLE
        shown = self.shown(path)
        sheet, digest = table_cells(path, shown, name, self.faults)
        if digest:
            self.digests[shown] = digest
        if sheet is None:
            return NO_TABLE
        block = block_of(sheet)
        if fault := recognised(sheet, block, path):
            self.faults.append(fault)
            return NO_TABLE
        table = read_table(name, block, wanted_years(name, heading))
        self.faults += table.faults
        self.blocks[shown], self.tables[shown] = block, table
        return table

    def told(self) -> list[Fault]:
        """Every fault, those of workbooks by their cells; nothing is said of a number that could not be read but that
        it could not."""
        told: list[Fault] = []
        for fault in dict.fromkeys(self.faults):
            file, _, line = fault.file.rpartition(":")
            table = self.tables.get(file)
            if table and line.isdigit() and fault not in table.faults:
                here = {(int(line), column_of(fault)), (int(line), str(fault.value))}
            else:
                here = set()
            if not (table and here & table.faulty):
                told.append(self.blocks[file].in_cells(fault) if file in self.blocks else fault)
        return told

    def price_years(self, scenario: Scenario, plan: Table = NO_TABLE) -> list[Fault]:
        """Amounts in fixed prices of another year than the scenario's first."""
        places = [
            (self.file_of(tuple(key.split("."))), f"{key}.unit", quantity.unit)
            for key, quantity in quantities(scenario).items()
        ]
        file = self.shown(self.table_file("plan"))
        places += [(f"{file}:{n}", "unit", row["unit"]) for row, n in zip(plan.rows, plan.lines, strict=True)]
        return [
            Fault.of("wrong_unit", file, key, unit, unit=right)
            for file, key, unit in places
            if unit != (right := in_prices_of(of_any_year(unit), scenario.scenario.first_year))
        ]

    def horizon(self, scenario: Scenario) -> list[Fault]:
        """Years that no simulation can reach; those that few do are said at once."""
        found = [
            Fault.of("beyond_horizon", self._file_of(key), key, str(year), last=last)
            for key, year, last in beyond(scenario)
        ]
        if not found and not self.faults:
            for key, years in dates(scenario):
                for notice in notices(key, self._file_of(key), years, scenario):
                    warnings.warn(notice, stacklevel=1)
        return found

    def _file_of(self, key: str) -> str:
        return self.file_of(tuple(key.split(".")))

    def translate(self, detail: ErrorDetails, tables: dict[str, Table]) -> Fault:
        """An error of the schema as a fault, with the place in the file that a planner knows."""
        if detail["type"] in ("wrong_unit", "outside_limits"):
            detail["ctx"]["unit"] = in_prices_of(detail["ctx"]["unit"], self.first_year)
        location = tuple(str(part) for part in detail["loc"])
        if not location:  # a rule between sections, which names the key itself
            named = tuple(detail["ctx"]["key"].split("."))
            return f.translate(detail, self.file_of(named), "")
        if (move := self.moves.get(location)) and detail["type"] == "outside_limits":
            return f.moved_too_far(detail, self.file_of(location), ".".join(location), *move)
        if location[0] not in tables or len(location) == 1:
            return f.translate(detail, self.file_of(location), ".".join(location))
        name, row, *keys = location
        table = tables[name]
        if keys[0] == YEARLY.get(name) and len(keys) > 1:
            keys = [table.years[int(keys[1])]]
        place = f"{self.shown(self.table_file(name))}:{table.lines[int(row)]}"
        return f.translate(detail, place, ".".join(keys))
