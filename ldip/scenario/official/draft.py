"""A scenario's folder while statistics are filled into it: read as it stands, changed in memory, written at the
end."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError
from ldip.scenario.files.cells import WORKBOOKS, block_of, table_cells
from ldip.scenario.files.reading import BASE, table_file, text_of, toml
from ldip.scenario.files.rewrite import rewritten
from ldip.scenario.files.tables import COLUMNS, IN_TWO, NUMERIC, OPTIONAL, plain_rows
from ldip.scenario.quantities import PLACEHOLDER, as_given
from ldip.text import Text

Row = dict[str, str]

SERIES = "series.csv"

SET_ASIDE = Text("{old} er nå {new}; slik den var: {old}.old.", "{old} is now {new}; as it was: {old}.old.")


class Filled(NamedTuple):
    """One thing that was filled in: what, to what, and from where."""

    place: str  # key of base.toml, or file and rows
    what: Text
    value: float
    unit: str
    basis: str
    source: Text


class Draft:
    """The settings and tables of a folder, what was filled into them, and what there is to say of it."""

    def __init__(self, folder: Path):
        path = folder / BASE
        if not path.is_file():
            raise InputError([Fault.of("no_folder_to_fill", "", str(folder))])
        self.folder = folder
        self.tree, _ = toml(path)
        faults: list[Fault] = []
        self.text = text_of(path, f"{folder.name}/{BASE}", faults)[0] or ""
        if faults:
            raise InputError(faults)
        self.tables: dict[str, list[Row]] = {}
        self.changed: set[str] = set()
        self.filled: list[Filled] = []
        self.notes: list[tuple[Text, dict[str, object]]] = []
        self.counted: dict[int, float] = {}  # residents at 31 December, where statistics say
        heading = self.tree.get("scenario", {})
        self.first_year, self.plan_years = int(heading.get("first_year", 0)), int(heading.get("plan_years", 0))
        self.columns: dict[str, list[str]] = {}
        self.norwegian: set[str] = set()  # tables that Norwegian Excel saved: with semicolons
        for name in ("population", "areas", "plan", "ages", "demand", "history", "projects", "vintages"):
            if name not in OPTIONAL or table_file(folder, name).is_file():
                self._read(name)

    @property
    def years(self) -> list[int]:
        """The plan years."""
        return list(range(self.first_year, self.first_year + self.plan_years))

    def _read(self, name: str) -> None:
        faults: list[Fault] = []
        path = table_file(self.folder, name)
        sheet = table_cells(path, f"{self.folder.name}/{path.name}", name, faults)[0]
        if sheet is None:
            raise InputError(faults)
        header, *rows = plain_rows(block_of(sheet))
        self.tables[name] = [dict(zip(header, row, strict=True)) for row in rows]
        self.columns[name] = header
        if sheet.delimiter == ";":
            self.norwegian.add(name)

    def say(self, text: Text, **values: object) -> None:
        """Something the user should know."""
        self.notes.append((text, values))

    def number(self, key: str) -> dict[str, Any] | None:
        """A number of base.toml as it stands there; None where the file does not state it."""
        value: Any = self.tree
        for part in key.split("."):
            if not isinstance(value, dict) or part not in value:
                return None
            value = value[part]
        return value if isinstance(value, dict) and "unit" in value else None

    def value(self, key: str) -> float:
        """The value of a number; of dated ones the first. Nought where it is not stated."""
        number = self.number(key) or {}
        if "dated" in number:
            return float(number["dated"][min(number["dated"])])
        return float(number.get("value", 0.0))

    def put(self, key: str, value: float, basis: str, source: Text, what: Text, *, digits: int = 4) -> None:
        """Set a number of base.toml that is stated there, with where it comes from; others are left alone."""
        number = self.number(key)
        if number is None:
            return
        value = significant(value, digits)
        number.pop("dated", None)
        number |= {"value": value, "basis": basis, "source": as_given(source)}
        self.filled.append(Filled(key, what, value, number["unit"], basis, source))

    def put_row(self, row: Row, values: Sequence[float], basis: str, source: Text) -> None:
        """Set the plan years of a row, and where they come from."""
        row |= {str(year): f"{significant(v, 5):g}" for year, v in zip(self.years, values, strict=True)}
        row |= {"basis": basis, **self.origin(source)}

    def origin(self, source: Text) -> Row:
        """The columns that say where a row comes from."""
        return dict(zip(IN_TWO, source, strict=True))

    def fill_table(self, table: str, what: Text, value: float, unit: str, basis: str, source: Text) -> None:
        """Tell that rows of a table were filled."""
        self.changed.add(table)
        self.filled.append(Filled(f"{table}.csv", what, value, unit, basis, source))

    @property
    def real(self) -> str:
        """The unit of amounts in fixed prices."""
        return f"mill. {self.first_year}-kr"

    def set_table(self, table: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
        """Put other rows in a table's place."""
        self.columns[table] = list(columns)
        self.tables[table] = [{name: _cell(cell) for name, cell in row.items()} for row in rows]
        self.changed.add(table)

    def prices_from(self, year: int) -> float:
        """What an amount of `year` is multiplied with to be in kroner of the first plan year: the municipal deflator
        that base.toml has for the first year, for each year between."""
        return (1.0 + self.value("prices.deflator_growth")) ** (self.first_year - year)

    def write(self) -> list[str]:
        """Write what is other than it was, CSV files as the tables were kept; the names of the files. A workbook that
        a CSV file replaces is set aside."""
        text = rewritten(self.text, self.tree)
        if text is None:
            raise InputError([Fault.of("not_rewritable", f"{self.folder.name}/{BASE}")])
        names = []
        if text != self.text:
            (self.folder / BASE).write_text(text, encoding="utf-8", newline="")
            names.append(BASE)
        for name in sorted(self.changed):
            (self.folder / f"{name}.csv").write_text(*self._written(name), newline="")
            for old in set_aside(self.folder, name):
                self.say(SET_ASIDE, old=old, new=f"{name}.csv")
            names.append(f"{name}.csv")
        return names

    def _written(self, name: str) -> tuple[str, str]:
        """The text of a table as CSV, and its encoding: as Norwegian Excel has it where the table was so."""
        columns, rows = in_two_columns(self.columns[name], self.tables[name])
        delimiter, encoding = (";", "utf-8-sig") if name in self.norwegian else (",", "utf-8")
        if name in self.norwegian:
            numeric = [column for column in columns if column.isdigit() or column in NUMERIC]
            rows = [row | {column: row.get(column, "").replace(".", ",") for column in numeric} for row in rows]
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue(), encoding


