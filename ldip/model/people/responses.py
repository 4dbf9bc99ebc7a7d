"""What chance adds to the people: the response to more dwellings, births, arrivals and deaths of one year (rule M3).

Residents are linear in dwellings, in births and in those who arrive, and to first order in mortality. So a run needs
no cohort model of its own: whoever one year's surprise adds grows older, dies, leaves and gives birth like everyone
else, and a run adds up what each year's surprises have added (extra.py).
"""

import numpy as np

from ldip.model.people.cohorts import Fitted, Population, grow_older, rates, schedule
from ldip.scenario.schema import Scenario

CAUSES = ("dwellings", "births", "arrivals", "mortality")
"""What people differ from the plan by, in the order of the responses."""

INFLOW = 0.01
"""The response to arrivals is to so many more, a share of the planned residents at the start of the year. Not to a
share of the fitted net migration: that may be near zero, and surprises are no smaller for it."""


def responses(
    scenario: Scenario, fitted: Fitted, population: Population, dwellings: np.ndarray, years: int
) -> np.ndarray:
    """Residents by age that 100 % more of a cause in one year adds at 31 December of that year and later ones
    (cause, age, year of cause, year), of `years` years from the first on. `population` is the planned one, with its
    `dwellings` (type, year)."""
    first = scenario.scenario.first_year
    ages = schedule(scenario)
    mortality, fertility = rates(scenario, ages, np.arange(first, first + years))
    movers = movers_by_age(scenario, population)
    extra = np.zeros((len(ages.ages), len(CAUSES), years))  # a column for each year of cause
    found = np.zeros((len(CAUSES), len(ages.ages), years, years))
    for t in range(years):
        residents, died, born = population.closing[:, 1 + t], mortality[:, t], fertility[:, t]
        staying = 1.0 - fitted.in_year(t + 1).departure_rates
        planned = grow_older(residents, died, born)
        extra = staying[:, None, None] * grow_older(extra, died, born)
        extra[:, 0, t] += dwellings[:, t] @ ages.per_dwelling
        extra[:, 1, t] += staying * (grow_older(residents, died, 2.0 * born) - planned)
        extra[:, 2, t] += INFLOW * residents.sum() * movers
        extra[:, 3, t] += staying * (grow_older(residents, 2.0 * died, born) - planned)
        found[:, :, :, t] = extra.transpose(1, 0, 2)
    return found


def movers_by_age(scenario: Scenario, population: Population) -> np.ndarray:
    """Shares by age of those who move (age,): as into the dwellings behind the population table, whose profile the
    fit gives the year effects of migration; as the residents themselves where ``ages.csv`` has nobody move in."""
    first = scenario.scenario.first_year
    flats = scenario.housing.reference_flat_share.at(np.array([first]))[0]
    profile = np.array([flats, 1.0 - flats]) @ population.schedule.per_dwelling
    profile = profile if profile.any() else population.closing[:, 1]
    return profile / profile.sum()
