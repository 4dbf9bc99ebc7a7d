"""The stochastic drivers: draws, processes, weather (rule M2). The only place with random generators.

One stream of random numbers per (seed, stream, block of runs), drawn year by year over a whole block. So another
driver, more years or more runs leave every earlier draw as it was, the same run number meets the same weather in
every scenario (common random numbers), and no result depends on threads or on how runs are split.

Every process keeps the mean: a factor has expectation 1 and the rate has the planned path as its expectation, so
that switching volatility on does not by itself move what is expected. The income system is the exception: its jumps
are losses, and their mean is part of what the scenario says.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ldip.model.accounts.inputs import Plan, Weather
from ldip.model.completions import build_later, expected_total, react_to_rate, regime, regime_mean
from ldip.model.moments import (
    NODES,
    ar1_variance,
    deflator_variance,
    level_variance,
    mean_preserving_shift,
    summed_ar1_variance,
)
from ldip.scenario.drivers import SHOCKS, Drivers, OwnTaxDriver

BLOCK = 1024
"""Runs per stream. Part of the meaning of a seed: changing it changes every result."""


class Stream(NamedTuple):
    """A stream of random numbers: its key, which is part of the meaning of a seed, and the driver it belongs to."""

    key: int
    driver: str


STREAMS = {
    "rate": Stream(0, "rate"),
    "national_tax": Stream(1, "national_tax"),
    "own_tax": Stream(2, "own_tax"),
    "completions": Stream(3, "completions"),
    "construction": Stream(4, "construction"),
    "wages": Stream(5, "wages"),
    "cpi": Stream(6, "cpi"),
    "equities": Stream(7, "equities"),
    "own_tax_tails": Stream(8, "own_tax"),
    "rate_persistence": Stream(9, "rate"),
    "housing_regime": Stream(10, "completions"),
    "income_system": Stream(11, "income_system"),
    "delivery": Stream(12, "delivery"),
    "slippage": Stream(13, "slippage"),
    "births": Stream(20, "births"),
    "arrivals": Stream(21, "arrivals"),
    "mortality": Stream(22, "mortality"),
    "mortality_decline": Stream(23, "mortality"),
    "persons": Stream(24, "persons"),
    "zero_years": Stream(25, "completions"),
}
"""The streams, those of SHOCKS by their names. A new one takes a key that none has ever had; no key is changed."""

NOTHING_LOST = ("net_arrivals", "income_system_loss", "restructuring_step")
"""Fields of the weather that are 0 where nothing happens. Factors are 1, and the rate is the planned one."""

NO_FACTOR = ("rate", "arrivals")
"""Shocks whose field of the weather is a level, not a factor that is the exponential of one."""

TOGETHER = 8
"""Shocks whose correlation is always taken apart together: see _factor."""

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
    births_drift: np.ndarray
    mortality_drift: np.ndarray  # of the yearly shocks
    regime_mean: np.ndarray  # expected share of completions that no bust takes
    completions_total: np.ndarray  # expected completions with what is built later, relative to the programme
    delivery_spread: np.ndarray  # relative to the planned share
    slippage_spread: np.ndarray


def prepare(drivers: Drivers, plan: Plan) -> Process:
    """Work out, once per scenario, what the processes need: Cholesky factor and mean-preserving terms."""
    years = len(plan.planned_rate)
    factor = _factor(drivers.correlation.matrix())
    persistences = drivers.rate.persistence.value + drivers.rate.persistence_spread.value * NODES
    rate_sd = drivers.rate.volatility.value * np.sqrt([ar1_variance(phi, years) for phi in persistences])
    shift = [
        mean_preserving_shift(mean, sd, drivers.rate.lower_bound.value)
        for mean, sd in zip(np.asarray(plan.planned_rate, dtype=float), rate_sd.T, strict=True)
    ]

    def relative(spread: float, share: np.ndarray) -> np.ndarray:
        return np.where(share > 0.0, spread / np.where(share > 0.0, share, 1.0), 0.0)

    return Process(
        factor=factor,
        drivers=drivers,
        planned_rate=np.asarray(plan.planned_rate, dtype=float),
        rate_shift=np.array(shift),
        deflator_drift=0.5 * deflator_variance(drivers, years),
        cpi_drift=0.5 * drivers.cpi.volatility.value**2 * summed_ar1_variance(drivers.cpi.persistence.value, years),
        national_tax_drift=0.5
        * drivers.national_tax.volatility.value**2
        * summed_ar1_variance(drivers.national_tax.persistence.value, years),
        own_tax_drift=0.5 * level_variance(drivers.own_tax, years),
        construction_drift=0.5 * level_variance(drivers.construction, years),
        births_drift=0.5 * level_variance(drivers.births, years),
        mortality_drift=0.5 * level_variance(drivers.mortality, years),
        regime_mean=regime_mean(drivers, years),
        completions_total=expected_total(drivers, factor, years),
        delivery_spread=relative(drivers.delivery.spread.value, np.asarray(plan.measures_delivery)),
        slippage_spread=relative(drivers.slippage.spread.value, np.asarray(plan.slippage)),
    )


def calm(plan: Plan, step: float = 0.0) -> np.ndarray:
    """Weather with all shocks zero (field of Weather, year, 1): the baseline path, with a restructuring step."""
    rate = np.asarray(plan.planned_rate, dtype=float)
    fields = dict.fromkeys(Weather._fields, np.ones_like(rate)) | dict.fromkeys(NOTHING_LOST, np.zeros_like(rate))
    found = np.stack(Weather(**(fields | {"money_market_rate": rate})))[:, :, None]
    take_step(found, step)
    return found


def take_step(weather: np.ndarray, step: float | np.ndarray) -> None:
    """Set the restructuring step, of all runs or (run,), in weather (field of Weather, year, run)."""
    weather[Weather._fields.index("restructuring_step")] = step


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
    for name in Weather._fields[len(SHOCKS) :]:  # as if nothing happened, until something does
        chances[Weather._fields.index(name)] = 0.0 if name in NOTHING_LOST else 1.0
    own_seeds = dict(seeds or {})

    def draw(stream: str, out: np.ndarray, ask: Callable[[Any, tuple[int, ...]], np.ndarray]) -> np.ndarray:
        """Fill `out` (..., run) block by block with what `ask` gets from a generator for a shape."""
        key, driver = STREAMS[stream]
        for place, block in enumerate(whole):
            found = ask(generator(own_seeds.get(driver, seed), key, block), (*out.shape[:-1], BLOCK))
            out[..., place * BLOCK : (place + 1) * BLOCK] = found
        return out

    def uniform(stream: str, *shape: int) -> np.ndarray:
        return draw(stream, np.empty((*shape, shocks.shape[2])), lambda made, size: made.random(size))

    def normal(stream: str) -> np.ndarray:
        return draw(stream, np.empty(shocks.shape[2]), lambda made, size: made.standard_normal(size))

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
    housing = drivers.completions
    something: float | np.ndarray = 1.0
    if housing.bust_start.value:
        field.completion_factor[...] *= regime(drivers, process.regime_mean, uniform("housing_regime", years))
    if housing.zero_year.value:
        something = np.where(uniform("zero_years", years) < housing.zero_year.value, 0.0, 1.0)
        field.completion_factor[...] *= something / (1.0 - housing.zero_year.value)
    if housing.backlog.value and not housing.is_off:
        build_later(field.completion_factor, something, housing.backlog.value, process.completions_total)
    if drivers.mortality.decline_spread.value:
        field.mortality_factor[...] *= _faster_decline(process, normal("mortality_decline"))
    if drivers.persons.spread.value:
        field.persons_factor[...] = _lognormal(drivers.persons.spread.value, normal("persons"))
    if drivers.income_system.frequency.value:
        _income_system(process, uniform("income_system", years), field.income_system_loss)
    for name, spread, per_run in (
        ("delivery", process.delivery_spread, True),
        ("slippage", process.slippage_spread, False),
    ):
        if spread.any():  # what is delivered of the measures is one fact of a run, what slips another every year
            factor = getattr(field, f"{name}_factor")
            factor += spread[:, None] * (2.0 * (uniform(name) if per_run else uniform(name, years)) - 1.0)
    found = chances[:, :, :runs]
    take_step(found, step)
    return found


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
    rate, national, own, completions, construction, wages, cpi, equities, births, arrivals, mortality = normals
    if persistence is None:
        persistence = drivers.rate.persistence.value
    _ar1(rate, persistence, drivers.rate.volatility.value)  # the surprise, still without its planned path
    for driver, shocks in (
        (drivers.national_tax, national),  # deviation of the growth, as wages and cpi
        (drivers.completions, completions),
        (drivers.construction, construction),
        (drivers.wages, wages),
        (drivers.cpi, cpi),
        (drivers.births, births),
        (drivers.arrivals, arrivals),
        (drivers.mortality, mortality),
    ):
        _ar1(shocks, driver.persistence.value, driver.volatility.value)
    if tails is None:
        _ar1(own, drivers.own_tax.persistence.value, drivers.own_tax.volatility.value)
        own -= process.own_tax_drift[:, None]
    else:
        _fat_tailed_ar1(own, tails, drivers.own_tax)
    react_to_rate(completions, rate, persistence, drivers, process.factor)
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
    births -= process.births_drift[:, None]
    mortality -= process.mortality_drift[:, None]
    for name, factor in zip(SHOCKS, normals, strict=True):
        if name in NO_FACTOR:
            continue
        if factor.any():
            np.exp(factor, out=factor)
        else:  # a driver that is off: exp(0), without the wait
            factor[...] = 1.0
    return normals


def generator(seed: int, stream: int, block: int) -> np.random.Generator:
    """The random numbers of one stream and block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(stream, block))))


