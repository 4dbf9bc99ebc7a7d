"""Simulate and summarise at once, in memory that does not grow with the runs.

A job that fits goes through the years, all runs together: each year is taken apart while the next is closed, and is
gone. A larger one goes through batches of runs, taken apart in threads: events counted, sums taken block by block,
values cut down to the windows that percentiles need (``selection.py``). Either way the figures are those that
``summarise`` makes of the whole ledger, to the last bit, for any number of threads and any batches.
"""

import math
from collections.abc import Callable, Iterable
from contextlib import closing
from threading import Thread
from typing import Any, NamedTuple

import numpy as np

from ldip.model.catalogue import Metric, headline
from ldip.model.engine.simulate import Built, Ledger, built, engine_for, in_batches, in_years, together
from ldip.model.fiscal_rules import Event
from ldip.model.metrics import lines_needed
from ldip.model.soundness import check_finite
from ldip.scenario.schema import Scenario
from ldip.statistics.selection import CAUTION, MissedError, Selection
from ldip.statistics.summary import (
    Distribution,
    Probability,
    Selected,
    Summary,
    Sums,
    block_sums,
    described,
    occurrences,
    selected,
    shares,
    wanted_ranks,
)

ONE_PASS = 2_000_000
"""Runs up to which windows for all metrics are kept at once; they grow with the root of the runs. Beyond, a pass for
every part of the metrics: the draws are the same each time."""

Keep = Callable[[Ledger], Any]
"""Takes from the ledger of a batch what is to be kept of its runs."""


Found = tuple[np.ndarray, dict[str, Distribution], dict[str, Probability]]
"""The calendar years, the distributions of metrics, and the probabilities of all events."""


class Part(NamedTuple):
    """What is left of the ledger of some runs or of a year."""

    years: np.ndarray
    first: np.ndarray  # (metric, year): what the deviations of the sums are from
    sums: np.ndarray  # (2, metric, year, block): see block_sums
    occurrences: dict[str, np.ndarray]
    rows: np.ndarray  # (metric and year, run): the values, in the ledger's memory, unless a selection used them up
    record: Any = None


def passes(runs: int) -> int:
    """How many times the simulation is made."""
    return math.ceil(math.sqrt(runs / ONE_PASS))


def simulate_and_summarise(
    scenario: Scenario, *, name: str, years: int, policy: str = "adopted", step: float = 0.0, **how: Any
) -> Summary:
    """The summary of a simulation, as ``summarise(simulate(...))`` but in fixed memory. `how` is for
    :func:`summarise_built`."""
    ready = built(scenario, years, policy)
    return summarise_built(ready, name=name, base_year=scenario.scenario.first_year, policy=policy, step=step, **how)


def summarise_built(
    ready: Built,
    *,
    name: str,
    base_year: int,
    runs: int,
    seed: int,
    policy: str = "adopted",
    step: float = 0.0,
    engine: str | None = None,
    threads: int | None = None,
    batch: int | None = None,
    progress: Callable[[int], None] | None = None,
    keep: Keep | None = None,
    write: Callable[[Any], None] | None = None,
) -> Summary:
    """As :func:`simulate_and_summarise`, of what was built, with that policy, before.

    `progress` is called with the number of runs finished since its last call, each pass counted. What `keep` takes
    from the ledger of each batch goes to `write`, in the order of the runs.
    """
    engine = engine or engine_for(runs)
    how: dict[str, Any] = {"runs": runs, "seed": seed, "engine": engine, "threads": threads, "progress": progress}
    how["step"] = step if policy == "step" else 0.0
    fits = together(engine, runs, len(ready.baseline.years)) and not batch
    if fits and not keep:
        found = _by_years(ready, **how)
    else:
        if fits and engine == "numpy":
            batch = runs  # a single one needs no windows, and windows need compiled code
        found = _by_runs(ready, keep=keep, write=write, **how | ({"batch": batch} if batch else {}))
    calendar, distributions, probabilities = found
    return Summary(
        scenario=name,
        base_year=base_year,
        years=calendar,
        runs=runs,
        seed=seed,
        distributions={metric.id: distributions[metric.id] for metric in headline()},
        probabilities=probabilities,
        policy=policy,
        step=step,
    )


