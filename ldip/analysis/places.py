"""Places against users: what is there for the users of each year and of what, how often it is too little, and by
housing area.

A year builds for the users at the end of the year that comes `capacity_lead` years later (M7). Everything here stands
by the year of the users. Places are counted as named projects count them: a user for whom ``demand.csv`` has half the
cost of a place needs half a place. In runs the users are those known when it had to be built, as in the accounts, and
a project that is late has not opened.
"""

from typing import NamedTuple

import numpy as np

from ldip.model.accounts.inputs import People
from ldip.model.people.cohorts import ages_of, demand_weights, schedule
from ldip.model.people.housing import programme
from ldip.model.plan.baseline import Baseline
from ldip.model.plan.places import places
from ldip.model.projects.portfolio import DELAYS, PLACES, place_cost
from ldip.scenario.projects import Project
from ldip.scenario.rows import SERVICES
from ldip.scenario.schema import Scenario

ONE = 0.5
"""Places that must be lacking to be called so."""


class Standing(NamedTuple):
    """Places of a service by the year of its users (year,), and what they are made of."""

    service: str
    years: np.ndarray  # of the users
    needed: np.ndarray  # for the users at the end of the year
    opening: float  # in place when the plan begins
    named: np.ndarray  # that named projects have opened, less those closed
    programme: np.ndarray  # that the adopted programme has built in the plan years beside them
    lacking: np.ndarray  # needed beyond all of these

    @property
    def there(self) -> np.ndarray:
        """By opening, adopted programme and named projects."""
        return self.opening + self.named + self.programme

    @property
    def short(self) -> np.ndarray:
        """The years in which they run short."""
        return self.years[self.lacking > ONE]


class District(NamedTuple):
    """A housing area: what is completed there since the first year, and the places that open there (year,)."""

    area: str
    years: np.ndarray
    dwellings: np.ndarray
    users: dict[str, np.ndarray]  # service -> users that the dwellings have brought, as old as when they moved in
    needed: dict[str, np.ndarray]  # service -> the places that these users need
    places: dict[str, np.ndarray]  # service -> that named projects have opened there, less those closed


def standing(scenario: Scenario, baseline: Baseline) -> tuple[Standing, ...]:
    """Places of each service on the baseline."""
    found = []
    for it in places(scenario, baseline):
        name, cost = PLACES[it.service], place_cost(scenario, it.service)
        opening = float(getattr(baseline.opening, f"{name}_capacity")) / cost
        named = np.cumsum(getattr(baseline.plan, f"{name}_projects")) / cost
        built = it.there - opening - named
        found.append(Standing(it.service, it.years, it.needed, opening, named, built, it.lacking))
    return tuple(found)


def few_places(scenario: Scenario, baseline: Baseline, people: np.ndarray, late: np.ndarray) -> dict[str, np.ndarray]:
    """In how many runs the named places of each service are too few for the users of a year (year,), with the people
    (field of People, year, run) by which runs differ from the plan, and how much of each project is so many years
    late (project, delay, run)."""
    found, surprise = {}, People(*people)
    for it in standing(scenario, baseline):
        extra = getattr(surprise, f"{PLACES[it.service]}_places") / place_cost(scenario, it.service)
        named = np.einsum("tpd,pdr->tr", _opened(scenario, baseline, it), late, optimize=True)
        there = (it.opening + it.programme)[:, None] + named
        found[it.service] = (it.needed[:, None] + extra - there > ONE).sum(axis=1).astype(float)
    return found


def _opened(scenario: Scenario, baseline: Baseline, of: Standing) -> np.ndarray:
    """Places that each project has for the users of a year if it is so many years late (year, project, delay)."""
    listed = {project.id: project for project in scenario.projects}
    found = np.zeros((len(of.years), len(baseline.portfolio.ids), DELAYS))
    for p, name in enumerate(baseline.portfolio.ids):
        project = listed[name]
        if project.service == of.service and not project.dropped and project.opening >= baseline.years[0]:
            for delay in range(DELAYS):
                found[:, p, delay] = np.where(of.years >= project.opening + delay, project.net_places, 0.0)
    return found


def districts(scenario: Scenario, baseline: Baseline) -> tuple[District, ...]:
    """The housing areas in which dwellings are completed or places open."""
    years, listed = baseline.years, {project.id: project for project in scenario.projects if not project.dropped}
    completed = np.cumsum(programme(scenario, years), axis=2)  # (area, type, year)
    moving_in = schedule(scenario).per_dwelling  # (type, age)
    found = []
    for place, area in enumerate(scenario.housing.areas):
        persons = moving_in.T @ completed[place]  # (age, year)
        users = {service: _coverage(scenario, service) @ persons for service in SERVICES}
        needed = {service: _places_for(scenario, service) @ persons for service in users}
        here = [listed[name] for name in baseline.portfolio.ids if name in listed]
        here = [project for project in here if project.housing_area == area]
        opened = {service: _opened_by(here, service, years) for service in users}
        if completed[place].any() or any(of.any() for of in opened.values()):
            found.append(District(area, years, completed[place].sum(axis=0), users, needed, opened))
    return tuple(found)


def _coverage(scenario: Scenario, service: str) -> np.ndarray:
    """The share of each age that uses a service in a form that needs places (age,)."""
    rows = [row for row in scenario.demand if row.service == service and row.place_cost > 0.0]
    return np.sum(
        [np.zeros(len(scenario.ages)), *(row.coverage * ages_of(scenario, row.group) for row in rows)], axis=0
    )


def _places_for(scenario: Scenario, service: str) -> np.ndarray:
    """The places that a resident of each age needs (age,)."""
    return demand_weights(scenario, service, "place_cost") / place_cost(scenario, service)


def _opened_by(projects: list[Project], service: str, years: np.ndarray) -> np.ndarray:
    """Places that have opened by each year (year,), from the first one on."""
    found = np.zeros(len(years))
    for project in projects:
        if project.service == service and project.opening >= years[0]:
            found += np.where(years >= project.opening, project.net_places, 0.0)
    return found
