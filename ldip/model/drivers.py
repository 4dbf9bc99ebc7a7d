"""The stochastic drivers: draws, processes, weather (rule M2). The only place with random generators.

One stream of standard normals per (seed, driver, block of runs), drawn year by year over a whole block. So another
driver, more years or more runs leave every earlier draw as it was, the same run number meets the same weather in
every scenario (common random numbers), and no result depends on threads or on how runs are split.

Every process keeps the mean: a factor has expectation 1 and the rate has the planned path as its expectation, so
that switching volatility on does not by itself move what is expected.
"""

import math
from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np

from ldip.model.state import Plan, Weather
from ldip.scenario.schema import Driver, Drivers, RateDriver

BLOCK = 1024
"""Runs per stream. Part of the meaning of a seed: changing it changes every result."""

DRIVERS = ("rate", "national_tax", "own_tax", "completions", "construction")
"""The drivers in the order of the correlation matrix, which the last is outside of; a driver's place is its stream
key, so only append."""


class Process(NamedTuple):
    """The processes of one scenario, ready to turn shocks into weather; arrays are (year,)."""

    factor: np.ndarray  # (driver, driver) Cholesky factor of the shocks' correlation
    drivers: Drivers
    planned_rate: np.ndarray
    rate_shift: np.ndarray  # added to the unbounded rate so that the bounded one keeps the planned mean
    national_tax_drift: np.ndarray  # half the variance of the log level, taken off to keep the mean
    own_tax_drift: np.ndarray
    completions_drift: np.ndarray
    construction_drift: np.ndarray


def prepare(drivers: Drivers, plan: Plan) -> Process:
    """Work out, once per scenario, what the processes need: Cholesky factor and mean-preserving terms."""
    years = len(plan.planned_rate)
    rate, national, own, building = drivers.rate, drivers.national_tax, drivers.own_tax, drivers.construction
    rate_sd = rate.volatility.value * np.sqrt(_ar1_variance(rate.persistence.value, years))
    shift = [
        _mean_preserving_shift(mean, sd, rate.lower_bound.value)
        for mean, sd in zip(plan.planned_rate, rate_sd, strict=True)
    ]
    correlation = drivers.correlation.matrix()
    return Process(
        factor=np.linalg.cholesky(correlation),
        drivers=drivers,
        planned_rate=np.asarray(plan.planned_rate, dtype=float),
        rate_shift=np.array(shift),
        national_tax_drift=0.5
        * national.volatility.value**2
        * _summed_ar1_variance(national.persistence.value, years),
        own_tax_drift=0.5 * own.volatility.value**2 * _ar1_variance(own.persistence.value, years),
        completions_drift=0.5 * _completions_variance(drivers, float(correlation[0, 3]), years),
        construction_drift=0.5 * building.volatility.value**2 * _ar1_variance(building.persistence.value, years),
    )


def without(drivers: Drivers, names: Collection[str]) -> Drivers:
    """The drivers with the named ones (fields of Drivers) switched off: what they drive stays on its planned path."""

    def off(driver):
        return driver.model_copy(update={"volatility": driver.volatility.model_copy(update={"value": 0.0})})

    return drivers.model_copy(update={name: off(getattr(drivers, name)) for name in names})


def calm(plan: Plan) -> np.ndarray:
    """Weather with all shocks zero (driver, year, 1): the baseline path."""
    rate = np.asarray(plan.planned_rate, dtype=float)
    one = np.ones_like(rate)
    return np.stack(Weather(rate, one, one, one, one, np.zeros_like(rate)))[:, :, None]


