"""The tables of a scenario: rows of a CSV file, and what no single row can tell."""

import datetime
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ldip.errors import Fault
from ldip.scenario import projects as of_projects
from ldip.scenario.files import faults as f
from ldip.scenario.files.cells import Block, Cell, as_text
from ldip.scenario.files.decimals import MISSING, Numbers
from ldip.scenario.quantities import SHARE
from ldip.scenario.rows import HISTORIES, OPEN_END, SERVICES, ages_named
from ldip.text import Text

COLUMNS = {
    "areas": ("area", "sector", "name_nb", "name_en", "follows", "elasticity", "basis", "source"),
    "plan": ("line", "sector", "item", "item_nb", "unit", "basis", "source"),
    "population": ("group", "age_from", "age_to", "basis", "source"),
    "ages": ("age", "mortality", "fertility", "flat", "house", "basis", "source"),
    "demand": ("service", "form", "group", "coverage", "unit_cost", "place_cost", "basis", "source"),
    "vintages": ("vintage", "deviation", "years", "basis", "source"),
    "history": ("figure", "kind", "unit", "basis", "source"),
    "published": (
        *("table", "item", "item_nb", "unit", "price_basis", "figure", "tolerance", "role"),
        *("explanation_nb", "explanation_en", "source"),
    ),
    "national_ages": ("age_from", "age_to", "basis", "source"),
    "projects": of_projects.NEEDED,
}
SHARE_WORDS = Text("en andel av inntektene", "a share of revenue")
OPTIONAL = {"vintages", "history", "published", "national_ages", "projects"}
MAY_LACK = {"projects": tuple(name for name in of_projects.COLUMNS if name not in of_projects.NEEDED)}
"""Columns of each table besides its years; ``note`` may stand in all of them."""

IN_TWO = ("source_nb", "source_en")
"""What a table may have in place of ``source``: where its rows come from, said in each language."""

NUMERIC = {
    *("age_from", "age_to", "age", "mortality", "fertility", "flat", "house"),
    *("coverage", "unit_cost", "place_cost"),
    *("elasticity", "vintage", "deviation", "years"),
    *of_projects.NUMERIC,
}
WITH_NUMBERS = ("profile", "tolerance")
"""Columns of text that hold numbers: a spending curve, an amount or a per cent."""

MONTH = re.compile(r"\d{1,2}[.-] ?(jan|feb|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|des|dec)\w*\.?", re.IGNORECASE)
"""What Excel makes of an age group like 6-12 before it saves it."""

YEARLY = {
    **{"areas": "frame", "plan": "values", "population": "residents", "national_ages": "residents"},
    **{"history": "values", "published": "values"},
}
"""Name of the tuple that the year columns of a table become."""

OWN_YEARS = {"national_ages", "history"}
"""Tables of any years, before the plan or after it began."""


class Table(NamedTuple):
    """A table as read: rows as dictionaries, the line of the file each came from, and what was wrong. A number that
    could not be read is NaN."""

    rows: tuple[dict[str, Any], ...] = ()
    lines: tuple[int, ...] = ()
    years: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    faulty: frozenset[tuple[int, str]] = frozenset()  # line and column of such a number


def wanted_years(name: str, heading: Any) -> tuple[str, ...] | None:
    """The year columns that a table must have; None where the scenario's heading does not tell, and for tables whose
    years are their own."""
    if name in OWN_YEARS:
        return None
    if name not in YEARLY:
        return ()
    first, count = (heading.get(key) if isinstance(heading, dict) else None for key in ("first_year", "plan_years"))
    if not (isinstance(first, int) and isinstance(count, int) and 1990 <= first <= 2100 and 1 <= count <= 10):
        return None
    start = first - 2 if name == "population" else first
    return tuple(str(year) for year in range(start, first + count))


