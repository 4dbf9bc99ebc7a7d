"""What a municipality must put in, in the order of its weight for the answer, and what of it is still invented."""

import csv
import functools
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from ldip.scenario.official.catalogue import Table, catalogue
from ldip.scenario.official.draft import Draft, is_invented
from ldip.scenario.official.size import numbers
from ldip.text import Text


class Need(NamedTuple):
    """Numbers that belong together, where else they are found, and what an error in them does.

    `weight` is measured on the fictitious municipality (bench/import_weights.py): by how many percentage points the
    debt ratio of the twentieth year, uncovered deficits included, moves when the numbers are a tenth larger.
    """

    need: str
    weight: float
    places: tuple[str, ...]  # areas.csv; plan.csv:tax; a key of base.toml or a section
    tables: tuple[str, ...]
    name: Text
    where: Text

    def published(self) -> list[Table]:
        """The public tables that hold them."""
        return [catalogue()[table] for table in self.tables]


class Left(NamedTuple):
    """How many of a need's numbers are still the template's."""

    need: Need
    left: int
    total: int


@functools.cache
def needs() -> tuple[Need, ...]:
    """All needs, the weightiest first."""
    text = (files("ldip") / "scenario" / "official" / "needs.csv").read_text(encoding="utf-8")
    found = [
        Need(
            row["need"],
            float(row["weight"]),
            tuple(row["places"].split()),
            tuple(row["tables"].split()),
            Text(row["name_nb"], row["name_en"]),
            Text(row["where_nb"], row["where_en"]),
        )
        for row in csv.DictReader(text.splitlines())
    ]
    return tuple(sorted(found, key=lambda need: -need.weight))


def in_order() -> list[Table]:
    """The tables, those that hold the weightiest numbers first."""
    first = {table: table for need in needs() for table in need.tables}
    return [catalogue()[number] for number in [*first, *[it for it in catalogue() if it not in first]]]


def still_missing(draft: Draft) -> list[Left]:
    """The needs with numbers that nobody has replaced, the weightiest first."""
    found = []
    for need in needs():
        invented = [is_invented(number) for place in need.places for number in _numbers(draft, place)]
        if any(invented):
            found.append(Left(need, sum(invented), len(invented)))
    return found


def _numbers(draft: Draft, place: str) -> list[Mapping[str, Any]]:
    """The numbers in a place: rows of a table, one number, or all of a section."""
    file, _, line = place.partition(":")
    if file.endswith(".csv"):
        rows = draft.tables.get(file.removesuffix(".csv"), [])
        return [row for row in rows if not line or row["line"] == line]
    number = draft.number(place)
    if number:
        return [number]
    tree: Any = draft.tree
    for part in place.split("."):
        tree = tree.get(part, {}) if isinstance(tree, dict) else {}
    return list(numbers(tree))
