"""Every number of a scenario as readers see it: what it is, its values, its basis and its source."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ldip.errors import Text
from ldip.report.answers import growth
from ldip.scenario.quantities import MONEY, REAL, Parameter, in_prices_of
from ldip.scenario.schema import Scenario, quantities
from ldip.scenario.settings import name_of

VINTAGE = Text("Premieavvik, amortisert over {years} år", "Premium deviation, amortised over {years} years")
AGES = Text("{count} alderstrinn (ages.csv)", "{count} years of age (ages.csv)")


class Number(NamedTuple):
    """A number of a scenario with its values by year, or a constant under the year None."""

    key: str
    what: str
    unit: str
    basis: str
    values: Mapping[int | None, float]
    source: str


def numbers_of(scenario: Scenario, lang: str) -> Iterator[Number]:
    """Every number of a scenario, settings first, then the rows of its tables."""
    first = scenario.scenario.first_year
    real = in_prices_of(REAL, first)
    for key, quantity in quantities(scenario).items():
        what = name_of(scenario, key).say(lang)
        yield Number(key, what, quantity.unit, quantity.basis, _values(quantity), quantity.source)
    for area in scenario.areas:
        title = Text(area.name_nb, area.name_en).say(lang)
        yield Number(f"areas.{area.area}", title, real, area.basis, _from(first, area.frame), area.source)
    for row in scenario.plan:
        key, unit = f"plan.{row.line}.{row.item}", row.unit
        title = Text(row.item_nb, row.item.replace("_", " ")).say(lang)
        yield Number(key, title, unit, row.basis, _from(first, row.values), row.source)
    for group in scenario.population:
        title = growth.AGE.say(lang, group=group.group)
        values = _from(first - 2, group.residents)
        yield Number(f"population.{group.group}", title, "persons", group.basis, values, group.source)
    for demand in scenario.demand:
        parts = (("coverage", "share"), ("unit_cost", real), ("place_cost", real))
        for part, unit in parts:
            key = f"demand.{demand.service}.{demand.form}.{demand.group}.{part}"
            yield Number(key, "", unit, demand.basis, {None: getattr(demand, part)}, demand.source)
    for vintage in scenario.vintages:
        key, values = f"vintages.{vintage.vintage:.0f}", {None: vintage.deviation}
        title = VINTAGE.say(lang, years=f"{vintage.years:g}")
        yield Number(key, title, MONEY, vintage.basis, values, vintage.source)
    for age in scenario.ages[:1]:  # one source for all years of age
        yield Number("ages", AGES.say(lang, count=len(scenario.ages)), "", age.basis, {}, age.source)


def _values(quantity: Any) -> dict[int | None, float]:
    if isinstance(quantity, Parameter) and quantity.dated is not None:
        return {int(year): value for year, value in quantity.dated.items()}
    return {None: quantity.value}


def _from(first: int, values: Sequence[float]) -> dict[int | None, float]:
    return dict(enumerate(values, start=first))
