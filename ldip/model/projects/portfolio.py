"""The projects of a scenario by year: what each comes to if it is so many years late, and what the plan's own amounts
hold of them already (M13)."""

from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

import numpy as np

from ldip.model.accounts.inputs import Projects
from ldip.scenario.projects import Project, built
from ldip.scenario.quantities import Parameter
from ldip.scenario.rows import SERVICES
from ldip.scenario.schema import Scenario

DELAYS = 5
"""Delays of 0 to 4 years: a longer one counts as four years, and one between two years as part of each."""

COSTED = ("general", "water_waste", "housing", "vat", "new_depreciation", "ended_depreciation")
"""Fields of Projects that follow what a project costs in the end; the others follow its plan and its time alone."""

IS_COSTED = [name in COSTED for name in Projects._fields]

P85 = 1.0364333894937896
"""The 85th percentile of a standard normal."""

PLACES = {"kindergartens": "kindergarten", "schools": "school", "care": "care"}
"""What a service is called in settings and lines of its places."""

NEW = ("statutory", "capacity", "service")
"""Purposes of projects that bring new buildings, with running costs if none are stated."""


class Portfolio(NamedTuple):
    """The projects that are built, in the order of the list, and what the plan holds of the list as adopted."""

    ids: tuple[str, ...]
    keys: tuple[int, ...]  # of their random numbers: they hang on the id alone
    phases: tuple[str, ...]
    own_spread: np.ndarray  # (project,) standard deviation of the log of cost, by P85; not a number without one
    response: np.ndarray  # (field of Projects, year, project, delay), 2020-kr
    held: Projects  # each field (year,): what of the list as adopted the plan's own amounts and frames hold
    places: dict[str, np.ndarray]  # service -> (year,) what the places opened for the users of that year would cost
    adopted_places: dict[str, np.ndarray]  # the same of the list as adopted


class Ruler(NamedTuple):
    """What turns a project into amounts by year."""

    first_year: int
    deflator: np.ndarray  # (year,) planned
    deflator_growth: Parameter
    vat_share: np.ndarray
    grant_share: np.ndarray
    housing_grant_share: np.ndarray
    premises_share: np.ndarray
    useful_life: np.ndarray

    def real(self, price_year: int | None) -> float:
        """What a krone of `price_year` is in prices of the first year."""
        price_year = price_year or self.first_year
        between = np.arange(min(price_year, self.first_year) + 1, max(price_year, self.first_year) + 1)
        growth = float(np.prod(1.0 + self.deflator_growth.at(between)))
        return growth if price_year < self.first_year else 1.0 / growth


def portfolio(scenario: Scenario, ruler: Ruler) -> Portfolio:
    """The projects of a scenario, on `ruler`, whose years are the baseline's."""
    standing = built(scenario.projects)
    contracts = [project for project in scenario.projects if project.dropped and project.committed]
    listed = (*standing, *contracts)
    years = len(ruler.deflator)
    response = np.zeros((len(Projects._fields), years, len(listed), DELAYS))
    for place, project in enumerate(listed):
        for delay in range(DELAYS):
            found = amounts(project, ruler, delay)
            if project.dropped:  # what is bound by contract is spent, and nothing else of it is left
                found *= np.array(IS_COSTED)[:, None] * project.committed
            response[:, :, place, delay] = found
    return Portfolio(
        ids=tuple(project.id for project in listed),
        keys=tuple(crc32(project.id.encode()) for project in listed),
        phases=tuple(project.phase for project in listed),
        own_spread=np.array([_own_spread(project) for project in listed]),
        response=response,
        held=_held(scenario, ruler),
        places={service: _places(scenario, standing, service, years) for service in SERVICES},
        adopted_places={
            service: _places(scenario, built(scenario.adopted_projects), service, years) for service in SERVICES
        },
    )


def _own_spread(project: Project) -> float:
    return float(np.log(project.p85 / project.p50) / P85) if project.p50 and project.p85 else float("nan")


