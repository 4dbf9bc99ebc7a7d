"""Years that a scenario names and no simulation reaches."""

from collections.abc import Iterator

from ldip.errors import Notice
from ldip.scenario.horizon import USUAL, YEARS
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import Scenario
from ldip.text import Text

SEEN_BEFORE = "prices.deflator_growth"
"""The one path that is read before the first year: it turns projects' older prices into those of the first year."""

LATE = Text(
    nb="{file}: {key}: {year} kommer først med når --years er {years} eller mer; ellers er {last} siste år",
    en="{file}: {key}: {year} is reached only with --years {years} or more; without it {last} is the last year",
)
PASSED = Text(
    nb="{file}: {key}: {years} har ingen virkning, for scenariet begynner i {first} og verdien fra {held} gjelder da",
    en="{file}: {key}: {years} has no effect: the scenario begins in {first}, when the value of {held} holds",
)
FROM_THE_FIRST = Text(
    nb="{file}: {key}: verdien for {year} gjelder også før {year}, helt fra {first}",
    en="{file}: {key}: the value of {year} holds before {year} too, from {first} on",
)


def dates(scenario: Scenario) -> Iterator[tuple[str, list[int]]]:
    """The years from which numbers change and own rules hold, and those of one-off items, by key."""
    for key, quantity in quantities(scenario).items():
        if isinstance(quantity, Parameter) and quantity.dated:
            yield f"{key}.dated", sorted(map(int, quantity.dated))
    for name, rule in scenario.rules.own.items():
        if rule.since is not None:
            yield f"rules.own.{name}.since", [rule.since]
    for name, item in scenario.one_off.items():
        yield f"one_off.{name}.year", [item.year]


def beyond(scenario: Scenario) -> Iterator[tuple[str, int, int]]:
    """Years that no simulation can reach, each with its key and the last year that one can."""
    last = scenario.scenario.first_year + YEARS[1] - 1
    for key, years in dates(scenario):
        yield from ((key, year, last) for year in years if year > last)


def notices(key: str, file: str, years: list[int], scenario: Scenario) -> Iterator[Notice]:
    """What to say of years that are reached only by a long simulation, or have passed when the scenario begins."""
    first = scenario.scenario.first_year
    last = first + USUAL - 1
    late = [year for year in years if year > last]
    if late:
        yield Notice(LATE, file=file, key=key, year=late[0], years=late[0] - first + 1, last=last)
    passed = [year for year in years if year <= first]
    if len(passed) > 1 and not key.startswith(SEEN_BEFORE):
        gone = ", ".join(map(str, passed[:-1]))
        yield Notice(PASSED, file=file, key=key, years=gone, first=first, held=passed[-1])


def beginning_late(scenario: Scenario, file: str) -> Iterator[Notice]:
    """What to say of paths that begin after the plan: they hold before it too."""
    heading = scenario.scenario
    for key, years in dates(scenario):
        if key.endswith(".dated") and years[0] > heading.first_year + heading.plan_years:
            yield Notice(FROM_THE_FIRST, file=file, key=key, year=years[0], first=heading.first_year)
