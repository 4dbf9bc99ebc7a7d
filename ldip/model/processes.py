"""The stochastic processes: what random numbers become (rule M2), and what keeps their means on the plan.

Every process keeps the mean: a factor has expectation 1 and the rate has the planned path as its expectation, so
that switching volatility on does not by itself move what is expected. The income system is the exception: its jumps
are losses, and their mean is part of what the scenario says.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ldip.model.accounts.inputs import Plan, Weather
from ldip.model.completions import expected_total, react_to_rate, regime_mean
from ldip.model.moments import (
    NODES,
    PriceWeights,
    decaying,
    decided,
    lagged,
    mean_preserving_shift,
    scale_of,
    variance,
    wage_and_price_levels,
)
from ldip.scenario.drivers import SHOCKS, Driver, Drivers, TailedDriver

BLOCK = 1024
"""Runs per stream. Part of the meaning of a seed: changing it changes every result."""


TAILED = ("national_tax", "own_tax", "cpi")
"""Drivers whose shocks may have fat tails, each with a stream of its own for them: its name and ``_tails``."""

NOTHING_LOST = (
    *("net_arrivals", "income_system_loss", "premium_surprise", "amortised_surprise", "restructuring_step"),
)
"""Fields of the weather that are 0 where nothing happens. Factors are 1, and the rate is the planned one."""

NO_FACTOR = ("rate", "arrivals")
"""Shocks whose field of the weather is a level, not a factor that is the exponential of one."""

TOGETHER = 8
"""Shocks whose correlation is always taken apart together: see _factor."""

WIDEST = 100.0
"""Largest variance of a fat-tailed shock, in units of its mean variance: ten standard deviations (_tail_variance)."""


class Process(NamedTuple):
    """The processes of one scenario, ready to turn random numbers into weather; arrays are (year,)."""

    factor: np.ndarray  # (shock, shock) Cholesky factor of the shocks' correlation
    drivers: Drivers
    scale: np.ndarray  # of each year's shocks: see moments.scale_of
    planned_rate: np.ndarray
    rate_shift: np.ndarray  # added to the unbounded rate so that the bounded one keeps the planned mean
    regime_mean: np.ndarray  # expected share of completions that no bust takes
    completions_total: np.ndarray  # expected completions with what is built later, relative to the programme
    delivery_spread: np.ndarray  # relative to the planned share
    slippage_spread: np.ndarray
    amortised: np.ndarray  # (year, year of the surprise): of premium surprises, as shares of planned premiums


def prepare(drivers: Drivers, plan: Plan) -> Process:
    """Work out, once per scenario, what the processes need: Cholesky factor and mean-preserving terms."""
    years = len(plan.planned_rate)
    scale = scale_of(drivers, years)
    persistences = drivers.rate.persistence.value + drivers.rate.persistence_spread.value * NODES
    rate_sd = [drivers.rate.volatility.value * np.sqrt(variance(decaying(phi, years), scale)) for phi in persistences]
    shift = [
        mean_preserving_shift(mean, sd, drivers.rate.lower_bound.value)
        for mean, sd in zip(np.asarray(plan.planned_rate, dtype=float), np.transpose(rate_sd), strict=True)
    ]

    def relative(spread: float, share: np.ndarray) -> np.ndarray:
        return np.where(share > 0.0, spread / np.where(share > 0.0, share, 1.0), 0.0)

    factor = _factor(drivers.correlation.matrix())
    return Process(
        factor=factor,
        drivers=drivers,
        scale=scale,
        planned_rate=np.asarray(plan.planned_rate, dtype=float),
        rate_shift=np.array(shift),
        regime_mean=regime_mean(drivers, years),
        completions_total=expected_total(drivers, factor, years),
        delivery_spread=relative(drivers.delivery.spread.value, np.asarray(plan.measures_delivery)),
        slippage_spread=relative(drivers.slippage.spread.value, np.asarray(plan.slippage)),
        amortised=_amortised(plan),
    )


def _amortised(plan: Plan) -> np.ndarray:
    """What of the planned premium of a year (row) amortises a premium surprise of an earlier one (column) that was
    all of its planned premium: equal parts over the years after it."""
    premium = np.asarray(plan.pension_premium * plan.deflator_index, dtype=float)
    lag = np.subtract.outer(np.arange(len(premium)), np.arange(len(premium)))
    over = np.asarray(plan.amortisation_years, dtype=float)
    share = np.where((lag >= 1) & (lag <= over), premium / over, 0.0)
    return np.divide(share, premium[:, None], out=np.zeros_like(share), where=premium[:, None] != 0.0)


def transform(
    process: Process,
    normals: np.ndarray,
    tails: Mapping[str, np.ndarray] | None = None,
    persistence: float | np.ndarray | None = None,
    field: Weather | None = None,
) -> np.ndarray:
    """Turn independent standard normals (shock, year, run) into the first fields of the weather, in place; what
    follows from the same shocks goes into later fields of `field`, if there is one.

    `tails` are gamma variables (year, run) that make a driver's shocks fat-tailed, `persistence` that of the rate,
    (run,) where every run has its own. In place because memory fresh from the system costs more than the arithmetic.
    """
    drivers = process.drivers
    _correlate(process.factor, normals)
    normals[:, 0] *= process.scale[0]
    rate, national, own, completions, construction, wages, cpi, equities = normals[:8]
    state, births, arrivals, mortality, companies = normals[8:]
    tails = {name: _tail_variance(drawn, getattr(drivers, name)) for name, drawn in (tails or {}).items()}
    for name, shocks in (("national_tax", national), ("own_tax", own), ("cpi", cpi)):
        if name in tails:
            shocks *= np.sqrt(tails[name])
    if persistence is None:
        persistence = drivers.rate.persistence.value
    _ar1(rate, persistence, drivers.rate.volatility.value)  # the surprise, still without its planned path
    _national_tax(process, national, tails.get("national_tax"), field)
    _level(process, own, drivers.own_tax, tails.get("own_tax"))
    _ar1(completions, drivers.completions.persistence.value, drivers.completions.volatility.value)
    react_to_rate(completions, rate, persistence, drivers, process.factor)
    _level(process, construction, drivers.construction)
    _prices(process, wages, cpi, tails.get("cpi"), field)
    equities *= drivers.equities.volatility.value
    equities -= 0.5 * (drivers.equities.volatility.value * process.scale[:, None]) ** 2
    _free_revenue(process, state)
    _level(process, births, drivers.births)
    _ar1(arrivals, drivers.arrivals.persistence.value, drivers.arrivals.volatility.value)
    _level(process, mortality, drivers.mortality)
    _level(process, companies, drivers.companies)
    if drivers.rate.volatility.value == 0.0:
        rate[:] = process.planned_rate[:, None]
    else:
        rate += (process.planned_rate + process.rate_shift)[:, None]
        np.maximum(rate, drivers.rate.lower_bound.value, out=rate)
    for name, factor in zip(SHOCKS, normals, strict=True):
        if name in NO_FACTOR:
            continue
        if factor.any():
            np.exp(factor, out=factor)
        else:  # a driver that is off: exp(0), without the wait
            factor[...] = 1.0
    return normals


def _factor(correlation: np.ndarray) -> np.ndarray:
    """The Cholesky factor (shock, shock). Shocks behind the first TOGETHER that are correlated with nothing are left
    out, because the last bit of the others' factor would depend on how many there are."""
    count = len(correlation)
    related = np.flatnonzero((correlation != np.eye(count)).any(axis=1))
    size = max(min(TOGETHER, count), 1 + int(related.max(initial=-1)))
    factor = np.eye(count)
    factor[:size, :size] = np.linalg.cholesky(correlation[:size, :size])
    return factor


