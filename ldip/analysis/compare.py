"""Alternatives side by side in the same weather: paired differences, and what choosing the wrong one costs.

The same run number meets the same weather in every scenario, so the difference is taken run by run. What chance does
to both falls out of it, and what is left is the alternative's own effect.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ldip.errors import Fault
from ldip.model.catalogue import Metric, catalogue, headline
from ldip.model.engine.simulate import Ledger, simulate
from ldip.model.fiscal_rules import Event, events
from ldip.model.metrics import lines_needed, report_values
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Distribution, Summary, distribution, share, so_far, summarise

ROUNDING = 1e-12
"""Two figures that differ by less than this share of the largest one are the same figure computed in two orders."""


class Paired(NamedTuple):
    """One metric of an alternative less that of the reference, run by run; units of the metric, arrays (year,)."""

    difference: Distribution  # its mean_error is the standard error of the paired mean
    unpaired_error: np.ndarray  # what that error would be if every scenario had random numbers of its own
    lower: np.ndarray  # share of runs in which the alternative is strictly lower
    equal: np.ndarray  # share of runs in which both are the same


class PairedProbability(NamedTuple):
    """An event's probability in an alternative less that in the reference, with standard errors; arrays (year,).

    The error counts only the runs in which one of them has the event and the other not: none, no error.
    """

    event: Event
    in_year: np.ndarray
    in_year_error: np.ndarray
    so_far: np.ndarray  # in that or any earlier year
    so_far_error: np.ndarray


class Pair(NamedTuple):
    """All that sets an alternative apart from the reference, by id of metric and event."""

    metrics: dict[str, Paired]
    events: dict[str, PairedProbability]


class Criterion(NamedTuple):
    """What alternatives are ranked by, the lower the better: a metric, averaged over the years from first to last."""

    metric: Metric
    first: int
    last: int


class Regret(NamedTuple):
    """What an alternative is above the lowest of all in the same run; units of the criterion's metric."""

    value: float  # mean of the criterion itself
    mean: float
    mean_error: float
    p95: float
    p95_error: float
    best: float  # share of runs in which it is lower than all others
    shared: float  # share of runs in which it is the lowest together with another


class Choice(NamedTuple):
    """What one criterion says: every alternative's regret, and how far the lowest mean is from the next one."""

    criterion: Criterion
    regrets: dict[str, Regret]
    best: str
    runner_up: str
    lead: float  # mean of the best less that of the runner-up, zero or negative
    lead_error: float  # standard error of it, paired
    ahead: float  # share of runs in which the best is lower than the runner-up
    level: float  # share of runs in which they are the same


class Comparison(NamedTuple):
    """What a comparison says, ready to be reported; scenarios by name, in the order given."""

    against: str
    after_plan: int  # place of the first year after the plan (or of the last year, if all are in the plan)
    summaries: dict[str, Summary]
    pairs: dict[str, Pair]  # all but the reference
    choices: tuple[Choice, ...]


def compare(
    simulations: Mapping[str, Callable[[], Ledger]],
    *,
    against: str,
    base_year: int,
    seed: int,
    plan_years: int,
    policy: str = "adopted",
    step: float = 0.0,
) -> Comparison:
    """Run the simulations, all with the same seed, runs, years and policy, and compare them with the one named
    `against`; one alone is only summarised.

    The reference's ledger and one other are in memory at a time; of the rest only the criteria of every run are kept.
    """
    reference = simulations[against]()
    wanted = criteria(reference.years, plan_years)
    summaries: dict[str, Summary] = {}
    pairs: dict[str, Pair] = {}
    values: dict[str, list[np.ndarray]] = {}

    def take_in(name: str, ledger: Ledger) -> None:
        summaries[name] = summarise(ledger, scenario=name, base_year=base_year, seed=seed, policy=policy, step=step)
        values[name] = [criterion_values(ledger, criterion) for criterion in wanted]
        if name != against:
            pairs[name] = pair(ledger, reference, summaries[name], summaries[against])

    take_in(against, reference)
    for name, run in simulations.items():
        if name != against:
            take_in(name, run())
    return Comparison(
        against=against,
        after_plan=min(plan_years, len(reference.years) - 1),
        summaries={name: summaries[name] for name in simulations},
        pairs=pairs,
        choices=tuple(
            choose(criterion, {name: values[name][place] for name in simulations})
            for place, criterion in enumerate(wanted)
        ),
    )


