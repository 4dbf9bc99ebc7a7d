"""Fit the drivers' processes to yearly series, with standard errors and the bias of small samples.

Every process of the drivers is an AR(1) around a mean: of the rate, of the log growth of prices, wages and the
nation's free revenue per resident relative to needs, of the logs of the nation's tax over its budget, of completions
and of own tax over the nation's. Completions also react to the rate of the
year before, and in some years of a small municipality there are none. Fitted by least squares with scipy.
"""

import math
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from ldip.scenario.drivers import ABOUT, SHOCKS
from ldip.scenario.files.series import Series
from ldip.scenario.schema import Scenario, limits
from ldip.text import NO_WORDS, Text, in_figures

GROWTH = ("free_revenue", "wages", "cpi")
LOG_OF_ONE_PLUS, LOG_LEVEL = ("national_tax", *GROWTH), ("own_tax", "completions")
"""Columns that are an AR(1) in the log of one plus, and in the log of themselves; the rate is one as it is. Those of
GROWTH add up to a level, while the surprise in national tax is one."""

LEAST_DWELLINGS = 0.5
"""What a year without completions counts as in a log: half a dwelling."""

FEW = 25
"""Pairs of years below which the fit is called uncertain: persistence 0.9 then has a standard error of about 0.1
and a bias of more than that."""

LEAST_PAIRS = 8
"""Pairs of years that a rate response or a correlation is worth estimating from."""

SMALLEST_EIGENVALUE = 1e-3
"""Of a correlation matrix that is still taken for possible after its numbers are rounded."""

TOLD_APART = 2.0
"""Standard errors from zero that a rate response must have to replace a scenario's own."""

LONG = 20
"""Years ahead for which a spread is told: the simulation's usual horizon."""


class Fit(NamedTuple):
    """An AR(1) fitted to one series: x_t - m = persistence (x_(t-1) - m) + volatility e_t."""

    driver: str
    first: int  # the first and the last year of the series
    last: int
    pairs: int  # observations: pairs of years
    parameters: int  # estimated besides the volatility
    persistence: float  # least squares
    persistence_error: float
    volatility: float  # of least squares
    mean: float  # average over the window
    rate_response: float  # log points per unit rate, of completions; NaN where it is not estimated
    rate_response_error: float
    years: np.ndarray  # (pair,) the later year of each pair
    residuals: np.ndarray  # (pair,)
    zero_share: float = 0.0  # of the years: those without completions

    @property
    def bias(self) -> float:
        """The approximate bias of least squares in small samples, -(1 + 3 persistence) / n, at the estimate.

        Source: Kendall (1954), Marriott and Pope (1954), Biometrika 41.
        """
        return -(1.0 + 3.0 * self.persistence) / self.pairs

    @property
    def corrected(self) -> float:
        """The persistence without that bias, within what a scenario allows."""
        return allowed(self.persistence - self.bias)

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the volatility."""
        return self.pairs - self.parameters

    def volatility_at(self, persistence: float) -> float:
        """The standard deviation of the shocks if that is the persistence and the level is fitted to it."""
        away = (persistence - self.persistence) / self.persistence_error
        return self.volatility * math.sqrt(1.0 + away * away / self.degrees)

    def volatility_error(self, persistence: float) -> float:
        """Standard error of the volatility: of a normal sample's standard deviation."""
        return self.volatility_at(persistence) / math.sqrt(2.0 * self.degrees)

    def mean_error(self, persistence: float) -> float:
        """Standard error of the mean, which swings with the series: volatility / ((1 - persistence) sqrt(n))."""
        return self.volatility_at(persistence) / ((1.0 - persistence) * math.sqrt(self.pairs))

    def sd_after(self, persistence: float, years: float = math.inf) -> float:
        """Standard deviation so many years ahead; without end, the stationary one."""
        return sd_after(persistence, self.volatility_at(persistence), years)


class Link(NamedTuple):
    """The correlation of two drivers' shocks in the same year."""

    one: str
    other: str
    value: float
    error: float
    pairs: int


class Calibration(NamedTuple):
    """What the series say, by driver."""

    series: Series
    fits: dict[str, Fit]
    links: tuple[Link, ...]


