"""Norwegian years drawn again, whole and in blocks, instead of the parametric shocks: what the processes assume of
normal shocks and of their correlations is left to history.

What is drawn is a year: the surprises of all columns in it together, so their correlation is history's own, and
blocks of a few years keep what follows on what. A surprise is what an AR(1) with the scenario's own persistence did
not expect, less its mean over the years. The processes that turn surprises into weather are the scenario's as they
stand; what has no history (own tax, equities, construction ...) keeps its parametric draws.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ldip.analysis.calibrate import levels
from ldip.model import drivers
from ldip.model.accounts.inputs import Weather
from ldip.model.drivers import Process
from ldip.model.engine.simulate import Built, Ledger, simulate_built
from ldip.model.moments import wage_and_price_levels
from ldip.scenario.files.series import Series

DRAWN = ("rate", "completions", "cpi", "wages", "national_tax")
"""Columns of a series that are drawn where it has them."""

BLOCK = 4
"""Years drawn together: 3 to 5 make no difference that can be told apart (docs/realism.md)."""

FEWEST = 8
"""Years in which all columns have a surprise, below which nothing is drawn."""

STREAM = 1_000
"""Key of the stream of random numbers: far from those of the drivers."""

LINES = ("money_market_rate", "deflator_index", "net_operating_result_share", "debt_ratio")
"""Lines whose percentiles are compared."""

PERCENTILES = (0.05, 0.50, 0.95)


class Pool(NamedTuple):
    """The years that can be drawn."""

    years: np.ndarray  # (year,)
    surprises: dict[str, np.ndarray]  # column -> (year,), mean zero; in the logs or rates that are an AR(1)


class Drawn(NamedTuple):
    """Percentiles of the parametric fan and of the one from drawn years, in the last year."""

    year: int
    first: int  # of the years that are drawn
    last: int
    size: int  # how many years that is
    block: int
    columns: tuple[str, ...]
    correlation: dict[tuple[str, str], tuple[float, float]]  # two columns -> history's own, the scenario's
    percentiles: dict[str, tuple[tuple[float, ...], tuple[float, ...]]]  # line -> parametric, drawn


def pool(series: Series, process: Process) -> Pool | None:
    """The years in which every column of DRAWN that the series has is known, and the year before; None if too few."""
    by_year: dict[str, dict[int, float]] = {}
    for name in DRAWN:
        if name not in series.columns:
            continue
        years, values = levels(series, name)
        away = values - values.mean()
        persistence = getattr(process.drivers, name).persistence.value
        surprise = away[1:] - persistence * away[:-1]
        by_year[name] = dict(zip((int(year) for year in years[1:]), surprise.tolist(), strict=True))
    shared = sorted(set.intersection(*map(set, by_year.values()))) if by_year else []
    if len(shared) < FEWEST:
        return None
    found = {name: np.array([of[year] for year in shared]) for name, of in by_year.items()}
    return Pool(np.array(shared), {name: values - values.mean() for name, values in found.items()})


def draws(count: int, years: int, runs: int, seed: int, block: int = BLOCK) -> np.ndarray:
    """Which year of `count` each year of each run is (year, run): a circular block bootstrap (Politis and Romano
    1992), in which the first year of history follows the last and every year is as likely as another."""
    blocks = -(-years // block)
    starts = drivers.generator(seed, STREAM, 0).integers(count, size=(blocks, 1, runs))
    return ((starts + np.arange(block)[:, None]) % count).reshape(blocks * block, runs)[:years]


class History:
    """Weather of which the columns of a pool are drawn from its years; for ``simulate_built(weather=...)``."""

    def __init__(self, found: Pool, process: Process, runs: int, seed: int, block: int = BLOCK):
        years = len(process.planned_rate)
        chosen = draws(len(found.years), years, runs, seed, block)
        surprises = {name: _scaled(name, values, process)[chosen] for name, values in found.surprises.items()}
        self.fields = _fields(surprises, process)  # field of Weather -> (year, run)

    def __call__(
        self,
        process: Process,
        seed: int,
        first_run: int,
        runs: int,
        step: float | np.ndarray = 0.0,
        seeds: Mapping[str, int] | None = None,
    ) -> np.ndarray:
        """As :func:`ldip.model.drivers.weather`, with the drawn fields in their places."""
        weather = drivers.weather(process, seed, first_run, runs, step, seeds)
        for name, values in self.fields.items():
            weather[Weather._fields.index(name)] = values[:, first_run : first_run + runs]
        return weather


def _scaled(name: str, surprises: np.ndarray, process: Process) -> np.ndarray:
    """The nation's completions are scaled to the scenario's volatility: what its house-building does beyond one
    municipality's is not in its years, while what it does together with rates and prices is."""
    if name != "completions":
        return surprises
    return surprises * (process.drivers.completions.volatility.value / float(surprises.std()))


