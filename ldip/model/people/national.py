"""The nation's ages, for needs in the grants (interim)."""
import numpy as np
from ldip.model.people.cohorts import demand_weights, schedule
from ldip.scenario.rows import SERVICES

T = {2013: [313,306,308,326,339,331,335,346,377,359,327,309,285,264,174,131,108,114],
2015: [320,317,309,327,346,352,346,343,375,375,337,315,287,277,197,139,105,115],
2020: [349,333,328,321,350,387,386,368,356,382,376,333,306,274,259,176,113,114],
2040: [363,370,383,390,385,383,391,391,413,424,398,364,340,349,329,272,219,237],
2060: [391,395,393,389,391,407,426,434,424,406,398,384,392,389,354,311,266,378]}

def national_shares(scenario, years):
    """Share of the nation at each age (age, year)."""
    ages = schedule(scenario)
    alive = np.cumprod(1 - ages.mortality)
    per = []
    for y, col in T.items():
        by_age = np.zeros(len(ages.ages))
        for g, n in enumerate(col):
            lo = 5*g
            hi = lo+5 if g < 17 else len(by_age)
            part = alive[lo:hi] if g == 17 else np.ones(hi-lo)
            by_age[lo:hi] = n * part/part.sum()
        per.append(by_age / by_age.sum())
    return np.array([np.interp(years, list(T), age) for age in np.transpose(per)])


def national_need(scenario, years):
    w = sum(demand_weights(scenario, s, "unit_cost") for s in SERVICES)
    return w @ national_shares(scenario, years)


def national_working_age(scenario, years):
    from ldip.model.people.cohorts import working_age_weights
    return working_age_weights(scenario) @ national_shares(scenario, years)
