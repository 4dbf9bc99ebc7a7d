"""What the drivers' processes come to on average: variances, and what keeps the mean on the plan (rule M2)."""

import math

import numpy as np

from ldip.scenario.drivers import SHOCKS, Driver, Drivers


def ar1_variance(persistence: float, years: int) -> np.ndarray:
    """Variance of x_t in units of the shock's (year,): the sum of squared weights of the shocks so far."""
    return np.cumsum(persistence ** (2.0 * np.arange(years)))


def level_variance(driver: Driver, years: int) -> np.ndarray:
    """Variance of an AR(1) level (year,)."""
    return driver.volatility.value**2 * ar1_variance(driver.persistence.value, years)


def _sum_weights(persistence: float, years: int) -> np.ndarray:
    """Weights in x_1 + ... + x_t of a shock 0, 1, 2 ... years ago (year,)."""
    return np.cumsum(persistence ** np.arange(years, dtype=float))


def summed_ar1_variance(persistence: float, years: int) -> np.ndarray:
    """Variance of x_1 + ... + x_t in units of the shock's (year,)."""
    return np.cumsum(_sum_weights(persistence, years) ** 2)


def deflator_variance(drivers: Drivers, years: int) -> np.ndarray:
    """Variance of the log deflator (year,): wages and consumer prices, each summed growth, and their covariance."""
    weight = drivers.wages.deflator_weight.value
    wages = weight * drivers.wages.volatility.value * _sum_weights(drivers.wages.persistence.value, years)
    prices = (1.0 - weight) * drivers.cpi.volatility.value * _sum_weights(drivers.cpi.persistence.value, years)
    correlation = drivers.correlation.matrix()[SHOCKS.index("wages"), SHOCKS.index("cpi")]
    return np.cumsum(wages**2 + prices**2 + 2.0 * correlation * wages * prices)


NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(8)
"""Where and how much an even spread between -1 and 1 is looked at: exact for polynomials up to degree 15."""


def mean_preserving_shift(mean: float, sds: np.ndarray, bound: float) -> float:
    """The c with E[max(bound, mean + c + sd Z)] = mean, averaged over the standard deviations at NODES; 0 where the
    bound is above the mean or there is no deviation."""
    if sds.max() == 0.0 or bound >= mean:
        return 0.0

    def lacking(shift: float) -> tuple[float, float]:
        """What the mean is too high by, and its slope."""
        excess, slope = bound - mean, 0.0
        for weight, sd in zip(NODE_WEIGHTS.tolist(), sds.tolist(), strict=True):
            distance = (mean + shift - bound) / sd
            density = math.exp(-0.5 * distance**2) / math.sqrt(2.0 * math.pi)
            probability = 0.5 * math.erfc(-distance / math.sqrt(2.0))
            excess += 0.5 * weight * sd * (distance * probability + density)
            slope += 0.5 * weight * probability
        return excess, slope

    # Newton from the right: the function is increasing and convex, so that every step goes down until none is left.
    shift = 0.0
    while True:
        excess, slope = lacking(shift)
        if not shift - excess / slope < shift:
            return shift
        shift -= excess / slope
