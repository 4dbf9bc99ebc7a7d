"""Invented amounts made to fit a municipality of another size: those that are still the template's, and no others."""

from collections.abc import Iterator
from typing import Any

from ldip.scenario.files.template import OF_SIZE, SIZED
from ldip.scenario.official.draft import Draft, decimals, is_invented, significant
from ldip.text import Text

SCALED = Text(
    nb="Oppdiktede beløp er ganget med {factor}, forholdet mellom folketallene, så de passer størrelsen. De er "
    "fortsatt oppdiktet.",
    en="Invented amounts were multiplied by {factor}, the ratio of the populations, so that they fit the "
    "size. They "
    "are still invented.",
)
TABLES = ("plan", "areas")


def scale(draft: Draft, factor: float) -> None:
    """Multiply every invented number that is the larger, the more residents a municipality has."""
    if not factor > 0.0 or abs(factor - 1.0) < 0.01:
        return
    for number in numbers(draft.tree):
        if is_invented(number) and OF_SIZE.fullmatch(number["unit"]):
            multiply(number, factor)
    for table in (*TABLES, *SIZED):
        columns = [str(year) for year in draft.years] if table in TABLES else SIZED[table]
        for row in filter(is_invented, draft.tables.get(table, [])):
            row |= {name: f"{significant(float(row[name]) * factor, 4):g}" for name in columns if row.get(name)}
            draft.changed.add(table)
    draft.say(SCALED, factor=decimals(factor, ".3g"))


def residents_at_opening(draft: Draft) -> float:
    """Residents on the day before the plan, by population.csv."""
    return sum(float(row[str(draft.first_year - 1)]) for row in draft.tables["population"])


def numbers(tree: Any) -> Iterator[dict[str, Any]]:
    """Every number of a tree of settings."""
    for value in tree.values() if isinstance(tree, dict) else ():
        if isinstance(value, dict) and "unit" in value:
            yield value
        else:
            yield from numbers(value)


def multiply(number: dict[str, Any], factor: float) -> None:
    """A number times `factor`, in all its years."""
    if "dated" in number:
        number["dated"] = {year: significant(value * factor, 4) for year, value in number["dated"].items()}
    else:
        number["value"] = significant(number["value"] * factor, 4)
