"""Every number of a scenario, once: the settings of ``base.toml``, then the rows of its tables.

What lists, counts, shows or moves numbers takes them from here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from ldip.scenario.defaults import MARK, default_source
from ldip.scenario.paths import by_year
from ldip.scenario.projects import MOVES
from ldip.scenario.quantities import ASSUMPTION, MONEY, REAL, Parameter, Quantity, in_prices_of
from ldip.scenario.schema import Scenario
from ldip.scenario.settings import BASES, defaults, name_of
from ldip.text import Text

DEFAULT = Text("ldips standardverdi", "ldip's default")
GROUP = Text("{group} år", "{group} years")
DEMAND = {
    "coverage": Text("{service}, {group} år: andel som bruker dem", "{service}, {group} years: share who use them"),
    "unit_cost": Text("{service}, {group} år: kostnad per bruker", "{service}, {group} years: cost per user"),
    "place_cost": Text("{service}, {group} år: pris per plass", "{service}, {group} years: price per place"),
}
VINTAGE = Text("Premieavvik, amortisert over {years} år", "Premium deviation, amortised over {years} years")
NATION = Text("Landets innbyggere, fra {age} år", "Residents of the nation, from age {age}")
AGES = Text("{count} alderstrinn (ages.csv)", "{count} years of age (ages.csv)")
ELASTIC = Text(
    "{name} (følger innbyggerne, elastisitet {elasticity})", "{name} (follows residents, elasticity {elasticity})"
)


class Number(NamedTuple):
    """A number of a scenario in words: its values by the year that they hold from, or a constant under the year
    None; `default` for one that the scenario does not state."""

    key: str
    what: str
    unit: str
    basis: str
    values: Mapping[int | None, float]
    source: str
    default: bool = False

    def basis_words(self, lang: str) -> str:
        """The basis as people say it, and whether the number is the program's."""
        return BASES[self.basis].say(lang) + (f" ({DEFAULT.say(lang)})" if self.default else "")


def numbers(scenario: Scenario, lang: str) -> Iterator[Number]:
    """Every number of a scenario."""
    yield from settings(scenario, lang)
    yield from table_numbers(scenario, lang)


def settings(scenario: Scenario, lang: str) -> Iterator[Number]:
    """The numbers of ``base.toml`` and its changes, in reading order."""
    for key, quantity in quantities(scenario).items():
        what, default = name_of(scenario, key).say(lang), quantity.source.en.startswith(MARK.en)
        source = _default_source(key, quantity.source) if default else quantity.source
        yield Number(key, what, quantity.unit, quantity.basis, by_year(quantity), source.say(lang), default)


def table_numbers(scenario: Scenario, lang: str) -> Iterator[Number]:
    """The numbers of the tables, row by row; the years of age as one, because they have one source."""
    first = scenario.scenario.first_year
    real = in_prices_of(REAL, first)
    for area in scenario.areas:
        title = Text(area.name_nb, area.name_en).say(lang)
        if area.elasticity:
            title = ELASTIC.say(lang, name=title, elasticity=f"{area.elasticity:g}")
        yield Number(f"areas.{area.area}", title, real, area.basis, _from(first, area.frame), area.source.say(lang))
    for row in scenario.plan:
        title, source = Text(row.item_nb, row.item.replace("_", " ")).say(lang), row.source.say(lang)
        yield Number(f"plan.{row.line}.{row.item}", title, row.unit, row.basis, _from(first, row.values), source)
    for group in scenario.population:
        key, title = f"population.{group.group}", GROUP.say(lang, group=group.group)
        yield Number(key, title, "persons", group.basis, _from(first - 2, group.residents), group.source.say(lang))
    for demand in scenario.demand:
        for part, unit in (("coverage", "share"), ("unit_cost", real), ("place_cost", real)):
            key = f"demand.{demand.service}.{demand.form}.{demand.group}.{part}"
            area = scenario.area(demand.service)
            name = Text(area.name_nb, area.name_en).say(lang)
            title = DEMAND[part].say(lang, service=name, group=demand.group)
            yield Number(key, title, unit, demand.basis, {None: getattr(demand, part)}, demand.source.say(lang))
    for vintage in scenario.vintages:
        key, title = f"vintages.{vintage.vintage:.0f}", VINTAGE.say(lang, years=f"{vintage.years:g}")
        yield Number(key, title, MONEY, vintage.basis, {None: vintage.deviation}, vintage.source.say(lang))
    for nation in scenario.national_ages:
        key, title = f"national_ages.{nation.age_from:g}", NATION.say(lang, age=f"{nation.age_from:g}")
        values: dict[int | None, float] = dict(zip(nation.years, nation.residents, strict=True))
        yield Number(key, title, "persons", nation.basis, values, nation.source.say(lang))
    for age in scenario.ages[:1]:
        yield Number("ages", AGES.say(lang, count=len(scenario.ages)), "", age.basis, {}, age.source.say(lang))


def assumed(scenario: Scenario) -> tuple[int, int]:
    """How many of the scenario's numbers are assumptions, the program's defaults among them but no placeholders, and
    how many numbers there are."""
    bases = [number.basis for number in numbers(scenario, "en")]
    return bases.count(ASSUMPTION), len(bases)


def quantities(model: BaseModel, above: str = "") -> Mapping[str, Quantity | Parameter]:
    """The numbers of ``base.toml`` as they can be moved, by key path, in reading order."""
    found: dict[str, Quantity | Parameter] = {}
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        if isinstance(value, Quantity | Parameter):
            found[above + name] = value
        elif isinstance(value, BaseModel):
            found |= quantities(value, f"{above}{name}.")
        elif isinstance(value, dict):
            for key, member in value.items():
                found |= quantities(member, f"{above}{name}.{key}.")
    return found


def moves(scenario: Scenario) -> Mapping[str, Quantity]:
    """What a change can move of the named projects, as numbers: start, scale, and whether it is dropped."""
    return {
        f"projects.{it.id}.{field}": Quantity(
            value=float(getattr(it, field)), unit=unit, basis=it.basis, source=it.source
        )
        for it in scenario.projects
        for field, (unit, _, _) in MOVES.items()
    }


def move_settings(scenario: Scenario, lang: str) -> Iterator[Number]:
    """The same in words."""
    for key, quantity in moves(scenario).items():
        what = name_of(scenario, key).say(lang)
        yield Number(key, what, quantity.unit, quantity.basis, by_year(quantity), quantity.source.say(lang))


def _from(first: int, values: Sequence[float]) -> dict[int | None, float]:
    return dict(enumerate(values, start=first))


def _default_source(key: str, source: Text) -> Text:
    """The source of a default, also of one that was recorded in English only; as it stands where the program's
    reason is another today."""
    told = default_source(defaults()[key].reason) if key in defaults() else source
    return told if source.en == told.en else source
