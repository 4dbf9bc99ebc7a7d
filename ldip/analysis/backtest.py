"""Would the fans have held? The drivers started at earlier years, with what was known then, against what came.

The fans are the simulation's own (``model/drivers.py``): its processes start at zero around a planned path, and the
path here is what an AR(1) expects from where the series stood, mean + persistence ** years x deviation. For a linear
process the two together are the process started there.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.calibrate import GROWTH, Fit, drawn, fit_ar1, levels, to_column
from ldip.model import drivers
from ldip.model.accounts.inputs import Plan, Weather
from ldip.model.engine.simulate import built
from ldip.scenario.drivers import Drivers
from ldip.scenario.files.series import Series
from ldip.scenario.schema import Scenario

PARAMETERS = ("fitted", "scenario")
"""Where persistence and volatility come from: fitted to the years known then, or the scenario's own."""

INTERVALS = (0.50, 0.80, 0.90)
"""Central shares of the runs whose coverage is told."""

PERCENTILES = (0.05, 0.25, 0.50, 0.75, 0.95)

FIELDS = {
    "rate": "money_market_rate",
    "national_tax": "national_tax_factor",
    "free_revenue": "free_revenue_factor",
    "own_tax": "own_tax_factor",
    "completions": "completion_factor",
    "wages": "deflator_factor",  # which is of wages alone where their weight is one
    "cpi": "cpi_factor",
}
"""Where the weather holds what a column is of."""


class Outcome(NamedTuple):
    """One value of a series and the fan that was drawn for it; units of the column."""

    driver: str
    origin: int  # the last year that was known
    ahead: int
    value: float
    percentiles: np.ndarray  # (percentile,) of the fan
    position: float  # share of the runs below the value


class Backtest(NamedTuple):
    """All outcomes, and from what they were drawn."""

    series: Series
    scenario: str
    parameters: str
    minimum: int
    horizon: int
    runs: int
    seed: int
    outcomes: tuple[Outcome, ...]

    def of(self, driver: str, ahead: int | None = None) -> list[Outcome]:
        """The outcomes of a driver, so many years ahead or all."""
        return [one for one in self.outcomes if one.driver == driver and ahead in (None, one.ahead)]

    def drivers(self) -> list[str]:
        """The drivers that have outcomes."""
        return [name for name in self.series.columns if self.of(name)]


class Coverage(NamedTuple):
    """How outcomes fell into the fans."""

    driver: str
    ahead: int | None  # None: all of them together
    cases: int
    apart: int  # cases that share no year: outcomes h years ahead of neighbouring origins share h - 1 shocks
    inside: tuple[float, ...]  # share inside each of INTERVALS
    below: float  # share below the 5 % line
    lower_half: float  # share below the median
    above: float  # share above the 95 % line

    def error(self, share: float) -> float:
        """Binomial standard error of a share that is right, counting only cases that share no year."""
        return float(np.sqrt(share * (1.0 - share) / self.apart))


