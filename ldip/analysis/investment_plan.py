"""What the investment plan of twenty years is: what each named project costs in each year, and what nobody has named.

Named projects and what is left add up to gross investment, on the baseline and in every run: a project's spending is
its part of the ledger's lines of projects, and what is left are the ledger's other lines (UNNAMED).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ldip.analysis.growth import PERCENTILES
from ldip.analysis.places import District, Standing, districts, few_places, standing
from ldip.analysis.statement import Accounts
from ldip.model import drivers
from ldip.model.accounts.inputs import Projects, Weather
from ldip.model.accounts.year import SUMS
from ldip.model.engine.simulate import Ledger, built, simulate_built
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import Baseline
from ldip.model.projects.chance import spreads
from ldip.model.projects.portfolio import DELAYS, Portfolio
from ldip.scenario.drivers import Drivers
from ldip.scenario.projects import KINDS, Project
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import quantile

LINES = {"general": "project_investment", "water_waste": "project_water_waste", "housing": "project_housing"}
"""Class of projects -> the ledger's line with their spending."""

DIVIDED = {"project_investment": "general", "water_waste_investment": "water_waste", "housing_investment": "housing"}
"""Line that named projects divide, wholly or in part -> the class of those that do."""

_MEANT = ("renewal_investment", "capacity_investment", "infrastructure_investment", "project_investment")

UNNAMED = {
    "renewal_investment": "renewal_investment",
    "capacity_investment": "capacity_investment",
    "infrastructure_investment": "infrastructure_investment",
    "overruns_and_delays": " ".join(term for term in SUMS["general_investment"].split() if term not in _MEANT),
    "water_waste_left": "water_waste_investment -project_water_waste",
    "housing_left": "housing_investment -project_housing",
}
"""Parts of gross investment that no project bears, as signed lines of the ledger. In the plan years the first holds
all of the adopted programme that is not named."""

CLASS_OF = dict.fromkeys(UNNAMED, "general") | {"water_waste_left": "water_waste", "housing_left": "housing"}
"""Part -> the class of investment that it belongs to."""

MOST_RUNS = 10 * drivers.BLOCK
"""Runs that the fans of projects are taken from at most: enough for their percentiles, in memory that is fixed."""


class Spending(NamedTuple):
    """A named project and what is spent on it, mill. kr."""

    project: Project
    real: np.ndarray  # (year,) as planned, base-year prices
    nominal: np.ndarray  # (year,)
    bound: float  # of what is spent within the horizon, by contract, base-year prices


class Fan(NamedTuple):
    """A figure of each project over the runs, mill. kr."""

    mean: np.ndarray  # (project, year)
    percentiles: np.ndarray  # (percentile of PERCENTILES, project, year)


class Futures(NamedTuple):
    """What becomes of the projects in simulated runs."""

    runs: int
    seed: int
    real: Fan  # base-year prices
    nominal: Fan
    total: np.ndarray  # (percentile, project) of what is spent on it in all years, base-year prices
    few: dict[str, np.ndarray]  # service -> (year,) share of runs with too few places for the users of a year


class InvestmentPlan(NamedTuple):
    """The plan as adopted and named, and what becomes of it."""

    scenario: str
    years: np.ndarray
    projects: tuple[Spending, ...]
    unnamed: dict[str, np.ndarray]  # part of UNNAMED -> (year,) base-year prices
    unnamed_nominal: dict[str, np.ndarray]
    gross: np.ndarray  # (year,) gross investment of the accounts, base-year prices
    gross_nominal: np.ndarray
    places: tuple[Standing, ...]  # of each service
    districts: tuple[District, ...]
    futures: Futures | None  # nothing of the plan as planned alone

    def of_class(self, kind: str) -> np.ndarray:
        """What the named projects of a class come to (year,), base-year prices."""
        return _sum([it.real for it in self.projects if it.project.kind == kind], self.years)

    def of_area(self, area: str | None) -> np.ndarray:
        """What the named projects of a programme area come to (year,), base-year prices."""
        return _sum([it.real for it in self.projects if it.project.area == area], self.years)

    @property
    def areas(self) -> tuple[str | None, ...]:
        """The programme areas that have projects, in the order of the list; none for those without one last."""
        found = dict.fromkeys(it.project.area for it in self.projects)
        return tuple(sorted(found, key=lambda area: area is None))


def investment_plan(
    scenario: Scenario,
    *,
    years: int,
    runs: int = 0,
    seed: int = 1,
    progress: Callable[[int], None] | None = None,
) -> InvestmentPlan:
    """The investment plan of a scenario; with `runs` also what becomes of it in so many runs, MOST_RUNS at most."""
    return plan_of(Accounts(scenario, years), runs=runs, seed=seed, progress=progress)