def set_aside(folder: Path, name: str) -> list[str]:
    """Give the workbook that held the table `name`, if it is one, another name: a table is kept in one file. The
    names that were."""
    paths = [folder / f"{name}{ending}" for ending in WORKBOOKS if name in COLUMNS]
    there = [path for path in paths if path.exists()]
    for path in there:
        path.replace(path.with_name(f"{path.name}.old"))
    return [path.name for path in there]


def in_two_columns(columns: list[str], rows: list[Row]) -> tuple[list[str], list[Row]]:
    """A table whose sources stand in two columns where one of its rows has a source in two languages."""
    if "source" not in columns or not any(name in row for name in IN_TWO for row in rows):
        return columns, rows
    place = columns.index("source")
    columns = [*columns[:place], *IN_TWO, *columns[place + 1 :]]
    return columns, [{name: row.get("source", "") for name in IN_TWO} | row for row in rows]


def joined(*parts: Text | str) -> Text:
    """Words after each other, in both languages."""
    texts = [part if isinstance(part, Text) else Text(part, part) for part in parts]
    return Text("".join(text.nb for text in texts), "".join(text.en for text in texts))


def decimals(value: float, spec: str) -> Text:
    """A number with the decimal sign of each language."""
    text = format(value, spec)
    return Text(text.replace(".", ","), text)


def significant(value: float, digits: int) -> float:
    """The value with so many digits as its source can bear."""
    return float(f"{value:.{digits}g}")


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def is_invented(number: Mapping[str, Any]) -> bool:
    """Is it a number of the template that nobody has replaced?"""
    return number.get("basis") == PLACEHOLDER
