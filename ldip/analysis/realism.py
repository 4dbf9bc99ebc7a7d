"""Is the simulated future as restless as the past was? Spreads of result share and debt ratio beside history's.

History is one path, so its spread is known from few years: each has an interval. A fan is many paths at the same
time, so its spread is taken over the runs, year by year; what the plan expects of a year is then no part of it.
The two are the same where a figure comes back to its level. Where surprises stay they are not: one path in a few
years strays less than many paths lie apart. So each run is also measured as history is: along its own years.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ldip.analysis import bootstrap, stabilising
from ldip.analysis.bootstrap import Drawn
from ldip.analysis.stabilising import Adjustment, Resting
from ldip.model.engine.simulate import Ledger, built, simulate_built
from ldip.scenario.files.series import Series
from ldip.scenario.rows import HISTORIES, HistoryRow
from ldip.scenario.schema import Scenario

FIGURES = tuple(HISTORIES)
"""Lines of the ledger that history knows: net operating result and net debt, as shares of operating revenue."""

RETURNING = ("net_operating_result_share",)
"""Figures that come back to a level. A debt ratio is a stock that drifts: how far its level strayed in a window says
how long the window is, so only its changes are told."""

LEVEL = 0
"""Stands where a number of years ahead would, for the level itself."""

CHANGES = (1, 3, 10)
"""Years over which changes are told."""

LEVEL_YEARS = (5, 10, 20)
"""How far ahead the spread of the level is told: the n-th simulated year."""

CONFIDENCE = 0.90
"""Of the intervals of history's standard deviations."""

PRESSURE, STEERED = "pressure", "steered"
"""The two fans: nobody reacts, and the municipality follows its own rules."""

FANS = {PRESSURE: "adopted", STEERED: "react"}
"""Fan -> its policy."""

SOLVED = 1024
"""The most runs whose own adjustment is found: each takes as long as fifteen simulations of it."""

YEARS = 20
"""Years ahead where nobody says: the simulation's usual horizon."""

INSIDE, WIDER, NARROWER, UNKNOWN = "inside", "wider", "narrower", "unknown"


class Past(NamedTuple):
    """History's standard deviation, with what so few years can tell of it; shares of operating revenue."""

    sd: float
    low: float  # NaN, as high, where the years are too few for an interval
    high: float
    cases: int  # levels, or changes
    apart: float  # so many that are independent of each other: see past_level and past_change


class History(NamedTuple):
    """One figure of a municipality or of all of them."""

    who: str  # "sector" or "municipality"
    figure: str
    first: int
    last: int
    mean: float
    past: dict[int, Past]  # LEVEL, and years of change
    errors: tuple[float, float, int] | None  # what came less the budget of the year: mean, sd, years


class Fan(NamedTuple):
    """The spreads of one figure in the runs; shares of operating revenue."""

    figure: str
    levels: dict[int, float]  # calendar year -> sd over the runs
    changes: dict[int, float]  # years of change -> sd over the runs, root mean square over the years that end one


class Along(NamedTuple):
    """A statistic of each run's own path over so many years, beside that of as many years of history."""

    years: int  # of the paths: the last of the runs', and every stretch of so many that history has
    history: float  # mean over those stretches
    low: float  # 5 % of the runs
    middle: float
    high: float  # 95 %
    as_low: float  # share of runs whose path is no higher than history

    @property
    def verdict(self) -> str:
        """Whether history would be an ordinary run."""
        tail = 0.5 * (1.0 - CONFIDENCE)
        return WIDER if self.as_low < tail else NARROWER if self.as_low > 1.0 - tail else INSIDE


class Row(NamedTuple):
    """One spread of a fan beside one of history's."""

    fan: str
    figure: str
    who: str
    ahead: int  # LEVEL, or years of change
    year: int | None  # of a level
    simulated: float
    past: Past
    verdict: str


class Realism(NamedTuple):
    """The simulated future beside the past, whether debt comes to rest in it, and what would make it."""

    scenario: str
    municipality: str
    base_year: int
    runs: int
    seed: int
    pasts: tuple[History, ...]
    fans: dict[str, tuple[Fan, ...]]  # by fan, in the order of FIGURES
    rows: tuple[Row, ...]
    calm: dict[str, Along | None]  # by fan: the sd of the sector's result share along a path
    lasting: dict[str, Along | None]  # by fan: its ten-year changes over its one-year changes along a path
    resting: dict[str, Resting]  # by fan
    adjustment: Adjustment
    drawn: Drawn | None  # None without a series of enough years

    def row(self, fan: str, figure: str, who: str, ahead: int) -> Row | None:
        """The spread of a fan beside a history's; of a level that of the last year."""
        key = (fan, figure, who, ahead)
        found = [row for row in self.rows if (row.fan, row.figure, row.who, row.ahead) == key]
        return found[-1] if found else None