def plan_of(
    accounts: Accounts, *, runs: int = 0, seed: int = 1, progress: Callable[[int], None] | None = None
) -> InvestmentPlan:
    """The investment plan in a scenario's baseline accounts."""
    scenario, baseline, ledger = accounts.scenario, accounts.baseline, accounts.ledger
    deflator = ledger["deflator_index"][:, 0]
    listed = {project.id: project for project in scenario.projects}
    found = []
    for name, nominal in accounts.projects.items():
        project, real = listed[name], nominal / deflator
        bound = 1.0 if project.dropped else project.committed
        found.append(Spending(project, real, nominal, bound * float(real.sum())))
    unnamed = {name: of[:, 0] for name, of in unnamed_parts(ledger).items()}
    gross = ledger["gross_investment"][:, 0]
    return InvestmentPlan(
        scenario=scenario.name,
        years=accounts.years,
        projects=tuple(found),
        unnamed={name: of / deflator for name, of in unnamed.items()},
        unnamed_nominal=unnamed,
        gross=gross / deflator,
        gross_nominal=gross,
        places=standing(scenario, baseline),
        districts=districts(scenario, baseline),
        futures=futures(scenario, len(accounts.years), runs, seed, progress) if runs else None,
    )


def unnamed_parts(ledger: Ledger) -> dict[str, np.ndarray]:
    """What of gross investment no project bears (year, run), nominal, by part."""
    return {name: _signed(ledger, of) for name, of in UNNAMED.items()}


def unexplained(ledger: Ledger, spent: np.ndarray) -> np.ndarray:
    """What gross investment is beyond the spending on projects (project, year, run), nominal, and the parts that
    nobody has named (year, run): nothing but rounding."""
    found: np.ndarray = ledger["gross_investment"] - spent.sum(axis=0) - sum(unnamed_parts(ledger).values())
    return found


NEEDED = tuple(
    dict.fromkeys(
        ("gross_investment", "deflator_index", *(term.lstrip("-") for of in UNNAMED.values() for term in of.split()))
    )
)
"""Lines that :func:`unexplained` needs."""


def lateness(portfolio: Portfolio, of: Drivers, seed: int, block: int) -> tuple[np.ndarray, np.ndarray]:
    """By what factor each project costs more (project, run), and how much of it is so many years late (project,
    delay, run), in the runs of one block."""
    spread, expected = spreads(portfolio, of)
    cost, delay = drivers.project_chance(portfolio.keys, seed, block)
    late = np.minimum(delay * expected[:, None], DELAYS - 1.0)
    part = np.maximum(1.0 - np.abs(late[:, None] - np.arange(float(DELAYS))[:, None]), 0.0)
    return np.exp(spread[:, None] * cost), part


def spent_in_runs(baseline: Baseline, weather: np.ndarray, cost: np.ndarray, late: np.ndarray) -> np.ndarray:
    """The spending on each project in the runs of some weather (project, year, run), base-year prices."""
    of_class = [Projects._fields.index(kind) for kind in KINDS]
    planned = baseline.portfolio.response[of_class].sum(axis=0)  # (year, project, delay)
    runs = weather.shape[2]
    spent = np.einsum("tpd,pdr->ptr", planned, late[:, :, :runs], optimize=True) * cost[:, None, :runs]
    return np.asarray(spent * Weather(*weather).construction_factor)


def futures(
    scenario: Scenario, years: int, runs: int, seed: int, progress: Callable[[int], None] | None = None
) -> Futures:
    """What becomes of the projects, and of the named places, in the first `runs` runs of the seed."""
    runs = min(runs, MOST_RUNS)
    ready = built(scenario, years)
    baseline = ready.baseline
    ledger = simulate_built(ready, runs=runs, seed=seed, lines=("deflator_index",), progress=progress)
    spent = np.empty((len(baseline.portfolio.ids), years, runs))
    few: dict[str, np.ndarray] = {}
    for first in range(0, runs, drivers.BLOCK):
        size = min(drivers.BLOCK, runs - first)
        weather = drivers.weather(ready.process, seed, first, size)
        cost, late = lateness(baseline.portfolio, scenario.drivers, seed, first // drivers.BLOCK)
        spent[:, :, first : first + size] = spent_in_runs(baseline, weather, cost, late)
        people = extra_people(baseline.response, weather)
        for service, count in few_places(scenario, baseline, people, late[:, :, :size]).items():
            few[service] = few.get(service, 0.0) + count / runs
    return Futures(
        runs=runs,
        seed=seed,
        real=_fan(spent),
        nominal=_fan(spent * ledger["deflator_index"]),
        total=_percentiles(spent.sum(axis=1)),
        few=few,
    )


def _fan(values: np.ndarray) -> Fan:
    """The mean and the percentiles over the runs, the last axis."""
    return Fan(values.mean(axis=-1), _percentiles(values))


def _percentiles(values: np.ndarray) -> np.ndarray:
    """PERCENTILES over the runs, the last axis, of values that are finite."""
    ranked = np.sort(values, axis=-1).reshape(-1, values.shape[-1])
    if not len(ranked):
        return np.zeros((len(PERCENTILES), *values.shape[:-1]))
    return np.stack([quantile(ranked, p).reshape(values.shape[:-1]) for p in PERCENTILES])


def _signed(ledger: Ledger, terms: str) -> np.ndarray:
    """The sum of signed lines (year, run)."""
    return np.sum([(-1.0 if term[0] == "-" else 1.0) * ledger[term.lstrip("-")] for term in terms.split()], axis=0)


def _sum(parts: list[np.ndarray], years: np.ndarray) -> np.ndarray:
    """Their sum (year,); nothing of none."""
    found: np.ndarray = np.sum([np.zeros(len(years)), *parts], axis=0)
    return found
