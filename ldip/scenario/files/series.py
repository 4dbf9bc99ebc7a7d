"""Yearly series that the stochastic drivers can be fitted to: a table with one row a year."""

import math
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ldip.errors import Fault, InputError, Notice
from ldip.scenario.files import faults as f
from ldip.scenario.files.cells import TABLES, Block, Cell, as_text, block_of, table_cells
from ldip.scenario.files.decimals import MISSING, Numbers
from ldip.scenario.files.history import HISTORY
from ldip.scenario.files.reader import shipped_folder
from ldip.text import Text

DEFAULT = "norway/series.csv"
LEAST_YEARS = 8
"""Fewer years in a column than this say nothing about persistence."""


class Meaning(NamedTuple):
    """What the numbers of a column are, and the smallest and largest that can be so."""

    unit: Text
    low: float
    high: float
    hundredfold: bool  # often written in per cent


_FRACTION = Text("en andel per år", "a fraction per year")
COLUMNS = {
    "rate": Meaning(_FRACTION, -0.05, 0.30, True),
    "national_tax": Meaning(_FRACTION, -0.30, 0.30, True),
    "free_revenue": Meaning(_FRACTION, -0.20, 0.20, True),
    "own_tax": Meaning(
        Text("et forholdstall til landsgjennomsnittet", "a ratio to the national average"), 0.2, 5, True
    ),
    "completions": Meaning(Text("boliger", "dwellings"), 0.0, 1e6, False),
    "cpi": Meaning(_FRACTION, -0.20, 0.30, True),
    "wages": Meaning(_FRACTION, -0.20, 0.30, True),
}
"""Columns besides ``year``, by the driver that they are of; docs/calibration.md says what each is."""


YEAR = ("year", "år", "time", "tid")
"""What the column of years is called, by us and by Statistics Norway."""

OFFICIAL = {"konsumprisindeks": "cpi", "consumer price index": "cpi"}
"""How columns of Statistics Norway begin -> the driver's that is made of them."""

INDEX = re.compile(r"\(\d{4}\s*=\s*100\)")
"""What stands behind the name of an index: a year is how much it has risen since the year before."""

HOLES = Text(
    nb="{column}: tall mangler for {years}. Bare det lengste sammenhengende tidsrommet er brukt: {first}–{last}.",
    en="{column}: no number for {years}. Only the longest stretch without a hole is used: {first}-{last}.",
)
UNUSED = Text(
    nb="{file}: {columns} er ikke brukt, for ingen driver tilpasses dem.",
    en="{file}: {columns} is not used, since no driver is fitted to it.",
)