def realism(
    scenario: Scenario,
    nation: Sequence[HistoryRow],
    series: Series | None,
    *,
    runs: int,
    seed: int,
    years: int = YEARS,
    level: float = stabilising.LEVEL,
    by: int | None = None,
) -> Realism:
    """Simulate both fans in the same weather and set them beside history; `nation` is that of all municipalities.

    Needs more years than the plan has. `level` and `by` are of :func:`ldip.analysis.stabilising.adjustment`.
    """
    check_by(scenario, by, years)
    lines = tuple(dict.fromkeys((*stabilising.NEEDED, *bootstrap.LINES)))
    calm, lasting, drawn = {}, {}, None
    fans: dict[str, tuple[Fan, ...]] = {}
    rests: dict[str, Resting] = {}
    sector = next((row.known() for row in nation if (row.figure, row.kind) == (RETURNING[0], "actual")), {})
    for name, policy in FANS.items():
        ready = built(scenario, years, policy)
        ledger = simulate_built(ready, runs=runs, seed=seed, lines=lines)
        fans[name] = tuple(fan(ledger, figure) for figure in FIGURES)
        rests[name] = stabilising.resting(ledger)
        calm[name] = along(ledger[RETURNING[0]], sector, spread_along)
        lasting[name] = along(ledger[RETURNING[0]], sector, lasting_along, least=2 * CHANGES[-1])
        if name == PRESSURE and series is not None:
            drawn = bootstrap.drawn(ready, ledger, series, seed=seed)
    pasts = (*history(nation, "sector"), *history(scenario.history, "municipality"))
    few = min(runs, SOLVED)
    return Realism(
        scenario=scenario.name,
        municipality=scenario.scenario.municipality,
        base_year=scenario.scenario.first_year,
        runs=runs,
        seed=seed,
        pasts=pasts,
        fans=fans,
        rows=tuple(beside(fans, pasts)),
        calm=calm,
        lasting=lasting,
        resting=rests,
        adjustment=stabilising.adjustment(scenario, level=level, by=by, runs=few, seed=seed, years=years),
        drawn=drawn,
    )


def check_by(scenario: Scenario, by: int | None, years: int = YEARS) -> None:
    """InputError if `by` (None: the last year) is not a year after the plan within the horizon."""
    stabilising.check_year(scenario, scenario.scenario.first_year + years - 1 if by is None else by, years)


def history(rows: Sequence[HistoryRow], who: str) -> list[History]:
    """What the rows of ``history.csv`` say of each figure; figures that have no actual years are left out."""
    found = []
    for figure in FIGURES:
        of = {row.kind: row for row in rows if row.figure == figure}
        values = of["actual"].known() if "actual" in of else {}
        if not values:
            continue
        past = dict(_past(figure, values))
        if "spread" in of and 1 not in past:
            past[1] = _published(values, of["spread"].known())
        errors = _errors(values, of["planned"].known()) if "planned" in of else None
        mean = float(np.mean(list(values.values())))
        found.append(History(who, figure, min(values), max(values), mean, past, errors))
    return found


def _past(figure: str, values: Mapping[int, float]) -> Iterable[tuple[int, Past]]:
    if figure in RETURNING and len(values) > 2:
        yield LEVEL, past_level(values)
    for ahead in CHANGES:
        change = past_change(values, ahead)
        if change is not None:
            yield ahead, change


def past_level(values: Mapping[int, float]) -> Past:
    """The spread of the level. Neighbouring years resemble each other: n years with a correlation of r count as
    n (1 - r²) / (1 + r²) for a variance (Bartlett 1946), r being that of neighbouring years and no less than zero."""
    levels = np.array([values[year] for year in sorted(values)])
    pairs = np.array([(value, values[year + 1]) for year, value in values.items() if year + 1 in values])
    r = 0.0
    if len(pairs) > 2 and pairs.std(axis=0).all():
        r = max(float(np.corrcoef(pairs.T)[0, 1]), 0.0)
    return with_interval(float(levels.std(ddof=1)), len(levels), len(levels) * (1.0 - r * r) / (1.0 + r * r))


def past_change(values: Mapping[int, float], ahead: int) -> Past | None:
    """The spread of changes over `ahead` years; None with fewer than two. All changes, overlapping ones too, make the
    standard deviation; only those that share no year count in its interval."""
    starts = [year for year in sorted(values) if year + ahead in values]
    if len(starts) < 2:
        return None
    changes = [values[year + ahead] - values[year] for year in starts]
    apart, free = 0, -np.inf
    for year in starts:
        if year >= free:
            apart, free = apart + 1, year + ahead
    return with_interval(float(np.std(changes, ddof=1)), len(changes), apart)


