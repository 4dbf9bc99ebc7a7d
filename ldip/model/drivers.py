"""The stochastic drivers: draws, processes, weather (rule M2). The only place with random generators.

One stream of random numbers per (seed, stream, block of runs), drawn year by year over a whole block. So another
driver, more years or more runs leave every earlier draw as it was, the same run number meets the same weather in
every scenario (common random numbers), and no result depends on threads or on how runs are split.

Every process keeps the mean: a factor has expectation 1 and the rate has the planned path as its expectation, so
that switching volatility on does not by itself move what is expected. The income system is the exception: its jumps
are losses, and their mean is part of what the scenario says.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ldip.model.accounts.state import Plan, Weather
from ldip.scenario.drivers import SHOCKS, Driver, Drivers, OwnTaxDriver

BLOCK = 1024
"""Runs per stream. Part of the meaning of a seed: changing it changes every result."""

STREAMS = {
    **{name: name for name in SHOCKS},
    "own_tax_tails": "own_tax",
    "rate_persistence": "rate",
    "housing_regime": "completions",
    "income_system": "income_system",
    "delivery": "delivery",
    "slippage": "slippage",
}
"""Stream -> the driver it belongs to. A stream's place is its key, so only append."""

WIDEST = 100.0
"""Largest variance of a fat-tailed shock, in units of its mean variance: ten standard deviations (see _tails)."""


class Process(NamedTuple):
    """The processes of one scenario, ready to turn random numbers into weather; arrays are (year,)."""

    factor: np.ndarray  # (shock, shock) Cholesky factor of the shocks' correlation
    drivers: Drivers
    planned_rate: np.ndarray
    rate_shift: np.ndarray  # added to the unbounded rate so that the bounded one keeps the planned mean
    deflator_drift: np.ndarray  # half the variance of the log level, taken off to keep the mean; so the others
    cpi_drift: np.ndarray
    national_tax_drift: np.ndarray
    own_tax_drift: np.ndarray  # of normal shocks
    construction_drift: np.ndarray
    regime_mean: np.ndarray  # expected share of completions that no bust takes
    delivery_spread: np.ndarray  # relative to the planned share
    slippage_spread: np.ndarray


def prepare(drivers: Drivers, plan: Plan) -> Process:
    """Work out, once per scenario, what the processes need: Cholesky factor and mean-preserving terms."""
    years = len(plan.planned_rate)
    factor = np.linalg.cholesky(drivers.correlation.matrix())
    persistences = drivers.rate.persistence.value + drivers.rate.persistence_spread.value * NODES
    rate_sd = drivers.rate.volatility.value * np.sqrt([_ar1_variance(phi, years) for phi in persistences])
    shift = [
        _mean_preserving_shift(mean, sd, drivers.rate.lower_bound.value)
        for mean, sd in zip(np.asarray(plan.planned_rate, dtype=float), rate_sd.T, strict=True)
    ]

    def relative(spread: float, share: np.ndarray) -> np.ndarray:
        return np.where(share > 0.0, spread / np.where(share > 0.0, share, 1.0), 0.0)

    return Process(
        factor=factor,
        drivers=drivers,
        planned_rate=np.asarray(plan.planned_rate, dtype=float),
        rate_shift=np.array(shift),
        deflator_drift=0.5 * _deflator_variance(drivers, years),
        cpi_drift=0.5 * drivers.cpi.volatility.value**2 * _summed_ar1_variance(drivers.cpi.persistence.value, years),
        national_tax_drift=0.5
        * drivers.national_tax.volatility.value**2
        * _summed_ar1_variance(drivers.national_tax.persistence.value, years),
        own_tax_drift=0.5 * _level_variance(drivers.own_tax, years),
        construction_drift=0.5 * _level_variance(drivers.construction, years),
        regime_mean=_regime_mean(drivers, years),
        delivery_spread=relative(drivers.delivery.spread.value, np.asarray(plan.measures_delivery)),
        slippage_spread=relative(drivers.slippage.spread.value, np.asarray(plan.slippage)),
    )


