"""Premium deviations: paid now, charged to the accounts over the years that follow (rule M6; HP 4.4.4, 11.9).

Nominal, and the same in every run: no driver moves them.
"""

from typing import NamedTuple

import numpy as np

from ldip.scenario.schema import Scenario


class PensionPlan(NamedTuple):
    """Nominal mill. kr a year (year,), and what is left to amortise when the first year opens."""

    deviation: np.ndarray
    amortisation: np.ndarray
    opening: float


def pension_plan(scenario: Scenario, years: np.ndarray, premium: np.ndarray) -> PensionPlan:
    """Deviations and their amortisation by vintage: each in equal parts over its years, from the year after it.

    `premium` is nominal. Deviations are the adopted ones in the plan years, then a share of the premium; those from
    before the plan are the scenario's.
    """
    plan_years = scenario.scenario.plan_years
    share = scenario.pension.deviation_share.at(years)
    deviation = np.concatenate([scenario.plan_line("premium_deviation"), (share * premium)[plan_years:]])
    vintages = [(int(v.vintage), v.deviation, int(v.years)) for v in scenario.vintages]
    first, over = int(years[0]), int(scenario.pension.amortisation_years.value)
    opening = sum(amount * max(vintage + n - first + 1, 0) / n for vintage, amount, n in vintages)
    vintages += [(int(year), float(amount), over) for year, amount in zip(years, deviation, strict=True)]
    amortisation = np.zeros(len(years))
    for vintage, amount, n in vintages:
        amortisation += np.where((vintage < years) & (years <= vintage + n), amount / n, 0.0)
    return PensionPlan(deviation, amortisation, float(opening))