def needed_shocks(process: Process) -> list[bool]:
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


def _tail_variance(gamma: np.ndarray, driver: TailedDriver) -> np.ndarray:
    """The variance of each shock that makes it a Student t of variance 1, (nu - 2) / (2 gamma), cut at WIDEST, in
    place. Given all variances a log level is normal, so that its exponential keeps the mean whatever the tails."""
    np.divide(0.5 * (driver.degrees_of_freedom.value - 2.0), gamma, out=gamma)
    return np.minimum(gamma, WIDEST, out=gamma)


def _drift(process: Process, weights: np.ndarray, tails: np.ndarray | None) -> np.ndarray:
    """Half the variance of a log level whose shocks weigh `weights` by lag: (year, 1), or (year, run) given the
    variances of tailed shocks."""
    if tails is None:
        return 0.5 * variance(weights, process.scale)[:, None]
    return _by_block(lagged(0.5 * weights**2, process.scale**2), tails)


def _by_block(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Matrix (year, year) times values (year, run), block by block: a product of one shape has the same bits however
    many blocks there are."""
    found = np.empty_like(values)
    for first in range(0, values.shape[1], BLOCK):
        block = slice(first, first + BLOCK)
        np.matmul(matrix, np.ascontiguousarray(values[:, block]), out=(part := np.empty_like(found[:, block])))
        found[:, block] = part
    return found


def _level(process: Process, shocks: np.ndarray, driver: Driver, tails: np.ndarray | None = None) -> None:
    """Shocks become a log level, AR(1), with expectation 1 of its exponential, in place."""
    _ar1(shocks, driver.persistence.value, driver.volatility.value)
    if driver.volatility.value:
        weights = driver.volatility.value * decaying(driver.persistence.value, len(shocks))
        shocks -= _drift(process, weights, tails)


def _national_tax(
    process: Process, shocks: np.ndarray, tails: np.ndarray | None, field: Weather | None = None
) -> None:
    """Shocks become the log surprise in national tax, in place; what municipalities keep of it goes into `field`."""
    driver = process.drivers.national_tax
    if field is not None and not driver.is_off:
        kept = field.kept_tax_factor
        kept[...] = shocks
        volatility, carried = (1.0 - driver.taken_back.value) * driver.volatility.value, driver.carried_on.value
        _ar1(kept, carried, volatility)
        kept -= _drift(process, volatility * decaying(carried, len(shocks)), tails)
        np.exp(kept, out=kept)
    _level(process, shocks, driver, tails)


def _free_revenue(process: Process, shocks: np.ndarray) -> None:
    """Shocks become the log level of free revenue that the state decides, in place."""
    driver = process.drivers.free_revenue
    _ar1(shocks, driver.persistence.value, driver.volatility.value)
    for t in range(1, len(shocks)):
        shocks[t] += driver.level_persistence.value * shocks[t - 1]
    weights = decided(driver.persistence.value, driver.level_persistence.value, len(shocks))
    shocks -= _drift(process, driver.volatility.value * weights, None)


def _prices(
    process: Process, wages: np.ndarray, cpi: np.ndarray, tails: np.ndarray | None, field: Weather | None = None
) -> None:
    """Shocks become the log deflator (in the place of wages) and the log consumer price index, in place; what an
    unexpected growth of wages does to the pension premium goes into `field`."""
    drivers, scale = process.drivers, process.scale
    weight = drivers.wages.deflator_weight.value
    wages *= drivers.wages.volatility.value
    cpi *= drivers.cpi.volatility.value
    if field is not None and drivers.wages.premium_response.value and not drivers.wages.is_off:
        np.multiply(wages, drivers.wages.premium_response.value, out=field.premium_surprise)
        amortise(process, field)
    _, level, cpi = wage_and_price_levels(drivers, wages, cpi)
    deflator = np.multiply(level, weight, out=wages)
    deflator += (1.0 - weight) * cpi
    by = PriceWeights(drivers, len(cpi))
    deflator -= _drift(process, by.by_wages, None)
    deflator -= _drift(process, by.by_prices, tails)
    both = by.correlation * by.by_wages * by.by_prices
    if both.any():  # given the tails the covariance of the two is that of shocks of their standard deviations
        if tails is None:
            deflator -= (by.correlation * variance(by.by_wages, scale, by.by_prices))[:, None]
        else:
            deflator -= _by_block(lagged(both, scale**2), np.sqrt(tails))
    cpi -= _drift(process, by.cpi, tails)


def amortise(process: Process, field: Weather) -> None:
    """What amortises the premium surprises of `field`, into it. Of a process it depends on `amortised` alone, and
    nothing else of the weather does: what was made for another process is made for this one by it."""
    wages, surprise = process.drivers.wages, field.premium_surprise
    if wages.premium_response.value and not wages.is_off:
        whole = np.pad(surprise, ((0, 0), (0, -surprise.shape[1] % BLOCK)))  # one shape, one set of bits: _by_block
        field.amortised_surprise[...] = _by_block(process.amortised, whole)[:, : surprise.shape[1]]


def lognormal(sd: float | np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Factors with expectation 1, whose logs have the standard deviation `sd`."""
    found: np.ndarray = np.exp(sd * normal - 0.5 * sd * sd)
    return found


def faster_decline(process: Process, normal: np.ndarray) -> np.ndarray:
    """What a decline of each run's own has made of its mortality so far (year, run), from normal numbers (run,)."""
    years = np.arange(1.0, len(process.planned_rate) + 1.0)
    return lognormal(process.drivers.mortality.decline_spread.value * years[:, None], normal)


def income_system(process: Process, uniform: np.ndarray, loss: np.ndarray) -> None:
    """Share of revenue that changes of the income system have taken so far, into `loss` (year, run): the number that
    decides whether there is one in a year also decides its size, being uniform below the frequency."""
    driver = process.drivers.income_system
    smallest, frequency = driver.smallest.value, driver.frequency.value
    sizes = smallest + (driver.largest.value - smallest) * uniform / frequency
    np.cumsum(np.where(uniform < frequency, sizes, 0.0), axis=0, out=loss)
    np.minimum(loss, 1.0, out=loss)