def _published(values: Mapping[int, float], spread: Mapping[int, float]) -> Past:
    """A standard deviation of a year's change that was published without its years: from the first to its own."""
    last, sd = max(spread.items())
    count = last - min(values)
    return with_interval(sd, count, count)


def with_interval(sd: float, count: int, apart: float) -> Past:
    """The interval of a normal sample's standard deviation with `apart` - 1 degrees of freedom (chi-squared), none
    with less than one."""
    degrees = apart - 1.0
    if degrees < 1.0:
        return Past(sd, np.nan, np.nan, count, apart)
    from scipy.stats import chi2

    low, high = chi2.ppf([0.5 * (1.0 + CONFIDENCE), 0.5 * (1.0 - CONFIDENCE)], degrees)
    return Past(sd, sd * float(np.sqrt(degrees / low)), sd * float(np.sqrt(degrees / high)), count, apart)


def _errors(actual: Mapping[int, float], planned: Mapping[int, float]) -> tuple[float, float, int] | None:
    apart = [actual[year] - planned[year] for year in actual if year in planned]
    if len(apart) < 2:
        return None
    return float(np.mean(apart)), float(np.std(apart, ddof=1)), len(apart)


def fan(ledger: Ledger, figure: str) -> Fan:
    """The spreads of a figure over the runs, about the mean of each year; NaN with one run."""
    values = ledger[figure]  # (year, run)
    n = len(values)
    levels = {int(ledger.years[min(ahead, n) - 1]): _sd(values[min(ahead, n) - 1]) for ahead in LEVEL_YEARS}
    changes = {
        ahead: float(np.sqrt(np.mean([_sd(values[t] - values[t - ahead]) ** 2 for t in range(ahead, n)])))
        for ahead in CHANGES
        if ahead < n
    }
    return Fan(figure, levels, changes)


def _sd(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def spread_along(paths: np.ndarray) -> np.ndarray:
    """The standard deviation along each path (year, path)."""
    return np.asarray(paths.std(axis=0, ddof=1))


def lasting_along(paths: np.ndarray) -> np.ndarray:
    """How much more a path's ten-year changes spread than its one-year changes (year, path): about 1 where surprises
    are made good, √10 where all of them stay; in few years far from either by chance."""
    one, ten = (np.std(paths[years:] - paths[:-years], axis=0, ddof=1) for years in (CHANGES[0], CHANGES[-1]))
    return np.divide(ten, one, out=np.full(len(one), np.nan), where=one > 0.0)


def along(
    values: np.ndarray, past: Mapping[int, float], statistic: Callable[[np.ndarray], np.ndarray], least: int = 5
) -> Along | None:
    """A statistic of the runs' last years (year, run), about each year's mean, beside history's longest stretch
    without a hole; None with fewer than `least` years of either, or one run."""
    stretch = longest(past)
    years = min(len(values), len(stretch))
    if years < least or values.shape[1] < 2:
        return None
    runs = statistic(values[-years:] - values[-years:].mean(axis=1, keepdims=True))
    windows = np.lib.stride_tricks.sliding_window_view(stretch, years).T
    of_history = float(statistic(windows).mean())
    low, middle, high = (float(value) for value in np.quantile(runs, (0.05, 0.5, 0.95)))
    return Along(years, of_history, low, middle, high, float((runs <= of_history).mean()))


def longest(past: Mapping[int, float]) -> np.ndarray:
    """The values of the longest stretch of years without a hole."""
    best: list[float] = []
    stretch: list[float] = []
    for year in sorted(past):
        stretch = [*stretch, past[year]] if year - 1 in past else [past[year]]
        best = max(best, stretch, key=len)
    return np.array(best)


def beside(fans: Mapping[str, Sequence[Fan]], pasts: Sequence[History]) -> list[Row]:
    """Every spread of every fan (by its name) beside history's, where history has it."""
    rows = []
    for past in pasts:
        for ahead, of in past.past.items():
            for name, spreads in fans.items():
                one = next(spread for spread in spreads if spread.figure == past.figure)
                simulated = one.levels if ahead == LEVEL else {None: one.changes.get(ahead, np.nan)}
                for year, sd in simulated.items():
                    rows.append(Row(name, past.figure, past.who, ahead, year, sd, of, verdict(sd, of)))
    return rows


def verdict(sd: float, past: Past) -> str:
    """Whether a simulated spread is inside history's interval."""
    if not np.isfinite([sd, past.low, past.high]).all():
        return UNKNOWN
    return WIDER if sd > past.high else NARROWER if sd < past.low else INSIDE
