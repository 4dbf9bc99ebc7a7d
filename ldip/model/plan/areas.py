"""Frames of the programme areas that do not follow users (rule M6).

Three areas follow their users and are lines of the ledger. The others follow the residents or their own fees; their
cost is linear in residents, so the accounts hold only their sum, and any area can be taken out of it exactly.
"""

import numpy as np

from ldip.scenario.rows import Area
from ldip.scenario.schema import Scenario


def other_areas(scenario: Scenario) -> list[Area]:
    """The programme areas that do not follow users."""
    return [area for area in scenario.areas if area.follows != "users"]


def other_frames(
    scenario: Scenario, years: np.ndarray, residents_growth: np.ndarray, relative_residents: np.ndarray
) -> np.ndarray:
    """Frames of :func:`other_areas` at planned residents, mill. 2020-kr (area, year).

    The plan's own, then each year x (1 + elasticity x growth of residents) x (1 + real growth); what fees pay is
    nothing net after the plan. `residents_growth` is that of the reference programme in the years after the plan,
    `relative_residents` (year,) what the scenario's own programme makes of them.
    """
    plan_years = scenario.scenario.plan_years
    standard = 1.0 + scenario.services.other_services_real_growth.at(years[plan_years:])
    paths = []
    for area in other_areas(scenario):
        growth = (1.0 + area.elasticity * residents_growth) * standard
        later = np.cumprod(growth) if area.follows == "residents" else np.zeros(len(growth))
        people = 1.0 + area.elasticity * (relative_residents - 1.0)
        paths.append(np.concatenate([area.frame, area.frame[-1] * later]) * people)
    return np.array(paths).reshape(-1, len(years))


def elasticities(scenario: Scenario) -> np.ndarray:
    """Change of each of :func:`other_areas` per cent of residents (area,)."""
    return np.array([area.elasticity for area in other_areas(scenario)])
