"""What the settings of ``base.toml`` are called by people, and what is taken for one that is not stated:
``settings.csv``, in two languages."""

import csv
import functools
from importlib.resources import files
from typing import NamedTuple

from ldip.scenario.schema import Scenario
from ldip.text import Text

AREAS, OWN_RULES, PROJECTS, ONE_OFF = "housing.areas.", "rules.own.", "projects.", "one_off."
BASES = {
    "source": Text("kilde", "source"),
    "derived": Text("avledet", "derived"),
    "assumption": Text("antakelse", "assumption"),
    "placeholder": Text("oppdiktet", "placeholder"),
}
"""What the bases are called."""


@functools.cache
def names() -> dict[str, Text]:
    """The name of every setting by its key; ``*`` stands for a housing area or a project."""
    return {row["key"]: Text(row["nb"], row["en"]) for row in _rows()}


class Default(NamedTuple):
    """What is taken for a setting that is not stated, in the schema's unit, and why."""

    value: float
    reason: Text


@functools.cache
def defaults() -> dict[str, Default]:
    """The settings that a scenario need not state, by key."""
    return {
        row["key"]: Default(float(row["default"]), Text(row["reason_nb"], row["reason_en"]))
        for row in _rows()
        if row["default"]
    }


def _rows() -> list[dict[str, str]]:
    text = (files("ldip.scenario") / "settings.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def name_of(scenario: Scenario, key: str) -> Text:
    """What the setting `key` is called, the name of its housing area first; empty for one without a name."""
    if key.startswith(AREAS):
        area, _, field = key.removeprefix(AREAS).rpartition(".")
        place, what = scenario.housing.areas[area], names().get(f"{AREAS}*.{field}", Text("", ""))
        return Text(f"{place.nb}: {what.nb.lower()}", f"{place.en}: {what.en.lower()}")
    if key.startswith(PROJECTS):
        project, _, field = key.removeprefix(PROJECTS).rpartition(".")
        listed = next(it for it in scenario.projects if it.id == project)
        what = names().get(f"{PROJECTS}*.{field}", Text("", ""))
        return Text(f"{listed.name_nb}: {what.nb.lower()}", f"{listed.name_en}: {what.en.lower()}")
    if key.startswith(OWN_RULES):
        rule = scenario.rules.own[key.removeprefix(OWN_RULES).partition(".")[0]]
        return Text(rule.nb, rule.en)
    if key.startswith(ONE_OFF):
        item = scenario.one_off[key.removeprefix(ONE_OFF).partition(".")[0]]
        return Text(f"{item.nb} ({item.year})", f"{item.en} ({item.year})")
    return names().get(key, Text("", ""))
