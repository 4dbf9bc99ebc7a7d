"""People by single year of age: births, deaths, migration, and those whom new dwellings bring (rule M3).

The cohort model starts from the population table (HP 4.13), which may only know age groups. The single years of age,
and the migration that dwellings do not explain, are the smoothest ones that give the table back (least squares); a
table by single years is given back as it is, and only the migration after it is smoothed.
Afterwards the same migration goes on. A run needs no cohort model of its own: see responses.py.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ldip.model.people import housing
from ldip.scenario.rows import SERVICES, WORKING_AGE, ages_named
from ldip.scenario.schema import Scenario

SMOOTH_RESIDENTS, SMOOTH_MIGRATION, SMALL_MIGRATION = 0.15, 1.2, 0.02
SMALL_YEAR_EFFECT, NO_MEAN_YEAR_EFFECT = 0.05, 10.0
TABLE_WEIGHT = 400.0
"""Weights of the least squares: how smooth by age, how small, against how near the table (assumptions; every group of
HP 4.13 comes back within 0.3 per cent before the rest is made up)."""

MOST_SHOWN = 40
WIDE = ("0", "1-5", "6-12", "13-15", "16-19", "20-29", "30-49", "50-66", "67-79", "80-84", "85-89", "90+")
"""Groups in which residents by single year of age are shown: those that services and the Ministry count in."""

WEIGHED_FOR = 126_841.0
"""Residents of the table (HP 4.13, 2018) that the weights are for: every municipality is fitted as one of that size,
because a smaller one would otherwise have its chance differences between years taken for migration that goes on."""


class Schedule(NamedTuple):
    """What a year does to each age: arrays over single years of age (age,)."""

    ages: np.ndarray
    mortality: np.ndarray  # share that dies in the year
    fertility: np.ndarray  # births per resident of either sex
    per_dwelling: np.ndarray  # (type, age) persons that a new dwelling of the type brings


class Migration(NamedTuple):
    """Migration besides new dwellings: persons who come, and the share of residents who leave, by age (age,)."""

    arrivals: np.ndarray
    departure_rates: np.ndarray


class Population(NamedTuple):
    """Residents at 31 December by single year of age, from two years before the first year on: (age, year)."""

    schedule: Schedule
    closing: np.ndarray
    births: np.ndarray  # (year,) of the years after the first
    deaths: np.ndarray  # (year,)
    arrivals: np.ndarray  # (year,) besides new dwellings
    departures: np.ndarray  # (year,)
    into_dwellings: np.ndarray  # (year,)

    def average(self) -> np.ndarray:
        """Average of opening and closing residents (age, year), one year shorter than `closing`."""
        return 0.5 * (self.closing[:, :-1] + self.closing[:, 1:])


def schedule(scenario: Scenario) -> Schedule:
    """The scenario's schedule of ages."""
    return Schedule(
        ages=np.array([row.age for row in scenario.ages]),
        mortality=np.array([row.mortality for row in scenario.ages]),
        fertility=np.array([row.fertility for row in scenario.ages]),
        per_dwelling=np.array([[getattr(row, kind) for row in scenario.ages] for kind in housing.TYPES]),
    )


def group_weights(scenario: Scenario) -> np.ndarray:
    """1 where an age belongs to a group of the table (group, age)."""
    return _weights(scenario, [(group.age_from, group.age_to) for group in scenario.population])


def _weights(scenario: Scenario, ranges: Sequence[tuple[float, float]]) -> np.ndarray:
    """1 for the ages from the first to the last of each range (range, age)."""
    ages = np.array([row.age for row in scenario.ages])
    low, high = (np.array(ends)[:, None] for ends in zip(*ranges, strict=True))
    return ((low <= ages) & (ages <= high)).astype(float)


def shown_groups(scenario: Scenario) -> list[str]:
    """The age groups in which residents are shown: the table's own, or of a table by single years wider ones."""
    names = [group.group for group in scenario.population]
    return names if len(names) <= MOST_SHOWN else list(WIDE)


def shown_weights(scenario: Scenario) -> np.ndarray:
    """1 where an age belongs to a group that is shown (group, age)."""
    if len(scenario.population) <= MOST_SHOWN:
        return group_weights(scenario)
    return _weights(scenario, [ages for name in WIDE if (ages := ages_named(name))])


