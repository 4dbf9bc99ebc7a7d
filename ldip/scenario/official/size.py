"""Invented amounts made to fit a municipality of another size: those that are still the template's, and no others."""

from collections.abc import Iterator
from typing import Any

from ldip.scenario.official.draft import AMOUNT, Draft, is_invented, significant
from ldip.text import Text

SCALED = Text(
    nb="Oppdiktede beløp er ganget med {factor:.3g}, forholdet mellom folketallene, så de passer størrelsen. De er "
    "fortsatt oppdiktet.",
    en="Invented amounts were multiplied by {factor:.3g}, the ratio of the populations, so that they fit the "
    "size. They "
    "are still invented.",
)
TABLES = ("plan", "areas")


def scale(draft: Draft, factor: float) -> None:
    """Multiply every invented amount in kroner of settings, plan and areas, and the dwellings of the areas."""
    if not factor > 0.0 or abs(factor - 1.0) < 0.01:
        return
    for number in numbers(draft.tree):
        if is_invented(number) and (AMOUNT.fullmatch(number["unit"]) or number["unit"].startswith("dwellings")):
            _multiply(number, factor)
    for table in TABLES:
        for row in draft.tables.get(table, []):
            if is_invented(row):
                for year in draft.years:
                    row[str(year)] = f"{significant(float(row[str(year)]) * factor, 3):g}"
        draft.changed.add(table)
    draft.say(SCALED, factor=factor)


def scale_people(draft: Draft, residents: float) -> None:
    """Multiply invented residents so that there are `residents` when the plan opens, with the shape of the
    template."""
    rows = [row for row in draft.tables["population"] if is_invented(row)]
    before = sum(float(row[str(draft.first_year - 1)]) for row in rows)
    if len(rows) < len(draft.tables["population"]) or before <= 0.0:
        return
    for row in rows:
        for year in range(draft.first_year - 2, draft.first_year + draft.plan_years):
            row[str(year)] = f"{float(row[str(year)]) * residents / before:.0f}"
    draft.changed.add("population")


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


def _multiply(number: dict[str, Any], factor: float) -> None:
    if "dated" in number:
        number["dated"] = {year: significant(value * factor, 3) for year, value in number["dated"].items()}
    else:
        number["value"] = significant(number["value"] * factor, 3)
