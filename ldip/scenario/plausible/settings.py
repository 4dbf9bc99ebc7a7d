"""The settings of base.toml: amounts and rates one by one, and those that agree in a scenario without changes."""

from collections.abc import Iterator

import numpy as np

from ldip.errors import Doubt
from ldip.scenario.files.reading import BASE
from ldip.scenario.numbers import quantities
from ldip.scenario.plausible.looking import Looking
from ldip.scenario.plausible.ranges import ranges
from ldip.scenario.quantities import MONEY, REAL, of_any_year
from ldip.scenario.schema import Scenario

NOT_AMOUNTS = ("drivers.", "rules.")
"""Keys below which a small amount is as good as a large one, and none is larger than a limit on debt."""

MUST_COVER = ("buffer_fund", "wage_reserve", "discretionary_funds")
"""Discretionary funds, which a deficit uses before any of it is carried on."""

DEBTS = ("general_debt", "self_financing_debt", "on_lending_debt")


def look_at_settings(looking: Looking) -> None:
    """Amounts for each resident, rates and growth within what there has been; the debt's classes."""
    for key, quantity in quantities(looking.scenario).items():
        for where, value in quantity.numbers().items():
            name = f"{key}.{where}".removesuffix(".value")
            if of_any_year(quantity.unit) in (MONEY, REAL):
                usual = "rule" if key.startswith(NOT_AMOUNTS) else "money"
                if looking.amount(key if key in ranges() else usual, BASE, name, value):
                    break
            elif key in ranges() and looking.at(key, BASE, name, value):
                break
    opening = looking.scenario.opening
    assets, worn = opening.fixed_assets.value, opening.depreciation.value
    if assets and not {"opening.fixed_assets", "opening.depreciation"} & {doubt.key for doubt in looking.doubts}:
        looking.at("depreciation_of_assets", BASE, "opening.depreciation", worn, worn / assets)
    debts = {name: getattr(opening, name).value for name in DEBTS}
    largest = max(debts, key=debts.__getitem__)
    with_fees = bool(looking.scenario.plan_line("water_waste_investment").any())
    if debts[largest] > 0.0 and (with_fees or largest != "general_debt"):
        looking.at("debt_class", BASE, f"opening.{largest}", debts[largest], debts[largest] / sum(debts.values()))
    looking.doubts += _deficit_beside_funds(looking.scenario)
    if not looking.scenario.changes:
        _look_at_references(looking)


def _deficit_beside_funds(scenario: Scenario) -> Iterator[Doubt]:
    """A deficit is carried on only when the funds that must cover it are empty."""
    opening = scenario.opening
    funds = sum(getattr(opening, name).value for name in MUST_COVER)
    if opening.uncovered_deficit.value > 0.0 and funds > 0.0:
        value = f"{opening.uncovered_deficit.value:g}"
        yield Doubt.of("deficit_beside_funds", BASE, "opening.uncovered_deficit", value, funds=f"{funds:g}")


def _look_at_references(looking: Looking) -> None:
    """The rate path and the housing programme against those that the plan rests on."""
    scenario, years = looking.scenario, np.array(looking.years)
    rates = (scenario.interest.money_market_rate.at(years), scenario.interest.reference_rate.at(years))
    for year, rate, reference in zip(looking.years, *(of.tolist() for of in rates), strict=True):
        if looking.at("rate_to_reference", BASE, f"interest.money_market_rate.{year}", rate, rate - reference):
            break
    built = scenario.housing.pace.at(years) * sum(
        np.where(years >= area.start.value, area.per_year.at(years), 0.0) for area in scenario.housing.areas.values()
    )
    usual = scenario.housing.reference_completions.at(years)
    for year, programme, reference in zip(looking.years, built.tolist(), usual.tolist(), strict=True):
        ratio = programme / reference if reference > 0.0 else float(programme == 0.0)
        if looking.at("programme_to_reference", BASE, f"housing.areas.{year}", programme, ratio):
            break


def look_at_others(looking: Looking) -> None:
    """Premium deviations from before the plan, and what named projects cost."""
    for vintage in looking.scenario.vintages:
        looking.amount("vintage", "vintages.csv", f"{vintage.vintage:g}.deviation", vintage.deviation)
    for project in looking.scenario.projects:
        if project.p50 is not None:
            looking.amount("project", "projects.csv", f"{project.id}.p50", project.p50)