FITTED = Text("tilpasset {where}, standardfeil {error}", "fitted to {where}, standard error {error}")
BIAS = Text(
    "minste kvadrater {least}, skjevhet om lag {bias} (Kendall)", "least squares {least}, bias about {bias} (Kendall)"
)
WITHOUT, LEFT_IN = Text("uten den {raw}{cut}", "without it {raw}{cut}"), Text("ikke rettet", "left in")
CUT = Text(", avkortet til {to}", ", cut to {to}")
EVENLY = Text(
    nb="{said}; hver framtid trekker sin egen, jevnt fra {low} til {high}, og dette er midten",
    en="{said}; every run draws its own, evenly from {low} to {high}, of which this is the middle",
)
SPREAD = Text("vedholdenheten er {fitted}", "the persistence is {fitted}")
AS_IT_IS = Text("minste kvadrater tilpasset {where}, som den er", "least squares fitted to {where}, as it is")
RESIDUALS = Text("{fitted}; avvik ved vedholdenhet {persistence}", "{fitted}; residuals at persistence {persistence}")
WITHOUT_ANY = Text(
    "år uten noen i {where}, standardfeil {error}", "years without any in {where}, standard error {error}"
)
LAST_YEARS_RATE = Text("{fitted}; fjorårets rente", "{fitted}; last year's rate")
WEAKENED = Text(
    "; ganger {share}, ellers ville korrelasjonene motsi hverandre",
    "; times {share}, or the correlations would contradict each other",
)
PAIR = Text(
    nb="avvikene til {one} og {other} tilpasset {file}, n = {count}, standardfeil {error}{weakened}",
    en="residuals of {one} and {other} fitted to {file}, n = {count}, standard error {error}{weakened}",
)


class Entry(NamedTuple):
    """A value for a scenario: key path, number, where it comes from."""

    key: str
    value: float
    source: Text


def allowed(persistence: float) -> float:
    """The nearest persistence that a scenario may have: not negative, and below one."""
    low, high = limits("drivers.rate.persistence")
    return min(max(persistence, low), high)


def sd_after(persistence: float, volatility: float, years: float = math.inf) -> float:
    """Standard deviation of an AR(1) so many years ahead; without end, the stationary one."""
    left = 0.0 if math.isinf(years) else persistence ** (2.0 * years)
    return volatility * math.sqrt((1.0 - left) / (1.0 - persistence**2))


def half_life(persistence: float) -> float:
    """Years until half of a surprise is gone; 0 without persistence."""
    return math.log(0.5) / math.log(persistence) if persistence > 0.0 else 0.0


def calibrate(series: Series) -> Calibration:
    """Fit every column of the series."""
    fits = {name: fit(series, name) for name in series.columns}
    return Calibration(series, fits, tuple(_links(fits)))


