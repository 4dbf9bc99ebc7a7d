"""The path of a number over the years, and what is done to it: replaced, shifted or scaled, from a year to a year.

A path is the values by the year that they hold from, or a constant under the year None. Before its first year a path
has its first value.
"""

from collections.abc import Mapping
from typing import Any

from ldip.scenario.quantities import Parameter, Quantity

Path = Mapping[int | None, float]

WAYS = ("value", "shift", "scale")
"""What is done to a number by one other: replaced by it, added to, or multiplied."""

DIGITS = 12
"""Significant digits kept of a number that is computed: 0.025 + 0.02 is meant to be 0.045, also in a file."""


def by_year(quantity: Quantity | Parameter) -> dict[int | None, float]:
    """The path of a number of the scenario."""
    if isinstance(quantity, Parameter) and quantity.dated is not None:
        return {int(year): value for year, value in sorted(quantity.dated.items())}
    return {None: float(quantity.value or 0.0)}


def entry(path: Path) -> dict[str, Any]:
    """A path as a scenario file has it: ``value`` or ``dated``."""
    if None in path:
        return {"value": path[None]}
    return {"dated": {str(year): path[year] for year in path}}


def at(path: Path, year: int) -> float:
    """The value in a year."""
    if None in path:
        return path[None]
    years = sorted(start for start in path if start is not None)
    return path[max((start for start in years if start <= year), default=years[0])]


def moved(
    path: Path, way: str, amount: float, first_year: int, since: int | None = None, until: int | None = None
) -> dict[int | None, float]:
    """The path replaced, shifted or scaled by `amount` (`way` is one of WAYS) from the year `since` (None: in all
    years) to the year `until` (None: to the end); before and after it is as it was."""
    new = {year: _by(way, value, amount) for year, value in path.items()}
    if way == "value":
        new = {None: amount}
    if since is None and until is None:
        return new
    return laid(path, new, first_year, since, until)


def laid(
    path: Path, new: Path, first_year: int, since: int | None = None, until: int | None = None
) -> dict[int | None, float]:
    """The path with `new` in its place from `since` (None: all years) to `until` (None: to the end); `first_year` is
    where a path begins that does not say so."""
    known = [year for year in (*path, *new) if year is not None]
    edges = [since, None if until is None else until + 1]
    years = {*known, *(year for year in edges if year is not None)}
    if since is None or not any(year < since for year in path if year is not None):
        years.add(min([first_year, *known]))
    found: dict[int | None, float] = {}
    before: float | None = None
    for year in sorted(years):
        within = (since is None or since <= year) and (until is None or year <= until)
        value = at(new if within else path, year)
        if value != before:
            found[year] = before = value
    return found


def _by(way: str, value: float, amount: float) -> float:
    return float(f"{value + amount if way == 'shift' else value * amount:.{DIGITS}g}")
