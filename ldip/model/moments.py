"""What the drivers' processes come to on average: variances, and what keeps the mean on the plan (rule M2).

A log level is a sum of weighted shocks, so that its variance is the sum of their squares. ``scale`` (year,) is the
size of each year's shocks relative to the drivers' volatility: 1, but in the first year (:func:`scale_of`).
"""

import math

import numpy as np

from ldip.scenario.drivers import SHOCKS, Drivers


def scale_of(drivers: Drivers, years: int) -> np.ndarray:
    """Size of each year's shocks (year,): the first year's are smaller, because its budget was made late in the year
    before."""
    return np.concatenate([[drivers.first_year.value], np.ones(years - 1)])


def decaying(persistence: float, years: int) -> np.ndarray:
    """Weights in an AR(1) of a shock 0, 1, 2 ... years ago (year,)."""
    return persistence ** np.arange(years, dtype=float)


def decided(growth: float, level: float, years: int) -> np.ndarray:
    """Weights of the shocks in p_t = `level` p_(t-1) + g_t, where g is an AR(1) with persistence `growth` (year,)."""
    weights = decaying(growth, years)
    for lag in range(1, years):
        weights[lag] += level * weights[lag - 1]
    return weights


class PriceWeights:
    """Weights of past wage and price shocks, by lag (year,), in the log levels of consumer prices and deflator."""

    def __init__(self, drivers: Drivers, years: int) -> None:
        wages, cpi = drivers.wages, drivers.cpi
        weight, shocks = wages.deflator_weight.value, np.zeros((2, 2, years))
        shocks[0, 0, 0], shocks[1, 1, 0] = wages.volatility.value, cpi.volatility.value
        levels = [wage_and_price_levels(drivers, *shocks[one][:, :, None])[1:] for one in (0, 1)]
        (wage_level, _), (caught_up, self.cpi) = ([line[:, 0] for line in pair] for pair in levels)
        self.by_wages = weight * wage_level
        self.by_prices = weight * caught_up + (1.0 - weight) * self.cpi
        self.correlation = float(drivers.correlation.matrix()[SHOCKS.index("wages"), SHOCKS.index("cpi")])


def wage_and_price_levels(
    drivers: Drivers, wages: np.ndarray, cpi: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What shocks (year, run) in log points make of wage growth, and of the log levels of wages and consumer prices,
    all as deviations from the plan. Wages catch up a share a year of what prices have run ahead of them.

    The shocks are overwritten: `wages` becomes the growth, `cpi` the price level.
    """
    level = np.empty_like(wages)
    rho, phi = drivers.wages.persistence.value, drivers.cpi.persistence.value
    back = 0.0 if drivers.wages.is_off else drivers.wages.catch_up.value
    for t in range(1, len(cpi)):
        cpi[t] += phi * cpi[t - 1]
    np.cumsum(cpi, axis=0, out=cpi)
    level[0] = wages[0]
    for t in range(1, len(wages)):
        wages[t] += rho * wages[t - 1]
        if back:
            wages[t] -= back * (level[t - 1] - cpi[t - 1])
        level[t] = level[t - 1] + wages[t]
    return wages, level, cpi


def variance(weights: np.ndarray, scale: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """Variance of a sum of weighted shocks of variance 1 (year,); with the weights of `others`, the covariance."""
    return np.convolve(weights * (weights if others is None else others), scale**2)[: len(scale)]


def lagged(weights: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The matrix (year, year of the shock) that sums weights by lag times `scale`."""
    lag = np.subtract.outer(np.arange(len(scale)), np.arange(len(scale)))
    return np.where(lag >= 0, weights[np.maximum(lag, 0)] * scale, 0.0)


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