def levels(series: Series, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The years in which the column is known, and what is an AR(1) in them."""
    years, values = series.known(name)
    return years, to_level(name, values)


def to_level(name: str, values: np.ndarray) -> np.ndarray:
    """The numbers of a column as what is an AR(1)."""
    if name in LOG_OF_ONE_PLUS:
        return np.log1p(values)
    if name == "completions":
        values = np.maximum(values, LEAST_DWELLINGS)
    return np.log(values) if name in LOG_LEVEL else values


def to_column(name: str, level: np.ndarray) -> np.ndarray:
    """The other way round."""
    return np.expm1(level) if name in LOG_OF_ONE_PLUS else np.exp(level) if name in LOG_LEVEL else level


def fit(series: Series, name: str) -> Fit:
    """Fit the column; completions with their reaction to last year's rate, if enough years of it are there."""
    years, values = levels(series, name)
    if name == "completions" and "rate" in series.columns:
        rate_years, rates = series.known("rate")
        both = np.isin(years - 1, rate_years)
        if both.sum() > LEAST_PAIRS:
            years, values, rates = years[both], values[both], rates[np.isin(rate_years, years - 1)]
            return without_zeros(fit_with_rate(years, values, rates), values)
    found = fit_ar1(name, years, values)
    return without_zeros(found, values) if name == "completions" else found


def without_zeros(found: Fit, values: np.ndarray) -> Fit:
    """The fit of completions whose log is `values` (year,), as the driver has it: years without any are a chance of
    their own, so that volatility and mean are those of the other years. Persistence is that of all of them."""
    some = values[values > math.log(LEAST_DWELLINGS)]
    if len(some) == len(values):
        return found
    left = 1.0 - allowed(found.persistence) ** 2
    return found._replace(
        volatility=float(some.std(ddof=min(1, len(some) - 1))) * math.sqrt(left),
        mean=float(some.mean()),
        zero_share=1.0 - len(some) / len(values),
    )


def fit_ar1(name: str, years: np.ndarray, values: np.ndarray) -> Fit:
    """Least squares of each value on the one before."""
    from scipy.stats import linregress

    line = linregress(values[:-1], values[1:])
    residuals = values[1:] - line.intercept - line.slope * values[:-1]
    return Fit(
        driver=name,
        first=int(years[0]),
        last=int(years[-1]),
        pairs=len(residuals),
        parameters=2,
        persistence=float(line.slope),
        persistence_error=float(line.stderr),
        volatility=math.sqrt(float(residuals @ residuals) / (len(residuals) - 2)),
        mean=float(values.mean()),
        rate_response=math.nan,
        rate_response_error=math.nan,
        years=years[1:],
        residuals=residuals,
    )


def fit_with_rate(years: np.ndarray, values: np.ndarray, rates: np.ndarray) -> Fit:
    """Nonlinear least squares of h_t = m + response x rate_(t-1) + y_t, y_t = persistence y_(t-1) + e_t.

    `values` are h, `rates` those of the year before each (year,). All of them on the same footing as the driver has
    them: its rate is a deviation, which only moves m.
    """
    from scipy.optimize import curve_fit

    start = fit_ar1("completions", years, values)
    before, after, rate_before, rate_after = values[:-1], values[1:], rates[:-1], rates[1:]

    def expected(_: np.ndarray, level: float, persistence: float, response: float) -> np.ndarray:
        return level + persistence * before + response * (rate_after - persistence * rate_before)

    guess = (values.mean() * (1.0 - start.persistence), start.persistence, 0.0)
    found, covariance = curve_fit(expected, after, after, p0=guess)
    residuals = after - expected(after, *found)
    errors = np.sqrt(np.diag(covariance))
    return start._replace(
        parameters=3,
        persistence=float(found[1]),
        persistence_error=float(errors[1]),
        volatility=math.sqrt(float(residuals @ residuals) / (len(residuals) - 3)),
        rate_response=float(found[2]),
        rate_response_error=float(errors[2]),
        residuals=residuals,
    )


def _links(fits: dict[str, Fit]) -> Iterator[Link]:
    """The correlations of the residuals of any two fits that share enough years."""
    for one, other in combinations(fits.values(), 2):
        mine, theirs = np.isin(one.years, other.years), np.isin(other.years, one.years)
        pairs = int(mine.sum())
        if pairs >= LEAST_PAIRS:
            value = float(np.corrcoef(one.residuals[mine], other.residuals[theirs])[0, 1])
            error = math.sqrt(max(1.0 - value * value, 0.0) / (pairs - 2))
            yield Link(one.driver, other.driver, value, error, pairs)


class Drawn(NamedTuple):
    """The persistence that goes into a scenario, and how far runs are spread evenly around it."""

    middle: float
    spread: float


def drawn(one: Fit, *, corrected: bool) -> Drawn:
    """Without its bias: for the rate, whose runs may each have their own, evenly spread with its standard error and
    cut where a scenario ends; otherwise alone. Least squares: as it is, without spread."""
    if not corrected:
        return Drawn(allowed(one.persistence), 0.0)
    if one.driver != "rate":
        return Drawn(one.corrected, 0.0)
    reach = math.sqrt(3.0) * one.persistence_error  # an even spread of so much has that standard deviation
    low, high = allowed(one.corrected - reach), allowed(one.corrected + reach)
    return Drawn(0.5 * (low + high), 0.5 * (high - low))


def entries(calibration: Calibration, scenario: Scenario, *, corrected: bool = True) -> list[Entry]:
    """What a change of the scenario would hold.

    `corrected` takes the persistence without its small-sample bias, otherwise that of least squares.
    """
    found = [entry for one in calibration.fits.values() for entry in _of_fit(calibration, one, corrected)]
    return [*found, *_of_links(calibration, scenario)]


def _of_fit(calibration: Calibration, one: Fit, corrected: bool) -> Iterator[Entry]:
    persistence = drawn(one, corrected=corrected)
    where = f"{calibration.series.file}, {one.first}-{one.last}, n = {one.pairs}"
    fitted = FITTED.filled(where=where, error=in_figures(one.persistence_error, ".2g"))
    bias = BIAS.filled(least=in_figures(one.persistence, ".3g"), bias=in_figures(one.bias, ".2g"))
    raw = one.persistence - one.bias
    cut = NO_WORDS if one.corrected == raw else CUT.filled(to=in_figures(one.corrected, ".3g"))
    choice = WITHOUT.filled(raw=in_figures(raw, ".3g"), cut=cut) if corrected else LEFT_IN
    said = Text("{fitted}; {bias}, {choice}", "{fitted}; {bias}, {choice}").filled(
        fitted=fitted, bias=bias, choice=choice
    )
    if persistence.spread:
        low, high = persistence.middle - persistence.spread, persistence.middle + persistence.spread
        said = EVENLY.filled(said=said, low=in_figures(low, ".3g"), high=in_figures(high, ".3g"))

    def entry(name: str, value: float, source: Text) -> Entry:
        key = f"drivers.{one.driver}.{name}"
        low, high = limits(key)
        return Entry(key, min(max(value, low), high), source)

    yield entry("persistence", persistence.middle, said)
    if one.driver == "rate":
        spread = SPREAD.filled(fitted=fitted) if corrected else AS_IT_IS.filled(where=where)
        yield entry("persistence_spread", rounded_down(persistence.spread), spread)
    volatility, its_error = one.volatility_at(persistence.middle), one.volatility_error(persistence.middle)
    source = FITTED.filled(where=where, error=in_figures(its_error, ".2g"))
    at = in_figures(persistence.middle, ".3g")
    yield entry("volatility", volatility, RESIDUALS.filled(fitted=source, persistence=at))
    if one.zero_share:
        its_error = math.sqrt(one.zero_share * (1.0 - one.zero_share) / (one.pairs + 1))
        yield entry("zero_year", one.zero_share, WITHOUT_ANY.filled(where=where, error=in_figures(its_error, ".2g")))
    if abs(one.rate_response) > TOLD_APART * one.rate_response_error:  # NaN, not estimated, is not
        source = FITTED.filled(where=where, error=in_figures(one.rate_response_error, ".2g"))
        yield entry("rate_response", one.rate_response, LAST_YEARS_RATE.filled(fitted=source))


def rounded_down(spread: float) -> float:
    """Three decimals, so that rounding the persistence beside it cannot push the spread over an edge."""
    return max(math.floor(1000.0 * spread - 0.1) / 1000.0, 0.0)


def _of_links(calibration: Calibration, scenario: Scenario) -> Iterator[Entry]:
    """The correlations, all drawn towards zero alike as far as it takes for the scenario's matrix to be possible."""
    links = {correlation_key(scenario, link): link for link in calibration.links}
    for share in np.linspace(1.0, 0.0, 21):
        if np.linalg.eigvalsh(_matrix_with(scenario, links, float(share)))[0] > SMALLEST_EIGENVALUE:
            break
    else:
        return  # the scenario's other correlations do not go with any of these
    weakened = NO_WORDS if share == 1.0 else WEAKENED.filled(share=in_figures(share, ".2g"))
    for name, link in links.items():
        yield Entry(
            f"drivers.correlation.{name}",
            float(share * link.value),
            PAIR.filled(
                one=ABOUT[link.one].name,
                other=ABOUT[link.other].name,
                file=calibration.series.file,
                count=link.pairs,
                error=in_figures(link.error, ".2g"),
                weakened=weakened,
            ),
        )


def _matrix_with(scenario: Scenario, links: dict[str, Link], share: float) -> np.ndarray:
    """The scenario's correlation matrix with that share of the estimated ones in it."""
    matrix = scenario.drivers.correlation.matrix()
    for link in links.values():
        one, other = SHOCKS.index(link.one), SHOCKS.index(link.other)
        matrix[one, other] = matrix[other, one] = share * link.value
    return matrix


def correlation_key(scenario: Scenario, link: Link) -> str:
    """The name of that correlation in a scenario."""
    names = (f"{link.one}_{link.other}", f"{link.other}_{link.one}")
    return next(name for name in names if name in type(scenario.drivers.correlation).model_fields)
