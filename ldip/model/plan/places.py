"""Places against users: what the named projects and the adopted programme provide, and what lacks (M7, M13)."""

from typing import NamedTuple

import numpy as np

from ldip.model.plan.baseline import Baseline
from ldip.model.projects.portfolio import PLACES, place_cost
from ldip.scenario.rows import SERVICES
from ldip.scenario.schema import Scenario


class Places(NamedTuple):
    """Places of one service by the year of the users for whom a year builds, in places as they are built."""

    service: str
    years: np.ndarray  # (year,) of the users: the lead time after the year that builds
    needed: np.ndarray  # (year,)
    there: np.ndarray  # (year,) at the opening, by the adopted programme, and by named projects
    lacking: np.ndarray  # (year,) need that no project covers


def places(scenario: Scenario, baseline: Baseline) -> tuple[Places, ...]:
    """The places of every service on the baseline."""
    plan, found = baseline.plan, []
    lead = int(scenario.investment.capacity_lead.value)
    for service in SERVICES:
        name, cost = PLACES[service], place_cost(scenario, service)
        needed = baseline.needed_places[service] / cost
        counted = getattr(plan, f"{name}_places") / cost
        opened = getattr(plan, f"{name}_projects") / cost
        there, standing = np.empty_like(needed), getattr(baseline.opening, f"{name}_capacity") / cost
        for t in range(len(needed)):
            standing += opened[t]
            if plan.builds_places[t] == 0.0:  # what the adopted programme builds where no project says what it is
                standing = max(standing, counted[t])
            there[t] = standing
        found.append(Places(service, baseline.years + lead, needed, there, np.maximum(needed - there, 0.0)))
    return tuple(found)
