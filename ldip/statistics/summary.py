"""From a ledger to distributions: mean, sd, percentiles and probabilities, with their sampling errors.

The figures are defined here, of a ledger held whole or in batches (``stream.py``), and are the same to the last bit
either way: percentiles are order statistics, probabilities are counts, and sums are taken in one order. So are those
of the compiled engine (``compiled_rows.py``), which finds order statistics without sorting.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from threading import Thread
from typing import Any, NamedTuple, Protocol

import numpy as np

from ldip.model.catalogue import Metric, headline
from ldip.model.drivers import BLOCK
from ldip.model.engine.simulate import FANS, PRESSURE, Ledger, engine_for
from ldip.model.fiscal_rules import Event
from ldip.model.metrics import report_values
from ldip.model.soundness import check_finite

SOME_ROWS, SOME_BLOCKS = 32, 4
"""Rows and blocks of runs that are summed together: enough for NumPy to be busy, few enough to stay in the cache."""

FEWEST_BEYOND, ROUNDING = 5, 1e-9
"""With fewer runs beyond a quantile its error cannot be told: the quantiles beside it, which the error is made of,
are then the outermost runs themselves. For 5 and 95 per cent it takes a hundred runs."""

PERCENTILES = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


class Distribution(NamedTuple):
    """One metric over all runs; money in base-year kroner, shares as fractions."""

    metric: Metric
    mean: np.ndarray  # (year,)
    sd: np.ndarray  # (year,)
    percentiles: np.ndarray  # (percentile, year)
    mean_error: np.ndarray  # (year,) standard error of the mean
    percentile_errors: np.ndarray  # (percentile, year) standard errors of the percentiles

    def percentile(self, p: float) -> np.ndarray:
        """One percentile (year,)."""
        return self.percentiles[PERCENTILES.index(p)]

    def percentile_error(self, p: float) -> np.ndarray:
        """The standard error of one percentile (year,)."""
        return self.percentile_errors[PERCENTILES.index(p)]


class Probability(NamedTuple):
    """How often an event happens, in a year and in that or any earlier year."""

    event: Event
    in_year: np.ndarray  # (year,)
    so_far: np.ndarray  # (year,)
    runs: int

    def error(self, probability: np.ndarray) -> np.ndarray:
        """Binomial standard error; for 0 and 1 the one of a single run more or less (rule of succession)."""
        p = (probability * self.runs + 1.0) / (self.runs + 2.0)
        return np.sqrt(p * (1.0 - p) / self.runs)


class Summary(NamedTuple):
    """What a simulation says, ready to be reported."""

    scenario: str
    base_year: int
    years: np.ndarray
    runs: int
    seed: int
    distributions: dict[str, Distribution]
    probabilities: dict[str, Probability]
    policy: str = PRESSURE
    step: float = 0.0  # mill. 2020-kr a year, of the policy step
    invented: tuple[int, int] = (0, 0)  # how many of the scenario's numbers are placeholders, of how many

    @property
    def fan(self) -> str:
        """What its fan is called in files: pressure, steered, or by another policy's name."""
        return FANS.get(self.policy, self.policy)

    def years_of(self, event: str) -> float:
        """In how many of the years an event happens, on average over the runs."""
        return float(self.probabilities[event].in_year.sum())


class Fans(NamedTuple):
    """What two simulations in the same weather say: nobody reacts, and the municipality follows its own rules.

    A simulation of any other policy stands alone, in the place of the first.
    """

    pressure: Summary
    steered: Summary | None = None

    @property
    def written(self) -> tuple[Summary, ...]:
        """Those there are, in the order of the files."""
        return (self.pressure,) if self.steered is None else (self.pressure, self.steered)

    @property
    def told(self) -> tuple[Summary, ...]:
        """Those there are, in the order in which readers are told of them: what is likely to come first."""
        return self.written[::-1]