def weather(process: Process, seed: int, first_run: int, runs: int, step: float | np.ndarray = 0.0) -> np.ndarray:
    """The weather of `runs` runs from `first_run` (a multiple of BLOCK) on: (field of Weather, year, run). A last
    block that is not full is drawn full and cut. `step` is the restructuring step, of all runs or (run,)."""
    years = len(process.planned_rate)
    whole = range(first_run // BLOCK, -(-(first_run + runs) // BLOCK))
    chances = np.empty((len(Weather._fields), years, len(whole) * BLOCK))
    normals = chances[: len(DRIVERS)]
    drawn = range(len(DRIVERS))
    if process.drivers.construction.volatility.value == 0.0:  # nothing else needs its stream
        normals[-1], drawn = 0.0, range(len(DRIVERS) - 1)
    for place, block in enumerate(whole):
        for driver in drawn:
            normals[driver, :, place * BLOCK : (place + 1) * BLOCK] = _normals(seed, driver, block, years)
    transform(process, normals)
    chances[-1, :, :runs] = step
    return chances[:, :, :runs]


def transform(process: Process, normals: np.ndarray) -> np.ndarray:
    """Turn independent standard normals (driver, year, run) into weather, in place.

    In place because memory fresh from the system costs more than the arithmetic.
    """
    drivers = process.drivers
    _correlate(process.factor, normals)
    rate, national, own, completions, construction = normals
    _ar1(drivers.rate, rate)  # the surprise, still without its planned path
    _ar1(drivers.national_tax, national)  # deviation of the growth
    _ar1(drivers.own_tax, own)  # deviation of the level
    _ar1(drivers.completions, completions)
    _ar1(drivers.construction, construction)
    completions[1:] += drivers.completions.rate_response.value * rate[:-1]
    for t in range(1, len(national)):
        national[t] += national[t - 1]  # growth adds up to the level
    if drivers.rate.volatility.value == 0.0:
        rate[:] = process.planned_rate[:, None]
    else:
        rate += (process.planned_rate + process.rate_shift)[:, None]
        np.maximum(rate, drivers.rate.lower_bound.value, out=rate)
    drifts = (
        *(process.national_tax_drift, process.own_tax_drift),
        *(process.completions_drift, process.construction_drift),
    )
    for log, drift in zip((national, own, completions, construction), drifts, strict=True):
        log -= drift[:, None]
        np.exp(log, out=log)
    return normals


def _normals(seed: int, driver: int, block: int, years: int) -> np.ndarray:
    """Standard normals (year, run) of one stream."""
    stream = np.random.SeedSequence(seed, spawn_key=(driver, block))
    return np.random.Generator(np.random.SFC64(stream)).standard_normal((years, BLOCK))


def _correlate(factor: np.ndarray, normals: np.ndarray) -> None:
    """Cholesky factor times normals, in place from the last row up, summed in a fixed order: a matrix product may
    not give the same bits everywhere."""
    for row in reversed(range(len(factor))):
        normals[row] *= factor[row, row]
        for column in range(row):
            if factor[row, column] != 0.0:
                normals[row] += factor[row, column] * normals[column]


def _ar1(driver: Driver | RateDriver, shocks: np.ndarray) -> None:
    """Shocks (year, run) become x_t = persistence x_(t-1) + volatility shock_t from x = 0, in place."""
    shocks *= driver.volatility.value
    for t in range(1, len(shocks)):
        shocks[t] += driver.persistence.value * shocks[t - 1]


def _ar1_variance(persistence: float, years: int) -> np.ndarray:
    """Variance of x_t in units of the shock's (year,): the sum of squared weights of the shocks so far."""
    return np.cumsum(persistence ** (2.0 * np.arange(years)))


def _summed_ar1_variance(persistence: float, years: int) -> np.ndarray:
    """Variance of x_1 + ... + x_t in units of the shock's (year,)."""
    weights = np.cumsum(persistence ** np.arange(years, dtype=float))  # of a shock 0, 1, 2 ... years ago
    return np.cumsum(weights**2)


def _completions_variance(drivers: Drivers, correlation: float, years: int) -> np.ndarray:
    """Variance of log completions (year,): own AR(1), last year's rate surprise, and their covariance."""
    rate, housing = drivers.rate, drivers.completions
    phi, sigma = rate.persistence.value, rate.volatility.value
    rho, tau, response = housing.persistence.value, housing.volatility.value, housing.rate_response.value
    ages = np.arange(years, dtype=float)
    rate_variance = sigma**2 * _ar1_variance(phi, years)
    covariance = correlation * sigma * tau * np.cumsum((phi * rho) ** ages)  # of the two in the same year
    variance = tau**2 * _ar1_variance(rho, years)
    variance[1:] += response**2 * rate_variance[:-1] + 2.0 * response * rho * covariance[:-1]
    return variance


def _mean_preserving_shift(mean: float, sd: float, bound: float) -> float:
    """The c with E[max(bound, mean + c + sd Z)] = mean; 0 where the bound is above the mean or sd is 0."""
    if sd == 0.0 or bound >= mean:
        return 0.0

    def expected(shift: float) -> float:
        distance = (mean + shift - bound) / sd
        density = math.exp(-0.5 * distance**2) / math.sqrt(2.0 * math.pi)
        probability = 0.5 * (1.0 + math.erf(distance / math.sqrt(2.0)))
        return bound + sd * (distance * probability + density)

    return _bisect(lambda shift: expected(shift) - mean, low=-20.0 * sd, high=0.0)


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of an increasing function between low and high, to the last bit that matters (80 halvings)."""
    for _ in range(80):
        middle = 0.5 * (low + high)
        if function(middle) < 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
