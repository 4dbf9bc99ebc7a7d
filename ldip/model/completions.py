"""The process of housing completions besides its own shocks: the rate, busts, years without, and what is built later
(rule M2). Everything keeps the mean: the factor of every year has expectation 1."""

import math

import numpy as np

from ldip.model.moments import NODE_WEIGHTS, NODES, scale_of
from ldip.scenario.drivers import SHOCKS, Drivers

CATCH_UP = 1.0 / 3.0
"""Of what is still to be built later, the share that is built in each year in which anything is: three years on
average, as long as a slump lasts (an assumption)."""


def log_variance(
    drivers: Drivers, factor: np.ndarray, persistence: float | np.ndarray, years: int
) -> list[float | np.ndarray]:
    """Variance of the log of completions in each year, given the persistence of the rate (of all runs or (run,));
    `factor` is the Cholesky factor of the shocks' correlation."""
    rho, tau = drivers.completions.persistence.value, drivers.completions.volatility.value
    response, sigma = drivers.completions.rate_response.value, drivers.rate.volatility.value
    correlation = float(factor[SHOCKS.index("completions")] @ factor[SHOCKS.index("rate")])
    own: float = 0.0  # variance of the own AR(1); of the rate's; covariance of the two in the same year
    of_rate: float | np.ndarray = 0.0
    both: float | np.ndarray = 0.0
    found = []
    for size in scale_of(drivers, years) ** 2:
        own = rho**2 * own + tau**2 * size
        found.append(own + response**2 * of_rate + 2.0 * response * rho * both)
        of_rate = persistence**2 * of_rate + sigma**2 * size
        both = persistence * rho * both + correlation * sigma * tau * size
    return found


def react_to_rate(
    completions: np.ndarray, rate: np.ndarray, persistence: float | np.ndarray, drivers: Drivers, factor: np.ndarray
) -> None:
    """Log completions take in last year's rate surprise, less half their variance given the rate's persistence."""
    completions[1:] += drivers.completions.rate_response.value * rate[:-1]
    for t, variance in enumerate(log_variance(drivers, factor, persistence, len(completions))):
        completions[t] -= 0.5 * variance


def bust_probability(drivers: Drivers, years: int) -> np.ndarray:
    """Probability of a bust (year,), from none the year before the first."""
    housing = drivers.completions
    probability, found = 0.0, np.empty(years)
    for t in range(years):
        probability = probability * (1.0 - housing.bust_end.value) + (1.0 - probability) * housing.bust_start.value
        found[t] = probability
    return found


def regime_mean(drivers: Drivers, years: int) -> np.ndarray:
    """Expected share of completions that no bust takes (year,)."""
    return 1.0 - drivers.completions.bust_depth.value * bust_probability(drivers, years)


def regime(drivers: Drivers, mean: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Share of completions that no bust takes, relative to its `mean` (year,), from uniform numbers (year, run)."""
    housing = drivers.completions
    bust = np.zeros(uniform.shape[1], dtype=bool)
    for t in range(len(uniform)):
        bust = np.where(bust, uniform[t] >= housing.bust_end.value, uniform[t] < housing.bust_start.value)
        uniform[t] = (1.0 - housing.bust_depth.value * bust) / mean[t]
    return uniform


def expected_missing(drivers: Drivers, factor: np.ndarray, years: int) -> np.ndarray:
    """Expectation of what a year lacks of the programme, before anything is built later (year,): all of it in a year
    without completions, else what a lognormal factor, in a bust or not, is expected to lack."""
    housing = drivers.completions
    none, bust = housing.zero_year.value, bust_probability(drivers, years)
    persistences = drivers.rate.persistence.value + drivers.rate.persistence_spread.value * NODES
    sds = np.sqrt([np.broadcast_to(of, NODES.shape) for of in log_variance(drivers, factor, persistences, years)])
    level = 1.0 / ((1.0 - none) * regime_mean(drivers, years))  # where there is neither a bust nor a year without
    found = np.full(years, float(none))
    for depth, probability in ((0.0, 1.0 - bust), (housing.bust_depth.value, bust)):
        lacking = [
            [_lacking(mean, sd) for sd in row] for mean, row in zip((1.0 - depth) * level, sds.tolist(), strict=True)
        ]
        found += (1.0 - none) * probability * (0.5 * np.array(lacking) @ NODE_WEIGHTS)
    return found


def _lacking(mean: float, sd: float) -> float:
    """E[max(1 - X, 0)] of a lognormal X with this mean and this standard deviation of its log."""
    if sd == 0.0 or mean == 0.0:
        return max(1.0 - mean, 0.0)
    middle = math.log(mean) / sd
    above, below = (0.5 * math.erfc((middle + side * 0.5 * sd) / math.sqrt(2.0)) for side in (1.0, -1.0))
    return below - mean * above


def expected_total(drivers: Drivers, factor: np.ndarray, years: int) -> np.ndarray:
    """Expected completions of each year relative to the programme, with what is built later but before
    :func:`build_later` divides by it (year,)."""
    share, built = drivers.completions.backlog.value, CATCH_UP * (1.0 - drivers.completions.zero_year.value)
    stock, found = 0.0, np.ones(years)
    for t, missing in enumerate(expected_missing(drivers, factor, years)):
        found[t] += built * stock
        stock += share * missing - built * stock
    return found


def build_later(factor: np.ndarray, something: np.ndarray | float, share: float, expected: np.ndarray) -> None:
    """Of what each year lacks of the programme a `share` waits; where `something` (year, run) is completed, CATCH_UP
    of what waits is built, too. `factor` (year, run) is changed in place, and divided by what is `expected`
    (year,)."""
    waiting = np.zeros(factor.shape[1])
    for t, places in enumerate(np.broadcast_to(something, factor.shape)):
        built = CATCH_UP * waiting * places
        waiting += share * np.maximum(1.0 - factor[t], 0.0) - built
        factor[t] += built
        factor[t] /= expected[t]