def _fields(surprises: Mapping[str, np.ndarray], process: Process) -> dict[str, np.ndarray]:
    """The processes of :mod:`ldip.model.drivers` on drawn surprises, each with the mean that it keeps there."""
    own = process.drivers
    state = {name: _ar1(values, getattr(own, name).persistence.value) for name, values in surprises.items()}
    fields: dict[str, np.ndarray] = {}
    if "rate" in state:
        fields["money_market_rate"] = _bounded(state["rate"], process.planned_rate, own.rate.lower_bound.value)
    if "completions" in state:
        log = state["completions"].copy()
        if "rate" in state:
            log[1:] += own.completions.rate_response.value * state["rate"][:-1]
        fields["completion_factor"] = _factor(log)
    if "cpi" in state:
        fields["cpi_factor"] = _factor(np.cumsum(state["cpi"], axis=0))
    if "cpi" in state and "wages" in state:
        weight = own.wages.deflator_weight.value
        _, wages, prices = wage_and_price_levels(own, surprises["wages"].copy(), surprises["cpi"].copy())
        fields["deflator_factor"] = _factor(weight * wages + (1.0 - weight) * prices)
    if "national_tax" in state:
        tax = own.national_tax
        fields["national_tax_factor"] = _factor(state["national_tax"])
        kept = _ar1((1.0 - tax.taken_back.value) * surprises["national_tax"], tax.carried_on.value)
        fields["kept_tax_factor"] = _factor(kept)
    return fields


def _ar1(shocks: np.ndarray, persistence: float) -> np.ndarray:
    found = shocks.copy()
    for t in range(1, len(found)):
        found[t] += persistence * found[t - 1]
    return found


def _factor(log: np.ndarray) -> np.ndarray:
    """The exponential, with mean 1 over the runs in every year."""
    factor = np.exp(log)
    return factor / factor.mean(axis=1, keepdims=True)


def _bounded(deviation: np.ndarray, planned: np.ndarray, bound: float) -> np.ndarray:
    """The rate, no lower than its bound and with the planned mean in every year that lies above it."""
    shift = np.zeros(len(planned))
    for _ in range(50):
        rate = np.maximum(planned[:, None] + shift[:, None] + deviation, bound)
        shift += np.where(planned > bound, planned - rate.mean(axis=1), 0.0)
    return np.maximum(planned[:, None] + shift[:, None] + deviation, bound)


def drawn(ready: Built, parametric: Ledger, series: Series, *, seed: int, block: int = BLOCK) -> Drawn | None:
    """The accounts simulated in drawn years beside a parametric ledger of the same runs, which holds LINES; None
    where the series shares too few years."""
    found = pool(series, ready.process)
    if found is None:
        return None
    runs = parametric.values.shape[2]
    weather = History(found, ready.process, runs, seed, block)
    other = simulate_built(ready, runs=runs, seed=seed, lines=LINES, weather=weather)
    shown = {line: (_percentiles(parametric[line][-1]), _percentiles(other[line][-1])) for line in LINES}
    return Drawn(
        year=int(parametric.years[-1]),
        first=int(found.years[0]),
        last=int(found.years[-1]),
        size=len(found.years),
        block=block,
        columns=tuple(found.surprises),
        correlation=_correlations(found, ready.process),
        percentiles=shown,
    )


def _percentiles(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in np.quantile(values, PERCENTILES))


def _correlations(found: Pool, process: Process) -> dict[tuple[str, str], tuple[float, float]]:
    assumed = process.factor @ process.factor.T
    names = list(found.surprises)
    places = [drivers.SHOCKS.index(name) for name in names]
    own = np.corrcoef(list(found.surprises.values()))
    return {
        (one, other): (float(own[i, j]), float(assumed[places[i], places[j]]))
        for i, one in enumerate(names)
        for j, other in enumerate(names)
        if i < j
    }
