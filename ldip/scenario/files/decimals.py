"""Numbers that were written as text: which sign is the decimal one is decided once for a whole table.

A number that can only be read in one way tells: ``0,5`` and ``12,25`` have a decimal comma, ``1.234.567`` has points
between thousands. ``1.234`` and ``1,234`` tell nothing. They are decimals if the table's other numbers have that sign
as the decimal one, thousands if others have it between thousands. Where nothing tells, a file divided by commas has
decimal points, as this program writes them, and ``1,234`` of one divided by semicolons a decimal comma, because a
comma is why it is divided so. All else is a fault that says so: no number is ever a thousand times another silently.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ldip.errors import Fault
from ldip.scenario.files import faults as f
from ldip.scenario.files.cells import Block, Cell, address
from ldip.text import Text

MISSING = (".", "..", "...", ":")
"""What statistics offices write where there is no number."""

POINT, COMMA = ".", ","
BLANKS = " \u00a0\u2007\u2009\u202f"
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_SPACED = re.compile(rf"[+-]?\d{{1,3}}([{BLANKS}]\d{{3}})+([.,]\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(\.\d{3})+(?:(,)\d+)?|(,\d{3})+(?:(\.)\d+)?)")
_DECIMAL = re.compile(r"[+-]?(\d+)?([.,])?(\d+)?([eE][+-]?\d+)?")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})


class Reading(NamedTuple):
    """One way to read a text: its digits with a point, its decimal sign, and what stands between its thousands."""

    plain: str
    decimal: str = ""
    between: str = ""

    def fits(self, point: str, groups: frozenset[str]) -> bool:
        """Is it so written in a table with that decimal sign and those signs between thousands?"""
        return self.decimal in ("", point) and (not self.between or self.between in groups)


def readings(text: str) -> list[Reading]:
    """Every way to read a text as a number: none, one, or as a decimal and as thousands."""
    text = text.strip().translate(_MINUS)
    if _SPACED.fullmatch(text):
        bare = re.sub(f"[{BLANKS}]", "", text)
        sign = next((sign for sign in (POINT, COMMA) if sign in bare), "")
        return [Reading(bare.replace(COMMA, POINT), sign)]
    found = []
    one = _DECIMAL.fullmatch(text)
    if one and (one[1] or one[3]):
        found.append(Reading(text.replace(COMMA, POINT), one[2] or ""))
    many = _GROUPED.fullmatch(text)
    if many and not text.lstrip("+-").startswith("0"):
        between = POINT if many[1] else COMMA
        found.append(Reading(text.replace(between, "").replace(COMMA, POINT), many[2] or many[4] or "", between))
    return found


class Dialect(NamedTuple):
    """How a table writes its numbers."""

    point: str  # the decimal sign; nothing where nothing tells
    groups: frozenset[str]  # signs between thousands that some number shows

    @classmethod
    def of(cls, texts: Iterable[str], delimiter: str) -> "Dialect":
        """What the texts of a table tell; the sign that most of them have, if they disagree."""
        texts = list(texts)
        if delimiter == COMMA and all(map(_PLAIN.fullmatch, texts)):
            return cls(POINT, frozenset())  # as this program writes them
        points: Counter[str] = Counter()
        groups = set()
        for text in texts:
            ways = readings(text)
            if len(ways) == 1 and ways[0].between:
                groups.add(ways[0].between)
                points[COMMA if ways[0].between == POINT else POINT] += 1
            elif len(ways) == 1 and ways[0].decimal:
                points[ways[0].decimal] += 1
        if points[POINT] != points[COMMA]:
            point = POINT if points[POINT] > points[COMMA] else COMMA
        else:
            point = {COMMA: POINT, ";": COMMA}.get(delimiter, POINT if points else "")
        return cls(point, frozenset(groups - {point}))

    def number(self, text: str) -> float | None:
        """The number; None where it is none, or could be two."""
        if self.point == POINT and _PLAIN.fullmatch(text):
            return float(text)
        fitting = [way for way in readings(text) if way.fits(self.point, self.groups)]
        return float(fitting[0].plain) if len(fitting) == 1 else None


class Numbers:
    """The numbers of one table: those that cannot be read become faults, and where they stand is kept."""

    def __init__(self, block: Block, numeric: Iterable[int], found: list[Fault]):
        self.block, self.found = block, found
        places = list(numeric)
        texts = (cell for row in block.rows for place in places if isinstance(cell := row[place], str) and cell)
        self.dialect = Dialect.of(texts, block.delimiter)
        self.faulty: set[tuple[int, str]] = set()  # line and column
        self.unclear: list[tuple[int, str, str]] = []

    def number(self, row: int, place: int) -> float | None:
        """The number in a cell; None with a fault where there is none."""
        number = self.meant(self.block.rows[row][place])
        if number is None:
            self.tell(row, place)
        return number

    def tell(self, row: int, place: int) -> None:
        """A fault of a cell that holds no number, or one that is none."""
        cell, line, column = self.block.rows[row][place], self.block.lines[row], self.block.header[place]
        where = f"{self.block.file}:{line}"
        self.faulty.add((line, column))
        if isinstance(cell, datetime.date):
            self.found.append(f.a_date(where, column, cell, f"{cell:%Y-%m-%d}"))
        elif self.block.sheet and address(line - 1, self.block.columns[place]) in self.block.errors:
            self.found.append(Fault.of("sheet_error_cell", where, column))
        else:
            self._tell_text(str(cell), where, line, column)

    def meant(self, cell: Cell) -> float | None:
        """The number that a cell holds; None where it holds none."""
        if isinstance(cell, str):
            if cell.lower().lstrip("+-") in ("nan", "inf"):
                return float(cell)  # told by the schema: not an ordinary number
            return self.dialect.number(cell)
        return float(cell) + 0.0 if isinstance(cell, float | int) and not isinstance(cell, bool) else None

    def word(self, text: str) -> float | None:
        """The number in a list of numbers: whatever the table's own sign is, if it can be read in one way only."""
        ways = readings(text)
        return float(ways[0].plain) if len(ways) == 1 else self.dialect.number(text)

    def _tell_text(self, text: str, where: str, line: int, column: str) -> None:
        ways = readings(text)
        if len(ways) > 1:
            self.unclear.append((line, column, text))
        elif ways:
            better = ways[0].plain.replace(POINT, self.dialect.point or POINT)
            self.found.append(Fault.of("decimal_comma", where, column, text, better=better))
        else:
            self.found.append(Fault.of("not_a_number", where, column, text or f.EMPTY))

    def done(self) -> None:
        """Tell once what could be read in two ways."""
        if self.unclear:
            line, column, text = self.unclear[0]
            one, thousands = (way.plain for way in readings(text))
            self.found.append(
                Fault.of(
                    *("unclear_number", f"{self.block.file}:{line}", column, text),
                    one=Text(one.replace(POINT, COMMA), one),
                    other=thousands,
                    count=len(self.unclear),
                )
            )