def read_table(name: str, block: Block, years: tuple[str, ...] | None) -> Table:
    """The rows of a table; none if the header is faulty, so that one fault does not become one per row."""
    header = block.header
    found = _check_header(name, f"{block.file}:{block.head}", header, years)
    if found:
        return Table(faults=tuple(found))
    found = list(block.faults)
    numeric = [place for place, column in enumerate(header) if column.isdigit() or column in NUMERIC]
    numbers = Numbers(block, numeric, found)
    shown_years = tuple(column for column in header if column.isdigit())
    rows, missing = [], []
    for number, (cells, line) in enumerate(zip(block.rows, block.lines, strict=True)):
        row: dict[str, Any] = {}
        for place, column in enumerate(header):
            cell = "" if place in numeric and cells[place] in MISSING else cells[place]
            if cell == "" and name == "national_ages" and column == "age_to":
                row[column] = OPEN_END
            elif cell == "" and name == "history" and column.isdigit():
                row[column] = None  # a year that is not known
            elif cell == "" and column in MAY_LACK.get(name, ()):
                continue
            elif place not in numeric:
                row[column] = _text(cell, f"{block.file}:{line}", column, numbers)
            elif cells[place] in MISSING:
                missing.append((line, column, cells[place]))
                row[column] = math.nan
            else:
                value = numbers.number(number, place)
                row[column] = math.nan if value is None else value
        yearly = tuple(row.pop(year) for year in shown_years)
        if name in YEARLY:
            row[YEARLY[name]] = yearly
        if name in OWN_YEARS:
            row["years"] = tuple(map(int, shown_years))
        if IN_TWO[0] in row:
            row["source"] = {"nb": row.pop(IN_TWO[0]), "en": row.pop(IN_TWO[1])}
        row.pop("note", None)
        rows.append(row)
    numbers.done()
    if missing:
        line, column, sign = missing[0]
        found.append(Fault.of("number_missing", f"{block.file}:{line}", column, sign, count=len(missing)))
    if not rows and not found:
        found.append(Fault.of("no_rows", block.file))
    faulty = numbers.faulty | {(line, column) for line, column, _ in missing}
    return Table(tuple(rows), tuple(block.lines), shown_years, tuple(found), frozenset(faulty))


def plain_rows(block: Block) -> list[list[str]]:
    """A table's header and rows as this program writes them: numbers with a decimal point, all else as it stands."""
    numeric = [place for place, column in enumerate(block.header) if column.isdigit() or column in NUMERIC]
    numbers = Numbers(block, numeric, [])

    def plain(place: int, column: str, cell: Cell) -> str:
        if place in numeric and cell != "":
            number = numbers.meant(cell)
            return as_text(cell) if number is None or cell == as_text(number) else as_text(number)
        return _text(cell, block.file, column, numbers)

    rows = [
        [plain(place, column, cell) for place, (column, cell) in enumerate(zip(block.header, row, strict=True))]
        for row in block.rows
    ]
    return [block.header, *rows]


def check_vintages(file: str, table: Table, first_year: Any) -> list[Fault]:
    """Each year once, and all before the plan: later deviations are the plan's own."""
    found = twice(file, table, ("vintage",))
    for row, line in zip(table.rows, table.lines, strict=True):
        if isinstance(first_year, int) and first_year >= 1990 and not row["vintage"] < first_year:
            found.append(Fault.of("not_before", f"{file}:{line}", "vintage", f"{row['vintage']:g}", year=first_year))
    return found


def check_history(file: str, table: Table) -> list[Fault]:
    """Each figure of a kind once, in its unit and of a size that it can have."""
    found = twice(file, table, ("kind", "figure"))
    for row, line in zip(table.rows, table.lines, strict=True):
        if row["figure"] not in HISTORIES:
            continue  # told by the row itself
        if row["unit"] != SHARE:
            found.append(Fault.of("wrong_unit", f"{file}:{line}", "unit", row["unit"], unit=SHARE))
        low, high = HISTORIES[row["figure"]]
        for year, value in zip(table.years, row["values"], strict=True):
            if value is not None and not low <= value <= high:
                size = {"unit": SHARE_WORDS, "low": low, "high": high}
                found.append(Fault.of("implausible", f"{file}:{line}", year, f"{value:g}", **size))
    return found


def totals(table: Table, rows: Sequence[dict[str, Any]], column: str) -> list[float]:
    """The sum of the rows in each year of the table."""
    return [sum(row[column][place] for row in rows) for place in range(len(table.years))]