def summarise(
    ledger: Ledger,
    *,
    scenario: str,
    base_year: int,
    seed: int,
    policy: str = "adopted",
    step: float = 0.0,
    metrics: Iterable[Metric] | None = None,
    engine: str | None = None,
) -> Summary:
    """Summarise the metrics (every headline metric, if none are named) and every event of the ledger, with one of the
    engines of :func:`ldip.model.engine.simulate.simulate`. Raises InputError if a figure is not finite."""
    runs = ledger.values.shape[2]
    engine = engine or engine_for(runs)
    # One array for all metrics in turn, because memory fresh from the system costs more than sorting.
    how: dict[str, Any] = {"out": np.empty(ledger.values.shape[1:]), "copy": engine == "numpy"}
    with np.errstate(all="ignore"):  # what is not finite is told with metric and year
        found = {
            metric.id: distribution(metric, report_values(ledger, metric, **how), engine)
            for metric in (headline() if metrics is None else metrics)
        }
    finite = np.array([np.isfinite(of.mean) & np.isfinite(of.sd) for of in found.values()])
    check_finite(scenario, ledger.years, list(found), finite)
    return Summary(
        scenario=scenario,
        base_year=base_year,
        years=ledger.years,
        runs=runs,
        seed=seed,
        distributions=found,
        probabilities={event.id: probability(event, ledger) for event in ledger.events},
        policy=policy,
        step=step,
        invented=ledger.invented,
    )


class Sums(NamedTuple):
    """Sums over runs of what differs from the first run, and of its square; arrays (...,)."""

    first: np.ndarray
    deviations: np.ndarray
    squares: np.ndarray

    def mean(self, runs: int) -> np.ndarray:
        """The mean; exact where all runs agree."""
        return self.first + self.deviations / runs

    def sd(self, runs: int) -> np.ndarray:
        """The standard deviation, zero of a single run."""
        squares = self.squares - self.deviations * (self.deviations / runs)
        return np.sqrt(np.maximum(squares, 0.0) / max(runs - 1, 1))


class Ordered(Protocol):
    """Order statistics of several rows: ``ordered[:, rank]`` is (row,), as of an array (row, run) sorted along it."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and runs."""

    def __getitem__(self, place: tuple[slice, int], /) -> np.ndarray: ...


@dataclass(frozen=True)
class Selected:
    """Order statistics of some ranks among so many runs."""

    ranks: list[int]
    values: np.ndarray  # (row, rank)
    runs: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and runs."""
        return len(self.values), self.runs

    def __getitem__(self, place: tuple[slice, int], /) -> np.ndarray:
        found: np.ndarray = self.values[place[0], self.ranks.index(place[1])]
        return found

    def part(self, rows: slice) -> "Selected":
        """Those of some rows."""
        return Selected(self.ranks, self.values[rows], self.runs)


def distribution(metric: Metric, values: np.ndarray, engine: str | None = None) -> Distribution:
    """Summarise the values (year, run) of one metric; the NumPy engine sorts them in place."""
    first, runs = values[:, 0].copy(), values.shape[1]
    engine = engine or engine_for(runs)
    sums = Sums(first, *np.add.accumulate(block_sums(values, first, engine), axis=2)[:, :, -1])
    return described(metric, sums, selected(values, engine))


@functools.cache
def compiled_rows(engine: str) -> Any:
    """The module with the compiled forms, or None with NumPy's engine and where it cannot be used."""
    if engine != "compiled":
        return None
    from ldip.model.engine.fallback import attempt

    return attempt(lambda: import_module("ldip.statistics.compiled_rows"))


def selected(values: np.ndarray, engine: str, threads: int = 1) -> Selected:
    """The order statistics that percentiles need, of each row of `values` (row, run). NumPy sorts them in place, on
    so many threads."""
    runs = values.shape[1]
    ranks = sorted({rank for of in wanted_ranks(runs) for rank in of})
    if compiled := compiled_rows(engine):
        return Selected(ranks, compiled.select(values, np.array(ranks)), runs)
    sorting = [Thread(target=part.sort, args=(1,)) for part in np.array_split(values, threads)]
    for thread in sorting:
        thread.start()
    for thread in sorting:
        thread.join()
    return Selected(ranks, values[:, ranks], runs)