def _by_years(
    ready: Built, *, engine: str, progress: Callable[[int], None] | None, threads: int | None, **how: Any
) -> Found:
    """All runs together, year by year; the order statistics of a year are found, in a thread, while the next is
    closed."""
    runs, years = how["runs"], len(ready.baseline.years)
    lines, metrics = _in_front(headline())
    watched = ready.baseline.events
    happened = {event.id: np.zeros(runs, dtype=bool) for event in watched}
    parts: list[Part] = []
    found: list[Selected] = []
    beside: Thread | None = None

    def select(rows: np.ndarray) -> None:
        found.append(selected(rows, engine))

    for ledger in in_years(ready, lines=lines, engine=engine, threads=threads, **how):
        part = _reduced(ready.baseline.name, ledger, metrics, engine, happened)
        parts.append(part)
        if threads == 1:
            select(part.rows)
        else:
            if beside:
                beside.join()
            beside = Thread(target=select, args=(part.rows,))
            beside.start()
        if progress:
            progress(runs * len(parts) // years - runs * (len(parts) - 1) // years)
    if beside:
        beside.join()
    assert len(found) == len(parts)
    counts = {event.id: np.concatenate([part.occurrences[event.id] for part in parts], axis=1) for event in watched}
    pivot = np.concatenate([part.first for part in parts], axis=1)
    sums = np.concatenate([part.sums for part in parts], axis=2)
    by_metric = np.stack([of.values for of in found], axis=1)
    ordered = Selected(found[0].ranks, by_metric.reshape(-1, by_metric.shape[2]), runs)
    return _found(
        np.concatenate([part.years for part in parts]), metrics, pivot, sums, ordered, counts, ready.baseline.events
    )


def _by_runs(
    ready: Built,
    *,
    progress: Callable[[int], None] | None,
    keep: Keep | None,
    write: Callable[[Any], None] | None,
    **how: Any,
) -> Found:
    """Batches of runs, all years together; very many runs in several passes."""
    share = passes(how["runs"])
    found: list[Found] = []
    for place in range(share):
        first_time, caution, again = place == 0, CAUTION, progress
        while len(found) == place:
            record: dict[str, Any] = {"keep": keep, "write": write} if first_time else {}
            try:
                metrics = headline()[place::share]
                found.append(_one_pass(ready, metrics, caution=caution, progress=again, **record, **how))
            except MissedError:
                first_time, caution, again = False, 2.0 * caution, None
    distributions = {name: one for _, these, _ in found for name, one in these.items()}
    return found[0][0], distributions, found[0][2]


def _one_pass(
    ready: Built,
    metrics: list[Metric],
    *,
    caution: float,
    engine: str,
    keep: Keep | None = None,
    write: Callable[[Any], None] | None = None,
    **how: Any,
) -> Found:
    """Simulate once: the distributions of some metrics."""
    runs = how["runs"]
    lines, metrics = _in_front(metrics)
    selection: Selection | None = None
    ordered: Selected | None = None
    pivot = np.empty(0)

    def digest(ledger: Ledger) -> Part:
        nonlocal selection, ordered, pivot
        record = keep(ledger) if keep else None
        if selection:
            part = _cut_down(ready.baseline.name, ledger, metrics, pivot, selection)
        else:  # the first batch, which nothing is done beside
            part = _reduced(ready.baseline.name, ledger, metrics, engine)
            pivot = part.first
            if part.rows.shape[1] < runs:
                selection = Selection(part.rows, runs, wanted_ranks(runs), caution)
            else:
                ordered = selected(part.rows, engine)
        return part._replace(record=record)

    total = np.zeros(())
    counts: dict[str, np.ndarray] = {}
    with closing(in_batches(ready, digest, lines=lines, engine=engine, **how)) as batches:
        for part in batches:
            for block in range(part.sums.shape[3]):
                total = total + part.sums[..., block]
            counts = {event: counts.get(event, 0) + more for event, more in part.occurrences.items()}
            if write:
                write(part.record)
    if selection:
        ordered = selection.settle()
    assert ordered
    return _found(part.years, metrics, pivot, total[..., None], ordered, counts, ready.baseline.events)


def _in_front(metrics: list[Metric]) -> tuple[list[str], list[Metric]]:
    """The lines to keep, those of the metrics first, and the metrics in that order."""
    chosen = {metric.id: metric for metric in metrics}
    lines = sorted(lines_needed(), key=lambda line: line not in chosen)
    return lines, [chosen[line] for line in lines if line in chosen]


def _reduced(
    name: str, ledger: Ledger, metrics: list[Metric], engine: str, happened: dict[str, np.ndarray] | None = None
) -> Part:
    """Events and sums; the ledger's first lines become the metrics in fixed prices. `happened` is for
    :func:`occurrences`. Raises InputError, about the baseline called `name`, if a figure is not finite."""
    counts = _occurrences(ledger, happened or {})
    years, (every, divisors) = len(ledger.years), _with_prices(ledger, metrics)
    rows = every[: len(divisors)]
    with np.errstate(all="ignore"):
        for row, divisor in enumerate(divisors.tolist()):
            if divisor >= 0:
                rows[row] /= every[divisor]
        first = rows[:, 0].reshape(-1, years).copy()
        sums = block_sums(rows, first.reshape(-1), engine).reshape(2, *first.shape, -1)
    _check_sums(name, ledger.years, metrics, sums, first)
    return Part(ledger.years, first, sums, counts, rows)


def _cut_down(name: str, ledger: Ledger, metrics: list[Metric], pivot: np.ndarray, selection: Selection) -> Part:
    """The same of a later batch, the values given to the selection; the ledger's first lines are used up. `pivot` is
    the first run of all (metric, year)."""
    counts = _occurrences(ledger, {})
    every, divisors = _with_prices(ledger, metrics)
    sums = selection.take(every, pivot.reshape(-1), divisors).reshape(2, *pivot.shape, -1)
    _check_sums(name, ledger.years, metrics, sums, pivot)
    return Part(ledger.years, pivot, sums, counts, every)


def _check_sums(name: str, years: np.ndarray, metrics: list[Metric], sums: np.ndarray, first: np.ndarray) -> None:
    """Look at every figure of every run, by what is summed of them (2, metric, year, block) beside the first run's
    (metric, year): where one is not finite, its sum is not."""
    finite = np.isfinite(sums).all(axis=(0, 3)) & np.isfinite(first)
    check_finite(name, years, [metric.id for metric in metrics], finite)


def _occurrences(ledger: Ledger, happened: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """In how many runs each event happens: see :func:`occurrences`."""
    return {event.id: occurrences(event, ledger, happened.get(event.id)) for event in ledger.events}


def _with_prices(ledger: Ledger, metrics: list[Metric]) -> tuple[np.ndarray, np.ndarray]:
    """The ledger's rows (line and year, run), and which has the price index of each of a metric's (metric and year,),
    -1 if it has none."""
    years = len(ledger.years)
    found = np.full((len(metrics), years), -1)
    for place, metric in enumerate(metrics):
        if metric.price_index:
            found[place] = ledger.lines.index(f"{metric.price_index}_index") * years + np.arange(years)
    assert not np.any((found >= 0) & (found < found.size))  # an index is read after rows of metrics were used up
    return ledger.values.reshape(-1, ledger.values.shape[2]), found.reshape(-1)


def _found(
    calendar: np.ndarray,
    metrics: list[Metric],
    pivot: np.ndarray,
    sums: np.ndarray,
    ordered: Selected,
    counts: dict[str, np.ndarray],
    watched: Iterable[Event],
) -> Found:
    """The figures, from the sums (2, metric, year, block) and order statistics of rows (metric and year)."""
    total = np.add.accumulate(sums, axis=3)[..., -1]
    years, distributions = len(calendar), {}
    for place, metric in enumerate(metrics):
        rows = slice(place * years, (place + 1) * years)
        distributions[metric.id] = described(metric, Sums(pivot[place], *total[:, place]), ordered.part(rows))
    probabilities = {event.id: shares(event, counts[event.id], ordered.runs) for event in watched}
    return calendar, distributions, probabilities
