"""The ranges that figures are expected in, and the doubt about one that is outside: all of it data, in ranges.csv."""

import csv
import functools
import math
from importlib.resources import files
from typing import NamedTuple

from ldip.errors import Doubt
from ldip.text import Text, number

PRICE_YEAR, PRICE_GROWTH = 2025, 0.03
"""Amounts per resident are expected in prices of this year, and grow by so much a year to and from it (about what the
municipal deflator has)."""

UNITS = {
    "kr per resident": (1.0, 0, Text(" kr per innbygger", " kr per resident")),
    "share": (100.0, 1, Text(" %", " %")),
    "share of residents": (100.0, 2, Text(" %", " %")),
    "per year": (100.0, 2, Text(" %", " %")),
    "per mille": (1.0, 1, Text(" promille", " per mille")),
    "points": (100.0, 2, Text(" prosentpoeng", " percentage points")),
    "ratio": (1.0, 2, Text("", "")),
    "years": (1.0, 0, Text(" år", " years")),
    "persons": (1.0, 0, Text(" personer", " persons")),
    "persons per dwelling": (1.0, 1, Text(" personer per bolig", " persons per dwelling")),
    "children per woman": (1.0, 1, Text(" barn per kvinne", " children per woman")),
    "mill. kr": (1.0, 3, Text(" mill. kr", " mill. kr")),
}
"""A unit of ranges.csv -> the factor and the decimals that figures are said with, and what stands behind them."""

LEAST, MOST, TO = Text("minst", "at least"), Text("høyst", "at most"), Text("til", "to")

ROUNDING = 1e-9
FINEST = 5
"""Decimals at most: enough for a figure that would otherwise be said as zero."""


class Range(NamedTuple):
    """What a figure is expected to be: between low and high, and if it is not zero at least `least` in size."""

    id: str
    kind: str  # of doubt: a row of faults.csv
    low: float
    high: float
    least: float | None
    unit: str
    what: Text
    source: str

    def holds(self, size: float) -> bool:
        """Is a figure of this size as expected?"""
        if self.least is not None and size == 0.0:
            return True
        inside = self.low - ROUNDING <= size <= self.high + ROUNDING
        return inside and (self.least is None or abs(size) >= self.least)

    def times(self, factor: float) -> "Range":
        """The range of `factor` as much."""
        least = None if self.least is None else self.least * factor
        return self._replace(low=self.low * factor, high=self.high * factor, least=least)

    def doubt(self, file: str, key: str, value: float, size: float, kind: str | None = None) -> Doubt:
        """The doubt about a value of a file, whose size is outside."""
        low = self.least if self.least is not None and abs(size) < self.least else self.low
        said = {"size": spoken(size, self.unit), "expected": _between(low, self.high, self.unit)}
        return Doubt.of(kind or self.kind, file, key, f"{value:.10g}", what=self.what, **said)


@functools.cache
def ranges() -> dict[str, Range]:
    """Every range by its id; read when the first figure is looked at."""
    text = (files("ldip.scenario.plausible") / "ranges.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Range(
            row["id"],
            row["kind"],
            float(row["low"] or -math.inf),
            float(row["high"] or math.inf),
            float(row["least"]) if row["least"] else None,
            row["unit"],
            Text(row["what_nb"], row["what_en"]),
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def in_prices_of(year: int) -> float:
    """What an amount of PRICE_YEAR has become in another year."""
    factor: float = (1.0 + PRICE_GROWTH) ** (year - PRICE_YEAR)
    return factor


def spoken(size: float, unit: str) -> Text:
    """A figure as it is said, with as many decimals as it takes to be more than nothing."""
    return Text(*(_number(size, unit, lang) + UNITS[unit][2].say(lang) for lang in ("nb", "en")))


def _between(low: float, high: float, unit: str) -> Text:
    """What is expected, as it is said: between two figures, one figure, or no more or less than one."""
    if low == high:
        return spoken(low, unit)
    if math.isinf(low) or math.isinf(high):
        word, end = (MOST, high) if math.isinf(low) else (LEAST, low)
        said = spoken(end, unit)
        return Text(f"{word.nb} {said.nb}", f"{word.en} {said.en}")
    last = spoken(high, unit)
    return Text(*(f"{_number(low, unit, lang)} {TO.say(lang)} {last.say(lang)}" for lang in ("nb", "en")))


def _number(size: float, unit: str, lang: str) -> str:
    factor, decimals, _ = UNITS[unit]
    while size and decimals < FINEST and abs(size * factor) < 10.0 ** (1 - decimals) / 2.0:
        decimals += 1
    return number(size * factor, decimals, lang)