def block_sums(values: np.ndarray, first: np.ndarray, engine: str = "numpy") -> np.ndarray:
    """Sums of deviations from `first` (row,) and of their squares over each block of BLOCK runs (2, row, block) of
    `values` (row, run).

    Block by block, so that a job in batches, on any number of threads, adds up in the same order as a whole one.
    """
    if compiled := compiled_rows(engine):
        return compiled.block_sums(values, first)
    rows, runs = values.shape
    sums = np.empty((2, rows, -(-runs // BLOCK)))
    for top in range(0, rows, SOME_ROWS):
        some = slice(top, top + SOME_ROWS)
        _block_sums(values[some], first[some, None], sums[:, some])
    return sums


def _block_sums(values: np.ndarray, first: np.ndarray, sums: np.ndarray) -> None:
    """Fill `sums` (2, row, block) for a few rows. A block is folded three times, one half onto the other, and the
    128 sums are added up: an order that SIMD likes, said here because NumPy's own for 1024 numbers is not."""
    scratch = np.empty((2, len(values), SOME_BLOCKS * BLOCK))
    deviations, squares = scratch
    folded = scratch.reshape(2, len(values), SOME_BLOCKS, BLOCK)
    for block in range(0, sums.shape[2], SOME_BLOCKS):
        part = values[:, block * BLOCK : (block + SOME_BLOCKS) * BLOCK]
        np.subtract(part, first, out=deviations[:, : part.shape[1]])
        deviations[:, part.shape[1] :] = 0.0
        np.multiply(deviations, deviations, out=squares)
        for half in (BLOCK // 2, BLOCK // 4, BLOCK // 8):
            folded[..., :half] += folded[..., half : 2 * half]
        found = folded[..., : BLOCK // 8].sum(axis=3)
        sums[:, :, block : block + SOME_BLOCKS] = found[:, :, : sums.shape[2] - block]


def described(metric: Metric, sums: Sums, ordered: Ordered) -> Distribution:
    """The distribution of one metric from its sums (year,) and its order statistics."""
    runs = ordered.shape[1]
    sd = sums.sd(runs)
    known = 1.0 if runs > 1 else np.nan  # one run says nothing about its own error
    return Distribution(
        metric=metric,
        mean=sums.mean(runs),
        sd=sd,
        percentiles=np.stack([quantile(ordered, p) for p in PERCENTILES]),
        mean_error=known * sd / np.sqrt(runs),
        percentile_errors=known * np.stack([quantile_error(ordered, p) for p in PERCENTILES]),
    )


def quantile(ordered: Ordered, p: float) -> np.ndarray:
    """The p-quantile of sorted values (year, run), linear between order statistics (as numpy's default)."""
    low, high = ranks_around(p, ordered.shape[1])
    below, above = ordered[:, low], ordered[:, high]
    return below + (above - below) * (p * (ordered.shape[1] - 1) - low)


def ranks_around(p: float, runs: int) -> tuple[int, int]:
    """The ranks, from 0, below and above the p-quantile of so many runs."""
    low = int(p * (runs - 1))
    return low, min(low + 1, runs - 1)


def quantile_error(ordered: Ordered, p: float) -> np.ndarray:
    """Standard error of a quantile without assuming a distribution: half the distance between the quantiles one
    binomial standard deviation of the rank below and above. Not a number with fewer than FEWEST_BEYOND runs beyond.
    Source: order statistics, e.g. Glasserman (2004) 9.1."""
    runs = ordered.shape[1]
    if runs * min(p, 1.0 - p) < FEWEST_BEYOND - ROUNDING:
        return np.full_like(quantile(ordered, p), np.nan)
    low, high = error_range(p, runs)
    return 0.5 * (quantile(ordered, high) - quantile(ordered, low))


def error_range(p: float, runs: int) -> tuple[float, float]:
    """The quantiles whose distance is twice the standard error of the p-quantile."""
    width = np.sqrt(p * (1.0 - p) / runs)
    return max(p - width, 0.0), min(p + width, 1.0)


def wanted_ranks(runs: int) -> list[list[int]]:
    """The ranks that each percentile and its error are made of, rising."""
    return [sorted({rank for q in (p, *error_range(p, runs)) for rank in ranks_around(q, runs)}) for p in PERCENTILES]


def probability(event: Event, ledger: Ledger) -> Probability:
    """How often the event happens."""
    return shares(event, occurrences(event, ledger), ledger.values.shape[2])


def shares(event: Event, counts: np.ndarray, runs: int) -> Probability:
    """The probability from :func:`occurrences` among so many runs."""
    in_year, so_far = counts / runs
    return Probability(event, in_year, so_far, runs)


def occurrences(event: Event, ledger: Ledger) -> np.ndarray:
    """In how many runs of the ledger the event happens, in the year and so far: (2, year)."""
    happens = event.happens(ledger)
    return np.array([count(happens), count(so_far(happens))])


def count(happens: np.ndarray) -> np.ndarray:
    """In how many runs something (year, run) happens (year,)."""
    return np.array([np.count_nonzero(row) for row in happens])


def share(happens: np.ndarray) -> np.ndarray:
    """The share of runs in which something (year, run) happens (year,)."""
    return count(happens) / happens.shape[1]


def so_far(happens: np.ndarray) -> np.ndarray:
    """Whether it has happened in that or any earlier year (year, run); written into `happens`.

    A loop, because numpy's accumulate takes twenty times as long.
    """
    for t in range(1, len(happens)):
        happens[t] |= happens[t - 1]
    return happens
