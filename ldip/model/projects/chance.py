"""What the named projects come to in simulated runs: each with a cost and a delay of its own (M13)."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from ldip.model import drivers
from ldip.model.accounts.inputs import Projects
from ldip.model.projects.portfolio import DELAYS, IS_COSTED, Portfolio
from ldip.scenario.drivers import Drivers

HELD = [Projects._fields.index(name) for name in ("running_cost", "in_use")]
"""Fields of which what the plan's frames hold is taken off here; of the others it is taken off the plan's amounts."""


def spreads(portfolio: Portfolio, of: Drivers) -> tuple[np.ndarray, np.ndarray]:
    """The standard deviation of each project's log cost, and its expected delay in years (project,) each."""
    by_phase = np.array([getattr(of.project_cost, phase).value for phase in portfolio.phases])
    own = portfolio.own_spread * of.project_cost.of_p85.value
    delay = np.array([getattr(of.project_delay, phase).value for phase in portfolio.phases])
    return np.where(np.isnan(own), by_phase, own), delay


def as_planned(portfolio: Portfolio) -> np.ndarray:
    """The projects without chance (field of Projects, year, 1)."""
    found = portfolio.response[:, :, :, 0].sum(axis=2)
    return _less_held(portfolio, found[:, :, None])


def projects_of(
    portfolio: Portfolio,
    of: Drivers,
    seed: int,
    first_run: int,
    runs: int,
    seeds: Mapping[str, int] | None = None,
) -> np.ndarray:
    """The projects of `runs` runs from `first_run`, a multiple of drivers.BLOCK, on: (field of Projects, year, run),
    or (field, year, 1) where chance moves none of them.

    One matrix product of always the same shape for every block of runs, so that no bit of it depends on how many runs
    are computed together, by which engine or in which thread.
    """
    spread, expected = spreads(portfolio, of)
    moves = ((spread > 0.0) | (expected > 0.0)) & portfolio.response.any(axis=(0, 1, 3))
    if not moves.any():
        return as_planned(portfolio)
    fields, years = portfolio.response.shape[:2]
    delays = DELAYS if expected[moves].any() else 1
    table = portfolio.response[:, :, moves, :delays].reshape(fields * years, -1)
    parts = []
    for costed in (True, False):  # only the fields and years in which something happens
        rows = np.flatnonzero(table.any(axis=1) & (np.repeat(IS_COSTED, years) == costed))
        parts.append((costed, rows, np.ascontiguousarray(table[rows])))
    found = np.zeros((fields * years, runs))
    keys = tuple(key for key, moving in zip(portfolio.keys, moves, strict=True) if moving)
    for place in range(0, runs, drivers.BLOCK):
        size = min(drivers.BLOCK, runs - place)
        block = (first_run + place) // drivers.BLOCK
        cost, delay = _drawn(keys, seed, block, tuple((seeds or {}).items()))
        late = _weights(delay * expected[moves, None], delays)
        dear = late * np.exp(spread[moves, None] * cost)[:, None]
        for costed, rows, part in parts:
            weights = (dear if costed else late).reshape(-1, drivers.BLOCK)
            found[rows, place : place + size] = (part @ weights)[:, :size]
    found = found.reshape(fields, years, runs)
    found += portfolio.response[:, :, ~moves, 0].sum(axis=2)[:, :, None]
    return _less_held(portfolio, found)


@lru_cache(maxsize=16)
def _drawn(
    keys: tuple[int, ...], seed: int, block: int, seeds: tuple[tuple[str, int], ...]
) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`ldip.model.drivers.project_chance`: the two fans, and every move on the page, meet the same."""
    return drivers.project_chance(keys, seed, block, dict(seeds))


def _weights(delay: np.ndarray, delays: int) -> np.ndarray:
    """How much of each whole number of years late a delay (project, run) is: (project, delay, run)."""
    delay = np.minimum(delay, delays - 1.0)
    weights: np.ndarray = 1.0 - np.abs(delay[:, None] - np.arange(float(delays))[:, None])
    return np.maximum(weights, 0.0, out=weights)


def _less_held(portfolio: Portfolio, found: np.ndarray) -> np.ndarray:
    for place in HELD:
        found[place] -= portfolio.held[place][:, None]
    return found
