"""Residents by age group on the baseline, and what one extra dwelling adds to them (rule M3, first form).

The table of HP 4.13 is continued with a constant growth per age group. A later cohort-component model replaces
this module; the accounts only see its result.
"""

from typing import NamedTuple

import numpy as np

from ldip.scenario.schema import Scenario

WORKING_AGE = (20.0, 66.0)


class Population(NamedTuple):
    """Residents at 31 December by age group, from two years before the first year on: (group, year)."""

    groups: tuple[str, ...]
    closing: np.ndarray
    per_dwelling: np.ndarray  # (group,) residents per dwelling beyond the programme

    def average(self) -> np.ndarray:
        """Average of opening and closing residents (group, year), one year shorter than `closing`."""
        return 0.5 * (self.closing[:, :-1] + self.closing[:, 1:])


def project(scenario: Scenario, years: int) -> Population:
    """Residents for `years` years from the first year on, and two before: table, then constant growth."""
    table = np.array([group.residents for group in scenario.population])
    growth = np.array([group.growth_after for group in scenario.population])
    beyond = np.arange(1, max(years + 2 - table.shape[1], 0) + 1)
    continued = table[:, -1:] * (1.0 + growth[:, None]) ** beyond
    closing = np.concatenate([table, continued], axis=1)[:, : years + 2]
    return Population(
        groups=tuple(group.group for group in scenario.population),
        closing=closing,
        per_dwelling=np.array([group.per_dwelling for group in scenario.population]),
    )


def working_age_weights(scenario: Scenario) -> np.ndarray:
    """1 for age groups within 20-66 (group,), those who pay most of the tax."""
    low, high = WORKING_AGE
    return np.array([float(low <= g.age_from and g.age_to <= high) for g in scenario.population])


def demand_weights(scenario: Scenario, service: str, column: str) -> np.ndarray:
    """Cost per resident of each age group (group,) for a service; `column` is cost or capacity_cost."""
    weights = {row.group: getattr(row, column) for row in scenario.demand if row.service == service}
    return np.array([weights.get(group.group, 0.0) for group in scenario.population])
