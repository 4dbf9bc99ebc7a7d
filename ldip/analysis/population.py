"""How many of each age there may be: residents by age group over the simulated runs."""

from typing import NamedTuple

import numpy as np

from ldip.analysis.growth import PERCENTILES
from ldip.model import drivers
from ldip.model.engine.simulate import CHUNK
from ldip.model.people.cohorts import shown_weights
from ldip.model.people.extra import group_residents
from ldip.model.plan.baseline import Baseline
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import quantile

MOST_RUNS = 50 * drivers.BLOCK
"""Runs that the fans of age groups are taken from at most: enough for any of their percentiles, and a hundred MB."""


class GroupFans(NamedTuple):
    """Residents at 31 December by age group."""

    runs: int
    percentiles: np.ndarray  # (percentile of PERCENTILES, group that is shown, year)


def group_fans(scenario: Scenario, baseline: Baseline, *, runs: int, seed: int) -> GroupFans:
    """The fan of every age group, in the weather of the first `runs` runs of the seed, MOST_RUNS at most."""
    runs, years = min(runs, MOST_RUNS), len(baseline.years)
    planned = (shown_weights(scenario) @ baseline.population.closing)[:, 2 : 2 + years]
    process = drivers.prepare(scenario.drivers, baseline.plan)
    found = np.empty((*planned.shape, runs))
    for first in range(0, runs, CHUNK):
        weather = drivers.weather(process, seed, first, min(CHUNK, runs - first))
        found[:, :, first : first + weather.shape[2]] = group_residents(planned, baseline.group_response, weather)
    found.sort(axis=2)
    percentiles = [quantile(found.reshape(-1, runs), p).reshape(planned.shape) for p in PERCENTILES]
    return GroupFans(runs, np.stack(percentiles))
