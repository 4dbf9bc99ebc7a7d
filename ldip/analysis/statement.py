"""The baseline accounts as a finance department adds them up: rows of the official forms and of published tables.

A row is written as signed terms, divided by spaces, and means their sum:

* ``interest``, ``-sales``: a line of the ledger;
* ``area:care``: net cost of a programme area; ``sector:children_youth``: of all areas of a sector;
* ``plan:sector_revenue@children_youth``, ``plan:grants/investment_grants``: rows of ``plan.csv`` by sector or item,
  or both: ``plan:general_investment/nursing_home@health_care``;
* ``investment:fornebu``: all investment of a sector;
* ``project:town_hall``: the year's spending on a named project;
* ``nominal:`` before any of them: current prices also where the row is in fixed ones.

In fixed prices each term is converted with its own index, as the published plan does: operations and investment by
the municipal deflator, debt, funds and finance by the CPI. So the two do not add up; the official forms divide
current prices by one index instead (``report/answers/accounts.py``). What only the plan divides (items of
``plan.csv``) is not a number (NaN) after the plan years.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from ldip.model.accounts.inputs import Projects
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import Ledger, run_baseline, with_policy
from ldip.model.metrics import report_values
from ldip.model.plan.areas import elasticities, other_areas
from ldip.model.plan.baseline import Baseline, build
from ldip.scenario.projects import KINDS
from ldip.scenario.quantities import REAL
from ldip.scenario.rows import PLAN_LINES, PlanRow
from ldip.scenario.schema import Scenario

LINE_OF_USERS = {"kindergartens": "kindergarten_cost", "schools": "school_cost", "care": "care_cost"}
INVESTMENT_LINES = ("general_investment", "water_waste_investment", "housing_investment")


def area_costs(scenario: Scenario, baseline: Baseline, ledger: Ledger) -> dict[str, np.ndarray]:
    """Net cost of every programme area, nominal mill. kr (year, run), in the scenario's order.

    The areas that do not follow users are linear in residents, so they are taken out of their sum exactly (M6).
    """
    more_residents = ledger["residents"] / np.asarray(baseline.plan.residents)[:, None] - 1.0
    costs = {area: ledger[line] for area, line in LINE_OF_USERS.items()}
    for area, frame, elasticity in zip(
        other_areas(scenario), baseline.other_frames, elasticities(scenario), strict=True
    ):
        costs[area.area] = frame[:, None] * ledger["deflator_index"] * (1.0 + elasticity * more_residents)
    return {area.area: costs[area.area] for area in scenario.areas}


def project_costs(baseline: Baseline, ledger: Ledger) -> dict[str, np.ndarray]:
    """The year's spending on every named project on the baseline, nominal mill. kr (year,), in the list's order."""
    of_class = [Projects._fields.index(kind) for kind in KINDS]
    real = baseline.portfolio.response[of_class, :, :, 0].sum(axis=0)  # a project is of one class
    return dict(zip(baseline.portfolio.ids, (real * ledger["deflator_index"]).T, strict=True))


class Accounts:
    """A scenario's baseline accounts, by term; with a policy and its step as in a simulation."""

    def __init__(self, scenario: Scenario, years: int, *, policy: str = "adopted", step: float = 0.0):
        self.scenario = scenario
        self.baseline = with_policy(build(scenario, years), policy)
        self.ledger = run_baseline(self.baseline, step)
        self.years, self.plan, self.opening = self.baseline.years, self.baseline.plan, self.baseline.opening
        self.areas = {name: cost[:, 0] for name, cost in area_costs(scenario, self.baseline, self.ledger).items()}
        self.projects = project_costs(self.baseline, self.ledger)

    def sum(self, row: str, *, fixed_prices: bool = True) -> np.ndarray:
        """A row of signed terms (year,): mill. kr in fixed or current prices, or whatever unit its lines have.

        Raises KeyError with the first term that does not exist.
        """
        values = [
            (-1.0 if term.startswith("-") else 1.0) * self._term(term.lstrip("-"), fixed_prices)
            for term in row.split()
        ]
        return np.sum(values, axis=0)

    def _term(self, term: str, fixed_prices: bool) -> np.ndarray:
        if term.startswith("nominal:"):
            return self._term(term.removeprefix("nominal:"), False)
        deflator = self.ledger["deflator_index"][:, 0]
        kind, _, name = term.partition(":")
        if not name:
            return report_values(self.ledger, catalogue()[term], fixed_prices=fixed_prices)[:, 0]
        if kind == "area":
            return self.areas[name] / (deflator if fixed_prices else 1.0)
        if kind == "project":
            return self.projects[name] / (deflator if fixed_prices else 1.0)
        if kind == "sector":
            members = [area.area for area in self.scenario.areas if area.sector == name]
            return np.sum([self._term(f"area:{area}", fixed_prices) for area in _some(members, term)], axis=0)
        if kind == "investment":
            rows = [row for row in self.scenario.plan if row.line in INVESTMENT_LINES and row.sector == name]
            return self._planned(_some(rows, term), fixed_prices)
        if kind == "plan":
            path, in_sector, sector = name.partition("@")
            line, _, item = path.partition("/")
            rows = [row for row in self.scenario.plan if row.line == line and row.item == (item or row.item)]
            rows = [row for row in rows if row.sector == sector or not in_sector]
            return self._planned(_some(rows, term), fixed_prices)
        raise KeyError(term)

    def _planned(self, rows: Sequence[PlanRow], fixed_prices: bool) -> np.ndarray:
        """The sum of rows of ``plan.csv``; NaN after the plan years."""
        deflator = self.ledger["deflator_index"][:, 0]
        total = np.full(len(self.years), np.nan)
        planned = np.sum([row.values for row in rows], axis=0)[: len(total)]
        total[: len(planned)] = planned
        if PLAN_LINES[rows[0].line] == REAL:
            return total if fixed_prices else total * deflator
        return total / deflator if fixed_prices else total


Found = TypeVar("Found")


def _some(found: Sequence[Found], term: str) -> Sequence[Found]:
    if not found:
        raise KeyError(term)
    return found
