"""What a municipality must put in, in the order of its weight for the answer, and what of it is still invented."""

import csv
import functools
from importlib.resources import files
from typing import NamedTuple

from ldip.scenario.numbers import numbers
from ldip.scenario.official.catalogue import Table, catalogue
from ldip.scenario.quantities import PLACEHOLDER
from ldip.scenario.schema import Scenario
from ldip.text import Text

OR = Text("SSB {tables}, eller {where}", "Statistics Norway {tables}, or {where}")


class Need(NamedTuple):
    """Numbers that belong together, where they are found, and what an error in them does.

    `weight` is measured on the fictitious municipality (bench/import_weights.py): by how many percentage points the
    debt ratio of the twentieth year, uncovered deficits included, moves when the numbers are a tenth larger.
    """

    need: str
    weight: float
    places: tuple[str, ...]  # beginnings of the keys of numbers: areas, plan.tax, opening.general_debt
    tables: tuple[str, ...]
    name: Text
    where: Text

    def found_in(self) -> Text:
        """Where to find them: public tables first, then the municipality's own papers."""
        tables = ", ".join(table.table for table in self.published() if table.owner == "ssb")
        if not tables:
            return self.where
        joined = {"tables": tables, "where": self.where}
        return Text(OR.say("nb", **joined), OR.say("en", **joined))

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


def counted(scenario: Scenario) -> list[Left]:
    """Every need that the scenario has numbers of, with how many are still the template's, the weightiest first."""
    bases = {number.key: number.basis for number in numbers(scenario, "en")}
    found = []
    for need in needs():
        invented = [
            basis == PLACEHOLDER
            for key, basis in bases.items()
            if any(key == place or key.startswith(f"{place}.") for place in need.places)
        ]
        if invented:
            found.append(Left(need, sum(invented), len(invented)))
    return found


def still_missing(scenario: Scenario) -> list[Left]:
    """The needs with numbers that nobody has replaced, the weightiest first."""
    return [it for it in counted(scenario) if it.left]