def check_demand(file: str, table: Table, population: Table, population_file: str) -> list[Fault]:
    """Known age groups, none twice for a service, every service with at least one."""
    found = twice(file, table, ("service", "form", "group"))
    unknown: dict[str, list[int]] = {}
    groups = [row["group"] for row in population.rows]
    for row, line in zip(table.rows, table.lines, strict=True):
        if groups and row["group"] not in groups and not _is_union(population, row["group"]):
            unknown.setdefault(row["group"], []).append(line)
    for group, lines in unknown.items():
        if _lacks(population, group):
            places = {"user": Path(file).name, "lines": ", ".join(map(str, lines))}
            found.append(Fault.of("missing_group", population_file, "group", group, **places))
        else:
            known = ", ".join(groups)
            found += [Fault.of("unknown_group", f"{file}:{line}", "group", group, known=known) for line in lines]
    served = {row["service"] for row in table.rows}
    return found + [
        Fault.of("missing", file, service) for service in SERVICES if table.rows and service not in served
    ]


def _lacks(population: Table, group: str) -> bool:
    """Is it the population that lacks the group? Then none of its rows has people of the ages that the name says."""
    ages = ages_named(group)
    return ages is not None and not any(
        row["age_from"] <= ages[1] and row["age_to"] >= ages[0] for row in population.rows
    )


def _is_union(population: Table, group: str) -> bool:
    """Are the ages that the name says those of several groups together? An open end ends with the oldest group."""
    ages = ages_named(group)
    if ages is None:
        return False
    starts = {row["age_from"] for row in population.rows}
    ends = {row["age_to"] for row in population.rows}
    return ages[0] in starts and (ages[1] in ends or (ages[1] == OPEN_END and ages[0] <= max(ends)))


def in_sectors(file: str, table: Table, known: Sequence[str]) -> list[Fault]:
    """Rows of sectors that there are not."""
    return [
        f.unknown(f"{file}:{line}", "sector", row["sector"], [name for name in known if name])
        for row, line in zip(table.rows, table.lines, strict=True)
        if row["sector"] not in known
    ]


def twice(file: str, table: Table, columns: tuple[str, ...]) -> list[Fault]:
    """Rows whose columns say what an earlier row's do."""
    seen: set[tuple[str, ...]] = set()
    found = []
    for row, line in zip(table.rows, table.lines, strict=True):
        key = tuple(str(row[column]) for column in columns)
        if key in seen:
            found.append(Fault.of("twice", f"{file}:{line}", columns[-1], ", ".join(key)))
        seen.add(key)
    return found


def _check_header(name: str, place: str, header: Sequence[str], years: tuple[str, ...] | None) -> list[Fault]:
    words = [column for column in header if not column.isdigit()]
    needed = COLUMNS[name]
    if set(IN_TWO) & set(words):
        needed = (*[column for column in needed if column != "source"], *IN_TWO)
    known = (*needed, *MAY_LACK.get(name, ()), "note")
    numbers = tuple(column for column in header if column.isdigit())
    if len(header) <= 1:
        return [Fault.of("not_a_table", place, names=", ".join(known))]
    found = [Fault.of("missing", place, column) for column in needed if column not in words]
    found += [f.unknown(place, column, "", known) for column in words if column not in known]
    found += [Fault.of("twice", place, column, column) for column in set(words) if words.count(column) > 1]
    if years is None:
        found += [Fault.of("twice", place, year, year) for year in dict.fromkeys(numbers) if numbers.count(year) > 1]
    elif numbers != years:
        found.append(Fault.of("year_columns", place, count=len(years), names=", ".join(years)))
    return found


def _text(cell: Cell, place: str, column: str, numbers: Numbers) -> str:
    """A cell of text; numbers in it with a decimal point, whatever the table's own sign is."""
    if isinstance(cell, datetime.date) or (column == "group" and MONTH.fullmatch(str(cell))):
        shown = f"{cell:%Y-%m-%d}" if isinstance(cell, datetime.date) else cell
        numbers.found.append(Fault.of("made_a_date", place, column, shown))
        return ""
    text = re.sub(r"\s*[\r\n\t]+\s*", " ", as_text(cell))  # a line break that Excel put into the cell
    if column not in WITH_NUMBERS:
        return text
    words = re.sub(r"\s+%", "%", text).split()
    known = [numbers.word(word.rstrip("%")) if "," in word else None for word in words]
    return " ".join(
        word if value is None else f"{value!r}{'%' * word.endswith('%')}"
        for word, value in zip(words, known, strict=True)
    )
