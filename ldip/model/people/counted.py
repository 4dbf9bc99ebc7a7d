"""From the cohort model to what the accounts need: residents, demand and places, as planned and by what chance adds
to them (M3)."""

from typing import NamedTuple

import numpy as np

from ldip.model.accounts.inputs import People
from ldip.model.people import housing
from ldip.model.people.cohorts import (
    Fitted,
    Population,
    demand_weights,
    fit,
    need_weights,
    project,
    shown_weights,
    working_age_weights,
)
from ldip.model.people.responses import responses
from ldip.scenario.rows import SERVICES
from ldip.scenario.schema import Scenario

GRANT_YEARS = 3
"""Years over which the growth is measured that a growth grant goes by."""


class Path(NamedTuple):
    """Residents on one programme, from the first year on (year,); the last two also hold the year before it."""

    opening_residents: np.ndarray
    residents: np.ndarray  # average of the year
    closing_residents: np.ndarray
    working_age: np.ndarray  # average
    need: np.ndarray  # what the opening residents' services cost a year, mill. 2020-kr: coverage x unit cost by age
    earlier_residents: np.ndarray  # GRANT_YEARS years before opening_residents
    demand: dict[str, np.ndarray]  # service -> cost of its users, mill. 2020-kr, average of the year
    places: dict[str, np.ndarray]  # service -> cost of the places needed when the lead time has passed, mill. 2020-kr


class Counted(NamedTuple):
    """People on the scenario's programme, on the one behind its population table, and the responses to 100 % more of
    each of CAUSES in one year (responses.py)."""

    population: Population
    planned: Path
    reference: Path
    opening_places: dict[str, float]  # service -> cost of the places of the users at the opening, mill. 2020-kr
    programme: np.ndarray  # (year,) dwellings completed
    programme_before: np.ndarray  # (year,) in the year before
    reference_before: np.ndarray  # (year,)
    response: np.ndarray  # (field of People, year, cause, year of cause)
    group_response: np.ndarray  # (group that is shown, year, cause, year of cause), at 31 December

    @property
    def relative_residents(self) -> np.ndarray:
        """Average residents on the scenario's programme relative to the reference (year,)."""
        return self.planned.residents / self.reference.residents


def count(scenario: Scenario, years: int, fitted: Fitted | None = None) -> Counted:
    """Count the people of `years` years from the first year on, from what the population table is `fitted` to."""
    lead = int(scenario.investment.capacity_lead.value)
    first = scenario.scenario.first_year
    calendar = np.arange(first, first + years + lead)
    built = housing.programme(scenario, calendar).sum(axis=0)
    behind = housing.reference(scenario, calendar)
    fitted = fitted or fit(scenario)
    population = project(scenario, fitted, built)
    total, usual = built.sum(axis=0), behind.sum(axis=0)
    before = np.concatenate([usual[:1], total])  # the year before the plan built as the table says
    added = responses(scenario, fitted, population, built, years + lead)
    as_told = project(scenario, fitted, behind)
    return Counted(
        population=population,
        planned=_path(scenario, population, years, lead),
        reference=_path(scenario, as_told, years, lead),
        opening_places={
            s: float(demand_weights(scenario, s, "place_cost") @ as_told.closing[:, 1]) for s in SERVICES
        },
        programme=total[:years],
        programme_before=before[:years],
        reference_before=np.concatenate([usual[:1], usual])[:years],
        response=_response(scenario, added, years, lead),
        group_response=np.einsum("ga,cabt->gtcb", shown_weights(scenario), added)[:, :years, :, :years],
    )


def _path(scenario: Scenario, population: Population, years: int, lead: int) -> Path:
    closing, average = population.closing, population.average()
    totals = closing.sum(axis=0)
    # closing[:, 1] is the 31 December before the first year, average[:, 1] the first year.
    return Path(
        opening_residents=totals[1 : years + 1],
        residents=average[:, 1 : years + 1].sum(axis=0),
        closing_residents=totals[2 : years + 2],
        working_age=working_age_weights(scenario) @ average[:, 1 : years + 1],
        need=need_weights(scenario) @ closing[:, 1 : years + 1],
        earlier_residents=_earlier(totals)[:years],
        demand={s: demand_weights(scenario, s, "unit_cost") @ average[:, : years + 1] for s in SERVICES},
        places={
            s: demand_weights(scenario, s, "place_cost") @ closing[:, 1 + lead : years + 2 + lead] for s in SERVICES
        },
    )


def _earlier(totals: np.ndarray) -> np.ndarray:
    """Residents GRANT_YEARS years before the start of each year from the first on. Before the population table
    begins, two years before the first year, they are taken to have grown by its first year's growth a year."""
    before = np.arange(1 - GRANT_YEARS, 0)
    growth = totals[1] / totals[0]
    return np.concatenate([totals[0] * growth**before, totals])


def _response(scenario: Scenario, added: np.ndarray, years: int, lead: int) -> np.ndarray:
    """What 100 % more of each cause of a year adds, by field of People (field, year, cause, year of cause), from what
    it adds by age at 31 December."""

    def weighted(weights: np.ndarray) -> np.ndarray:
        return np.einsum("a,cabt->tcb", weights, added)

    def earlier(closing: np.ndarray, by: int) -> np.ndarray:
        """The same so many years before: nothing in the first of them."""
        return np.concatenate([np.zeros((by, *closing.shape[1:])), closing])[: len(closing)]

    def average(closing: np.ndarray) -> np.ndarray:
        return 0.5 * (earlier(closing, 1) + closing)

    everybody = weighted(np.ones(added.shape[1]))
    demand = {s: average(weighted(demand_weights(scenario, s, "unit_cost"))) for s in SERVICES}
    # Of the years to come only the plan is known: their surprises call for no places yet.
    known = np.tril(np.ones((years, years)))[:, None, :]
    places = {
        s: weighted(demand_weights(scenario, s, "place_cost"))[lead:][:years, :, :years] * known for s in SERVICES
    }
    fields = People(
        opening_residents=earlier(everybody, 1),
        residents=average(everybody),
        closing_residents=everybody,
        working_age=average(weighted(working_age_weights(scenario))),
        kindergartens=demand["kindergartens"],
        schools=demand["schools"],
        care=demand["care"],
        kindergarten_places=places["kindergartens"],
        school_places=places["schools"],
        care_places=places["care"],
        need=earlier(weighted(need_weights(scenario)), 1),
        earlier_residents=earlier(everybody, 1 + GRANT_YEARS),
    )
    return np.stack([field[:years, :, :years] for field in fields])
