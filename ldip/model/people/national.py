"""What the nation's residents need of municipal services: its ages with this municipality's own costs by age.

Grants know needs, not heads: a municipality is paid for having older or younger residents than the nation. The
nation's ages are Statistics Norway's (``national_ages.csv``), or the scenario's own table of that name.
"""

import functools
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from ldip.model.people.cohorts import need_weights, schedule, working_age_weights
from ldip.scenario.files.cells import block_of, text_sheet
from ldip.scenario.files.tables import read_table
from ldip.scenario.rows import NationalGroup
from ldip.scenario.schema import Scenario

FILE = "national_ages.csv"


@functools.cache
def shipped() -> tuple[NationalGroup, ...]:
    """The nation's residents by age group, as the program brings them."""
    text = (files("ldip.model.people") / FILE).read_text(encoding="utf-8")
    table = read_table("national_ages", block_of(text_sheet(FILE, text)), None)
    return tuple(NationalGroup.model_validate(row) for row in table.rows)


class Nation(NamedTuple):
    """The nation in each year (year,)."""

    need: np.ndarray  # what the services of one resident cost, mill. kr of the first year
    working_age: np.ndarray  # share of the residents aged 20-66


def nation(scenario: Scenario, years: np.ndarray) -> Nation:
    """The nation's ages at 1 January, with the scenario's own coverage and unit costs."""
    shares = _shares(scenario, years)
    return Nation(need_weights(scenario) @ shares, working_age_weights(scenario) @ shares)


def _shares(scenario: Scenario, years: np.ndarray) -> np.ndarray:
    """Share of the nation at each age (age, year)."""
    groups = scenario.national_ages or shipped()
    residents = np.array([group.residents for group in groups])
    by_age = np.stack([_within(scenario, group) for group in groups], axis=1) @ (residents / residents.sum(axis=0))
    # The ends hold before and after the table.
    return np.array([np.interp(years, groups[0].years, shares) for shares in by_age])


def _within(scenario: Scenario, group: NationalGroup) -> np.ndarray:
    """How a group is spread over the ages of the scenario (age,): evenly, the open one as its mortality would have it
    if as many came every year. Ages that the scenario does not know count as its last."""
    ages = schedule(scenario)
    last = len(ages.ages) - 1
    found = np.zeros(last + 1)
    first = min(int(group.age_from), last)
    if group.is_open:
        alive = np.cumprod(np.concatenate([[1.0], 1.0 - ages.mortality[first:-1]]))
        alive[-1] /= max(float(ages.mortality[-1]), 1e-3)  # the last age is open
        found[first:] = alive / alive.sum()
    else:
        single = np.arange(int(group.age_from), int(group.age_to) + 1)
        np.add.at(found, np.minimum(single, last), 1.0 / len(single))
    return found
