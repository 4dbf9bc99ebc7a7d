"""The housing programme: which area builds how many dwellings, and of what type, in which year (rule M3)."""

import numpy as np

from ldip.scenario.projects import first_dwellings
from ldip.scenario.schema import Scenario

TYPES = ("flat", "house")
"""Columns of ``ages.csv`` with the persons that a dwelling of the type brings."""


def programme(scenario: Scenario, years: np.ndarray) -> np.ndarray:
    """Dwellings completed by area, type and year (area, type, year).

    An area builds its pace from its start on, or from the opening of a project that its dwellings wait for, until its
    total is reached.
    """
    waits = first_dwellings(scenario.projects)
    pace = scenario.housing.pace.at(years)
    result = np.zeros((len(scenario.housing.areas), len(TYPES), len(years)))
    for place, (name, area) in enumerate(scenario.housing.areas.items()):
        wanted = np.where(years >= max(area.start.value, waits.get(name, 0)), area.per_year.at(years) * pace, 0.0)
        built = np.minimum(np.cumsum(wanted), area.total.value)
        completed = np.diff(built, prepend=0.0)
        flats = area.flat_share.at(years)
        result[place] = completed * np.stack([flats, 1.0 - flats])
    return result


def reference(scenario: Scenario, years: np.ndarray) -> np.ndarray:
    """Dwellings completed by type in the programme behind the population table (type, year)."""
    flats = scenario.housing.reference_flat_share.at(years)
    return scenario.housing.reference_completions.at(years) * np.stack([flats, 1.0 - flats])