def ages_of(scenario: Scenario, group: str) -> np.ndarray:
    """1 for the ages of a group that the demand table names (age,): a group of the population table, or a range of
    ages that several of them make up."""
    named = next(((it.age_from, it.age_to) for it in scenario.population if it.group == group), ages_named(group))
    if named is None:
        raise LookupError(group)  # told when the tables are read
    return _weights(scenario, [named])[0]


def working_age_weights(scenario: Scenario) -> np.ndarray:
    """1 for ages 20-66 (age,), those who pay most of the tax."""
    low, high = WORKING_AGE
    return np.array([float(low <= row.age <= high) for row in scenario.ages])


def demand_weights(scenario: Scenario, service: str, cost: str) -> np.ndarray:
    """Cost per resident of each age (age,) for a service, coverage x cost; `cost` is unit_cost or place_cost."""
    rows = [row for row in scenario.demand if row.service == service]
    return np.sum([row.coverage * getattr(row, cost) * ages_of(scenario, row.group) for row in rows], axis=0)


def need_weights(scenario: Scenario) -> np.ndarray:
    """What a resident of each age costs a year in all services that follow their users (age,), mill. 2020-kr."""
    return np.sum([demand_weights(scenario, service, "unit_cost") for service in SERVICES], axis=0)


def grow_older(residents: np.ndarray, mortality: np.ndarray, fertility: np.ndarray) -> np.ndarray:
    """Survivors one year older, and the year's newborn at age 0, before migration (age, ...). The last age stays."""
    alive = (1.0 - mortality).reshape(-1, *[1] * (residents.ndim - 1)) * residents
    older = np.zeros_like(residents)
    older[1:] = alive[:-1]
    older[-1] += alive[-1]
    older[0] = (1.0 - 0.5 * mortality[0]) * np.tensordot(fertility, residents, axes=1)
    return older


class Fitted(NamedTuple):
    """What the population table says about single years of age."""

    residents: np.ndarray  # (age,) at 31 December of the table's first year
    migration: list[Migration]  # of the table's later years
    later: Migration  # after the table

    def in_year(self, step: int) -> Migration:
        """Migration of a year, counted from the table's second on."""
        return self.migration[step] if step < len(self.migration) else self.later


def fit(scenario: Scenario) -> Fitted:
    """Fit residents and migration to the table: the smoothest by age that give its groups back, then, group by group,
    the small rest to the last person. After the table the smooth migration of its last years goes on."""
    ages, table = schedule(scenario), np.array([group.residents for group in scenario.population])
    first = scenario.scenario.first_year - 2
    dwellings = housing.reference(scenario, np.arange(first + 1, first + table.shape[1]))
    brought = np.einsum("ka,ky->ay", ages.per_dwelling, dwellings)
    size = WEIGHED_FOR / table[:, 0].sum()
    residents, smooth = _smooth(ages, group_weights(scenario), size * table, size * brought)
    smooth /= size
    residents = start = _to_table(residents, group_weights(scenario), table[:, 0])
    migration = []
    after = smooth[:, -int(scenario.residents.migration_years.value) :].mean(axis=1)
    for t in range(smooth.shape[1]):
        older = grow_older(residents, ages.mortality, ages.fertility)
        closing = older + smooth[:, t] + brought[:, t]
        residents = _to_table(closing, group_weights(scenario), table[:, t + 1])
        migration.append(_split(residents - older - brought[:, t], older))
    return Fitted(start, migration, _split(after, older))


