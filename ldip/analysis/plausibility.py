"""All that hardly can be: what a scenario's files tell, what its housing programme comes to, and where its accounts
lead."""

from collections.abc import Sequence

import numpy as np

from ldip.errors import Doubt
from ldip.model.engine.simulate import Ledger
from ldip.model.people import housing
from ldip.scenario.files.reading import BASE
from ldip.scenario.plausible.doubts import doubts
from ldip.scenario.plausible.ranges import ranges
from ldip.scenario.schema import Scenario

AHEAD = 20
"""Years that the housing programme is looked at."""

RESULT, DEBT = "net_operating_result_share", "debt_ratio"


def all_doubts(scenario: Scenario, path: Ledger | None = None) -> list[Doubt]:
    """The doubts about a scenario, and with the accounts of its baseline `path` (line, year, 1) about these, too."""
    found = [*doubts(scenario), *_programme(scenario)]
    if path is not None:
        found += of_accounts(scenario, path.years, path[RESULT][:, 0], path[DEBT][:, 0])
    return found


def _programme(scenario: Scenario) -> list[Doubt]:
    """The first year in which areas that are full build far fewer dwellings than in the plan years, whatever their
    pace."""
    first, plan_years = scenario.scenario.first_year, scenario.scenario.plan_years
    years = np.arange(first, first + AHEAD)
    pace = scenario.housing.pace.at(years)
    built = housing.programme(scenario, years).sum(axis=(0, 1))
    built = np.divide(built, pace, out=np.full(AHEAD, built[:plan_years].mean()), where=pace > 0.0)
    usual, of = float(built[:plan_years].mean()), ranges()["programme_falls"]
    for year, dwellings in zip(years[plan_years:], built[plan_years:].tolist(), strict=True):
        if usual > 0.0 and not of.holds(dwellings / usual):
            return [of.doubt(BASE, f"housing.areas.{year}", dwellings, dwellings / usual)]
    return []


def of_accounts(scenario: Scenario, years: np.ndarray, result: np.ndarray, debt: np.ndarray) -> list[Doubt]:
    """Doubts about the result share in the plan years and the debt ratio in any year, (year,); of each the first."""
    shares: Sequence[tuple[str, np.ndarray, str]] = (
        ("result_share", result[: scenario.scenario.plan_years], RESULT),
        ("debt_ratio", debt, DEBT),
    )
    found = []
    for name, values, line in shares:
        of = ranges()[name]
        wrong = next((at for at, value in enumerate(values.tolist()) if not of.holds(value)), None)
        if wrong is not None:
            size = float(values[wrong])
            found.append(of.doubt(scenario.scenario.name, f"{line}.{years[wrong]}", size, size))
    return found
