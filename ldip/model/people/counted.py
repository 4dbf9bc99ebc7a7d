"""From the cohort model to what the accounts need: residents, demand and places, planned and per dwelling (M3)."""

from typing import NamedTuple

import numpy as np

from ldip.model.accounts.inputs import People
from ldip.model.people import housing
from ldip.model.people.cohorts import Fitted, Population, demand_weights, fit, project, response, working_age_weights
from ldip.scenario.rows import SERVICES
from ldip.scenario.schema import Scenario


class Path(NamedTuple):
    """Residents on one programme, from the first year on (year,); the last two also hold the year before it."""

    opening_residents: np.ndarray
    residents: np.ndarray  # average of the year
    closing_residents: np.ndarray
    working_age: np.ndarray  # average
    need: np.ndarray  # cost of the services of the opening residents, mill. 2020-kr
    earlier_residents: np.ndarray  # three years before the opening ones
    demand: dict[str, np.ndarray]  # service -> cost of its users, mill. 2020-kr, average of the year
    places: dict[str, np.ndarray]  # service -> cost of the places needed when the lead time has passed, mill. 2020-kr


class Counted(NamedTuple):
    """People on the scenario's programme, on the one behind its population table, and the response to dwellings."""

    population: Population
    planned: Path
    reference: Path
    programme: np.ndarray  # (year,) dwellings completed
    programme_before: np.ndarray  # (year,) in the year before
    reference_before: np.ndarray  # (year,)
    response: np.ndarray  # (field of People, year, year of building): of dwellings 100 % beyond the programme

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
    return Counted(
        population=population,
        planned=_path(scenario, population, years, lead),
        reference=_path(scenario, project(scenario, fitted, behind), years, lead),
        programme=total[:years],
        programme_before=before[:years],
        reference_before=np.concatenate([usual[:1], usual])[:years],
        response=_response(scenario, fitted, built, years, lead),
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
        need=sum(demand_weights(scenario, s, "unit_cost") for s in SERVICES) @ closing[:, 1 : years + 1],
        earlier_residents=np.concatenate([np.full(3, totals[0]), totals])[1 : years + 1],
        demand={s: demand_weights(scenario, s, "unit_cost") @ average[:, : years + 1] for s in SERVICES},
        places={
            s: demand_weights(scenario, s, "place_cost") @ closing[:, 1 + lead : years + 2 + lead] for s in SERVICES
        },
    )


def _response(scenario: Scenario, fitted: Fitted, built: np.ndarray, years: int, lead: int) -> np.ndarray:
    """What the dwellings of each year add at 31 December of it and of later years, by field of People."""
    by_age = response(scenario, fitted, years + lead)  # (type, built, age, year)
    added = np.einsum("kb,kbat->abt", built, by_age)  # of the whole programme of a year

    def weighted(weights: np.ndarray) -> np.ndarray:
        return np.einsum("a,abt->tb", weights, added)  # (year, year of building)

    def average(closing: np.ndarray) -> np.ndarray:
        opening = np.concatenate([np.zeros((1, closing.shape[1])), closing[:-1]])
        return 0.5 * (opening + closing)

    everybody = weighted(np.ones(by_age.shape[2]))
    demand = {s: average(weighted(demand_weights(scenario, s, "unit_cost"))) for s in SERVICES}
    places = {s: weighted(demand_weights(scenario, s, "place_cost"))[lead:] for s in SERVICES}
    need = weighted(sum(demand_weights(scenario, s, "unit_cost") for s in SERVICES))

    def later(closing: np.ndarray, lag: int) -> np.ndarray:
        return np.concatenate([np.zeros((lag, closing.shape[1])), closing])[: len(closing)]

    fields = People(
        opening_residents=np.concatenate([np.zeros((1, everybody.shape[1])), everybody[:-1]]),
        residents=average(everybody),
        closing_residents=everybody,
        working_age=average(weighted(working_age_weights(scenario))),
        kindergartens=demand["kindergartens"],
        schools=demand["schools"],
        care=demand["care"],
        kindergarten_places=places["kindergartens"],
        school_places=places["schools"],
        care_places=places["care"],
        need=later(need, 1),
        earlier_residents=later(everybody, 4),
    )
    return np.stack([field[:years, :years] for field in fields])