def _factor(correlation: np.ndarray) -> np.ndarray:
    """The Cholesky factor (shock, shock). Shocks behind the first TOGETHER that are correlated with nothing are left
    out, because the last bit of the others' factor would depend on how many there are."""
    count = len(correlation)
    related = np.flatnonzero((correlation != np.eye(count)).any(axis=1))
    size = max(min(TOGETHER, count), 1 + int(related.max(initial=-1)))
    factor = np.eye(count)
    factor[:size, :size] = np.linalg.cholesky(correlation[:size, :size])
    return factor


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


def _lognormal(sd: float | np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Factors with expectation 1, whose logs have the standard deviation `sd`."""
    found: np.ndarray = np.exp(sd * normal - 0.5 * sd * sd)
    return found


def _faster_decline(process: Process, normal: np.ndarray) -> np.ndarray:
    """What a decline of each run's own has made of its mortality so far (year, run), from normal numbers (run,)."""
    years = np.arange(1.0, len(process.planned_rate) + 1.0)
    return _lognormal(process.drivers.mortality.decline_spread.value * years[:, None], normal)


def _income_system(process: Process, uniform: np.ndarray, loss: np.ndarray) -> None:
    """Share of revenue that changes of the income system have taken so far, into `loss` (year, run): the number that
    decides whether there is one in a year also decides its size, being uniform below the frequency."""
    driver = process.drivers.income_system
    smallest, frequency = driver.smallest.value, driver.frequency.value
    sizes = smallest + (driver.largest.value - smallest) * uniform / frequency
    np.cumsum(np.where(uniform < frequency, sizes, 0.0), axis=0, out=loss)
    np.minimum(loss, 1.0, out=loss)