def backtest(
    series: Series,
    scenario: Scenario,
    *,
    parameters: str = "fitted",
    minimum: int = 10,
    horizon: int = 10,
    runs: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> Backtest:
    """Draw fans from every year in which at least `minimum` years of a column are known and one is still to come."""
    if parameters not in PARAMETERS:
        raise ValueError(parameters)
    asked = Backtest(series, scenario.name, parameters, minimum, horizon, runs, seed, ())
    plan = built(scenario, horizon).baseline.plan
    found: list[Outcome] = []
    for origin in origins(series, minimum):
        found += _from(origin, asked, scenario.drivers, plan)
        if progress:
            progress(runs)
    return asked._replace(outcomes=tuple(found))


def origins(series: Series, minimum: int) -> list[int]:
    """The years that fans can be drawn from."""
    return [
        int(year) for year in series.years if any(_ready(series, name, int(year), minimum) for name in series.columns)
    ]


def _ready(series: Series, name: str, origin: int, minimum: int) -> bool:
    years, _ = series.known(name)
    return bool(years[0] + minimum - 1 <= origin < years[-1])


def _from(origin: int, asked: Backtest, own: Drivers, plan: Plan) -> list[Outcome]:
    """The outcomes of one origin, all columns in the same weather."""
    series, minimum, horizon = asked.series, asked.minimum, asked.horizon
    names = [name for name in series.columns if _ready(series, name, origin, minimum)]
    fits, last = {}, {}
    for name in names:
        years, values = levels(series, name)
        known = years <= origin
        fits[name], last[name] = fit_ar1(name, years[known], values[known]), float(values[known][-1])
    process = _drivers(own, fits, asked.parameters)
    ages = np.arange(1, horizon + 1)
    paths = {
        name: one.mean + getattr(process, name).persistence.value ** ages * (last[name] - one.mean)
        for name, one in fits.items()
    }
    if "rate" in paths:
        plan = plan._replace(planned_rate=paths["rate"])
    weather = Weather(*drivers.weather(drivers.prepare(process, plan), asked.seed, 0, asked.runs))
    found = []
    for name in names:
        fan = _fan(name, getattr(weather, FIELDS[name]), paths[name])
        years, values = series.known(name)
        for year, value in zip(years, values, strict=True):
            ahead = int(year) - origin
            if 1 <= ahead <= horizon:
                found.append(_outcome(name, origin, ahead, float(value), fan[ahead - 1]))
    return found


def _drivers(own: Drivers, fits: dict[str, Fit], parameters: str) -> Drivers:
    """The drivers that the fans are drawn from: the scenario's, or with what was fitted and nothing else."""
    alone = {"zero_year": 0.0, "backlog": 0.0}  # a fan of logs knows no year without completions
    update: dict[str, Any] = {"wages": own.wages, "completions": _with(own.completions, alone)}
    if parameters == "fitted":
        update["completions"] = update["completions"].off()  # no bust, no response: the series is fitted by itself
        for name, one in fits.items():
            persistence = drawn(one, corrected=True)
            values = {"persistence": persistence.middle, "volatility": one.volatility_at(persistence.middle)}
            if name == "rate":
                values["persistence_spread"] = persistence.spread
            update[name] = _with(update.get(name, getattr(own, name)), values)
    update["wages"] = _with(update["wages"], {"deflator_weight": 1.0, "catch_up": 0.0})
    update["free_revenue"] = _with(update.get("free_revenue", own.free_revenue), {"level_persistence": 1.0})
    # A fan is drawn at the end of a year: nothing of the next one is known.
    update["first_year"] = own.first_year.model_copy(update={"value": 1.0})
    return own.model_copy(update=update)


def _with(driver: Any, values: dict[str, float]) -> Any:
    return driver.model_copy(
        update={name: getattr(driver, name).model_copy(update={"value": value}) for name, value in values.items()}
    )


def _fan(name: str, field: np.ndarray, path: np.ndarray) -> np.ndarray:
    """What the driver makes of the path (year, run), in units of the column.

    A factor's log is the process less half its variance, which keeps the mean of the factor; here it is the process
    that is tested, so its own middle is put back.
    """
    if name == "rate":
        return field
    log = np.log(field)
    if name in GROWTH:  # the factor is of the level that growth adds up to
        log = np.diff(log, axis=0, prepend=0.0)
    log -= log.mean(axis=1, keepdims=True)
    return to_column(name, path[:, None] + log)


def _outcome(name: str, origin: int, ahead: int, value: float, fan: np.ndarray) -> Outcome:
    position = 0.5 * float((fan < value).mean() + (fan <= value).mean())
    return Outcome(name, origin, ahead, value, np.quantile(fan, PERCENTILES), position)


def coverage(found: Backtest, driver: str, ahead: int | None = None) -> Coverage:
    """How the outcomes of a driver fell, so many years ahead or all together."""
    outcomes = found.of(driver, ahead)
    positions = np.array([one.position for one in outcomes])
    span = max(one.ahead for one in outcomes)
    count = len({one.origin for one in outcomes})
    return Coverage(
        driver=driver,
        ahead=ahead,
        cases=len(outcomes),
        apart=-(-count // span),
        inside=tuple(float((np.abs(positions - 0.5) <= 0.5 * share).mean()) for share in INTERVALS),
        below=float((positions < 0.05).mean()),
        lower_half=float((positions < 0.5).mean()),
        above=float((positions > 0.95).mean()),
    )
