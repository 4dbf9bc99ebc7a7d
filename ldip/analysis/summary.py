"""From a ledger to distributions: mean, sd, percentiles and probabilities, with their sampling errors."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ldip.model.metrics import Event, Metric, events, headline, report_values
from ldip.model.simulate import Ledger

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
    policy: str = "adopted"
    step: float = 0.0  # mill. 2020-kr a year, of the policy step


def summarise(
    ledger: Ledger,
    *,
    scenario: str,
    base_year: int,
    seed: int,
    policy: str = "adopted",
    step: float = 0.0,
    metrics: Iterable[Metric] | None = None,
) -> Summary:
    """Summarise the metrics (every headline metric, if none are named) and every event of the ledger."""
    runs = ledger.values.shape[2]
    # One array for all metrics in turn: memory fresh from the system costs more than sorting.
    scratch = np.empty(ledger.values.shape[1:])
    return Summary(
        scenario=scenario,
        base_year=base_year,
        years=ledger.years,
        runs=runs,
        seed=seed,
        distributions={
            metric.id: distribution(metric, report_values(ledger, metric, out=scratch))
            for metric in (headline() if metrics is None else metrics)
        },
        probabilities={event.id: probability(event, ledger[event.metric]) for event in events()},
        policy=policy,
        step=step,
    )


def distribution(metric: Metric, values: np.ndarray) -> Distribution:
    """Summarise the values (year, run) of one metric; sorts them in place."""
    years, runs = values.shape
    values.sort(axis=1)
    mean, sd = values[:, 0].copy(), np.zeros(years)  # exact where all runs agree
    for t in np.flatnonzero(values[:, 0] != values[:, -1]):
        mean[t] = values[t].mean()
        deviation = values[t] - mean[t]
        sd[t] = np.sqrt(np.sum(deviation * deviation) / (runs - 1))
    known = 1.0 if runs > 1 else np.nan  # one run says nothing about its own error
    return Distribution(
        metric=metric,
        mean=mean,
        sd=sd,
        percentiles=np.stack([quantile(values, p) for p in PERCENTILES]),
        mean_error=known * sd / np.sqrt(runs),
        percentile_errors=known * np.stack([quantile_error(values, p) for p in PERCENTILES]),
    )


def quantile(ordered: np.ndarray, p: float) -> np.ndarray:
    """The p-quantile of sorted values (year, run), linear between order statistics (as numpy's default)."""
    place = p * (ordered.shape[1] - 1)
    low = int(place)
    high = min(low + 1, ordered.shape[1] - 1)
    below, above = ordered[:, low], ordered[:, high]
    return below + (above - below) * (place - low)


def quantile_error(ordered: np.ndarray, p: float) -> np.ndarray:
    """Standard error of a quantile without assuming a distribution: half the distance between the quantiles one
    binomial standard deviation of the rank below and above. Source: order statistics, e.g. Glasserman (2004) 9.1."""
    width = np.sqrt(p * (1.0 - p) / ordered.shape[1])
    return 0.5 * (quantile(ordered, min(p + width, 1.0)) - quantile(ordered, max(p - width, 0.0)))


def probability(event: Event, values: np.ndarray) -> Probability:
    """How often the values (year, run) are above the event's threshold."""
    happens = values > event.threshold
    in_year = share(happens)
    return Probability(event, in_year, share(so_far(happens)), values.shape[1])


def share(happens: np.ndarray) -> np.ndarray:
    """The share of runs in which something (year, run) happens (year,)."""
    return np.array([np.count_nonzero(row) for row in happens]) / happens.shape[1]


def so_far(happens: np.ndarray) -> np.ndarray:
    """Whether it has happened in that or any earlier year (year, run); written into `happens`.

    A loop, because numpy's accumulate takes twenty times as long.
    """
    for t in range(1, len(happens)):
        happens[t] |= happens[t - 1]
    return happens
