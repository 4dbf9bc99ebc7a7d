"""What a change says of one number, laid over what the scenario has: in its place, added to it or times it, for a
time."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ldip.errors import Fault
from ldip.scenario.files.faults import IN_A_CHANGE, per_cent_hint
from ldip.scenario.files.projects import SECTION
from ldip.scenario.paths import WAYS, Path, entry, laid, moved
from ldip.text import Text

SAYS = {*WAYS, "dated", *IN_A_CHANGE}
"""The keys by which a number is known from a section."""

LARGEST_FACTOR = 10.0


class Move(NamedTuple):
    """A number shifted or scaled, or replaced for a time."""

    way: str
    amount: float


def is_number(said: Any, at: Sequence[str] = ()) -> bool:
    """Does a change, or a scenario, say a number at the keys `at`, and not a section? Projects have plain fields."""
    return isinstance(said, Mapping) and bool(SAYS & said.keys()) and list(at[:1]) != [SECTION]


class Laying(NamedTuple):
    """Where a change lays a number: its key and file, the number that it finds, and whether that may have years."""

    file: str
    key: str
    old: Mapping[str, Any]
    first_year: int
    steady: bool


def lay_number(said: Mapping[str, Any], at: Laying) -> tuple[dict[str, Any], Move | None, list[Fault]]:
    """The number as the schema reads it, how it was moved, and what is wrong; what cannot be laid leaves the old.

    A number is replaced whole, but keeps its unit if none is given, and its path before the year it is changed from.
    """
    words = {"unit": at.old.get("unit", "")} | {key: said[key] for key in said if key not in SAYS}
    path = path_of(at.old)
    if not (said.keys() & IN_A_CHANGE):
        given = path_of(said) if "dated" in said else None
        if path is None or given is None or at.steady:
            return {**words, **{key: said[key] for key in said if key in SAYS}}, None, []
        return {**words, **entry(_dated(path, given, at.first_year, None))}, None, []
    faults = list(_faults(said, path, at))
    if faults or path is None:
        return dict(at.old), None, faults
    since, until = said.get("from"), said.get("to")
    if "dated" in said:
        return {**words, **entry(_dated(path, path_of(said) or {}, at.first_year, until))}, None, []
    way = next(way for way in WAYS if way in said)
    amount = float(said[way])
    return {**words, **entry(moved(path, way, amount, at.first_year, since, until))}, Move(way, amount), []


def path_of(said: Mapping[str, Any]) -> dict[int | None, float] | None:
    """The path that a tree says; None if it says none that holds."""
    if "dated" not in said:
        return {None: float(said["value"])} if _finite(said.get("value")) else None
    dated = said["dated"]
    if "value" in said or not isinstance(dated, Mapping) or not dated:
        return None
    if not all(str(year).isdigit() and len(str(year)) == 4 and _finite(dated[year]) for year in dated):
        return None
    return {int(year): float(dated[year]) for year in sorted(dated)}


def _dated(path: Path, given: Path, first_year: int, until: int | None) -> Path:
    """The values by year that are given, and before and after them the path."""
    begins = min(year for year in given if year is not None)
    if until is None and begins <= min(year for year in (first_year, *path) if year is not None):
        return given
    return laid(path, given, first_year, begins, until)


def _faults(said: Mapping[str, Any], path: Path | None, at: Laying) -> Iterator[Fault]:
    """What is wrong with a number that is moved, or replaced for a time."""
    ways = [way for way in (*WAYS, "dated") if way in said]
    if len(ways) != 1:
        yield Fault.of("not_one_change", at.file, at.key, ", ".join(ways))
        return
    way = ways[0]
    span = [name for name in ("from", "to") if name in said]
    years = {name: said[name] for name in span if type(said[name]) is int and 1000 <= said[name] <= 9999}
    for name in span:
        if name not in years:
            yield Fault.of("not_a_year", at.file, f"{at.key}.{name}", str(said[name]))
    if at.steady and span:
        yield Fault.of("fixed_number", at.file, f"{at.key}.{span[0]}", str(said[span[0]]))
        return
    if way == "dated":
        if "from" in said:
            yield Fault.of("dated_from", at.file, f"{at.key}.from", str(said["from"]))
        begins = min((year for year in path_of(said) or () if year is not None), default=None)
        if begins is None:
            yield Fault.of("not_dated", at.file, f"{at.key}.dated")
    else:
        begins = years.get("from")
        yield from _wrong_amount(way, said[way], at)
    for name, first in (("from", begins), ("first", at.first_year)):
        if "to" in years and first is not None and years["to"] < first:
            kind = "ends_before_from" if name == "from" else "ends_too_early"
            yield Fault.of(kind, at.file, f"{at.key}.to", str(years["to"]), year=first)
            return
    if path is None:
        yield Fault.of("nothing_to_move", at.file, at.key)


def _wrong_amount(way: str, amount: Any, at: Laying) -> Iterator[Fault]:
    key = f"{at.key}.{way}"
    if not _finite(amount):
        yield Fault.of("not_a_float", at.file, key, str(amount))
    elif way == "scale" and not 0.0 <= amount <= LARGEST_FACTOR:
        per_cent = LARGEST_FACTOR < amount <= 100.0 * LARGEST_FACTOR
        hint = per_cent_hint(amount) if per_cent else Text("", "")
        yield Fault.of("factor_outside", at.file, key, f"{amount:g}", most=LARGEST_FACTOR, hint=hint)


def _finite(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
