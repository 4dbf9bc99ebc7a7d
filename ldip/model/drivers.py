"""Draws: the weather of any runs. The only place with random generators.

One stream of random numbers per (seed, stream, block of runs), drawn year by year over a whole block. So another
driver, more years or more runs leave every earlier draw as it was, the same run number meets the same weather in
every scenario (common random numbers), and no result depends on threads or on how runs are split. What the processes
make of the draws is in ``processes.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ldip.model.accounts.inputs import Plan, Weather
from ldip.model.completions import build_later, regime
from ldip.model.processes import BLOCK as BLOCK
from ldip.model.processes import (
    NOTHING_LOST,
    TAILED,
    faster_decline,
    income_system,
    lognormal,
    needed_shocks,
    transform,
)
from ldip.model.processes import Process as Process
from ldip.model.processes import amortise as amortise
from ldip.model.processes import prepare as prepare
from ldip.scenario.drivers import SHOCKS, TailedDriver


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
    "free_revenue": Stream(14, "free_revenue"),
    "national_tax_tails": Stream(15, "national_tax"),
    "cpi_tails": Stream(16, "cpi"),
    "companies": Stream(17, "companies"),
    "births": Stream(20, "births"),
    "arrivals": Stream(21, "arrivals"),
    "mortality": Stream(22, "mortality"),
    "mortality_decline": Stream(23, "mortality"),
    "persons": Stream(24, "persons"),
    "zero_years": Stream(25, "completions"),
    "project_cost": Stream(30, "project_cost"),
    "project_delay": Stream(31, "project_delay"),
}
"""The streams, those of SHOCKS by their names. A new one takes a key that none has ever had; no key is changed."""


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

    for place, (name, needed) in enumerate(zip(SHOCKS, needed_shocks(process), strict=True)):
        if needed:
            draw(name, shocks[place], lambda made, size: made.standard_normal(size))
        else:
            shocks[place] = 0.0
    drivers = process.drivers
    tails = {}
    for name in TAILED:
        driver = getattr(drivers, name)
        if driver.degrees_of_freedom.value and not driver.is_off:
            tails[name] = draw(f"{name}_tails", np.empty(shocks.shape[1:]), _gamma(driver))
    persistence: float | np.ndarray = drivers.rate.persistence.value
    if drivers.rate.persistence_spread.value and drivers.rate.volatility.value:
        persistence = persistence + drivers.rate.persistence_spread.value * (2.0 * uniform("rate_persistence") - 1.0)
    field = Weather(*chances)
    transform(process, shocks, tails, persistence, field)
    _build(process, uniform, field.completion_factor)
    if drivers.mortality.decline_spread.value:
        field.mortality_factor[...] *= faster_decline(process, normal("mortality_decline"))
    if drivers.persons.spread.value:
        field.persons_factor[...] = lognormal(drivers.persons.spread.value, normal("persons"))
    if drivers.income_system.frequency.value:
        income_system(process, uniform("income_system", years), field.income_system_loss)
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


def _gamma(driver: TailedDriver) -> Callable[[Any, tuple[int, ...]], np.ndarray]:
    """What to ask a generator for the tails of a driver."""
    half = 0.5 * driver.degrees_of_freedom.value

    def ask(made: Any, size: tuple[int, ...]) -> np.ndarray:
        found: np.ndarray = made.standard_gamma(half, size)
        return found

    return ask


def _build(process: Process, uniform: Callable[..., np.ndarray], factor: np.ndarray) -> None:
    """What busts, years without and what is built later make of completions, `factor` (year, run), in place."""
    housing, years = process.drivers.completions, len(factor)
    something: float | np.ndarray = 1.0
    if housing.bust_start.value:
        factor *= regime(process.drivers, process.regime_mean, uniform("housing_regime", years))
    if housing.zero_year.value:
        something = np.where(uniform("zero_years", years) < housing.zero_year.value, 0.0, 1.0)
        factor *= something / (1.0 - housing.zero_year.value)
    if housing.backlog.value and not housing.is_off:
        build_later(factor, something, housing.backlog.value, process.completions_total)


def project_chance(
    keys: Sequence[int], seed: int, block: int, seeds: Mapping[str, int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Of one block of runs, for projects with these keys: what decides their cost, normal, and their delay,
    exponential with expectation 1, (project, run) each. Another project leaves those of the others as they were."""
    found = np.empty((2, len(keys), BLOCK))
    for place, key in enumerate(keys):
        for row, name in enumerate(("project_cost", "project_delay")):
            stream = STREAMS[name]
            made = generator((seeds or {}).get(name, seed), stream.key, block, key)
            found[row, place] = made.standard_exponential(BLOCK) if row else made.standard_normal(BLOCK)
    return found[0], found[1]


def generator(seed: int, stream: int, block: int, *more: int) -> np.random.Generator:
    """The random numbers of one stream and block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(stream, block, *more))))
