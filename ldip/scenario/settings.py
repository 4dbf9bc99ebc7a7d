"""What the settings of ``base.toml`` are called by people: ``settings.csv``, in two languages."""

import csv
import functools
from importlib.resources import files
from typing import Any

from ldip.scenario.schema import Scenario, quantities
from ldip.text import Text

AREAS = "housing.areas."
BASES = {
    "source": Text("kilde", "source"),
    "derived": Text("avledet", "derived"),
    "assumption": Text("antakelse", "assumption"),
}
"""What the bases are called."""


@functools.cache
def names() -> dict[str, Text]:
    """The name of every setting by its key; ``*`` stands for a housing area."""
    text = (files("ldip.scenario") / "settings.csv").read_text(encoding="utf-8")
    return {row["key"]: Text(row["nb"], row["en"]) for row in csv.DictReader(text.splitlines())}


def assumed(scenario: Scenario) -> tuple[int, int]:
    """How many of the scenario's numbers are our assumptions, and how many there are."""
    numbers: list[Any] = [*quantities(scenario).values(), *scenario.areas, *scenario.plan, *scenario.population]
    numbers += [*scenario.demand, *scenario.vintages]
    return sum(number.basis == "assumption" for number in numbers), len(numbers)


def name_of(scenario: Scenario, key: str) -> Text:
    """What the setting `key` is called, the name of its housing area first; empty for one without a name."""
    if key.startswith(AREAS):
        area, _, field = key.removeprefix(AREAS).rpartition(".")
        place, what = scenario.housing.areas[area], names().get(f"{AREAS}*.{field}", Text("", ""))
        return Text(f"{place.nb}: {what.nb.lower()}", f"{place.en}: {what.en.lower()}")
    return names().get(key, Text("", ""))