def _to_table(residents: np.ndarray, groups: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Residents by age, each group of them scaled to its number in the table."""
    residents = np.maximum(residents, 0.0)
    counted = groups @ residents
    factors = np.divide(table, counted, out=np.ones_like(table), where=counted > 0.0)
    return residents * np.where(groups.any(axis=0), factors @ groups, 1.0)


def _smooth(
    ages: Schedule, groups: np.ndarray, table: np.ndarray, brought: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Residents by age in the table's first year (age,), and net migration besides new dwellings in each later year
    of it (age, year), by least squares."""
    n, steps = len(ages.ages), table.shape[1] - 1
    profile = brought.sum(axis=1) / max(float(brought.sum()), 1e-9)

    # Residents of every year are linear in the unknowns: residents of the first year, migration, year effects.
    linear = np.zeros((n, 2 * n + steps))
    linear[:, :n] = np.eye(n)
    fixed = np.zeros(n)
    weights = TABLE_WEIGHT * np.where(table > 0.0, np.maximum(table, 1.0) ** -0.7, 0.0)
    rows, wanted = [], []
    for t in range(steps + 1):
        rows.append(weights[:, t, None] * (groups @ linear))
        wanted.append(weights[:, t] * (table[:, t] - groups @ fixed))
        if t < steps:
            linear = grow_older(linear, ages.mortality, ages.fertility)
            linear[:, n : 2 * n] += np.eye(n)
            linear[:, 2 * n + t] += profile
            fixed = grow_older(fixed, ages.mortality, ages.fertility) + brought[:, t]
    bend = np.diff(np.eye(n), 2, axis=0)
    none = np.zeros((len(bend), steps))
    penalties = [
        np.hstack([SMOOTH_RESIDENTS * bend, np.zeros_like(bend), none]),
        np.hstack([np.zeros_like(bend), SMOOTH_MIGRATION * bend, none]),
        np.hstack([np.zeros((n, n)), SMALL_MIGRATION * np.eye(n), np.zeros((n, steps))]),
        np.hstack([np.zeros((steps, 2 * n)), SMALL_YEAR_EFFECT / 100.0 * np.eye(steps)]),
        np.hstack([np.zeros((1, 2 * n)), np.full((1, steps), NO_MEAN_YEAR_EFFECT / 100.0)]),
    ]
    system = np.vstack([*rows, *penalties])
    target = np.concatenate([*wanted, np.zeros(len(system) - sum(len(row) for row in rows))])
    found = np.linalg.lstsq(system, target, rcond=None)[0]
    migration = found[n : 2 * n, None] + profile[:, None] * found[2 * n :]
    return found[:n], migration


def project(scenario: Scenario, fitted: Fitted, built: np.ndarray) -> Population:
    """Residents from two years before the first year on, when dwellings are `built` (type, year from the first on).
    The year before the first builds what the population table says."""
    ages = schedule(scenario)
    first = scenario.scenario.first_year - 2
    steps = built.shape[1] + 1
    calendar = np.arange(first + 1, first + 1 + steps)
    brought = np.einsum("ka,ky->ay", ages.per_dwelling, np.hstack([housing.reference(scenario, calendar[:1]), built]))
    mortality, fertility = rates(scenario, ages, calendar)

    residents = fitted.residents
    closing, births, deaths, came, left = [residents], [], [], [], []
    for t in range(steps):
        births.append(float(fertility[:, t] @ residents))
        older = grow_older(residents, mortality[:, t], fertility[:, t])
        deaths.append(float(residents.sum() + births[-1] - older.sum()))
        migration = fitted.in_year(t)
        departures = migration.departure_rates * older
        came.append(float(migration.arrivals.sum()))
        left.append(float(departures.sum()))
        residents = older - departures + migration.arrivals + brought[:, t]
        closing.append(residents)
    return Population(
        schedule=ages,
        closing=np.stack(closing, axis=1),
        births=np.array(births),
        deaths=np.array(deaths),
        arrivals=np.array(came),
        departures=np.array(left),
        into_dwellings=brought.sum(axis=0),
    )


def rates(scenario: Scenario, ages: Schedule, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mortality and fertility by age and year (age, year); mortality declines after the plan years."""
    last = scenario.scenario.first_year + scenario.scenario.plan_years - 1
    decline = np.where(years > last, 1.0 - scenario.residents.mortality_decline.at(years), 1.0)
    level = np.where(years > last, scenario.residents.fertility_level.at(years), 1.0)
    return ages.mortality[:, None] * np.cumprod(decline), ages.fertility[:, None] * level


def _split(net: np.ndarray, residents: np.ndarray) -> Migration:
    """Net arrivals stay persons; net departures become a share of the residents."""
    leaving = np.minimum(np.maximum(-net, 0.0), residents)
    rates = np.divide(leaving, residents, out=np.zeros_like(net), where=residents > 0.0)
    return Migration(np.maximum(net, 0.0), rates)