def amounts(project: Project, ruler: Ruler, delay: int = 0) -> np.ndarray:
    """What a project comes to by year (field of Projects, year), at its median cost and so many years late; what was
    spent before the first year is not ours."""
    if not project.p50 and not project.running_cost:  # only its places are known
        return np.zeros((len(Projects._fields), len(ruler.deflator)))
    found = {name: np.zeros(len(ruler.deflator)) for name in Projects._fields}
    cost = project.cost * ruler.real(project.price_year)
    for t, share in _spending(project, ruler.first_year, delay):
        if t >= len(ruler.deflator):
            break
        spent = cost * share
        found[project.kind][t] += spent
        vat = _vat_share(project, ruler, t) * spent
        found["vat"][t] += vat
        if project.purpose == "renewal" and project.kind == "general":
            found["renewal"][t] += spent
        life = project.useful_life or float(ruler.useful_life[t])
        found["new_depreciation"][t] += (spent - vat) / life
        end = t + round(life)
        if end < len(ruler.deflator):
            found["ended_depreciation"][end] += (spent - vat) / life * ruler.deflator[t]
        if (paid := t + project.grant_lag) < len(ruler.deflator):
            grants = "housing_grants" if project.kind == "housing" else "grants"
            found[grants][paid] += _grant_share(project, ruler, t) * spent
    opens = project.opening + delay - ruler.first_year
    if project.opening >= ruler.first_year:
        found["running_cost"][opens:] += _running_cost(project, ruler, cost)[opens:]
        if project.kind == "general" and project.purpose != "renewal":
            found["in_use"][opens + 1 :] += cost
    return np.stack([found[name] for name in Projects._fields])


def _spending(project: Project, first_year: int, delay: int) -> Iterator[tuple[int, float]]:
    """Years from the first on, and the share of the cost that is spent in each."""
    for place, share in enumerate(project.shares):
        year = project.start + place
        if year >= first_year:
            yield year + delay - first_year, share


def _vat_share(project: Project, ruler: Ruler, t: int) -> float:
    if project.kind != "general":
        return 0.0
    return float(ruler.vat_share[t]) if project.vat_share is None else project.vat_share


def _grant_share(project: Project, ruler: Ruler, t: int) -> float:
    if project.grant_share is not None:
        return project.grant_share
    shares = {"general": ruler.grant_share, "housing": ruler.housing_grant_share}
    return float(shares[project.kind][t]) if project.kind in shares else 0.0


def _running_cost(project: Project, ruler: Ruler, cost: float) -> np.ndarray:
    """Running cost less savings of a year in which it is open (year,)."""
    real = project.scale * ruler.real(project.price_year)
    if project.running_cost is not None:
        return np.full(len(ruler.deflator), (project.running_cost - project.savings) * real)
    new = project.kind == "general" and project.purpose in NEW
    return ruler.premises_share * (cost if new else 0.0) - project.savings * real


def _held(scenario: Scenario, ruler: Ruler) -> Projects:
    """What the plan's own amounts hold: in the plan years all of the projects that are `in_plan`, in spending, grants
    and frames; later what the yearly amounts after the plan stand for, which are renewal, water and waste, housing,
    and still the running costs of what was to open in the plan years."""
    plan_years, years = scenario.scenario.plan_years, len(ruler.deflator)
    later = np.arange(years) >= plan_years
    last = np.minimum(np.arange(years), plan_years - 1)
    held = np.zeros((len(Projects._fields), years))
    running, in_use = (Projects._fields.index(name) for name in ("running_cost", "in_use"))
    for project in built(scenario.adopted_projects):
        found = amounts(project, ruler)
        in_plan = project.in_plan == "yes"
        stands_for = project.kind != "general" or project.purpose == "renewal"
        part = np.where(later, float(stands_for), float(in_plan))
        frames = found[running, last] * in_plan
        opened = found[in_use] * (in_plan and project.opening < ruler.first_year + plan_years)
        found = found * part
        found[running], found[in_use] = frames, opened
        held += found
    return Projects(*held)


def _places(scenario: Scenario, standing: tuple[Project, ...], service: str, years: int) -> np.ndarray:
    """What the places would cost that open, less those that close, in time for the users for whom a year builds."""
    first, lead = scenario.scenario.first_year, int(scenario.investment.capacity_lead.value)
    found = np.zeros(years)
    for project in standing:
        place = max(project.opening - lead - first, 0)
        if project.service == service and project.opening >= first and place < years:
            found[place] += project.net_places * place_cost(scenario, service)
    return found


def place_cost(scenario: Scenario, service: str) -> float:
    """What a place of a service costs to build, mill. 2020-kr."""
    return float(getattr(scenario.investment, f"{PLACES[service]}_place_cost").value)