def compare_scenarios(
    scenarios: Sequence[Scenario],
    *,
    against: str,
    runs: int,
    seed: int,
    years: int,
    policy: str = "adopted",
    step: float = 0.0,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Simulate the scenarios in turn in the same weather, and compare them with the one named `against`."""
    lines = lines_needed(watched=[event for scenario in scenarios for event in events(scenario)])
    how: dict[str, Any] = {"runs": runs, "seed": seed, "years": years, "policy": policy, "step": step}
    return compare(
        {scenario.name: partial(simulate, scenario, lines=lines, progress=progress, **how) for scenario in scenarios},
        against=against,
        base_year=scenarios[0].scenario.first_year,
        seed=seed,
        plan_years=max(scenario.scenario.plan_years for scenario in scenarios),
        policy=policy,
        step=step,
    )


def side_by_side(scenarios: Sequence[Scenario]) -> list[Fault]:
    """What keeps scenarios from being set side by side: one of them named twice, or other years."""
    names = Counter(scenario.name for scenario in scenarios)
    first_years = {scenario.name: scenario.scenario.first_year for scenario in scenarios}
    faults = [Fault.of("named_twice", "", name) for name, count in names.items() if count > 1]
    if len(set(first_years.values())) > 1:
        found = ", ".join(f"{name}: {year}" for name, year in first_years.items())
        faults.append(Fault.of("other_first_years", "", "scenario.first_year", found))
    return faults


def pair(ledger: Ledger, reference: Ledger, summary: Summary, of_reference: Summary) -> Pair:
    """The differences of every headline metric and event between two ledgers of the same runs."""
    mine, theirs = np.empty(ledger.values.shape[1:]), np.empty(ledger.values.shape[1:])
    metrics = {}
    for metric in headline():
        report_values(ledger, metric, out=mine)
        report_values(reference, metric, out=theirs)
        errors = [of.distributions[metric.id].mean_error for of in (summary, of_reference)]
        metrics[metric.id] = paired(metric, mine, theirs, np.hypot(*errors))
    return Pair(metrics, paired_events(ledger, reference))


def paired_events(mine: Ledger, theirs: Ledger) -> dict[str, PairedProbability]:
    """The events that both have, each by its own limits: an alternative may have rules of its own."""
    own = {event.id: event for event in mine.events}
    return {
        event.id: paired_probability(own[event.id], event, mine, theirs) for event in theirs.events if event.id in own
    }


def paired(
    metric: Metric, mine: np.ndarray, theirs: np.ndarray, unpaired_error: np.ndarray, engine: str | None = None
) -> Paired:
    """Compare the values (year, run) of an alternative with the reference's; overwrites `mine`."""
    difference = _difference(mine, theirs)
    lower, equal = share(difference < 0.0), share(difference == 0.0)
    return Paired(distribution(metric, difference, engine), unpaired_error, lower, equal)


def _difference(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """`mine` less `theirs` (row, run), written into `mine`; exactly zero where only rounding sets them apart.

    Without that, "lower" would count the last bit of two equal figures: a restructuring need of 1e-14 is none.
    """
    largest = np.maximum(
        np.maximum(mine.max(axis=1), -mine.min(axis=1)), np.maximum(theirs.max(axis=1), -theirs.min(axis=1))
    )
    mine -= theirs
    mine[np.abs(mine) <= ROUNDING * largest[:, None]] = 0.0
    return mine


def paired_probability(event: Event, reference: Event, mine: Ledger, theirs: Ledger) -> PairedProbability:
    """Compare how often the event happens to an alternative, and the same event of the reference to that."""
    happens, happened = event.happens(mine), reference.happens(theirs)
    in_year = _shares_apart(happens, happened)
    return PairedProbability(event, *in_year, *_shares_apart(so_far(happens), so_far(happened)))


def _shares_apart(mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share of runs in which `mine` (year, run) is true less that of `theirs`, and its standard error."""
    runs = mine.shape[1]
    gained, lost = share(mine & ~theirs), share(theirs & ~mine)
    apart = gained - lost
    variance = np.maximum(gained + lost - apart * apart, 0.0)
    return apart, np.sqrt(variance / (runs - 1)) if runs > 1 else np.full_like(apart, np.nan)


def criteria(years: np.ndarray, plan_years: int) -> tuple[Criterion, ...]:
    """What the alternatives are ranked by: the last year's debt ratio, without and with uncovered deficits, and the
    mean restructuring need of the years after the plan (of all years, if there are none after it)."""
    metrics, last = catalogue(), int(years[-1])
    first = int(years[plan_years]) if len(years) > plan_years else int(years[0])
    return (
        Criterion(metrics["debt_ratio"], last, last),
        Criterion(metrics["debt_ratio_with_deficits"], last, last),
        Criterion(metrics["restructuring_need"], first, last),
    )


def criterion_values(ledger: Ledger, criterion: Criterion) -> np.ndarray:
    """The criterion in every run (run,)."""
    first, last = np.searchsorted(ledger.years, (criterion.first, criterion.last))
    return report_values(ledger, criterion.metric)[first : last + 1].mean(axis=0)


def choose(criterion: Criterion, values: Mapping[str, np.ndarray]) -> Choice:
    """Rank the alternatives by the criterion's values (run,) of each."""
    names, table = list(values), np.stack(list(values.values()))
    means = table.mean(axis=1)
    order = np.argsort(means, kind="stable")
    first, second = order[0], order[min(1, len(order) - 1)]
    lead = _difference(table[[first]], table[[second]])
    ahead, level = float((lead < 0.0).mean()), float((lead == 0.0).mean())
    led = distribution(criterion.metric, lead)
    regret = _difference(table.copy(), np.broadcast_to(table.min(axis=0), table.shape))
    lowest = regret == 0.0
    alone = lowest & (lowest.sum(axis=0) == 1)
    best, shared = alone.mean(axis=1), (lowest & ~alone).mean(axis=1)
    spread = distribution(criterion.metric, regret)  # a row for each alternative instead of each year
    p95, p95_error = spread.percentile(0.95), spread.percentile_error(0.95)
    rows = zip(means, spread.mean, spread.mean_error, p95, p95_error, best, shared, strict=True)
    return Choice(
        criterion=criterion,
        regrets={name: Regret(*map(float, row)) for name, row in zip(names, rows, strict=True)},
        best=names[first],
        runner_up=names[second],
        lead=float(led.mean[0]),
        lead_error=float(led.mean_error[0]),
        ahead=ahead,
        level=level,
    )
