"""People: age groups, what ages.csv says of ages, and what services need."""

import re
from collections.abc import Iterator
from itertools import pairwise

from ldip.errors import Doubt
from ldip.scenario.defaults import MARK
from ldip.scenario.plausible.looking import Looking
from ldip.scenario.plausible.ranges import ranges
from ldip.scenario.rows import SERVICES, AgeGroup, Demand, groups_of, residents_of
from ldip.scenario.schema import Scenario

FILE, AGES, DEMAND, AREAS = "population.csv", "ages.csv", "demand.csv", "areas.csv"

CHANCE = 4.0
"""Standard deviations of chance that no range is about: a group of N persons of some years of age loses and gains
about N / years persons a year, each by chance."""

WHOLE = 1000.0
"""Residents from which a group has whole persons: the template's own, made smaller, need not."""

AT_ONCE, END = 5, 104
"""Years of age that a wider group is like for chance, and the last one that the share of an open group is of."""


def look_at_people(looking: Looking) -> bool:
    """Residents in all and by group: their number, shares and changes; whether anything can be said for each of
    them."""
    first = looking.years[0] - 2
    for year, total in enumerate(looking.totals, start=first):
        if looking.at("residents", FILE, str(year), total):
            return False
    found = [_look_at_group(looking, group, first) for group in looking.scenario.population]
    if any(found):
        return True
    for year, (before, after) in enumerate(pairwise(looking.totals), start=first + 1):
        if abs(after - before) > CHANCE * max(after, before) ** 0.5:
            looking.at("residents_change", FILE, str(year), after, (after - before) / max(after, before))
    return True


def _look_at_group(looking: Looking, group: AgeGroup, first: int) -> bool:
    """Look at one group, whether anything was found; only the first thing is told."""
    bands = {int(name.partition(".")[2]): of for name, of in ranges().items() if name.startswith("age_share.")}
    ages = range(int(group.age_from), max(min(int(group.age_to), END), int(group.age_from)) + 1)
    of = [bands[max(begin for begin in bands if begin <= age)] for age in ages]
    expected = of[0]._replace(low=sum(band.low for band in of), high=sum(band.high for band in of))
    for year, (count, total) in enumerate(zip(group.residents, looking.totals, strict=True), start=first):
        key, low, high = f"{group.group}.{year}", expected.low * total, expected.high * total
        if total >= WHOLE and looking.at("group_size", FILE, key, count):
            return True
        if count < low - CHANCE * low**0.5 or count > high + CHANCE * high**0.5:
            looking.doubts.append(expected.doubt(FILE, key, count, count / total))
            return True
    width = min(AT_ONCE, len(ages))
    for year, (before, after) in enumerate(pairwise(group.residents), start=first + 1):
        larger = max(before, after)
        if abs(after - before) > CHANCE * (2.0 * larger / width) ** 0.5 and looking.at(
            "group_change", FILE, f"{group.group}.{year}", after, (after - before) / larger
        ):
            return True
    return False


def look_at_ages(looking: Looking) -> None:
    """Life expectancy, births, people in new dwellings, and jumps from age to age."""
    ages = looking.scenario.ages
    alive, lived = 1.0, 0.0
    for age in ages:
        lived += alive * (1.0 - 0.5 * age.mortality)
        alive *= 1.0 - age.mortality
    if ages[-1].mortality > 0.0:
        lived += alive * (1.0 / ages[-1].mortality - 0.5)
    looking.at("life_expectancy", AGES, "mortality", lived)
    looking.at("fertility", AGES, "fertility", 2.0 * sum(age.fertility for age in ages))
    for kind in ("flat", "house"):
        looking.at(f"{kind}_persons", AGES, kind, sum(getattr(age, kind) for age in ages))
    looking.at("oldest_age", AGES, "age", ages[-1].age)
    for column in ("mortality", "fertility", "flat", "house"):
        values = [getattr(age, column) for age in ages]
        for place, value in enumerate(values):
            beside = [values[at] for at in (place - 1, place + 1) if 0 <= at < len(values)]
            if value > 0.0 and all(other > 0.0 for other in beside):
                inside = len(beside) == 2 and (place > 1 or column != "mortality")
                mean = (beside[0] * beside[-1]) ** 0.5
                looking.at("age_step" if inside else "age_edge", AGES, f"{place}.{column}", value, value / mean)


def _look_at_place(looking: Looking, row: Demand) -> None:
    """A place that the plan's users need beside one that is built after it: what both cost in the same prices."""
    cost = f"{row.service.removesuffix('s')}_place_cost"
    built = getattr(looking.scenario.investment, cost)
    if built.source.en.startswith(MARK.en):
        return  # the program's own, in whatever prices
    name = "place.institution" if row.form == "institution" else "place.other"
    key = f"{row.service}.{row.form}.{row.group}.place_cost"
    looking.at(name, DEMAND, key, row.place_cost, row.place_cost / built.value)


def _ages_left_out(scenario: Scenario) -> Iterator[Doubt]:
    """Age groups without users of a service that both younger and older ones use."""
    forms: dict[str, set[str]] = {}
    for row in scenario.demand:
        served = {group.group for group in groups_of(scenario.population, row.group)}
        forms[f"{row.service}.{row.form}"] = forms.get(f"{row.service}.{row.form}", set()) | served
    names = [group.group for group in sorted(scenario.population, key=lambda group: group.age_from)]
    for form, served in forms.items():
        places = [place for place, name in enumerate(names) if name in served]
        left_out = [name for name in names[places[0] : places[-1]] if name not in served]
        if left_out:
            yield Doubt.of("users_left_out", DEMAND, form, ", ".join(left_out))


def look_at_demand(looking: Looking) -> None:
    """Shares and prices of services one by one, and all of it against the frame that it is a part of."""
    scenario, first = looking.scenario, looking.years[0]
    for row in scenario.demand:
        key = f"{row.service}.{row.form}.{row.group}"
        looking.at(f"demand.{row.service}.coverage", DEMAND, f"{key}.coverage", row.coverage)
        for cost in ("unit_cost", "place_cost"):
            of = ranges()[f"demand.{row.service}.{cost}"].times(looking.prices)
            if not of.holds(value := getattr(row, cost)):
                looking.doubts.append(of.doubt(DEMAND, f"{key}.{cost}", value, value))
        years = {int(year) for year in re.findall(r"\b((?:19|20)\d\d)-(?:kr|prices|priser)", " ".join(row.source))}
        if years and first not in years:
            looking.at("price_year", DEMAND, f"{key}.source", max(years), max(years) - first)
        _look_at_place(looking, row)
    looking.doubts += _ages_left_out(scenario)
    residents = {row.group: residents_of(scenario.population, row.group) for row in scenario.demand}
    for service in SERVICES:
        if looking.has(AREAS, service) or looking.has(DEMAND):
            continue
        costs = {row.group: 0.0 for row in scenario.demand if row.service == service}
        for row in scenario.demand:
            if row.service == service:
                costs[row.group] += row.coverage * row.unit_cost
        for at, (year, frame) in enumerate(zip(looking.years, scenario.area(service).frame, strict=True), start=1):
            need = sum(cost * 0.5 * (residents[of][at] + residents[of][at + 1]) for of, cost in costs.items())
            if frame > 0.0 and looking.at("demand_to_frame", DEMAND, f"{service}.{year}", need, need / frame):
                break