def calm(plan: Plan) -> np.ndarray:
    """Weather with all shocks zero (field of Weather, year, 1): the baseline path."""
    rate = np.asarray(plan.planned_rate, dtype=float)
    one, zero = np.ones_like(rate), np.zeros_like(rate)
    fields = dict.fromkeys(Weather._fields, one) | dict.fromkeys(("income_system_loss", "restructuring_step"), zero)
    return np.stack(Weather(**(fields | {"money_market_rate": rate})))[:, :, None]


def weather(
    process: Process,
    seed: int,
    first_run: int,
    runs: int,
    step: float | np.ndarray = 0.0,
    seeds: Mapping[str, int] | None = None,
) -> np.ndarray:
    """The weather of `runs` runs from `first_run` (a multiple of BLOCK) on: (field of Weather, year, run). A last
    block that is not full is drawn full and cut. `step` is the restructuring step, of all runs or (run,); `seeds`
    gives single drivers a seed of their own."""
    years = len(process.planned_rate)
    whole = range(first_run // BLOCK, -(-(first_run + runs) // BLOCK))
    chances = np.empty((len(Weather._fields), years, len(whole) * BLOCK))
    shocks = chances[: len(SHOCKS)]
    own_seeds = dict.fromkeys(STREAMS.values(), seed) | dict(seeds or {})

    def draw(stream: str, out: np.ndarray, ask: Callable[[Any, tuple[int, ...]], np.ndarray]) -> np.ndarray:
        """Fill `out` (..., run) block by block with what `ask` gets from a generator for a shape."""
        key = list(STREAMS).index(stream)
        for place, block in enumerate(whole):
            found = ask(generator(own_seeds[STREAMS[stream]], key, block), (*out.shape[:-1], BLOCK))
            out[..., place * BLOCK : (place + 1) * BLOCK] = found
        return out

    def uniform(stream: str, *shape: int) -> np.ndarray:
        return draw(stream, np.empty((*shape, shocks.shape[2])), lambda made, size: made.random(size))

    for place, (name, needed) in enumerate(zip(SHOCKS, _needed(process), strict=True)):
        if needed:
            draw(name, shocks[place], lambda made, size: made.standard_normal(size))
        else:
            shocks[place] = 0.0
    drivers = process.drivers
    tails = None
    if drivers.own_tax.degrees_of_freedom.value and not drivers.own_tax.is_off:
        half = 0.5 * drivers.own_tax.degrees_of_freedom.value
        tails = draw("own_tax_tails", np.empty(shocks.shape[1:]), lambda made, size: made.standard_gamma(half, size))
    persistence: float | np.ndarray = drivers.rate.persistence.value
    if drivers.rate.persistence_spread.value and drivers.rate.volatility.value:
        persistence = persistence + drivers.rate.persistence_spread.value * (2.0 * uniform("rate_persistence") - 1.0)
    transform(process, shocks, tails, persistence)
    field = Weather(*chances)
    if drivers.completions.bust_start.value:
        field.completion_factor[...] *= _regime(process, uniform("housing_regime", years))
    field.income_system_loss[...] = 0.0
    if drivers.income_system.frequency.value:
        _income_system(process, uniform("income_system", years), field.income_system_loss)
    for name, spread, per_run in (
        ("delivery", process.delivery_spread, True),
        ("slippage", process.slippage_spread, False),
    ):
        factor = getattr(field, f"{name}_factor")
        factor[...] = 1.0
        if spread.any():  # what is delivered of the measures is one fact of a run, what slips another every year
            factor += spread[:, None] * (2.0 * (uniform(name) if per_run else uniform(name, years)) - 1.0)
    chances[-1, :, :runs] = step
    return chances[:, :, :runs]


def transform(
    process: Process,
    normals: np.ndarray,
    tails: np.ndarray | None = None,
    persistence: float | np.ndarray | None = None,
) -> np.ndarray:
    """Turn independent standard normals (shock, year, run) into the first fields of the weather, in place.

    `tails` are gamma variables (year, run) that make the own tax shocks fat-tailed, `persistence` that of the rate,
    (run,) where every run has its own. In place because memory fresh from the system costs more than the arithmetic.
    """
    drivers = process.drivers
    _correlate(process.factor, normals)
    rate, national, own, completions, construction, wages, cpi, equities = normals
    if persistence is None:
        persistence = drivers.rate.persistence.value
    _ar1(rate, persistence, drivers.rate.volatility.value)  # the surprise, still without its planned path
    for driver, shocks in (
        (drivers.national_tax, national),  # deviation of the growth, as wages and cpi
        (drivers.completions, completions),
        (drivers.construction, construction),
        (drivers.wages, wages),
        (drivers.cpi, cpi),
    ):
        _ar1(shocks, driver.persistence.value, driver.volatility.value)
    if tails is None:
        _ar1(own, drivers.own_tax.persistence.value, drivers.own_tax.volatility.value)
        own -= process.own_tax_drift[:, None]
    else:
        _fat_tailed_ar1(own, tails, drivers.own_tax)
    _react_to_rate(completions, rate, persistence, process)
    for growth in (national, wages, cpi):
        for t in range(1, len(growth)):
            growth[t] += growth[t - 1]  # growth adds up to the level
    weight = drivers.wages.deflator_weight.value
    deflator = wages
    deflator *= weight
    deflator += (1.0 - weight) * cpi
    equities *= drivers.equities.volatility.value
    equities -= 0.5 * drivers.equities.volatility.value**2
    if drivers.rate.volatility.value == 0.0:
        rate[:] = process.planned_rate[:, None]
    else:
        rate += (process.planned_rate + process.rate_shift)[:, None]
        np.maximum(rate, drivers.rate.lower_bound.value, out=rate)
    national -= process.national_tax_drift[:, None]
    construction -= process.construction_drift[:, None]
    deflator -= process.deflator_drift[:, None]
    cpi -= process.cpi_drift[:, None]
    for factor in normals[1:]:
        if factor.any():
            np.exp(factor, out=factor)
        else:  # a driver that is off: exp(0), without the wait
            factor[...] = 1.0
    return normals


def generator(seed: int, stream: int, block: int) -> np.random.Generator:
    """The random numbers of one stream and block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(stream, block))))


def _needed(process: Process) -> list[bool]:
    """Whether each shock is used: its own driver moves, or a later one's that it is correlated with."""
    moving = np.array([getattr(process.drivers, name).volatility.value > 0.0 for name in SHOCKS])
    return [bool((moving & (process.factor[:, place] != 0.0)).any()) for place in range(len(SHOCKS))]


def _correlate(factor: np.ndarray, normals: np.ndarray) -> None:
    """Cholesky factor times normals, in place from the last row up, summed in a fixed order: a matrix product may
    not give the same bits everywhere."""
    for row in reversed(range(len(factor))):
        if factor[row, row] != 1.0:
            normals[row] *= factor[row, row]
        for column in range(row):
            if factor[row, column] != 0.0:
                normals[row] += factor[row, column] * normals[column]


def _ar1(shocks: np.ndarray, persistence: float | np.ndarray, volatility: float) -> None:
    """Shocks (year, run) become x_t = persistence x_(t-1) + volatility shock_t from x = 0, in place."""
    if volatility == 0.0:
        shocks[...] = 0.0
        return
    shocks *= volatility
    for t in range(1, len(shocks)):
        shocks[t] += persistence * shocks[t - 1]


def _fat_tailed_ar1(shocks: np.ndarray, tails: np.ndarray, driver: OwnTaxDriver) -> None:
    """An AR(1) with Student-t shocks of variance 1, less half its variance given the tails, in place.

    A t variable is a normal one whose variance is drawn: (nu - 2) / (2 gamma). Given all variances the level is
    normal, so its exponential keeps the mean exactly, whatever the tails; beyond WIDEST they are cut.
    """
    persistence, volatility = driver.persistence.value, driver.volatility.value
    np.divide(0.5 * (driver.degrees_of_freedom.value - 2.0), tails, out=tails)
    np.minimum(tails, WIDEST, out=tails)
    shocks *= np.sqrt(tails)
    _ar1(shocks, persistence, volatility)
    variance = np.zeros(shocks.shape[1])
    for t in range(len(shocks)):
        variance = persistence**2 * variance + volatility**2 * tails[t]
        tails[t] = 0.5 * variance
    shocks -= tails


def _react_to_rate(
    completions: np.ndarray, rate: np.ndarray, persistence: float | np.ndarray, process: Process
) -> None:
    """Log completions take in last year's rate surprise, less half their variance given the rate's persistence."""
    drivers = process.drivers
    rho, tau = drivers.completions.persistence.value, drivers.completions.volatility.value
    response, sigma = drivers.completions.rate_response.value, drivers.rate.volatility.value
    correlation = float(process.factor[SHOCKS.index("completions")] @ process.factor[SHOCKS.index("rate")])
    completions[1:] += response * rate[:-1]
    own: float = 0.0  # variance of the own AR(1); of the rate's; covariance of the two in the same year
    of_rate: float | np.ndarray = 0.0
    both: float | np.ndarray = 0.0
    for t in range(len(completions)):
        own = rho**2 * own + tau**2
        drift = 0.5 * (own + response**2 * of_rate + 2.0 * response * rho * both)
        of_rate = persistence**2 * of_rate + sigma**2
        both = persistence * rho * both + correlation * sigma * tau
        completions[t] -= drift


def _regime(process: Process, uniform: np.ndarray) -> np.ndarray:
    """Share of completions that no bust takes, relative to what is expected (year, run), from uniform numbers."""
    housing = process.drivers.completions
    bust = np.zeros(uniform.shape[1], dtype=bool)
    for t in range(len(uniform)):
        bust = np.where(bust, uniform[t] >= housing.bust_end.value, uniform[t] < housing.bust_start.value)
        uniform[t] = (1.0 - housing.bust_depth.value * bust) / process.regime_mean[t]
    return uniform


def _regime_mean(drivers: Drivers, years: int) -> np.ndarray:
    """Expected share of completions that no bust takes (year,), from no bust the year before the first."""
    housing = drivers.completions
    probability, mean = 0.0, np.empty(years)
    for t in range(years):
        probability = probability * (1.0 - housing.bust_end.value) + (1.0 - probability) * housing.bust_start.value
        mean[t] = 1.0 - housing.bust_depth.value * probability
    return mean


def _income_system(process: Process, uniform: np.ndarray, loss: np.ndarray) -> None:
    """Share of revenue that changes of the income system have taken so far, into `loss` (year, run): the number that
    decides whether there is one in a year also decides its size, being uniform below the frequency."""
    driver = process.drivers.income_system
    smallest, frequency = driver.smallest.value, driver.frequency.value
    sizes = smallest + (driver.largest.value - smallest) * uniform / frequency
    np.cumsum(np.where(uniform < frequency, sizes, 0.0), axis=0, out=loss)
    np.minimum(loss, 1.0, out=loss)


def _ar1_variance(persistence: float, years: int) -> np.ndarray:
    """Variance of x_t in units of the shock's (year,): the sum of squared weights of the shocks so far."""
    return np.cumsum(persistence ** (2.0 * np.arange(years)))


def _level_variance(driver: Driver, years: int) -> np.ndarray:
    """Variance of an AR(1) level (year,)."""
    return driver.volatility.value**2 * _ar1_variance(driver.persistence.value, years)


def _sum_weights(persistence: float, years: int) -> np.ndarray:
    """Weights in x_1 + ... + x_t of a shock 0, 1, 2 ... years ago (year,)."""
    return np.cumsum(persistence ** np.arange(years, dtype=float))


def _summed_ar1_variance(persistence: float, years: int) -> np.ndarray:
    """Variance of x_1 + ... + x_t in units of the shock's (year,)."""
    return np.cumsum(_sum_weights(persistence, years) ** 2)


def _deflator_variance(drivers: Drivers, years: int) -> np.ndarray:
    """Variance of the log deflator (year,): wages and consumer prices, each summed growth, and their covariance."""
    weight = drivers.wages.deflator_weight.value
    wages = weight * drivers.wages.volatility.value * _sum_weights(drivers.wages.persistence.value, years)
    prices = (1.0 - weight) * drivers.cpi.volatility.value * _sum_weights(drivers.cpi.persistence.value, years)
    correlation = drivers.correlation.matrix()[SHOCKS.index("wages"), SHOCKS.index("cpi")]
    return np.cumsum(wages**2 + prices**2 + 2.0 * correlation * wages * prices)


NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(8)
"""Where and how much an even spread between -1 and 1 is looked at: exact for polynomials up to degree 15."""


def _mean_preserving_shift(mean: float, sds: np.ndarray, bound: float) -> float:
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
