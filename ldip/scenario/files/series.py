"""Yearly series that the stochastic drivers can be fitted to: a CSV file with one row a year."""

import csv
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ldip.errors import Fault, InputError
from ldip.scenario.files import faults as f
from ldip.scenario.files.history import HISTORY
from ldip.scenario.files.reader import shipped_folder
from ldip.scenario.files.reading import text_of
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
    """Read the series `where`: a CSV file, or the name of a shipped one.

    Raises InputError with every fault: file, line, column, value, rule and remedy.
    """
    path = Path(where)
    if not path.exists():
        path = shipped_folder() / where
    if path.suffix != ".csv" or not path.exists():
        raise InputError([Fault.of("no_series", "", where, names=", ".join(shipped_series()))])
    found: list[Fault] = []
    text, digest = text_of(path, where, found)
    if text is None:
        raise InputError(found)
    series = _series(where, digest, text, found)
    if found:
        raise InputError(found)
    return series


def _series(file: str, digest: str, text: str, found: list[Fault]) -> Series:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [column.strip() for column in next(reader, [])]
    found += _check_header(f"{file}:1", header)
    empty = Series(file, digest, np.array([]), {})
    if found:
        return empty
    lines: list[int] = []
    years: list[int | None] = []
    cells: dict[str, list[float]] = {name: [] for name in header if name != "year"}
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        place = f"{file}:{reader.line_num}"
        if len(row) != len(header):
            found.append(Fault.of("wrong_width", place))
            continue
        lines.append(reader.line_num)
        for column, cell in zip(header, (cell.strip() for cell in row), strict=True):
            if column == "year":
                years.append(_year(place, cell, found))
            else:
                cells[column].append(_number(place, column, cell, found))
    if not lines:
        found.append(Fault.of("no_rows", file))
        return empty
    if any(fault.kind == "wrong_width" for fault in found):
        return empty  # a missing row would be taken for a missing year and a hole in every column
    found += _check_years(file, lines, years)
    for name, values in cells.items():
        found += _check_column(file, lines, name, np.array(values))
    columns = {name: np.where(np.isnan(values), np.nan, values) for name, values in cells.items()}
    return Series(file, digest, np.array([year or 0 for year in years]), columns)


def _check_header(place: str, header: list[str]) -> Iterable[Fault]:
    known = ("year", *COLUMNS)
    if len(header) <= 1:
        return [Fault.of("not_a_table", place, names=", ".join(known))]
    found = [] if "year" in header else [Fault.of("missing_column", place, "year")]
    found += [f.unknown(place, column, "", known) for column in header if column not in known]
    found += [Fault.of("twice", place, column, column) for column in known if header.count(column) > 1]
    return found


def _year(place: str, cell: str, found: list[Fault]) -> int | None:
    if cell.isdecimal() and 1800 <= int(cell) <= 2200:
        return int(cell)
    found.append(Fault.of("not_a_year_of_series", place, "year", cell or f.EMPTY))
    return None


_FAULTY = -math.inf
"""Stands for a cell that is not a number, so that it is not taken for an empty one."""


def _number(place: str, column: str, cell: str, found: list[Fault]) -> float:
    """The number; NaN for an empty cell."""
    if not cell:
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    found.append(f.not_a_number(place, column, cell))
    return _FAULTY


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
    """Without holes, long enough, and of the size that its unit has."""
    there = ~np.isnan(values)
    numbers = values[np.isfinite(values)]
    found = []
    if there.any():
        first, last = np.flatnonzero(there)[[0, -1]]
        holes = [place for place in range(first, last + 1) if not there[place]]
        found += [Fault.of("hole", f"{file}:{lines[place]}", name) for place in holes]
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