class Series(NamedTuple):
    """Yearly series as read: a column is known from one year to another without a hole, NaN outside."""

    file: str
    sha256: str
    years: np.ndarray  # (year,) consecutive
    columns: dict[str, np.ndarray]  # (year,) by name

    def known(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The years in which the column is known, and its values in them."""
        there = np.isfinite(self.columns[name])
        return self.years[there], self.columns[name][there]


def shipped_series() -> list[str]:
    """The shipped series, as they are named on the command line."""
    folder = shipped_folder()
    paths = [path for path in folder.glob("norway/*.csv") if path.name != HISTORY]
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def read_series(where: str = DEFAULT) -> Series:
    """Read the series `where`: a CSV file, a workbook, or the name of a shipped one.

    Raises InputError with every fault: file, line, column, value, rule and remedy.
    """
    path = Path(where)
    if not path.exists():
        path = shipped_folder() / where
    names = ", ".join(shipped_series())
    if not path.exists():
        raise InputError([Fault.of("no_series", "", where, names=names)])
    if path.suffix.lower() not in TABLES:
        raise InputError([Fault.of("not_a_series", where, known=", ".join(TABLES), names=names)])
    found: list[Fault] = []
    sheet, digest = table_cells(path, where, "series", found)
    if sheet is None:
        raise InputError(found)
    block = block_of(sheet)
    series = _series(block, digest, found)
    if found:
        raise InputError(block.in_cells(fault) for fault in found)
    return series


def _series(block: Block, digest: str, found: list[Fault]) -> Series:
    file, header = block.file, _header(block, found)
    empty = Series(file, digest, np.array([]), {})
    if found:
        return empty
    found += block.faults
    columns = [place for place, name in enumerate(header) if name in COLUMNS]
    numbers = Numbers(block, columns, found)
    when = header.index("year")
    years = [_year(f"{file}:{n}", row[when], found) for n, row in zip(block.lines, block.rows, strict=True)]
    cells = {header[place]: [_number(numbers, row, place) for row in range(len(block.rows))] for place in columns}
    numbers.done()
    if not block.rows:
        found.append(Fault.of("no_rows", file))
        return empty
    if block.faults:
        return empty  # a missing row would be taken for a missing year and a hole in every column
    found += _check_years(file, block.lines, years)
    values = {name: _unbroken(name, years, np.array(column)) for name, column in cells.items()}
    index = {header[place]: INDEX.search(block.header[place]) for place in columns}
    grown = {name: _growth(column) if index[name] else column for name, column in values.items()}
    for name, column in grown.items():
        found += _check_column(file, block.lines, name, column)
    return Series(file, digest, np.array([year or 0 for year in years]), grown)


def _header(block: Block, found: list[Fault]) -> list[str]:
    """What each column is; nothing for one of Statistics Norway's that no driver is fitted to."""
    place, known = f"{block.file}:{block.head}", ("year", *COLUMNS)
    if len(block.header) <= 1:
        found.append(Fault.of("not_a_table", place, names=", ".join(known)))
        return []
    header = ["year" if name.lower() in YEAR else name for name in block.header]
    header = [next((own for sign, own in OFFICIAL.items() if name.lower().startswith(sign)), name) for name in header]
    official = header != block.header and any(name in COLUMNS for name in set(header) - set(block.header))
    if "year" not in header:
        found.append(Fault.of("missing_column", place, "year"))
    unused = [name for name in header if name not in known]
    if official and unused:
        warnings.warn(Notice(UNUSED, file=block.file, columns=", ".join(unused)), stacklevel=2)
    elif unused:
        found += [f.unknown(place, name, "", known) for name in unused]
    found += [Fault.of("twice", place, name, name) for name in known if header.count(name) > 1]
    return header


def _year(place: str, cell: Cell, found: list[Fault]) -> int | None:
    text = as_text(cell)
    if text.isdecimal() and 1800 <= int(text) <= 2200:
        return int(text)
    found.append(Fault.of("not_a_year_of_series", place, "year", text or f.EMPTY))
    return None


_FAULTY = -math.inf
"""Stands for a cell that is not a number, so that it is not taken for an empty one."""


def _number(numbers: Numbers, row: int, place: int) -> float:
    """The number, of a per cent the fraction; NaN where there is none."""
    cell = numbers.block.rows[row][place]
    if cell == "" or cell in MISSING:
        return math.nan
    if isinstance(cell, str) and cell.endswith("%"):
        share = numbers.meant(cell.removesuffix("%").strip())
        if share is not None:
            return share / 100.0
    number = numbers.number(row, place)
    if number is not None and not math.isfinite(number):
        numbers.tell(row, place)
    return number if number is not None and math.isfinite(number) else _FAULTY


def _unbroken(name: str, years: Sequence[int | None], values: np.ndarray) -> np.ndarray:
    """The longest stretch without a hole, the latest of those as long; NaN outside. What is left out is said."""
    there = np.flatnonzero(~np.isnan(values))
    if len(there) == 0 or np.ptp(there) == len(there) - 1:
        return values
    stretches = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    best = max(reversed(stretches), key=len)
    holes = [str(years[place]) for place in range(there[0], there[-1]) if math.isnan(values[place])]
    span = {"first": years[best[0]], "last": years[best[-1]]}
    warnings.warn(Notice(HOLES, column=name, years=", ".join(holes), **span), stacklevel=2)
    kept = np.full(len(values), math.nan)
    kept[best] = values[best]
    return kept


def _growth(levels: np.ndarray) -> np.ndarray:
    """Of an index, what it rises by from year to year; the first year is not known."""
    with np.errstate(all="ignore"):
        return np.concatenate([[math.nan], levels[1:] / levels[:-1] - 1.0])


def _check_years(file: str, lines: list[int], years: list[int | None]) -> list[Fault]:
    """Consecutive, rising, each once."""
    found = []
    seen: set[int] = set()
    before: int | None = None
    for line, year in zip(lines, years, strict=True):
        if year is not None and year in seen:
            found.append(Fault.of("year_twice", f"{file}:{line}", "year", str(year)))
        elif year is not None and before is not None and year != before + 1:
            found.append(Fault.of("not_next_year", f"{file}:{line}", "year", str(year), year=before + 1))
        if year is not None:
            seen.add(year)
        before = year
    return found


def _check_column(file: str, lines: list[int], name: str, values: np.ndarray) -> list[Fault]:
    """Long enough, and of the size that its unit has."""
    there = ~np.isnan(values)
    numbers = values[np.isfinite(values)]
    found = []
    if there.sum() < LEAST_YEARS:
        found.append(Fault.of("few_years", file, name, count=int(there.sum()), least=LEAST_YEARS))
    elif len(numbers) == len(values[there]) and np.ptp(numbers) == 0.0:
        found.append(Fault.of("never_changes", file, name, f"{numbers[0]:g}"))
    return found + _check_size(file, lines, name, values)


def _check_size(file: str, lines: list[int], name: str, values: np.ndarray) -> list[Fault]:
    """One fault for a column in per cent, otherwise one for each number that cannot be so."""
    meaning = COLUMNS[name]
    limits = {"unit": meaning.unit, "low": meaning.low, "high": meaning.high}
    numbers = values[np.isfinite(values)]
    if len(numbers) == 0:
        return []
    middle = float(np.sort(numbers)[len(numbers) // 2])
    if (
        meaning.hundredfold
        and not meaning.low <= middle <= meaning.high
        and meaning.low <= middle / 100 <= meaning.high
    ):
        return [Fault.of("per_cent", file, name, f"{middle:g}", number=middle, better=middle / 100, **limits)]
    return [
        Fault.of("implausible", f"{file}:{line}", name, f"{value:g}", **limits)
        for line, value in zip(lines, values, strict=True)
        if math.isfinite(value) and not meaning.low <= value <= meaning.high
    ]
